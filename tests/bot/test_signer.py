"""Signed links: good for one purpose, until their time, and made by nobody else."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signer import LONGEST, HmacSigner
from core.ports import Expired
from tests.fakes.clock import START
from tests.fakes.signer import SIGNER

HOUR = timedelta(hours=1)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
TOKEN = SIGNER.sign("acknowledge", "12-34", START + HOUR)


def test_what_was_signed_is_read_until_its_time_is_over() -> None:
    assert SIGNER.read("acknowledge", TOKEN, START) == "12-34"
    assert SIGNER.read("acknowledge", TOKEN, START + HOUR - timedelta(seconds=1)) == "12-34"
    for late in (HOUR, 1000 * HOUR):
        with pytest.raises(Expired):
            SIGNER.read("acknowledge", TOKEN, START + late)


def test_a_token_goes_into_a_link_as_it_stands_and_ends_in_no_sign() -> None:
    assert set(TOKEN) <= set(ALPHABET)
    assert TOKEN[-1].isalnum() and len(TOKEN) < 80


@pytest.mark.parametrize(
    "read",
    [
        lambda: SIGNER.read("download", TOKEN, START),
        lambda: SIGNER.read("", TOKEN, START),
        lambda: HmacSigner(b"another desk's key").read("acknowledge", TOKEN, START),
    ],
    ids=["another purpose", "no purpose", "another key"],
)
def test_it_is_worth_nothing_elsewhere(read: object) -> None:
    assert callable(read) and read() is None


@given(at=st.integers(0, len(TOKEN) - 1), to=st.sampled_from(ALPHABET))
def test_no_other_token_says_the_same_or_anything_else(at: int, to: str) -> None:
    """Not even one that differs in bits which base64 leaves unused."""
    other = TOKEN[:at] + to + TOKEN[at + 1 :]
    assert (SIGNER.read("acknowledge", other, START) is None) is (other != TOKEN)


@given(st.text(max_size=120))
def test_what_anybody_may_send_is_read_as_nothing(token: str) -> None:
    assert SIGNER.read("acknowledge", token, START) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        TOKEN.upper(),
        f" {TOKEN}",
        f"{TOKEN}\n",
        f"{TOKEN}0",
        TOKEN.replace(".", "%2E"),
        TOKEN.rpartition(".")[0],
        f"{TOKEN.rpartition('.')[0]}.ffffffffff",
        f"{TOKEN.rpartition('.')[0]}.{'f' * 400}",
        "A" * 43 + ".\ud800.1",
        "A" * 43 + "._w.1",
        "x" * (LONGEST + 1),
    ],
)
def test_what_looks_like_one_is_none(token: str) -> None:
    assert SIGNER.read("acknowledge", token, START) is None


def test_a_purpose_and_what_is_signed_cannot_be_shifted_into_each_other() -> None:
    shifted = SIGNER.sign("acknowledge\x0012", "34", START + HOUR)
    assert SIGNER.read("acknowledge", shifted, START) is None
    mac, _, until = TOKEN.split(".")
    other = base64.urlsafe_b64encode(b"99-34").rstrip(b"=").decode()
    assert SIGNER.read("acknowledge", f"{mac}.{other}.{until}", START) is None
