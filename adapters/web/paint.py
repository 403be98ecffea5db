"""The first paint: what the page's modules would build from the API's JSON, written as HTML by the server.

``templates/_list.html`` and ``_thread.html`` use a ``Brush`` for what a template cannot say well: typed text, times
with their distance, the colour of a name. Each function has its twin in ``static/``, which takes over from it; a test
holds the two side by side. Whatever people wrote enters by ``markupsafe.escape`` and nothing else.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from core.text import Json

Shown = Mapping[str, Any]
"""An object of the API, as ``render.py`` makes it."""

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
_PAINTED = 40
"""Entries; the modules know the earlier ones too, and show them as the reader comes near."""
_TOGETHER = timedelta(minutes=5)
_DEEPEST = 24
_SKEW = 5
"""Seconds that a clock may be behind the one that wrote a time: what is that near is not to come."""
_MOST_NAMES = 12
_STANDING = frozenset({"with", "offered", "escalation", "snoozed", "place", "expected", "duty", "opened"})
_MAIL = re.compile(r"mailto:[^\s]+@[^\s]+", re.IGNORECASE)
_REF = re.compile(r"(T-\d+)", re.ASCII)
_TAGS = {"bold": Markup("strong"), "italic": Markup("em"), "strike": Markup("s")}
_LISTS = {True: Markup("ol"), False: Markup("ul")}
_P, _P_END = Markup('<p dir="auto">'), Markup("</p>")
_ITEM, _ITEM_END = Markup("<li>"), Markup("</li>")
"""Put together by ``+``, which takes a tenth of the time of ``format``: a transcript paints thousands of messages."""
_NOT_IN_SCRIPT = re.compile("[<>\u2028\u2029\ud800-\udfff]")


def direction_of(language: str) -> str:
    """``rtl`` for a language (a BCP 47 tag) that is written from right to left, else ``ltr``."""
    return "rtl" if re.split("[-_]", language.lower())[0] in _RIGHT_TO_LEFT else "ltr"


def data(value: Json) -> Markup:
    """JSON within a script element: nothing in it ends the element or begins a comment, or is no UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(_NOT_IN_SCRIPT.sub(lambda found: f"\\u{ord(found[0]):04x}", text))  # noqa: S704 - escaped above


def is_message(entry: Shown) -> bool:
    return entry["kind"] in {"reply", "note"}


def is_gone(entry: Shown) -> bool:
    return entry["kind"] == "undone" and bool(entry["message"])


def hue(name: str) -> int:
    """Which of six colours is a name's own."""
    total = 0
    for letter in name:
        total = (total * 31 + ord(letter)) % 997
    return total % 6


