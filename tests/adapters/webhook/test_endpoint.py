"""The two settings of a webhook: what is taken, and sentences for the rest that give nothing away."""

import base64

import pytest

from adapters.webhook.endpoint import endpoint_of, key_of, url_of

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.mark.parametrize("written", [SECRET, SECRET.rstrip("="), f"  {SECRET}\n"])
def test_a_secret_is_read_with_and_without_its_padding(written: str) -> None:
    assert key_of(written) == KEY


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "whsec_ and base64 behind it"),
        (SECRET.removeprefix("whsec_"), "whsec_ and base64"),
        ("whsk_" + "A" * 44, "whsec_ and base64"),
        ("whsec_not base64 at all, but long enough!", "whsec_ and base64"),
        ("whsec_" + "ä" * 40, "whsec_ and base64"),
        ("whsec_", "24 to 64 bytes behind whsec_, and this one 0"),
        ("whsec_" + "A" * 28, "and this one 21"),
        ("whsec_" + "A" * 88, "and this one 66"),
    ],
)
def test_what_is_no_secret_is_refused_with_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        key_of(written)
    assert len(written) < 10 or written[6:] not in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "https://alerts.example.edu/hook?token=1",
        "https://alerts.example.edu:8443/",
        "http://localhost:9000/hook",
        "http://127.0.0.1:9000",
        "http://[::1]:9000/hook",
        " https://alerts.example.edu/hook ",
    ],
)
def test_an_address_is_https_or_on_this_computer(written: str) -> None:
    assert str(url_of(written)).startswith("http")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "not a web address"),
        ("alerts.example.edu/hook", "not a web address"),
        ("ftp://alerts.example.edu/hook", "not a web address"),
        ("javascript:alert(1)", "not a web address"),
        ("https://", "not a web address"),
        ("https://a.example:99999/hook", "not a web address"),
        ("https://a.example/ho\nok", "not a web address"),
        ("http://alerts.example.edu/hook", "unencrypted"),
        ("http://127.0.0.1.evil.example/hook", "unencrypted"),
        ("http://localhost.evil.example/hook", "unencrypted"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        url_of(written)
    assert "hook" not in str(caught.value) and caught.value.__context__ is None


def test_an_endpoint_shows_neither_its_address_nor_its_secret() -> None:
    shown = repr(endpoint_of("https://a.example/t0ken", SECRET))
    assert "t0ken" not in shown and SECRET[6:20] not in shown
