"""What stands in the desk's way on Slack, told to the admins once, and told again when it is mended.

A delivery that a missing scope or a closed channel stops is put off, not given up: mending it then lets what people say
through by itself. What is only a sign under a message (``_STEP_ASIDE``) waits for an admin's retry.
"""

from collections.abc import Awaitable, Callable, Iterator

from adapters.slack.api.client import Refused
from adapters.slack.api.codes import (
    ARCHIVED,
    BAD_TOKEN,
    EDIT_WINDOW,
    MESSAGES_TAB,
    NO_PERSON,
    NO_SCOPE,
    NO_THREAD,
    NOT_IN,
    RESTRICTED,
    WORKSPACE_AWAY,
)
from adapters.slack.config import SlackConfig
from adapters.slack.sending.posts import LOST
from core.model.outbox import Intent
from core.model.thread import Audience
from core.ports import Gone, Parcel, Retry, Undeliverable

Report = Callable[[str, str], Awaitable[None]]
"""Told a key and a sentence: what, where, and how to mend it."""
Mended = Callable[[str], Awaitable[None]]
"""Told the key."""

PATIENCE = 300.0
"""Seconds until what an admin has to mend is tried again."""
TOKEN = "slack:token"  # noqa: S105 - a trouble's key, which names no token
WORKSPACE = "slack:workspace"
TAB = "slack:messages-tab"
EDITING = "slack:editing"

_STEP_ASIDE = frozenset({Intent.REACTIONS, Intent.MARK})
"""These do not hold up what people say to each other."""
_WRITES = frozenset(
    {Intent.CREATE_THREAD, Intent.HISTORY, Intent.NEWS, Intent.PING, Intent.CALL, Intent.DIGEST, Intent.TROUBLE}
)


def channel_key(channel: str) -> str:
    return f"slack:channel:{channel}"


def scope_key(scope: str) -> str:
    return f"slack:scope:{scope}"


class Troubles:
    def __init__(self, config: SlackConfig, report: Report, mended: Mended) -> None:
        self._config = config
        self._report = report
        self._mended = mended
        self._fine: set[str] = set()
        """What this process has said to be mended, and nobody has met since."""

    async def found(self, key: str, sentence: str) -> None:
        self._fine.discard(key)
        await self._report(key, sentence)

    async def fine(self, key: str, *, sure: bool = False) -> None:
        """It works. ``sure``: it did not, a moment ago, as some process saw it."""
        if sure or key not in self._fine:
            self._fine.add(key)
            await self._mended(key)

    async def delivered(self, parcel: Parcel) -> None:
        """It got there, so what stood in its way does no longer."""
        for key in _proven(parcel):
            await self.fine(key, sure=parcel.delivery.attempts > 1)

    async def verdict(self, parcel: Parcel, refused: Refused) -> Retry | Undeliverable | Gone:
        """What a refusal means for a delivery; the admins are told where it is theirs to mend."""
        error, thread = refused.error, parcel.thread
        shut_out = await self.shut_out(refused)
        if shut_out is not None:
            return shut_out
        if error in NO_SCOPE:
            sentence = await self.lacks(refused)
            return Undeliverable(sentence) if parcel.delivery.intent in _STEP_ASIDE else Retry(sentence, after=PATIENCE)
        if error == MESSAGES_TAB:
            return await self._put_off(TAB, _NO_TAB)
        if error == EDIT_WINDOW:
            await self.found(EDITING, _NO_EDITING)
            return Undeliverable(_NO_EDITING)
        if thread is not None and error in NO_THREAD:
            return Gone(LOST)
        if thread is None or thread.audience is not Audience.STAFF:
            return _closed(refused)
        sentence = self._closed_channel(error, thread.place)
        return await self._put_off(channel_key(thread.place), sentence) if sentence else refused

    async def shut_out(self, refused: Refused) -> Retry | None:
        """What every call would be told; None where it is about this one."""
        if refused.error in BAD_TOKEN:
            return await self._put_off(TOKEN, _bad_token(refused.error))
        if refused.error in WORKSPACE_AWAY:
            return await self._put_off(WORKSPACE, _workspace_away(refused.error))
        return None

    async def lacks(self, refused: Refused) -> str:
        """Tell the admins which scope is missing; the sentence."""
        scope = _scope(refused)
        sentence = (
            f"The app lacks the scope {scope} on Slack. At api.slack.com/apps, your app, OAuth & Permissions, "
            "Bot Token Scopes: add it, then Reinstall to Workspace."
        )
        await self.found(scope_key(scope), sentence)
        return sentence

    async def _put_off(self, key: str, sentence: str) -> Retry:
        await self.found(key, sentence)
        return Retry(sentence, after=PATIENCE)

    def _closed_channel(self, error: str, channel: str) -> str:
        """What is wrong with a triage channel; "" where it is nothing of the channel's."""
        if error in NOT_IN:
            return (
                f"The app is not in channel {channel} on Slack, or the channel is not there. In Slack, open the "
                f"channel and type /invite @{self._config.desk_name}; if it was deleted, name another as "
                "triage_channel in bot.toml and start the desk again."
            )
        if error == ARCHIVED:
            return (
                f"Channel {channel} on Slack is archived. In Slack, open it and choose Unarchive in its settings, or "
                "name another as triage_channel in bot.toml and start the desk again."
            )
        if error in RESTRICTED:
            return (
                f"The app may not post in channel {channel} on Slack ({error}). In Slack, open the channel's settings, "
                f"Permissions, and let @{self._config.desk_name} post there and in its threads."
            )
        return ""


