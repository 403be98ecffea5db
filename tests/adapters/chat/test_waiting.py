"""What a ``Retry-After`` means."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.chat.waiting import retry_after

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7),
        (" 90 ", 90),
        ("0", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60),
        ("999999999", 3600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
    ],
)
def test_it_is_a_number_or_a_date_and_never_more_than_an_hour(written: str | None, seconds: float | None) -> None:
    assert retry_after(written, NOON) == seconds
