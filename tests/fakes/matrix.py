"""What is said on one door and what the others then hold, as tables for ``docs/matrix.md``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from core.markdown import markdown_of
from core.text import from_json
from tests.fakes import discord_server, slack_server
from tests.fakes.matrix_kinds import Kind

Named = tuple[str, int]
"""A file's name and its size in bytes."""
_LONG = 300
_ONLY_HERE = (
    (re.compile(r"http://127\.0\.0\.1:\d+/file/[^\s<>]*"), "https://desk/file/…"),
    (re.compile(r"http://127\.0\.0\.1:\d+/t/T-\d+"), "https://desk/t/T-1"),
    (re.compile(r"(https://discord\.com/channels/)[\d/]+"), r"\1…"),
    (re.compile(r"(https://cdn\.discordapp\.com/stickers/)\d+"), r"\1…"),
    (re.compile(r"(https://[\w.-]+\.slack\.com/archives/)[^\s<>|)]+"), r"\1…"),
)
"""What only this run's messages, files and tickets are called, and what stands for it."""
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


@dataclass(frozen=True)
class Row:
    """A kind as it was said, and what the others hold of it."""

    kind: str
    said: str
    cells: Sequence[str]

    @classmethod
    def of(cls, kind: Kind, words: str | None, there: Sequence[Arrived]) -> "Row":
        said = words or ""
        shown = [code(said if len(said) <= _LONG else f"{len(said.split())} words")] if said else []
        attached = [files_shown([(name, len(data)) for name, data in kind.files])] if kind.files else []
        then = [kind.then] if kind.then else []
        return cls(kind.name, ", ".join(shown + attached + then), [one.cell(said) for one in there])


@dataclass(frozen=True)
class Table:
    """All that was said on one door."""

    door: str
    others: Sequence[str]

    def written(self, rows: Iterable[Row]) -> str:
        head = ["Kind", f"Said {self.door}", *(f"Stands {other}" for other in self.others)]
        lines = [head, ["---"] * len(head), *([row.kind, row.said, *row.cells] for row in rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## Said {self.door}\n\n{table}\n"


def shown(words: str, written: str, messages: int) -> str:
    """``words`` for a cell: "as it is" where they are as they were ``written``."""
    words = _INVISIBLE.sub("", words)
    for here, told in _ONLY_HERE:
        words = here.sub(told, words)
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
    """``rich_text`` blocks as somebody would type them there, and the words of others."""
    elements = [element for block in blocks for element in block["elements"]]
    return "\n".join(_element(one) for one in elements).strip("\n")


def _element(element: Mapping[str, Any]) -> str:
    match element["type"]:
        case "rich_text_list":
            numbers = count(element.get("offset", 0) + 1)
            signs = [f"{next(numbers)}." if element["style"] == "ordered" else "•" for _ in element["elements"]]
            lines = zip(signs, map(_element, element["elements"]), strict=True)
            words = "\n".join("    " * element.get("indent", 0) + f"{sign} {line}" for sign, line in lines)
        case "mrkdwn":
            words = str(element["text"])
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
