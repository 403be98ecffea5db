"""What people said elsewhere, said in a thread on Discord under their name and picture.

By the channel's webhook; where the bot may have none, in its own name, as an embed that bears the person's. A long text
is several messages, and each of them is said once, however often the delivery is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.chat.names import marked
from adapters.discord.api.codes import FORBIDDEN, Code
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.sending.files import Files, attached, is_too_large
from adapters.discord.sending.history import Message, begun, is_again, messages_since
from adapters.discord.sending.places import Places
from adapters.discord.sending.posts import Posts
from adapters.discord.sending.webhooks import NoWebhook, Webhooks
from adapters.discord.words.fit import clip, is_web_link, units
from adapters.discord.words.markup import MESSAGE, pieces
from adapters.discord.words.render import Payload, text_message, webhook_name
from core.model.outbox import Delivery
from core.model.thread import Copy, File, Thread
from core.ports import Removal, Spoken
from core.storage import Store

_NAME, _NAMED = 70, 80
"""Characters of a name without and with the mark."""
_PICTURE = 2_048


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one message."""

    words: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where something is said, for which delivery."""

    delivery: Delivery
    thread: Thread
    to: str
    """What Discord calls the thread."""
    ref: str


class Speaking:
    def __init__(
        self, rest: Rest, store: Store, files: Files, places: Places, posts: Posts, webhooks: Webhooks
    ) -> None:
        self._rest = rest
        self._store = store
        self._files = files
        self._places = places
        self._posts = posts
        self._webhooks = webhooks

    async def say(self, scene: Scene, spoken: Spoken) -> tuple[str, ...]:
        """The ids of the messages that it became."""
        return await self._say(scene, spoken, self._pieces(scene, spoken))

    async def edit(self, scene: Scene, spoken: Spoken, copy: Copy) -> tuple[str, ...]:
        """Change what a copy says; the ids of the messages that it is now. A member's own message stays as it is."""
        first = await self._posts.read(scene.to, copy.external_ids[0])
        by_webhook = first is not None and bool(first.get("webhook_id"))
        if first is None or not (by_webhook or str(first["author"]["id"]) == await self._places.me()):
            return copy.external_ids
        planned = self._pieces(scene, spoken, refused=not first.get("attachments"))
        # Files past those of the first message have messages of their own at the end, which no edit changes.
        fixed = sum(1 for piece in planned[1:] if piece.files)
        words = planned[: len(planned) - fixed]
        there = copy.external_ids[: max(len(copy.external_ids) - fixed, 1)]
        kept: list[str] = []
        for message, piece in zip(there, words, strict=False):
            await self._change(scene, spoken, message, piece, by_webhook=by_webhook)
            kept.append(message)
        kept += await self._say(scene, spoken, words[len(there) :])
        for message in there[len(words) :]:
            await self.remove(scene.thread, scene.to, message)
        return (*kept, *copy.external_ids[len(there) :])

    async def remove(self, thread: Thread, to: str, message: str) -> None:
        """Take a message out of a thread; it may be gone already."""
        try:
            await self._posts.delete(to, message)
        except Refused as refused:
            if refused.code not in FORBIDDEN:
                raise
            # Without Manage Messages a webhook still takes back what it said itself.
            try:
                await self._webhooks.delete(thread, to, message)
            except (Refused, NoWebhook):
                raise refused from None

    async def unsay(self, scene: Scene, removal: Removal) -> None:
        """Take out what an earlier attempt may have said: nobody knows what it is called, so by who said it since."""
        me, name = await self._places.me(), _shown_name(removal)
        async for message in messages_since(self._rest, scene.to, begun(scene.delivery)):
            found = str(message["id"])
            if _is_said_as(message, name, me) and not await self._is_anothers(scene, found):
                await self.remove(scene.thread, scene.to, found)

    def _pieces(self, scene: Scene, spoken: Spoken, *, refused: bool = False) -> list[Piece]:
        """``refused``: Discord did not take the files."""
        batches, left = ([], list(spoken.files)) if refused else self._files.sorted_out(spoken.files)
        words = pieces(spoken.text)
        if line := self._files.elsewhere(left, scene.ref):
            if words and units(words[-1]) + 1 + units(line) <= MESSAGE:
                words[-1] += f"\n{line}"
            else:
                words.append(line)
        if not batches:
            return [Piece(one) for one in words]
        first, *others = words or [""]
        return [Piece(first, batches[0]), *map(Piece, others), *(Piece("", batch) for batch in batches[1:])]

    async def _say(self, scene: Scene, spoken: Spoken, planned: Sequence[Piece]) -> tuple[str, ...]:
        said = await self._said_before(scene, spoken, planned) if planned and is_again(scene.delivery) else []
        while len(said) < len(planned):
            part = len(said)
            try:
                said.append(await self._post(scene, spoken, planned[part], part))
            except Refused as refused:
                if not planned[part].files or not is_too_large(refused):
                    raise
                planned = self._without_files(scene, spoken, planned, part)
        return tuple(said)

    def _without_files(self, scene: Scene, spoken: Spoken, planned: Sequence[Piece], part: int) -> Sequence[Piece]:
        """What to say instead where Discord did not take the files of ``part``; the parts before it are said."""
        if part == 0:
            return self._pieces(scene, spoken, refused=True)
        # Past the first, files stand alone at the end.
        left = [file for piece in planned[part:] for file in piece.files]
        return [*planned[:part], Piece(self._files.elsewhere(left, scene.ref))]

    async def _post(self, scene: Scene, spoken: Spoken, piece: Piece, part: int) -> str:
        uploads = self._files.uploads(piece.files)
        try:
            said = attached({**text_message(piece.words), **_by(spoken)}, uploads)
            return await self._webhooks.post(scene.thread, scene.to, said, uploads)
        except NoWebhook:
            shown = attached(_in_own_name(spoken, piece.words), uploads)
            return await self._posts.post(scene.delivery, scene.to, shown, part=part, files=uploads)

    async def _change(self, scene: Scene, spoken: Spoken, message: str, piece: Piece, *, by_webhook: bool) -> None:
        if not by_webhook:
            await self._posts.edit(scene.to, message, _in_own_name(spoken, piece.words))
            return
        try:
            await self._webhooks.edit(scene.thread, scene.to, message, text_message(piece.words))
        except NoWebhook:
            return
        except Refused as refused:
            if refused.code != Code.UNKNOWN_MESSAGE:
                raise

    async def _said_before(self, scene: Scene, spoken: Spoken, planned: Sequence[Piece]) -> list[str]:
        """The messages that earlier attempts made, from the first on, in the words of now: as no receipt tells of them,
        no edit meanwhile has found them."""
        me, name = await self._places.me(), _shown_name(spoken)
        since = [one async for one in messages_since(self._rest, scene.to, begun(scene.delivery))]
        found: list[str] = []
        for message in since:
            number = str(message["id"])
            if not _is_said_as(message, name, me) or await self._is_anothers(scene, number):
                continue
            piece = planned[len(found)] if len(found) < len(planned) else None
            if piece is None or len(message.get("attachments") or ()) != len(piece.files):
                await self.remove(scene.thread, scene.to, number)
                continue
            if _words_in(message) != piece.words.strip():
                await self._change(scene, spoken, number, piece, by_webhook=bool(message.get("webhook_id")))
            found.append(number)
        return found

    async def _is_anothers(self, scene: Scene, external_id: str) -> bool:
        """Whether it is known as part of a message: of another one, or of this one as it was before."""
        async with self._store.read() as work:
            return await work.copies.find(scene.thread.id, external_id) is not None