def letters(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def refs_in(words: str) -> Markup:
    """``words`` with each ticket that they name as a link to it."""
    pieces = _REF.split(words)
    return Markup("").join(
        Markup('<a href="/t/{}">{}</a>').format(piece, piece) if at % 2 else escape(piece)
        for at, piece in enumerate(pieces)
    )


def size(count: int) -> str:
    """Of a file, in bytes."""
    if count < 1000:
        return f"{count} B"
    return f"{(count + 500) // 1000} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def fitted(file: Shown) -> tuple[int, int] | None:
    """Width and height of a picture in a thread, where they are known."""
    if not file["width"] or not file["height"]:
        return None
    scale = min(1, 280 / file["width"], 200 / file["height"])
    return max(1, int(file["width"] * scale + 0.5)), max(1, int(file["height"] * scale + 0.5))


def standing_of(fields: Sequence[Shown]) -> Sequence[Shown]:
    """Of a ticket's fields those that say how it goes: who has it, its place in the queue, when to expect
    an answer, since when."""
    return [field for field in fields if field.get("key") in _STANDING]


def who_reacted(one: Shown) -> str:
    """In words: "Sam, Lee, and Asha reacted with 👍"."""
    people: list[str] = list(one["people"])
    more = len(people) - _MOST_NAMES
    if more > 1:
        people = [*people[:_MOST_NAMES], f"{more} more"]
    if len(people) > 2:
        people = [", ".join(people[:-1]) + ",", people[-1]]
    return f"{' and '.join(people)} reacted with {one['emoji']}"


def in_colour(emoji: str) -> str:
    """A heart, say, which fonts draw as a letter too."""
    return f"{emoji}\ufe0f" if len(emoji) == 1 and unicodedata.category(emoji).startswith("S") else emoji


@dataclass(frozen=True, slots=True)
class Brush:
    """``now`` and ``zone`` are the reader's."""

    now: datetime
    zone: tzinfo
    origin: str
    """The desk's own address: a link there opens in the same window."""

    # ---- times

    def time(self, iso: str, style: str = "distance") -> Markup:
        at = datetime.fromisoformat(iso)
        here = at.astimezone(self.zone)
        near = self.distance(at)
        words = {"clock": _clock(here), "both": f"{self._date(here)}, {_clock(here)}"}.get(style, near)
        whole = f"{words} · {near}" if style == "both" and not words.startswith(near) else words
        return Markup('<time datetime="{}" title="{}" data-style="{}">{}</time>').format(iso, _full(here), style, whole)

    def edited(self, iso: str) -> Markup:
        when = _full(datetime.fromisoformat(iso).astimezone(self.zone))
        return Markup('<time class="edited" datetime="{}" title="Edited on {}">(edited)</time>').format(iso, when)

    def distance(self, at: datetime) -> str:
        """ "just now", "3 min ago", "yesterday", else a date; of what is to come "in a moment", "in 1 h 29 min"."""
        seconds, days = (self.now - at).total_seconds(), self._days_ago(at)
        near = _ahead(-seconds, days) if seconds < -_SKEW else _behind(seconds, days)
        if near is not None:
            return near
        return self._date(at.astimezone(self.zone))

    def _date(self, here: datetime) -> str:
        """With the year where it is another."""
        return _day(here) if here.year == self.now.astimezone(self.zone).year else f"{_day(here)}, {here.year}"

    def day_name(self, at: datetime) -> str:
        """ "Today", "Yesterday", "Monday, March 2"."""
        here = at.astimezone(self.zone)
        return {0: "Today", 1: "Yesterday"}.get(self._days_ago(at), f"{here:%A}, {here:%B} {here.day}")

    def _days_ago(self, at: datetime) -> int:
        return (self.now.astimezone(self.zone).date() - at.astimezone(self.zone).date()).days

    # ---- entries

    def in_order(self, entries: Sequence[Shown]) -> Iterator[tuple[Shown, str, bool, bool]]:
        """Each entry that shows; the day that begins with it, or ""; whether it stands close to the one before; and,
        of one that is gone, whether somebody else removed it."""
        removed = {one["about"]: one["person"] for one in entries if one["about"] and one["kind"] == "undone"}
        shown = [one for one in entries if not one["about"] and (is_message(one) or is_gone(one) or one["line"])]
        before: Shown | None = None
        for entry in shown[-_PAINTED:]:
            day = self.day_name(_at(entry))
            is_new_day = before is None or self.day_name(_at(before)) != day
            follows = before is not None and not is_new_day and _is_close(entry, before)
            is_removed = entry["message"] in removed and removed[entry["message"]] != entry["person"]
            yield entry, day if is_new_day else "", follows, is_removed
            before = entry

    def said(self, entry: Shown) -> Markup:
        """The words of a message, with the mark of one that was edited."""
        words = self.text(entry["text"])
        if not entry["edited_at"]:
            return words
        mark = self.edited(entry["edited_at"])
        if words.endswith("</p>"):
            return words[: -len("</p>")] + Markup(" ") + mark + Markup("</p>")
        return words + mark

    # ---- typed text

    def text(self, text: Shown | None) -> Markup:
        return self._blocks(text["blocks"], 0) if text else Markup("")

    def _blocks(self, blocks: Sequence[Shown], depth: int) -> Markup:
        if depth > _DEEPEST:
            return Markup("")
        return Markup("").join(self._block(block, depth) for block in blocks)

    def _block(self, block: Shown, depth: int) -> Markup:
        match block["type"]:
            case "paragraph":
                return _P + self._spans(block["spans"], 0) + _P_END
            case "code_block":
                label = f"Code {block['language']}".strip()
                pre = Markup('<pre dir="ltr" tabindex="0" aria-label="{}" role="group"><code>{}</code></pre>')
                # The first line break after <pre><code> stays: only one right after <pre> is dropped.
                return pre.format(label, block["code"])
            case "quote":
                return Markup('<blockquote dir="auto">{}</blockquote>').format(self._blocks(block["blocks"], depth + 1))
            case "list":
                tag = _LISTS[bool(block["ordered"])]
                items = (self._blocks(item, depth + 1) for item in block["items"])
                rows = Markup("").join(_ITEM + item + _ITEM_END for item in items)
                return Markup('<{} dir="auto">{}</{}>').format(tag, rows, tag)
            case _:
                return Markup("<p></p>")

    def _spans(self, spans: Sequence[Shown], depth: int) -> Markup:
        if depth > _DEEPEST:
            return Markup("")
        return Markup("").join(self._span(span, depth) for span in spans)

    def _span(self, span: Shown, depth: int) -> Markup:
        match span["type"]:
            case "plain":
                return escape(span["text"])
            case "bold" | "italic" | "strike":
                tag = _TAGS[span["type"]]
                return Markup("<{}>{}</{}>").format(tag, self._spans(span["spans"], depth + 1), tag)
            case "code":
                return Markup("<code>{}</code>").format(span["text"])
            case "link":
                return self.link(span["url"], self._spans(span["spans"], depth + 1) or escape(span["url"]))
            case "mention":
                return Markup('<span class="mention" dir="auto">@{}</span>').format(span["name"])
            case "moment":
                return self.time(span["at"], "both")
            case "emoji":
                return self.link(span["url"], escape(f":{span['name']}:"))
            case _:
                return Markup("")

    def link(self, url: str, shown: Markup) -> Markup:
        """A link to a page or an address to write to; of anything else the words alone."""
        if _MAIL.fullmatch(url):
            return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, shown)
        if not _is_web(url):
            return Markup("<span>{}</span>").format(shown)
        if url == self.origin or url.startswith(f"{self.origin}/"):
            return Markup('<a href="{}" rel="noopener">{}</a>').format(url, shown)
        away = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
        return away.format(url, shown)