_NO_TAB = (
    "The app's Messages tab on Slack is switched off, so nobody can be written to. At api.slack.com/apps, your app, "
    "App Home, Show Tabs: switch on Messages Tab, and allow users to send messages from it."
)
_NO_EDITING = (
    "The settings of the Slack workspace let messages be edited for a short while only, so tickets' cards and "
    "corrected messages stay as they were. In Slack, Tools & settings, Workspace settings, Message editing and "
    "deletion: allow messages to be edited at any time."
)


def _bad_token(error: str) -> str:
    return (
        f"Slack does not take the app's bot token ({error}). At api.slack.com/apps, your app, Install App: install it "
        "again, put the Bot User OAuth Token into BOT_SLACK__BOT_TOKEN and start the desk again."
    )


def _workspace_away(error: str) -> str:
    return (
        f"The Slack workspace keeps the app out ({error}). A workspace owner must allow it: in Slack, Tools & "
        "settings, Manage apps, your app."
    )


def _closed(refused: Refused) -> Undeliverable:
    """Of a direct message: with the person there is none."""
    if refused.error in NO_PERSON | NOT_IN | RESTRICTED | {ARCHIVED}:
        return Undeliverable(f"The person takes no messages from the app on Slack: {refused}")
    return refused


def _scope(refused: Refused) -> str:
    """Of the scopes that would do, as Slack names them, the one for the conversation that it was about."""
    needed = [scope.strip() for scope in refused.needed.split(",") if scope.strip()]
    kind = "im:" if refused.channel.startswith("D") else "groups:"
    return next(
        (scope for scope in needed if scope.startswith(kind)), needed[0] if needed else f"that {refused.method} needs"
    )


def _proven(parcel: Parcel) -> Iterator[str]:
    """What a delivery that got there shows to be in order."""
    yield TOKEN
    yield WORKSPACE
    intent, thread = parcel.delivery.intent, parcel.thread
    if intent in (Intent.REACTIONS, Intent.MARK):
        yield scope_key("reactions:write")
    if intent is Intent.REACTIONS:
        yield scope_key("reactions:read")
    if intent is Intent.MESSAGE:
        yield scope_key("chat:write.customize")
    if intent in _WRITES | {Intent.MESSAGE}:
        yield scope_key("chat:write")
    is_direct = thread is None or thread.participant is not None
    if is_direct and intent in _WRITES:
        yield TAB
        yield scope_key("im:write")
    if intent in (Intent.TICKET_CARD, Intent.EDIT):
        yield EDITING
    if parcel.delivery.attempts > 1:
        yield scope_key("im:history" if is_direct else "groups:history")
    if thread is not None and thread.audience is Audience.STAFF and intent in _WRITES | {Intent.MESSAGE}:
        yield channel_key(thread.place)
