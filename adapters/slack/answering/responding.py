"""Answers sent to a ``response_url``: Slack gives one with a command and with a button, for five answers in half an
hour, even where the app may not write.
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses

The address is a secret: whoever has it may answer for the app. So no exception and no log names it.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.slack.api.client import Slack
from adapters.slack.api.refusals import Refused, retry_after
from adapters.slack.api.transfers import is_slacks
from core.ports import Retry, Unknown

_WHAT = "an answer"
_BUSY = 30.0
"""Seconds to leave alone what is busy, and does not say for how long."""


async def respond(slack: Slack, url: str, message: Mapping[str, Any], *, api_base: str) -> None:
    """One attempt. Raises Refused (the address is used up, or not Slack's), Retry and Unknown."""
    failure = await _sent(slack, url, message, api_base)
    if failure is not None:
        raise failure


async def _sent(slack: Slack, url: str, message: Mapping[str, Any], api_base: str) -> Refused | Retry | Unknown | None:
    session = slack.web.session
    if session is None or not is_slacks(url, api_base):
        return Refused("the address is not one of Slack's", method=_WHAT)
    try:
        async with session.post(url, json=message, allow_redirects=False) as response:
            return _failure(response)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return Retry(f"Slack cannot be reached ({type(error).__name__}); nothing was sent.")
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:
        return Unknown(f"Slack did not say whether it was done: the answer was lost ({type(error).__name__}, {_WHAT}).")


def _failure(response: aiohttp.ClientResponse) -> Refused | Retry | Unknown | None:
    if response.status == 200:
        return None
    if response.status == 429:
        return Retry(f"Slack's rate limit is reached ({_WHAT}).", after=retry_after(response.headers, _BUSY))
    if response.status >= 500:
        return Unknown(f"Slack did not say whether it was done: it answered {response.status} ({_WHAT}).")
    return Refused(f"it answered {response.status}", method=_WHAT)
