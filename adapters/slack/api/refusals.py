"""What Slack says when it does not do what was asked, made the desk's own exceptions, without a secret in them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.ports import Retry, Undeliverable, Unknown
from core.text import clean_line, shorten

_MAX_CODE, _MAX_DETAILS = 80, 300
_MOST_SECONDS = 3_600.0


class Refused(Undeliverable):
    """Slack will not do it. ``error``: its code for why (https://docs.slack.dev/reference/methods, each method's
    page); ``channel``: of which channel, "" where the call was of none; ``needed``: the scopes that it lacked."""

    def __init__(self, error: str, *, method: str, channel: str = "", needed: str = "", details: str = "") -> None:
        super().__init__(f"Slack refused {method}: {error}{f' ({needed or details})' if needed or details else ''}.")
        self.error = error
        self.method = method
        self.channel = channel
        self.needed = needed


def refused(said: Mapping[str, Any], *, method: str, channel: str, secret: str) -> Refused:
    """From an answer with ``ok: false``; its words are Slack's, or those of whatever else answers, so not trusted."""
    metadata = said.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    details = "; ".join(str(one) for one in messages) if isinstance(messages, list) else ""
    return Refused(
        _shown(said.get("error"), _MAX_CODE, secret) or "no reason given",
        method=method,
        channel=channel,
        needed=_shown(said.get("needed"), _MAX_CODE, secret),
        details=_shown(details, _MAX_DETAILS, secret),
    )


def lost(method: str, why: str, *, repeatable: bool) -> Retry | Unknown:
    """Nobody knows whether it was done, which matters only where doing it twice would."""
    if repeatable:
        return Retry(f"Slack did not answer: {why} ({method}).")
    return Unknown(f"Slack did not say whether it was done: {why} ({method}).")


def retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds; ``otherwise`` where the answer does not say."""
    words = headers.get("Retry-After", "").strip()
    return min(float(words), _MOST_SECONDS) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", words) else otherwise


def _shown(words: Any, most: int, *secrets: str) -> str:
    """Redacted whole and shortened after: a secret cut in half would no longer be found."""
    return shorten(clean_line(_redacted(str(words or ""), secrets)), most)


def _redacted(words: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        if secret:
            words = words.replace(secret, "…")
    return words
