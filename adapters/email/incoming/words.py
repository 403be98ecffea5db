"""What somebody wrote in a mail, without what it repeats of others."""

from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from quotequail import unwrap

from core.text import clean

MOST = 60_000
"""Characters that are kept: three times what a message holds."""
_MOST_HTML = 200_000
_LINES = 400
_LINE = 200
"""Lines that are looked through for where a quotation begins, and characters of each: the library's time grows with
the square of both, and nobody answers below so many."""
_CONFIG = ParserConfig(display_images=False, display_links=False, display_anchors=False)
_SIGNATURE = "--"


def newest_of(words: str) -> str:
    """``words`` without what they quote ("On …, … wrote:") and without the signature. All of them where that leaves
    nothing, as where somebody writes into the quotation."""
    lines = words.split("\n")
    seen = [line[:_LINE] for line in lines[:_LINES]]
    found = unwrap("\n".join(seen))
    if found is None:
        return _unsigned(lines)
    top = (found.get("text_top") or "").strip("\n").split("\n")
    below = (found.get("text_bottom") or "").strip("\n")
    newest = [*_as_written(top, lines), *(["", *below.split("\n")] if below else [])]
    return _unsigned(newest) or _unsigned(lines)


def _as_written(top: list[str], lines: list[str]) -> list[str]:
    """The first ``lines``, as many as the library found above the quotation, and whole again."""
    return lines[: len(top)] if any(top) else []


def _unsigned(lines: list[str]) -> str:
    """Above the line that stands before a signature (RFC 3676, section 4.3), whose blank many programs drop."""
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == _SIGNATURE), len(lines))
    return "\n".join(lines[:end]).strip()


def tidied(words: str) -> str:
    return clean(words[:MOST]).strip()


def text_of_html(html: str) -> str:
    """Its words, line by line; scripts, styles and pictures left out."""
    return str(get_text(html[:_MOST_HTML], _CONFIG))