def _behind(seconds: float, days: int) -> str | None:
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400 and days < 2:
        return f"{int(seconds // 3600)} h ago"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 14 else None


def _ahead(seconds: float, days: int) -> str | None:
    """To the nearest, not rounded down."""
    minutes = int(seconds / 60 + 0.5)
    if seconds < 60:
        return "in a moment"
    if minutes < 60:
        return f"in {minutes} min"
    if minutes < 600 and minutes % 60:
        return f"in {minutes // 60} h {minutes % 60} min"
    if seconds < 86_400 and days > -2:
        return f"in {int(seconds / 3600 + 0.5)} h"
    if days == -1:
        return "tomorrow"
    return f"in {-days} days" if days > -14 else None


FUNCTIONS = (standing_of, is_message, is_gone, hue, letters, refs_in, size, fitted, who_reacted, in_colour, data)
"""What the templates call by name."""


def _at(entry: Shown) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _is_close(entry: Shown, before: Shown) -> bool:
    is_same = all(before[key] == entry[key] for key in ("kind", "person", "who"))
    return is_same and is_message(entry) and _at(entry) - _at(before) < _TOGETHER


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _clock(here: datetime) -> str:
    return f"{here.hour % 12 or 12}:{here:%M} {'AM' if here.hour < 12 else 'PM'}"


def _day(here: datetime) -> str:
    return f"{here:%b} {here.day}"


def _full(here: datetime) -> str:
    return f"{here:%A}, {here:%B} {here.day}, {here.year} at {_clock(here)}"
