"""This computer, by all its names."""

import pytest

from core.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_computer_is_told_by_every_name(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "example.edu", "localhost.example.edu", "mylocalhost", "0.0.0.0", "::", "10.0.0.1", "127.1", "[127.0.0.1"],  # noqa: S104 - read, not bound to
)
def test_no_other_is_taken_for_it(host: str) -> None:
    assert not is_loopback(host)
