"""What people write on Slack made into ``Text``: a message with its blocks, or what they typed into a form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.slack.words.escape import unescape
from adapters.slack.words.names import Names
from adapters.slack.words.parse_mrkdwn import read_mrkdwn
from adapters.slack.words.parse_rich import elements_of, read_rich
from core.text import Block, Mention, Paragraph, Plain, Quote, Text, clean, clean_line, link

Message = Mapping[str, Any]
"""JSON as Slack sends it."""

_NAMED = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>\n]*)?>")


def parse_message(
    message: Message,
    people: Mapping[str, Mention],
    channels: Mapping[str, str],
    groups: Mapping[str, str],
    workspace: str = "",
) -> Text:
    """What ``message`` says, and what the messages say that it forwards; nothing that was typed is dropped.

    Read from its ``rich_text`` blocks where it has such, else from its ``text``. ``people``, ``channels`` and
    ``groups`` tell, by their Slack id, whom and what it may name; who is not there is "somebody".
    ``workspace``: its address.
    """
    names = Names(people, channels, groups, workspace)
    blocks = [*_said(message, names)]
    for shared in _shared(message):
        quoted = tuple(block for said in _messages_of(shared) for block in _said(said, names))
        blocks.append(_forwarded(shared))
        blocks.append(Quote(quoted or (_line("(nothing that can be shown)"),)))
    return Text(tuple(blocks))


def _forwarded(shared: Message) -> Paragraph:
    """Who said it, with the way to where it stands."""
    who = clean_line(unescape(str(shared.get("author_name") or "")))
    words = Plain(f"Forwarded, from {who}" if who else "Forwarded")
    return Paragraph((link(unescape(str(shared.get("from_url") or "")), (words,)), Plain(":")))


def parse_typed(words: str) -> Text:
    """What was typed into a form or behind a command: the same markup, with nobody looked up."""
    return read_mrkdwn(words, Names())


def with_extras(text: Text, *, lost_files: Sequence[str] = ()) -> Text:
    """``text``, and a sentence for each file of the message that could not be kept, with its reason."""
    return Text((*text.blocks, *(_line(f"(file not kept: {reason})") for reason in lost_files)))


def mentioned_users(message: Message) -> list[str]:
    """The Slack ids of those whom ``message``, or what it forwards, names, each once."""
    messages = [message, *(said for shared in _shared(message) for said in _messages_of(shared))]
    return list(dict.fromkeys(user for said in messages for user in _named_in(said)))


def _named_in(message: Message) -> Iterator[str]:
    for part in elements_of(_blocks_of(message)):
        if part.get("type") == "user" and part.get("user_id"):
            yield str(part["user_id"])
    yield from _NAMED.findall(str(message.get("text") or ""))


def _said(message: Message, names: Names) -> tuple[Block, ...]:
    return read_rich(_blocks_of(message), names) or read_mrkdwn(str(message.get("text") or ""), names).blocks


def _blocks_of(message: Message) -> list[Message]:
    return _objects(message.get("blocks"))


def _shared(message: Message) -> list[Message]:
    """What the message forwards, as attachments; an address that Slack shows a preview of is none."""
    return [one for one in _objects(message.get("attachments")) if one.get("is_share")]


def _messages_of(shared: Message) -> list[Message]:
    """The messages in an attachment; where Slack gives no blocks of them, its ``text``."""
    inner = [one.get("message") for one in _objects(shared.get("message_blocks"))]
    with_blocks = [one for one in inner if isinstance(one, Mapping)]
    return with_blocks if any(_blocks_of(one) for one in with_blocks) else [shared]


def _objects(value: object) -> list[Message]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _line(words: str) -> Paragraph:
    return Paragraph((Plain(clean(words).strip()),))
