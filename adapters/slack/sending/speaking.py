"""What people said elsewhere, said in a thread on Slack under their name and picture.

A long text is several messages, and each of them is said once, however often the delivery is tried. Files come after
the words, as a message of the app's own: Slack shares them under no other name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.chat.names import marked, visible
from adapters.slack.sending.files import Files, is_file
from adapters.slack.sending.history import Place
from adapters.slack.sending.marks import Marks
from adapters.slack.sending.posts import Payload, Posts
from adapters.slack.words.addresses import is_web_link
from adapters.slack.words.fit import MESSAGE_SIZE, clip
from adapters.slack.words.rich import message, pieces
from core.model.outbox import Delivery
from core.model.thread import Copy, File, MessageKind, Thread
from core.ports import Spoken
from core.text import Text

_NAME, _NAMED = 70, 80
"""Characters of a name without and with the mark."""
_PICTURE = 2_048
_NOTE = "Note, for the staff alone"
_SIGN_SIZE = 300
"""What the sign of a note takes of a message, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where something is said, for which delivery."""

    delivery: Delivery
    thread: Thread
    place: Place
    ref: str


class Speaking:
    def __init__(self, posts: Posts, files: Files, marks: Marks) -> None:
        self._posts = posts
        self._files = files
        self._marks = marks

    async def say(self, scene: Scene, spoken: Spoken) -> tuple[str, ...]:
        """What Slack calls it: its messages, then its files and the message that shows them."""
        taken, left = self._files.sorted_out(spoken.files)
        said = await self._say(scene, spoken, self._messages(scene, spoken, left))
        if not taken:
            return said
        comment = "" if said else _from(spoken)
        shared = await self._files.share(scene.delivery, scene.place, scene.thread.id, taken, comment=comment)
        if shared is not None:
            return (*said, *shared)
        line = _messages(spoken, self._files.elsewhere(taken, scene.ref))
        return (*said, *await self._say(scene, spoken, line, first=len(said)))

    async def edit(self, scene: Scene, spoken: Spoken, copy: Copy) -> tuple[str, ...]:
        """Change what a copy says; what it is called now. A member's own message stays as it is."""
        there = words_in(copy)
        rest = copy.external_ids[len(there) :]
        left = self._files.sorted_out(spoken.files)[1] if rest else list(spoken.files)
        planned = self._messages(scene, spoken, left)
        kept: list[str] = []
        for ts, payload in zip(there, planned, strict=False):
            is_changed = await self._posts.change(scene.place.channel, ts, payload)
            if not is_changed and not kept:
                return copy.external_ids
            kept.append(ts)
        kept += await self._say(scene, spoken, planned[len(there) :])
        for ts in there[len(planned) :]:
            await self._posts.delete(scene.place.channel, ts)
        return (*kept, *rest)

    async def remove(self, place: Place, external_id: str) -> None:
        """Take a message or a file out of a thread; it may be gone already. Of a member's own, which nobody else can
        delete, the app takes back its marks."""
        if is_file(external_id):
            await self._files.delete(external_id)
        elif not await self._posts.delete(place.channel, external_id):
            await self._marks.unmark(place.channel, external_id)

    async def unsay(self, scene: Scene) -> None:
        """Take out what an earlier attempt may have said."""
        for ts in (await self._posts.posted(scene.delivery, scene.place)).values():
            await self._posts.delete(scene.place.channel, ts)
        await self._files.withdraw(scene.delivery, scene.place, scene.thread.id)

    def _messages(self, scene: Scene, spoken: Spoken, left: Sequence[File]) -> list[Payload]:
        """The words, with the line on files that are elsewhere."""
        return _messages(spoken, Text((*spoken.text.blocks, *self._files.elsewhere(left, scene.ref).blocks)))

    async def _say(
        self, scene: Scene, spoken: Spoken, planned: Sequence[Payload], *, first: int = 0
    ) -> tuple[str, ...]:
        """``first``: the number of the first of ``planned`` among the delivery's messages."""
        by = _by(spoken)
        return tuple(
            [
                await self._posts.post_once(scene.delivery, scene.place, {**by, **payload}, part=part)
                for part, payload in enumerate(planned, start=first)
            ]
        )


def _messages(spoken: Spoken, words: Text) -> list[Payload]:
    if spoken.kind is not MessageKind.NOTE:
        return [message(blocks) for blocks in pieces(words)]
    return [_noted(message(blocks)) for blocks in pieces(words, size=MESSAGE_SIZE - _SIGN_SIZE)]


def _noted(payload: Payload) -> Payload:
    """With the sign of a note, which no words can feign: in ``rich_text`` there is nothing like it."""
    sign = {"type": "context", "elements": [{"type": "mrkdwn", "text": f":memo: {_NOTE}"}]}
    return {"text": f"{_NOTE}: {payload['text']}", "blocks": [sign, *payload["blocks"]]}


def _shown_name(spoken: Spoken) -> str:
    name = clip(visible(spoken.author), _NAME) or "?"
    return clip(marked(name, by_staff=spoken.by_staff), _NAMED)


def _by(spoken: Spoken) -> Payload:
    made: Payload = {"username": _shown_name(spoken)}
    if spoken.avatar_url and is_web_link(spoken.avatar_url, _PICTURE):
        made = {**made, "icon_url": spoken.avatar_url}
    return made


def _from(spoken: Spoken) -> str:
    """Above files that no words go with."""
    name = _shown_name(spoken)
    return f"{_NOTE}, from {name}" if spoken.kind is MessageKind.NOTE else f"From {name}"


def words_in(copy: Copy) -> tuple[str, ...]:
    """The messages of a copy that bear its words: files, and the message that shows them, come after them."""
    ids = copy.external_ids
    first_file = next((index for index, one in enumerate(ids) if is_file(one)), len(ids))
    return ids[:first_file]
