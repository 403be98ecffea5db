"""Which refusals of Slack's pass once somebody has mended what is wrong: until then nothing that was heard is lost."""

from adapters.chat.lanes import away
from adapters.slack.api.client import Refused
from adapters.slack.api.codes import BAD_TOKEN, NO_SCOPE, WORKSPACE_AWAY

_MENDING = 60.0
"""Seconds until what an admin has to mend is tried again."""


def slack_away(error: Exception) -> float | None:
    """``adapters.chat.lanes.Away``, for what the app is not allowed at the moment too."""
    if isinstance(error, Refused):
        return _MENDING if error.error in BAD_TOKEN | NO_SCOPE | WORKSPACE_AWAY else None
    return away(error)
