"""What Discord is told of files that it does not take."""

from dataclasses import replace

from adapters.discord.sending.files import Files
from core.filelinks import FileLinks
from tests.adapters.discord.outbound import Scene
from tests.fakes.signer import SIGNER

MESSAGE = 2_000


async def test_a_file_that_discord_does_not_take_stands_there_as_a_link(desk: Scene) -> None:
    links = FileLinks(SIGNER, desk.config.public_url)
    file = await desk.file("film_1.png", b"x" * (10 * 1024 * 1024 + 1))
    line = Files(desk.office.store, desk.config, links).elsewhere([file], "T-1")
    page = desk.config.page_of("T-1")
    assert line == f"Too large for Discord: film\\_1.png <{links.of(file)}>. On the ticket's page: <{page}>"


async def test_many_files_with_long_names_fit_into_one_message(desk: Scene) -> None:
    file = replace(await desk.file(), name="w" * 120)
    config = replace(desk.config, public_url="https://a-long-name-of-a-desk.support.example.edu")
    links = FileLinks(SIGNER, config.public_url)
    line = Files(desk.office.store, config, links).elsewhere([file] * 10, "T-123456")
    assert len(line) <= MESSAGE
    assert line.count("/file/") == 5