def _shown_name(who: Spoken | Removal) -> str:
    return clip(marked(webhook_name(clip(who.author, _NAME)), by_staff=who.by_staff), _NAMED)


def _by(spoken: Spoken) -> Payload:
    made: Payload = {"username": _shown_name(spoken)}
    if spoken.avatar_url and is_web_link(spoken.avatar_url, _PICTURE):
        made["avatar_url"] = spoken.avatar_url
    return made


def _in_own_name(spoken: Spoken, words: str) -> Payload:
    by = _by(spoken)
    author = {"name": by["username"]} | ({"icon_url": by["avatar_url"]} if "avatar_url" in by else {})
    shown: dict[str, Any] = {"author": author} | ({"description": words} if words else {})
    return {"embeds": [shown], "allowed_mentions": {"parse": []}}


def _is_said_as(message: Message, name: str, me: str) -> bool:
    """By the webhook, or in the bot's own name."""
    if message.get("webhook_id"):
        return " ".join(str(message["author"]["username"]).split()) == " ".join(name.split())
    embeds = message.get("embeds") or []
    is_mine = str(message["author"]["id"]) == me and len(embeds) == 1
    return is_mine and (embeds[0].get("author") or {}).get("name") == name


def _words_in(message: Message) -> str:
    """What a message of ours says: by the webhook, or as an embed."""
    shown = message.get("content") if message.get("webhook_id") else message["embeds"][0].get("description")
    return str(shown or "").strip()
