"""What looks like a secret, by its shape, and what only seems to."""

import random
import re
import string
import time

import pytest

from core.model.desk import OwnPattern
from core.rules.secrets import PASSWORD, PRIVATE_KEY, RANDOM, TOKEN, secrets_in

ROLL = OwnPattern("a roll number", re.compile(r"\d{2}[a-z]\d{7}", re.IGNORECASE))
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
FOUND = [
    # the text, what is found in it, as what
    ("The password is hunter22", "hunter22", PASSWORD),
    ("Password: letmein", "letmein", PASSWORD),
    ("password: letmein\nThen sign in.", "letmein", PASSWORD),
    ('Your passphrase was "correct horse"', "correct", PASSWORD),
    ("DB_PASSWORD=s3cr3t", "s3cr3t", PASSWORD),
    ("pwd=abcd1234", "abcd1234", PASSWORD),
    ("the password for the exam portal is Winter@2026", "Winter@2026", PASSWORD),
    ("Your passcode: 482913", "482913", PASSWORD),
    ("api_key = 9f8a7b6c5d4e", "9f8a7b6c5d4e", PASSWORD),
    ("Access token: abc123def456", "abc123def456", PASSWORD),
    ("पासवर्ड: Abc12345", "Abc12345", PASSWORD),
    ("आपका पासवर्ड Abc12345 है।", "Abc12345", PASSWORD),
    ("ओटीपी 482913 है", "482913", PASSWORD),
    ("Your OTP is 482913", "482913", PASSWORD),
    ("One-time code: 482913", "482913", PASSWORD),
    ("Login: mira / Tr0ub4dor&3", "Tr0ub4dor&3", PASSWORD),
    ("username = mira | hunter22", "hunter22", PASSWORD),
    ("Wi-Fi key: sunflower", "sunflower", PASSWORD),
    ("The wifi key is blue2026", "blue2026", PASSWORD),
    ("password:\nhunter22", "hunter22", PASSWORD),
    ("Password is:\n\n  hunter22", "hunter22", PASSWORD),
    ("Passwords: hunter22", "hunter22", PASSWORD),
    ('{"password": "letmein", "user": "sam"}', "letmein", PASSWORD),
    ("{'api_key':'abcd1234'}", "abcd1234", PASSWORD),
    ("ｐａｓｓｗｏｒｄ： hunter22", "hunter22", PASSWORD),
    ("नमस्ते … ＡＫＩＡIOSFODNN7EXAMPLE", "ＡＫＩＡIOSFODNN7EXAMPLE", TOKEN),
    ("https://sam:hunter22@x.example/a", "//sam:hunter22@", PASSWORD),
    ("Use AKIAIOSFODNN7EXAMPLE for it", "AKIAIOSFODNN7EXAMPLE", TOKEN),
    (f"ghp_{'a1B2' * 9}", f"ghp_{'a1B2' * 9}", TOKEN),
    ("(xoxb-123456789012-abcdefGHIJ)", "xoxb-123456789012-abcdefGHIJ", TOKEN),
    (f"sk-proj-{'a1B2c3D4' * 5}", f"sk-proj-{'a1B2c3D4' * 5}", TOKEN),
    (f"Bearer {JWT}", JWT, TOKEN),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "-----BEGIN RSA PRIVATE KEY", PRIVATE_KEY),
    ("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY", PRIVATE_KEY),
    ("Try Zx8Qp3vT9mLk2RwY7nBc4HsD", "Zx8Qp3vT9mLk2RwY7nBc4HsD", RANDOM),
    ("You are 21F1000123, I see", "21F1000123", "a roll number"),
]
CLEAN = [
    "",
    "https://drive.example.org/file/d/1AbCdEfGhIjKlMnOpQrStUvWx0123/view?usp=sharing&resourcekey=0-AbC123dEf456gHi789",
    "9fceb02d0ae598e95dc970b74767f19372d61af8 broke it",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "123e4567-e89b-12d3-a456-426614174000",
    "+91 98765 43210, (044) 2257-8200, sam@example.edu",
    "Your password is wrong.",
    "The password is required; reset it.",
    "Password: see the mail that we sent",
    "Password: https://reset.example.org/1a2b3c4d",
    "Forgot your password? Press Reset password.",
    "पासवर्ड गलत है।",
    "पासवर्ड: कृपया मेल देखें",
    "Your OTP is valid for 10 minutes. The OTP is wrong.",
    "The laptop is 20260302, OTPs: see the mail",
    "Login: works / does not work",
    "Log in: Monday / Tuesday, from 10:30",
    "Login: https://portal.example.org/2026a",
    "User: mira / 2026-03-02",
    "The key is under the mat; PIN code: 600036",
    "Wi-Fi key: see the note at the desk",
    "Forgot your password:\nPress Reset",
    "Password:\n1. Open the page",
    '{"password": "", "user": "sam"}',
    "The password is case-sensitive",
    "A password must be 8-16 characters: letters, digits.",
    "The access token is expired. Is the API key: yours?",
    "password = input()",
    "password: ********",
    "getUserByEmailAddress2AndPassword3Async()",
    "src/components/UserProfile2/indexPage3.tsx",
    "CS101-Week3-Assign2-2024T1-Final.pdf, Screenshot_2026-01-02_at_10.11.12.PM",
    "T-1042 and F-7, CS2001, 2026-03-02",
    "-----BEGIN PUBLIC KEY-----",
    "x21f1000123y is no word of that shape, nor is 21f10001234",
]


@pytest.mark.parametrize(("text", "words", "what"), FOUND)
def test_what_looks_like_a_secret_is_found_where_it_stands(text: str, words: str, what: str) -> None:
    [seen] = secrets_in(text, [ROLL])
    assert (text[seen.start : seen.end].rstrip(","), seen.what) == (words, what)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_seems_secret_is_let_through(text: str) -> None:
    assert secrets_in(text, [ROLL]) == []


def test_several_are_named_in_their_order_and_none_twice() -> None:
    seen = secrets_in("password: ghp_" + "a1B2" * 9 + " and AKIAIOSFODNN7EXAMPLE")
    assert [one.what for one in seen] == [TOKEN, TOKEN]


def test_most_random_keys_are_found() -> None:
    chance = random.Random(7)  # noqa: S311 - the same ones each time
    letters = string.ascii_letters + string.digits
    keys = ["".join(chance.choices(letters, k=32)) for _ in range(500)]
    assert sum(bool(secrets_in(key)) for key in keys) > 450


@pytest.mark.parametrize(
    "piece",
    ["password ", "password: '", "eyJ", "A1b", "password for a ", "पासवर्ड ", "login: a/", "login:", "//a:", "sk-",
     "password:\n", "password: \n \n", "-----BEGIN ", "https://",
     "M" + "a" * 24 + ".", "21f"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    began = time.perf_counter()
    secrets_in(text, [ROLL])
    assert time.perf_counter() - began < 1
