"""What stands in the desk's way on Discord, told to the admins once, and told again when it is mended.

A delivery that a missing permission stops is put off, not given up: giving the permission back then lets what people
say through by itself. What only tidies up (``_STEP_ASIDE``) waits for an admin's retry.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from adapters.discord.api.codes import FORBIDDEN, Code
from adapters.discord.api.rest import Refused
from adapters.discord.permissions import REQUESTER_CHANNEL, TRIAGE_CHANNEL
from adapters.discord.sending.places import Places
from core.model.outbox import Intent
from core.model.thread import Audience, Thread
from core.ports import Gone, Parcel, Retry, Roster, Undeliverable

Report = Callable[[str, str], Awaitable[None]]
"""Told a key and a sentence: what, where, and how to mend it."""
Mended = Callable[[str], Awaitable[None]]
"""Told the key."""

PATIENCE = 300.0
"""Seconds until what an admin has to mend is tried again."""
ROOM = 60.0
"""Seconds until a place among the active threads is tried for again."""
TOKEN = "discord:token"  # noqa: S105 - a trouble's key, which names no token


class What(StrEnum):
    """What of a channel does not work: its trouble is over when all of it works again."""

    THREADS = "threads"
    MESSAGES = "messages"
    WEBHOOKS = "webhooks"
    PINS = "pins"
    MEMBERS = "members"
    PEOPLE = "people"
    """Those who do not see the channel; the bot does."""
    SETTLING = "settling"
    REACTIONS = "reactions"
    ALL = "all"


_NEEDED = {
    Intent.CREATE_THREAD: What.THREADS,
    Intent.MEMBERS: What.MEMBERS,
    Intent.SETTLE: What.SETTLING,
    Intent.REACTIONS: What.REACTIONS,
}
_STEP_ASIDE = frozenset({What.MEMBERS, What.SETTLING, What.REACTIONS})
"""These do not hold up what people say to each other; but nothing more is said as long as somebody reads along who was
taken out."""
_PROOFS = frozenset({What.ALL, What.WEBHOOKS})
"""What shows that a trouble of an earlier process is over: nothing needs more than a webhook does."""


def permission_key(channel: str) -> str:
    return f"discord:permission:{channel}"


def channel_key(channel: str) -> str:
    return f"discord:channel:{channel}"


def threads_key(guild: str) -> str:
    return f"discord:active-threads:{guild}"


class Troubles:
    def __init__(self, report: Report, mended: Mended, places: Places) -> None:
        self._report = report
        self._mended = mended
        self._places = places
        self._standing: dict[str, set[What]] = {}
        self._fine: set[str] = set()

    async def found(self, key: str, sentence: str, what: What = What.ALL) -> None:
        self._standing.setdefault(key, set()).add(what)
        self._fine.discard(key)
        await self._report(key, sentence)

    async def fine(self, key: str, what: What = What.ALL, *, sure: bool = False) -> None:
        """It works. ``sure``: it did not, a moment ago, as some process saw it."""
        standing = self._standing.get(key)
        if standing is not None:
            standing.discard(what)
            if standing:
                return
            del self._standing[key]
        elif not sure and (key in self._fine or what not in _PROOFS):
            return
        self._fine.add(key)
        await self._mended(key)

    async def delivered(self, parcel: Parcel) -> None:
        """It got there, so what stood in its way does no longer."""
        sure = parcel.delivery.attempts > 1
        await self.fine(TOKEN)
        thread = parcel.thread
        if thread is None:
            return
        await self.fine(channel_key(thread.place))
        await self.fine(permission_key(thread.place), _NEEDED.get(parcel.delivery.intent, What.MESSAGES), sure=sure)
        if parcel.delivery.intent is Intent.CREATE_THREAD:
            await self.fine(permission_key(thread.place), What.MESSAGES)
        if parcel.delivery.intent is Intent.CREATE_THREAD and thread.audience is not Audience.STAFF:
            # The staff's is made of a message, which takes no place among the active threads.
            await self.fine(threads_key((await self._places.of(thread.place)).guild), sure=sure)

    async def forbidden(self, channel: str, thread: Thread | None, what: What) -> str:
        """Tell the admins which permissions are missing in ``channel``; the sentence."""
        is_triage = thread is not None and thread.audience is Audience.STAFF
        lacking = await self._places.lacking(channel, TRIAGE_CHANNEL if is_triage else REQUESTER_CHANNEL)
        where = await self._places.words(channel)
        sentence = (
            f"The bot may not do its work in {where}. "
            f"Its role needs there, under Edit Channel, Permissions: {', '.join(lacking)}."
        )
        await self.found(permission_key(channel), sentence, what)
        return sentence

    async def verdict(self, parcel: Parcel, refused: Refused) -> Retry | Undeliverable | Gone:
        """What a refusal means for a delivery; the admins are told where it is theirs to mend."""
        if refused.status == 401 and refused.code != Code.BAD_WEBHOOK_TOKEN:
            return await self._bad_token()
        thread = parcel.thread
        if thread is None:
            return refused
        if refused.code == Code.UNKNOWN_CHANNEL:
            return await self._unknown(refused, thread)
        if refused.code == Code.THREADS_FULL:
            return await self._full(thread)
        if refused.code in FORBIDDEN:
            return await self._denied(parcel, refused, thread)
        return refused

    async def _bad_token(self) -> Retry:
        sentence = (
            "Discord does not know the bot's token. In the Developer Portal, your application, Bot, "
            "Reset Token; put the new one into BOT_DISCORD__TOKEN and start the desk again."
        )
        await self.found(TOKEN, sentence)
        return Retry(sentence, after=PATIENCE)

    async def _unknown(self, refused: Refused, thread: Thread) -> Undeliverable | Gone:
        if refused.channel != thread.place:
            return Gone("The thread on Discord was deleted.")
        sentence = (
            f"Channel {thread.place} on Discord, which bot.toml names, is not there any more: "
            "name another, start the desk again and retry what failed (/desk failures)."
        )
        await self.found(channel_key(thread.place), sentence)
        return Undeliverable(sentence)

    async def _full(self, thread: Thread) -> Retry:
        place = await self._places.of(thread.place)
        sentence = (
            f"The server of {place.words} has all the active threads that Discord allows, and none of them is a "
            "resolved ticket's that could be archived: resolve tickets, or archive other threads."
        )
        await self.found(threads_key(place.guild), sentence)
        return Retry(sentence, after=ROOM)

    async def _denied(self, parcel: Parcel, refused: Refused, thread: Thread) -> Retry | Undeliverable:
        what = _NEEDED.get(parcel.delivery.intent, What.MESSAGES)
        if refused.code == Code.MISSING_ACCESS:
            where = await self._places.words(thread.place)
            sentence = (
                f"The bot cannot see {where}. Invite it to the server again, or allow its role View Channel there "
                "(Edit Channel, Permissions)."
            )
            await self.found(channel_key(thread.place), sentence)
        else:
            sentence = await self.forbidden(thread.place, thread, what)
        takes_out = isinstance(parcel.content, Roster) and bool(parcel.content.gone)
        steps_aside = what in _STEP_ASIDE and not takes_out
        return Undeliverable(sentence) if steps_aside else Retry(sentence, after=PATIENCE)
