"""A transcript as one HTML file: no script, nothing from elsewhere, readable anywhere, by day, by night, on paper.

It is painted from its JSON. What people wrote enters escaped; a picture is shown from within, and any other file is
offered for saving as bytes of no kind, so that no browser runs it.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.web.paint import Brush, Shown, direction_of, in_colour, size
from adapters.web.serving import INLINE
from core.cards.card import Reader
from core.cards.transcript import transcript_words
from core.model.people import Platform

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
_BYTES = "application/octet-stream"


class _Pen(Brush):
    """Times stand as they are on the clock: nobody knows when the page is read."""

    def time(self, iso: str, style: str = "") -> Markup:
        here = datetime.fromisoformat(iso).astimezone(self.zone)
        return Markup('<time datetime="{}">{}</time>').format(iso, f"{here:%Y-%m-%d %H:%M} {_zone_of(here)}")

    def days(self, entries: Sequence[Shown]) -> Iterator[tuple[str, Sequence[Shown]]]:
        """What was said and done on each day, under its name."""
        for day, those in groupby(
            entries, lambda entry: datetime.fromisoformat(entry["at"]).astimezone(self.zone).date()
        ):
            yield f"{day:%A}, {day.day} {day:%B} {day.year}", list(those)


class TranscriptPage:
    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._style = (_HERE / "templates" / "transcript.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self.policy = _POLICY.format(digest=digest)
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            size=size, in_colour=in_colour, source=_source, is_shown=_is_shown, is_elsewhere=_is_elsewhere
        )

    def html(self, found: Mapping[str, Any], reader: Reader, language: str) -> str:
        """``found``: as ``transcript_json`` gives it."""
        return self._templates.get_template("transcript.html").render(
            found=found,
            words={key: escape(words) for key, words in transcript_words(reader).items()},
            pen=_Pen(now=reader.now, zone=reader.zone, origin=self._origin),
            language=language,
            direction=direction_of(language),
            policy=self.policy,
            style=Markup(self._style),  # noqa: S704 - a file of ours
        )


def _is_elsewhere(door: str | None) -> bool:
    """Whether it was said on a platform of its own."""
    return door is not None and Platform(door).keeps_copies


def _is_shown(file: Shown) -> bool:
    """Whether it is a picture of a kind that cannot hold a script."""
    return bool(file["is_image"]) and file["media_type"] in INLINE


def _source(file: Shown) -> str:
    kind = file["media_type"] if _is_shown(file) else _BYTES
    return f"data:{kind};base64,{file['data']}"


def _zone_of(here: datetime) -> str:
    name = here.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"
