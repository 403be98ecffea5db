"""What people typed, as each database's full text takes it: any characters, none of which is ever read as a query.

SQLite's tokenizer is given each word in quotes. PostgreSQL's parser has its own idea of what a word is (``a/b`` is a
path to it), so it is given words that were made here, of texts and questions alike.
"""

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
LONGEST = 150_000
"""Characters of one column: a tsvector holds a megabyte, https://www.postgresql.org/docs/current/textsearch-limitations.html"""

_MOST_PIECES = 32
"""Of one word, to PostgreSQL, whose parser has a stack."""


def folded(text: str) -> str:
    """Its letters and digits in words, without case or diacritics, with a space between."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", legible(text[:LONGEST])) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))[:LONGEST]


def legible(text: str) -> str:
    """Without what a database refuses: NUL and lone surrogates."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def worded(words: Sequence[str]) -> Sequence[str]:
    """Those of ``words`` that hold a letter or a digit: the others occur in no index."""
    return [word for word in words if folded(word)]


def for_fts5(words: Sequence[str], columns: Sequence[str], *, any_of: bool, prefix: bool) -> str:
    """A query for FTS5: https://www.sqlite.org/fts5.html#full_text_query_syntax

    ``prefix``: the last word may go on."""
    quoted = [f'"{legible(word).replace(chr(34), " ")}"' for word in words]
    if prefix:
        quoted[-1] += " *"
    return f"{{{' '.join(columns)}}} : ({(' OR ' if any_of else ' AND ').join(quoted)})"


def for_tsquery(words: Sequence[str], *, any_of: bool, prefix: bool, weight: str = "") -> str:
    """A query for ``to_tsquery``. ``weight``: where they stand, "" for anywhere. A word that is several to it ("can't")
    is looked for as they stand."""
    pieces = [folded(word).split()[:_MOST_PIECES] for word in words]
    parts = [[f"'{one}':{weight}" if weight else f"'{one}'" for one in several] for several in pieces]
    if prefix:
        parts[-1][-1] += "*" if weight else ":*"
    return (" | " if any_of else " & ").join(f"({' <-> '.join(part)})" for part in parts)
