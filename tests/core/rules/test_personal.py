"""What may be personal in a text, by its shape."""

import re
import time
from itertools import pairwise

import pytest

from core.model.desk import OwnPattern
from core.rules.personal import PersonalKind, personal_in

FOUND = [
    # the text, what is found in it, of what kind
    ("Write to sam.o'neil+x@study.example.edu.", "sam.o'neil+x@study.example.edu", PersonalKind.EMAIL),
    ("sam@example.edu", "sam@example.edu", PersonalKind.EMAIL),
    ("grüße@bücher.example", "grüße@bücher.example", PersonalKind.EMAIL),
    ("Call +91 98765 43210 today", "+91 98765 43210", PersonalKind.PHONE),
    ("(044) 2257-8200, please", "(044) 2257-8200", PersonalKind.PHONE),
    ("0049.30.1234567", "0049.30.1234567", PersonalKind.PHONE),
    ("9876543210", "9876543210", PersonalKind.PHONE),
    ("My roll number is CS20-1042.", "CS20-1042", PersonalKind.STUDENT_NUMBER),
    ("student id: 4711007", "4711007", PersonalKind.STUDENT_NUMBER),
    ("I am 21f1000123 in the list", "21f1000123", PersonalKind.STUDENT_NUMBER),
    ("Open https://x.example/r?token=abcdef123456", "https://x.example/r?token=abcdef123456", PersonalKind.OPEN_LINK),
    ("https://sam:hunter22@x.example/a", "https://sam:hunter22@x.example/a", PersonalKind.OPEN_LINK),
    ("https://x.example/1AbCdEfGhIjKlMnOpQrStUvWx", "https://x.example/1AbCdEfGhIjKlMnOpQrStUvWx", PersonalKind.OPEN_LINK),  # noqa: E501 - one case a line
    ("DE89 3704 0044 0532 0130 00 is it", "DE89 3704 0044 0532 0130 00", PersonalKind.BANK_ACCOUNT),
    ("Paid by 4111 1111 1111 1111", "4111 1111 1111 1111", PersonalKind.CARD_NUMBER),
    ("Then sam student wrote", "sam student", PersonalKind.NAME),
    ("As @Sam said", "Sam", PersonalKind.NAME),
]  # fmt: skip
CLEAN = [
    "",
    "The exam is on 2026-03-02 at 09:00, or 02.03.2026.",
    "CS2001 and BSMA1002 are courses; T-1042 and F-7 are refs.",
    "It costs 1,250.00 rupees, and 99 of 100 pass.",
    "See https://help.example.org/en/articles/reset-your-password-in-the-portal",
    "Port 8080, version 3.11.4, error 0x80070005, 192.168.100.200",
    "DE00 3704 0044 0532 0130 00 proves nothing by its check digits, nor does a sample",
    "A student may write in the forum. Samples are there.",
    "@same is another mention, a@b is nothing",
]


@pytest.mark.parametrize(("text", "words", "kind"), FOUND)
def test_what_may_be_personal_is_found_where_it_stands(text: str, words: str, kind: PersonalKind) -> None:
    [finding] = personal_in(text, ["Sam Student"])
    assert (finding.words, finding.kind) == (words, kind)
    assert text[finding.start : finding.end] == words


@pytest.mark.parametrize(
    ("text", "words", "named"),
    [
        ("The password is hunter22", "hunter22", "a password"),
        ("Send AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", "an access key"),
        ("Your number is 21f1000123.", "21f1000123", "a roll number"),
        ("Ask Sam with XJ-4711", "XJ-4711", "a voucher"),
    ],
)
def test_a_secret_is_found_too_and_what_the_desk_names_under_its_name(text: str, words: str, named: str) -> None:
    own = (
        OwnPattern("a roll number", re.compile(r"\d{2}f\d{7}", re.IGNORECASE)),
        OwnPattern("a voucher", re.compile(r"XJ-\d{4}")),
    )
    [finding] = personal_in(text, (), own)
    assert (finding.words, finding.named, finding.kind) == (words, named, PersonalKind.SECRET)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_a_little_like_it_is_left_alone(text: str) -> None:
    assert personal_in(text, ["Sam Student", "", "Al", "Support"]) == []


def test_findings_come_in_the_order_of_the_text_and_none_twice() -> None:
    text = "Sam Student (sam@example.edu, 9876543210) is Sam; write to https://x.example/?code=123456789"
    found = personal_in(text, ["Sam Student", "Sam Student"])
    assert [one.kind for one in found] == [
        PersonalKind.NAME,
        PersonalKind.EMAIL,
        PersonalKind.PHONE,
        PersonalKind.NAME,
        PersonalKind.OPEN_LINK,
    ]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_name_is_no_pattern() -> None:
    assert [one.words for one in personal_in("A .* and a (x) here", [".*", "(x)"])] == ["(x)"]


@pytest.mark.parametrize("piece", ["1 ", "a@", "A1", "a.", "(1)", "+1-", "http://a?", "AB12 ", "x1/", "student "])
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    personal_in(text, ["Sam Student"])
    assert time.process_time() - began < 2
