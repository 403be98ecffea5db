"""What the desk calls a place on Slack."""

import pytest

from adapters.slack.spot import Spot, seconds


def test_a_spot_is_told_by_channel_and_timestamp_and_found_again() -> None:
    spot = Spot("C012AB3CD", "1712345678.000100")
    assert spot.external_id == "C012AB3CD:1712345678.000100"
    assert Spot.of(spot.external_id) == spot


@pytest.mark.parametrize(
    "external_id",
    [
        "",
        "C012AB3CD",
        "C012AB3CD:",
        ":1712345678.000100",
        "c012ab3cd:1712345678.000100",
        "C012AB3CD:1712345678",
        "C012AB3CD:1712345678.0001000",
        "C012AB3CD:1712345678.000100:",
        "C012AB3CD:1712345678.000100\n",
        "C012:AB3CD:1712345678.000100",
        "C012AB3CD:٣٣٣.٠٠٠١٠٠",
        "1400000000000000001",
    ],
)
def test_anything_else_is_no_spot(external_id: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        Spot.of(external_id)


def test_seconds_tell_which_of_two_messages_is_newer() -> None:
    assert seconds("1712345678.000100") < seconds("1712345678.000200") < seconds("1712345679.000000")
    with pytest.raises(ValueError, match="not a timestamp"):
        seconds("yesterday")
