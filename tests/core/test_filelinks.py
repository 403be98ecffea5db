"""Links to files: the same each time, good for one file and one purpose."""

from datetime import timedelta

import pytest

from core.filelinks import LINK_LIFE, FileLinks, read_file_link
from core.model.ids import FileId, PersonId
from core.model.thread import File
from core.ports import Expired
from tests.contract.samples import NOW
from tests.fakes.signer import SIGNER

FILE = File(
    id=FileId(7),
    owner=PersonId(1),
    name="film.mp4",
    media_type="video/mp4",
    size=30_000_000,
    sha256="0" * 64,
    at=NOW,
)


def test_a_link_is_the_same_each_time_so_that_a_copy_of_it_is_known_again() -> None:
    links = FileLinks(SIGNER, "https://desk.example.edu")
    assert links.of(FILE) == links.of(FILE)
    assert links.of(FILE).startswith("https://desk.example.edu/file/")


def test_a_link_is_read_until_its_time_is_over_and_names_one_file() -> None:
    token = FileLinks(SIGNER, "").of(FILE).removeprefix("/file/")
    assert read_file_link(token, SIGNER, NOW) == FILE.id
    with pytest.raises(Expired):
        read_file_link(token, SIGNER, NOW + LINK_LIFE + timedelta(seconds=1))


def test_what_was_signed_for_something_else_names_no_file() -> None:
    token = SIGNER.sign("acknowledge", "7", NOW + LINK_LIFE)
    assert read_file_link(token, SIGNER, NOW) is None
