"""One interaction being answered: within three seconds with the first word, within fifteen minutes with the last.

By our own client, since discord.py's repeats a call that failed while Discord no longer waits for it. All answers are
seen by nobody but the one who asked.
https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
import structlog

from adapters.discord.api.codes import Code
from adapters.discord.api.rest import Refused, Rest
from core.cards.card import Reader
from core.ports import Retry, Unknown

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]
"""What Discord's API takes."""

MESSAGE, THINK, THINK_AND_CHANGE, FORM = 4, 5, 6, 9
_EPHEMERAL = 1 << 6
_TOO_LATE = {10062, 40060}
"""Discord knows the interaction no more; or another process has acknowledged it."""
_SOON = 0.5
_TRIES = 4
_LONGEST_PAUSE = 30.0
"""Seconds."""
_NOTHING: Payload = {"content": "", "embeds": [], "components": [], "allowed_mentions": {"parse": []}}


class Late(Exception):
    """There is nobody to answer any more."""


class Conversation:
    """``reader``: for whom the answer is made, as far as the interaction itself says."""

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        rest: Rest,
        reader: Reader,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.interaction = interaction
        self.reader = reader
        self._rest = rest
        self._sleep = sleep
        self._is_acknowledged = False

    async def ask(self, form: Payload) -> None:
        """Open a form. Raises Late, Refused."""
        await self._acknowledge({"type": FORM, "data": form})

    async def think(self) -> None:
        """Say that the answer is coming. Raises Late, Refused."""
        await self._acknowledge({"type": THINK, "data": {"flags": _EPHEMERAL}})

    async def think_and_change(self) -> None:
        """The same, where the answer takes the place of the message whose button or menu was used."""
        await self._acknowledge({"type": THINK_AND_CHANGE})

    async def tell(self, message: Payload) -> None:
        """The answer, in place of any that was told before. Raises Late, Refused, Retry, Unknown."""
        whole = {**_NOTHING, **message}
        if not self._is_acknowledged:
            await self._acknowledge({"type": MESSAGE, "data": {**whole, "flags": _EPHEMERAL}})
            return
        for attempt in range(_TRIES):
            try:
                await self._tell(whole)
                return
            except (Retry, Unknown) as lost:
                # To say the same again does no harm, and without an answer it thinks for ever.
                pause = max(lost.after or 0.0 if isinstance(lost, Retry) else 0.0, _SOON * 2**attempt)
                if attempt + 1 == _TRIES or pause > _LONGEST_PAUSE:
                    raise
                await self._sleep(pause)

    async def _tell(self, whole: Payload) -> None:
        at = self.interaction
        path = f"/webhooks/{at.application_id}/{at.token}"
        try:
            await self._rest.call("PATCH", f"{path}/messages/@original", json=whole, authorised=False)
        except Refused as refused:
            if refused.code != Code.ARCHIVED:
                raise
            # In a thread that was put away, which what was asked for may just have done, nothing can be changed, not
            # even "thinking": but something may be said, which then stands in its place.
            await self._rest.call("POST", path, json={**whole, "flags": _EPHEMERAL}, authorised=False)

    async def _acknowledge(self, body: Payload) -> None:
        path = f"/interactions/{self.interaction.id}/{self.interaction.token}/callback"
        try:
            await self._acknowledged(path, body)
        except Unknown:
            # If it was not taken, the answer will not be either: then that is what is logged.
            log.warning("discord_acknowledgement_unsure", interaction=self.interaction.id)
        except Refused as refused:
            if refused.code in _TOO_LATE:
                raise Late(str(refused)) from None
            raise
        self._is_acknowledged = True

    async def _acknowledged(self, path: str, body: Payload) -> None:
        try:
            await self._rest.call("POST", path, json=body, authorised=False)
        except Retry as busy:
            if (busy.after or 0.0) > _SOON:
                raise Late(str(busy)) from None
            await self._sleep(busy.after or 0.0)
            await self._rest.call("POST", path, json=body, authorised=False)
