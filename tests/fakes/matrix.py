"""What is said on one door and what the others then hold, as tables for ``docs/matrix.md``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core.markdown import markdown_of
from core.text import from_json
from tests.fakes import discord_server, slack_server

Named = tuple[str, int]
"""A file's name and its size in bytes."""
_LONG = 300
_OWN = re.compile(r"http://127\.0\.0\.1:\d+(/file/[^\s<>]*)?")
"""The desk's address in the test, and what only this run's file is called."""
_INVISIBLE = re.compile("[\u200b\ufeff]")
_STYLES = {"code": "`", "strike": "~", "italic": "_", "bold": "*"}


@dataclass(frozen=True)
class Arrived:
    """What stands on a door for one thing that was said: its messages, each in the door's own notation."""

    messages: Sequence[str]
    files: Sequence[Named] = ()
    reactions: Sequence[str] = ()

    def cell(self, written: str) -> str:
        words = "\n\n".join(one for one in self.messages if one)
        parts = [shown(words, written, len(self.messages))] if words else []
        parts += [files_shown(self.files)] if self.files else []
        parts += [f"with the reaction {', '.join(self.reactions)}"] if self.reactions else []
        return "; ".join(parts) or "nothing"


@dataclass
class Table:
    """All that was said on one door: each kind as it was written, and what the others hold of it."""

    door: str
    others: Sequence[str]
    rows: list[tuple[str, str, Sequence[str]]] = field(default_factory=list)

    def add(
        self, kind: str, said: str, files: Sequence[tuple[str, bytes]], there: Sequence[Arrived], then: str
    ) -> None:
        """``then``: what became of it afterwards."""
        attached = files_shown([(name, len(data)) for name, data in files]) if files else ""
        words = [said if len(said) <= _LONG else f"{len(said.split())} words"]
        parts = [code(one) for one in words if one] + ([attached] if attached else []) + ([then] if then else [])
        self.rows.append((kind, ", ".join(parts), [one.cell(said) for one in there]))

    def written(self) -> str:
        head = ["Kind", f"Said {self.door}", *(f"Stands {other}" for other in self.others)]
        lines = [head, ["---"] * len(head), *([kind, said, *cells] for kind, said, cells in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## Said {self.door}\n\n{table}\n"


def shown(words: str, written: str, messages: int) -> str:
    """``words`` for a cell: "as it is" where they are as they were ``written``."""
    words = _OWN.sub(lambda found: "https://desk/file/…" if found[1] else "https://desk", _INVISIBLE.sub("", words))
    if words == written:
        return "as it is"
    if len(words) > _LONG:
        whole = "every word" if written.split() == words.split() else f"{len(words.split())} words"
        return f"{whole}, in {messages} {'message' if messages == 1 else 'messages'}"
    return code(words)


def code(words: str) -> str:
    """In backticks, on one line; a bar would end the cell."""
    line = re.sub(r"\n+", lambda found: " ⏎ " * min(len(found[0]), 2), words).replace("  ", " ")
    fence = "`" * next(n for n in count(1) if n not in map(len, re.findall("`+", line)))
    space = " " if "`" in (line[:1], line[-1:]) else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def files_shown(files: Sequence[Named]) -> str:
    if len(files) > 2:
        return f"{len(files)} files attached"
    return " and ".join(f"{name} ({size:,} bytes)" for name, size in files) + " attached"


def on_discord(messages: Iterable[discord_server.Message]) -> Arrived:
    there = [one for one in messages if not one.deleted]
    return Arrived(
        [one.content for one in there],
        [(file.filename, file.size) for one in there for file in one.attachments],
        [emoji for one in there for emoji in one.reactions],
    )


def on_slack(messages: Iterable[slack_server.Message]) -> Arrived:
    there = [one for one in messages if not one.deleted]
    return Arrived(
        [slack_words(one.blocks) if one.blocks else one.text for one in there],
        [(file.name, len(file.data)) for one in there for file in one.files],
        [f":{name}:" for one in there for name in one.reactions],
    )


def in_console(entries: Iterable[Mapping[str, Any]]) -> Arrived:
    there = [one for one in entries if one["text"] is not None]
    return Arrived(
        [markdown_of(from_json(one["text"])) for one in there],
        [(file["name"], file["size"]) for one in there for file in one["files"]],
        [reaction["emoji"] for one in there for reaction in one["reactions"]],
    )


def slack_words(blocks: Iterable[Mapping[str, Any]]) -> str:
    """``rich_text`` blocks as somebody would type them there."""
    elements = [element for block in blocks for element in block["elements"]]
    return "\n".join(_element(one) for one in elements).strip("\n")


def _element(element: Mapping[str, Any]) -> str:
    match element["type"]:
        case "rich_text_list":
            numbers = count(element.get("offset", 0) + 1)
            signs = [f"{next(numbers)}." if element["style"] == "ordered" else "•" for _ in element["elements"]]
            lines = zip(signs, map(_element, element["elements"]), strict=True)
            words = "\n".join("    " * element.get("indent", 0) + f"{sign} {line}" for sign, line in lines)
        case "rich_text_preformatted":
            words = f"```{''.join(map(_part, element['elements']))}```"
        case _:
            words = "".join(map(_part, element["elements"]))
    quoted = element["type"] == "rich_text_quote" or element.get("border")
    return "\n".join(f"> {line}" for line in words.split("\n")) if quoted else words


def _part(part: Mapping[str, Any]) -> str:
    match part["type"]:
        case "link":
            words = f"<{part['url']}|{part['text']}>" if part.get("text") else f"<{part['url']}>"
        case "date":
            words = str(part["fallback"])
        case _:
            words = str(part["text"])
    for style, sign in _STYLES.items():
        words = f"{sign}{words}{sign}" if part.get("style", {}).get(style) else words
    return words
