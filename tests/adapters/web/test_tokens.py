from datetime import timedelta

import jwt
import pytest

from adapters.web.problems import ForgedToken, SignedOut
from adapters.web.tokens import Tokens
from core.model.ids import PersonId
from tests.fakes.clock import START, FakeClock

KEY = b"k" * 32
CLAIMS = {
    "iss": "threaddesk",
    "aud": "threaddesk-api",
    "sub": "7",
    "iat": START,
    "exp": START + timedelta(hours=1),
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock) -> Tokens:
    return Tokens(KEY, clock)


def test_a_token_says_whose_it_is(tokens):
    assert tokens.read(tokens.issue(PersonId(7))).person == 7


def test_a_token_lasts_twelve_hours(tokens, clock):
    token = tokens.issue(PersonId(7))
    clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    tokens.read(token)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(SignedOut):
        tokens.read(token)


def signed(key=KEY, algorithm="HS256", **changes):
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def test_the_claims_these_tests_forge_are_right_otherwise(tokens):
    assert tokens.read(signed()).person == 7


@pytest.mark.parametrize(
    "token",
    [
        signed(key=b"x" * 32),
        signed(algorithm="none", key=None),
        signed(algorithm="HS512", key=KEY * 2),
        signed(iss="another desk"),
        signed(aud="another use"),
        signed(sub=None),
        signed(exp=None),
        signed(sub="-1"),
        signed(sub="0"),
        signed(sub="7 or 1=1"),
        signed(sub="٧"),
        signed(exp=10**30),
        signed()[:-2],
        "a.b.c",
        "",
        "…",
        "x" * 100_000,
    ],
)
def test_a_forged_token_is_refused(tokens, token):
    with pytest.raises(ForgedToken):
        tokens.read(token)


def test_a_token_of_another_install_is_refused(clock):
    token = Tokens(b"another key that is long enough.", clock).issue(PersonId(7))
    with pytest.raises(ForgedToken):
        Tokens(KEY, clock).read(token)
