"""Messages of the bot's own: posted once, edited, deleted, pinned, reacted to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from adapters.chat.reactions import STAND_IN, own_name
from adapters.discord.api.codes import FORBIDDEN, Code
from adapters.discord.api.rest import Refused, Rest, Upload
from adapters.discord.sending.history import Message, begun, is_again, messages_since, says_same
from adapters.discord.sending.places import Places
from core.model.outbox import Delivery

Payload = Mapping[str, Any]
Test = Callable[[Message], Awaitable[bool]]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_VARIANT = "\ufe0f"
"""Asks for a sign's picture; Discord leaves it out or in as it likes."""


def nonce(delivery: Delivery, part: int) -> Mapping[str, Any]:
    """Makes one message of any number of tries within a few minutes. It has 25 characters at most
    (https://discord.com/developers/docs/resources/message#create-message): the delivery's key leaves one."""
    return {"nonce": f"{delivery.key}{_DIGITS[part]}", "enforce_nonce": True} if part < len(_DIGITS) else {}


class Posts:
    def __init__(self, rest: Rest, places: Places) -> None:
        self._rest = rest
        self._places = places

    async def post(
        self, delivery: Delivery, channel: str, payload: Payload, *, part: int = 0, files: Sequence[Upload] = ()
    ) -> str:
        """The message's id."""
        body = {**payload, **nonce(delivery, part)}
        made = await self._rest.call("POST", f"/channels/{channel}/messages", json=body, files=files)
        return str(made["id"])

    async def post_once(self, delivery: Delivery, channel: str, payload: Payload) -> str:
        """The same, unless an earlier attempt of the delivery did it."""
        if is_again(delivery):

            async def is_it(message: Message) -> bool:
                return message.get("nonce") == nonce(delivery, 0)["nonce"] or says_same(message, payload)

            found = await self.find(channel, begun(delivery), is_it)
            if found is not None:
                return found
        return await self.post(delivery, channel, payload)

    async def find(self, channel: str, after: int, is_it: Test) -> str | None:
        """The bot's first message above ``after`` that is it."""
        me = await self._places.me()
        async for message in messages_since(self._rest, channel, after):
            ours = str(message["author"]["id"]) == me and not message.get("webhook_id")
            if ours and message.get("type", 0) == 0 and await is_it(message):
                return str(message["id"])
        return None

    async def read(self, channel: str, message: str) -> Message | None:
        """None where it was deleted."""
        try:
            found: Message = await self._rest.call("GET", f"/channels/{channel}/messages/{message}")
        except Refused as refused:
            if refused.code != Code.UNKNOWN_MESSAGE:
                raise
            return None
        return found

    async def edit(self, channel: str, message: str, payload: Payload) -> bool:
        """False where it was deleted. What is attached stays, since the payload names no attachments."""
        try:
            await self._rest.call("PATCH", f"/channels/{channel}/messages/{message}", json=payload)
        except Refused as refused:
            if refused.code != Code.UNKNOWN_MESSAGE:
                raise
            return False
        return True

    async def delete(self, channel: str, message: str) -> None:
        try:
            await self._rest.call("DELETE", f"/channels/{channel}/messages/{message}")
        except Refused as refused:
            if refused.code != Code.UNKNOWN_MESSAGE:
                raise

    async def pin(self, channel: str, message: str) -> bool:
        """False where the bot may not."""
        try:
            await self._rest.call("PUT", f"/channels/{channel}/messages/pins/{message}")
        except Refused as refused:
            if refused.code in FORBIDDEN:
                return False
            if refused.code not in (Code.PINS_FULL, Code.UNKNOWN_MESSAGE):
                raise
        return True

    async def show_reactions(self, channel: str, message: str, emoji: Sequence[str]) -> None:
        """Make the bot's own reactions those, with a stand-in for all that are somebody's own."""
        found = await self.read(channel, message)
        if found is None:
            return
        reactions = [one for one in found.get("reactions") or () if one.get("me") and not one["emoji"].get("id")]
        there = {_bare(one["emoji"]["name"]): str(one["emoji"]["name"]) for one in reactions}
        shown = [STAND_IN if own_name(one) else one for one in emoji]
        wanted = {_bare(one): one for one in shown}
        for bare, sign in there.items():
            if bare not in wanted:
                await self._react("DELETE", channel, message, sign)
        for bare, sign in wanted.items():
            if bare not in there:
                await self._react("PUT", channel, message, sign)

    async def _react(self, method: str, channel: str, message: str, sign: str) -> None:
        path = f"/channels/{channel}/messages/{message}/reactions/{quote(sign, safe='')}/@me"
        try:
            await self._rest.call(method, path)
        except Refused as refused:
            if refused.code not in (Code.UNKNOWN_EMOJI, Code.UNKNOWN_MESSAGE, Code.REACTIONS_FULL):
                raise


def _bare(sign: str) -> str:
    return sign.replace(_VARIANT, "")
