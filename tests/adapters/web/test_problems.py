import pytest

from adapters.web.problems import (
    Malformed,
    SignInFirst,
    TooLarge,
    TooManyAttempts,
    WrongLogin,
    WrongMediaType,
    refused,
    retry_after,
    status_of,
)
from core.errors import (
    AlreadyYours,
    BadField,
    Busy,
    NoSuchFile,
    NotAllowed,
    Refusal,
    TooManyOpen,
    TooManyToday,
    TooSoon,
    Unavailable,
)

REFUSALS = [
    (SignInFirst(), 401),
    (WrongLogin(), 401),
    (Malformed(problem="no."), 400),
    (TooLarge(name="A file", limit="1 MB"), 413),
    (WrongMediaType(wanted="x"), 415),
    (NotAllowed(what="do it", who="others"), 403),
    (NoSuchFile(), 404),
    (AlreadyYours(ref="T-1"), 409),
    (Busy(ref="T-1"), 409),
    (BadField(name="a", problem="b"), 422),
    (TooManyOpen(count=3, limit=3, urgent=""), 429),
    (TooManyAttempts(seconds=7), 429),
    (Unavailable(why="the disk is full"), 503),
    (Refusal(), 422),
]


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
def test_a_refusal_has_its_status_and_its_sentence(refusal, status):
    answer = refused(refusal, lambda words: words)
    assert (status_of(refusal), answer.status) == (status, status)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_is_said_in_the_readers_language():
    answer = refused(WrongLogin(), {"Invalid credentials": "अमान्य"}.get)
    assert "अमान्य" in answer.body.decode()


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (TooSoon(wait="45 s", urgent=""), 45),
        (TooManyToday(count=1, limit=1, wait="12 min", urgent=""), 720),
        (TooManyToday(count=1, limit=1, wait="3 h", urgent=""), 10_800),
        (TooManyAttempts(seconds=7), 7),
        (Unavailable(why="x"), 30),
        (TooManyOpen(count=3, limit=3, urgent=""), None),
        (NoSuchFile(), None),
    ],
)
def test_it_says_when_to_try_again_where_that_is_known(refusal, seconds):
    assert retry_after(refusal) == seconds
    header = refused(refusal, lambda words: words).headers.get("Retry-After")
    assert header == (None if seconds is None else str(seconds))
