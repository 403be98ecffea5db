"""What a Discord message says, in the desk's own terms: its words, and in words what else it bears."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

import aiohttp
import discord

from adapters.chat.downloads import Attachment, NotGiven
from adapters.discord.hearing.named import channels_named, roles_named
from adapters.discord.people import identity_of
from adapters.discord.words.parse import Forward, Poll, Sticker, parse_message, with_extras
from core.model.ids import PersonId
from core.ports import Retry, time_for
from core.storage import Store
from core.text import Mention, Paragraph, Plain, Quote, Text, clean_line, shorten

_SECONDS = 60.0
"""For what a download takes beside its bytes."""
_PIECE = 65_536
_QUOTED = 150
"""Characters of what is answered."""
_SAID = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""What people write; the other types are Discord's own lines (somebody was added, something was pinned)."""


def is_said(message: discord.Message) -> bool:
    """Whether a person wrote it: no bot, no webhook (by which the desk speaks for people elsewhere), not Discord."""
    return message.type in _SAID and message.webhook_id is None and not message.author.bot


def attachments_of(message: discord.Message) -> list[Attachment]:
    """Those of what it forwards too."""
    forwarded = [one for snapshot in message.message_snapshots for one in snapshot.attachments]
    return [attachment(one) for one in (*message.attachments, *forwarded)]


def attachment(sent: discord.Attachment) -> Attachment:
    """Its link expires within a day (https://discord.com/developers/docs/reference#signed-attachment-cdn-urls)."""

    async def fetch() -> AsyncGenerator[bytes]:
        timeout = aiohttp.ClientTimeout(total=_SECONDS + time_for(sent.size), sock_connect=5)
        # discord.py reads a file whole into memory.
        async with aiohttp.ClientSession() as session, session.get(sent.url, timeout=timeout) as response:
            if response.status == 429 or response.status >= 500:
                raise Retry(f"Discord answered {response.status} to the download of a file.")
            if response.status != 200:
                raise NotGiven
            async for piece in response.content.iter_chunked(_PIECE):
                yield piece

    return Attachment(str(sent.id), sent.filename, sent.size, fetch)


async def text_of(message: discord.Message, store: Store, lost_files: Sequence[str]) -> Text:
    """``lost_files``: a sentence for each file of it that could not be kept. Raises Unavailable."""
    people = await _people(message.mentions, store)
    roles, channels = roles_named(message), channels_named(message)
    text = with_extras(
        parse_message(message.content, people, roles, channels),
        stickers=_stickers(message),
        forwards=[
            Forward(_forwarded(snapshot, people, roles, channels), _where(message))
            for snapshot in message.message_snapshots
        ],
        polls=[_poll(message.poll, message.jump_url)] if message.poll is not None else [],
        lost_files=lost_files,
    )
    answered = _answered(message)
    return Text((answered, *text.blocks)) if answered is not None else text


async def known_as(user_ids: Iterable[int], store: Store) -> Mapping[str, PersonId]:
    """Discord's id -> the person, for those whom the desk knows."""
    ids = [str(user) for user in user_ids]
    if not ids:
        return {}
    identity = identity_of("")
    async with store.read() as work:
        return await work.people.by_external(identity.platform, identity.realm, ids)


async def _people(mentions: Sequence[discord.abc.User], store: Store) -> Mapping[str, Mention]:
    known = await known_as((user.id for user in mentions), store)
    return {str(user.id): Mention(known.get(str(user.id)), user.display_name) for user in mentions}


def _forwarded(
    snapshot: discord.MessageSnapshot,
    people: Mapping[str, Mention],
    roles: Mapping[str, str],
    channels: Mapping[str, str],
) -> Text:
    text = parse_message(snapshot.content, people, roles, channels)
    return with_extras(text, stickers=_stickers(snapshot))


def _where(message: discord.Message) -> str:
    """Where what ``message`` forwards was said. "" where Discord does not tell it."""
    reference = message.reference
    return reference.jump_url if reference is not None and reference.message_id is not None else ""


def _stickers(message: discord.Message | discord.MessageSnapshot) -> list[Sticker]:
    return [Sticker(one.name, one.url) for one in message.stickers]


def _poll(poll: discord.Poll, url: str) -> Poll:
    """An answer may bear an emoji."""
    answers = [" ".join(filter(None, (_emoji(answer.emoji), answer.text))) for answer in poll.answers]
    return Poll(poll.question or "", answers, url)


def _emoji(emoji: discord.PartialEmoji | discord.Emoji | None) -> str:
    if emoji is None:
        return ""
    is_own = isinstance(emoji, discord.Emoji) or emoji.is_custom_emoji()
    return f":{emoji.name}:" if is_own else emoji.name


def _answered(message: discord.Message) -> Quote | None:
    """A short quote of what the message answers, so that it can be understood elsewhere."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    if not isinstance(reference.resolved, discord.Message):
        return None
    words = clean_line(parse_message(reference.resolved.content, {}, {}, {}).plain())
    if not words:
        return None
    name = clean_line(reference.resolved.author.display_name)
    return Quote((Paragraph((Plain(f"{name}: {shorten(words, _QUOTED)}"),)),))
