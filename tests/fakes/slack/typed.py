"""What somebody types in Slack's own client, as the client sends it: mrkdwn text, and rich text blocks beside it.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.fakes.slack.emoji import by_character, canonical, known, standard

Json = dict[str, Any]
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.S)
_BULLET = re.compile(r"^( *)[•\-] +(.*)$")
_NUMBER = re.compile(r"^( *)\d+\. +(.*)$")
_QUOTE = re.compile(r"^> ?(.*)$")
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
_TOKENS = (
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|(?<![\w@.])@(?P<broadcast>channel|here|everyone)\b"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w*_~])(?P<mark>[*_~])(?=\S)(?P<styled>[^\n]*?)(?<=\S)(?P=mark)(?!\w)"
    r"|<(?P<address>https?://[^\s<>|]+)\|(?P<label>[^<>\n]+)>"
    r"|(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)\]'\"])"
    r"|:(?P<emoji>[a-z0-9_+\-]+(?:::skin-tone-[2-6])?):"
)


@cache
def _token_pattern() -> re.Pattern[str]:
    characters = "|".join(sorted(map(re.escape, by_character()), key=len, reverse=True))
    return re.compile(rf"{_TOKENS}|(?P<character>{characters})")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Typist:
    """``literal``: whether everything is the letters that it is, so that ``<@U…>`` and ``*x*`` mean nothing."""

    def __init__(self, world: Any, *, literal: bool = False) -> None:
        self._world = world
        self._literal = literal

    def message(self, text: str) -> tuple[str, list[Json]]:
        """The text in mrkdwn, and one rich text block; nothing for nothing."""
        if not text:
            return "", []
        if self._literal:
            return escape(text), [_block([_section([{"type": "text", "text": text}])])]
        texts: list[str] = []
        elements: list[Json] = []
        for index, part in enumerate(_FENCE.split(text)):
            if index % 2:
                texts.append(f"```{escape(part)}```")
                elements.append({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": part}]})
            elif part.strip("\n"):
                for line, element in self._paragraphs(part.strip("\n")):
                    texts.append(line)
                    elements.append(element)
        return "\n".join(texts), [_block(elements)]

    def _paragraphs(self, text: str) -> Iterator[tuple[str, Json]]:
        """Runs of lines of one kind: quoted, listed, or neither."""
        run: list[str] = []
        kind: Callable[[list[str]], tuple[str, Json]] = self._plain
        for line in text.split("\n"):
            now = self._kind(line)
            if run and now != kind:
                yield kind(run)
                run = []
            kind = now
            run.append(line)
        yield kind(run)

    def _kind(self, line: str) -> Callable[[list[str]], tuple[str, Json]]:
        if _QUOTE.match(line):
            return self._quoted
        if _BULLET.match(line):
            return self._bullets
        return self._numbers if _NUMBER.match(line) else self._plain

    def _plain(self, lines: list[str]) -> tuple[str, Json]:
        text, parts = self.inline("\n".join(lines))
        return text, _section(parts)

    def _quoted(self, lines: list[str]) -> tuple[str, Json]:
        text, parts = self.inline("\n".join(_QUOTE.match(line)[1] for line in lines))
        return "\n".join(f"&gt; {line}" for line in text.split("\n")), {"type": "rich_text_quote", "elements": parts}

    def _bullets(self, lines: list[str]) -> tuple[str, Json]:
        return self._list(lines, _BULLET, "bullet")

    def _numbers(self, lines: list[str]) -> tuple[str, Json]:
        return self._list(lines, _NUMBER, "ordered")

    def _list(self, lines: list[str], pattern: re.Pattern[str], style: str) -> tuple[str, Json]:
        texts, items = [], []
        first = 1 if style == "bullet" else int(re.match(r" *(\d+)", lines[0])[1])
        for number, line in enumerate(lines, start=first):
            text, parts = self.inline(pattern.match(line)[2])
            texts.append(f"{'•' if style == 'bullet' else f'{number}.'} {text}")
            items.append(_section(parts))
        made: Json = {"type": "rich_text_list", "style": style, "indent": 0, "border": 0, "elements": items}
        if style == "ordered" and first > 1:
            made["offset"] = first - 1
        return "\n".join(texts), made

    def inline(self, text: str, style: dict[str, bool] | None = None) -> tuple[str, list[Json]]:
        """A stretch of text: its mrkdwn, and its parts."""
        texts: list[str] = []
        parts: list[Json] = []
        at = 0
        for match in _token_pattern().finditer(text):
            made = self._token(match, style or {})
            if made is None:
                continue
            self._words(text[at : match.start()], style, texts, parts)
            texts.append(made[0])
            parts += made[1]
            at = match.end()
        self._words(text[at:], style, texts, parts)
        return "".join(texts), parts

    def _words(self, text: str, style: dict[str, bool] | None, texts: list[str], parts: list[Json]) -> None:
        if text:
            texts.append(escape(text))
            parts.append(_styled({"type": "text", "text": text}, style))

    def _token(self, match: re.Match[str], style: dict[str, bool]) -> tuple[str, list[Json]] | None:
        """None where it is but letters: nobody's id, no emoji's name."""
        found = match.groupdict()
        if found["mark"]:
            inner, parts = self.inline(found["styled"], style | {_STYLES[found["mark"]]: True})
            return f"{found['mark']}{inner}{found['mark']}", parts
        if found["code"]:
            part = _styled({"type": "text", "text": found["code"]}, style | {"code": True})
            return f"`{escape(found['code'])}`", [part]
        if found["url"] or found["address"]:
            return self._link(found["url"] or found["address"], found["label"], style)
        if found["emoji"] or found["character"]:
            return self._emoji(found["emoji"] or by_character()[found["character"]], style)
        return self._mention(found, style)

    def _link(self, url: str, label: str | None, style: dict[str, bool]) -> tuple[str, list[Json]]:
        part = {"type": "link", "url": url} | ({"text": label} if label else {})
        shown = f"|{escape(label)}" if label else ""
        return f"<{escape(url)}{shown}>", [_styled(part, style)]

    def _emoji(self, name: str, style: dict[str, bool]) -> tuple[str, list[Json]] | None:
        if not known(name, self._world.emoji):
            return None
        name = canonical(name)
        part: Json = {"type": "emoji", "name": name}
        characters = standard().get(name.partition("::")[0])
        if characters:
            part["unicode"] = "-".join(f"{ord(one):x}" for one in characters)
        return f":{name}:", [_styled(part, style)]

    def _mention(self, found: dict[str, str | None], style: dict[str, bool]) -> tuple[str, list[Json]] | None:
        user, group, channel, world = found["user"], found["group"], found["channel"], self._world
        if user:
            part: Json = {"type": "user", "user_id": user}
            return (f"<@{user}>", [_styled(part, style)]) if user in world.users else None
        if group:
            part = {"type": "usergroup", "usergroup_id": group}
            return (f"<!subteam^{group}>", [_styled(part, style)]) if group in world.groups else None
        if channel:
            part = {"type": "channel", "channel_id": channel}
            return (f"<#{channel}|>", [_styled(part, style)]) if channel in world.channels else None
        return f"<!{found['broadcast']}>", [{"type": "broadcast", "range": found["broadcast"]}]


def command_text(world: Any, text: str, *, escaped: bool) -> str:
    """What stands after a command's name: names that were picked as ids, with the name after a bar."""
    if not escaped:
        return re.sub(r"<@([UW]\w+)>", lambda m: f"@{world.users[m[1]].name}" if m[1] in world.users else m[0], text)
    made: list[str] = []
    at = 0
    for match in re.finditer(r"<@([UW]\w+)>|<#(C\w+)>|<!subteam\^(S\w+)>", text):
        made.append(escape(text[at : match.start()]))
        at = match.end()
        user, channel, group = match.groups()
        if user in world.users:
            made.append(f"<@{user}|{world.users[user].name}>")
        elif channel in world.channels:
            made.append(f"<#{channel}|{world.channels[channel].name}>")
        elif group in world.groups:
            made.append(f"<!subteam^{group}|@{world.groups[group].handle}>")
        else:
            made.append(escape(match[0]))
    return "".join(made) + escape(text[at:])


def _block(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": elements}


def _section(parts: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": parts}


def _styled(part: Json, style: dict[str, bool] | None) -> Json:
    return part | {"style": dict(style)} if style else part
