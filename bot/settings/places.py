"""Where a key stands in a TOML text: ``tomllib`` forgets the lines, and whoever mends bot.toml needs them.

The text is one that ``tomllib`` has read, so this scanner checks nothing: it only finds its way.
"""

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""The way to a value: table and key names, and positions (from 0) in arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table, entry of an array, and key in ``text``, which must be valid TOML.

    An array of tables stands where its first entry stands.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def written(path: Path) -> str:
    """``("categories", 2, "team")`` as people read it: ``categories[2].team``. What is no bare key stands in quotes."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}" for part in path).removeprefix(".")


def _quoted(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else f'"{key}"'


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.last_entry: dict[Path, int] = {}

    def document(self) -> None:
        base: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._here("["):
                base = self._heading()
            else:
                self._pair(base)
            self._skip(_BLANK)

    def _heading(self) -> Path:
        line = self._line()
        brackets = 2 if self._here("[[") else 1
        self.at += brackets
        *outer, name = self._dotted_key()
        self.at += brackets
        path = self._within(outer)
        path = (*path, name)
        self.lines.setdefault(path, line)
        if brackets == 2:
            self.last_entry[path] = self.last_entry.get(path, -1) + 1
            path = (*path, self.last_entry[path])
            self.lines[path] = line
        return path

    def _within(self, parts: list[str]) -> Path:
        """In a heading the name of an array of tables means its last entry."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self.last_entry:
                path = (*path, self.last_entry[path])
        return path

    def _pair(self, base: Path) -> None:
        line = self._line()
        path = base
        for part in self._dotted_key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _dotted_key(self) -> list[str]:
        """The parts of ``a."b.c".d``, and the scanner behind them and the spaces after them."""
        parts = [self._key()]
        while self._here("."):
            self.at += 1
            parts.append(self._key())
        return parts

    def _key(self) -> str:
        self._skip(_SPACE)
        quoted = self._here('"') or self._here("'")
        key = self._skip(_STRING if quoted else _BARE_KEY)
        self._skip(_SPACE)
        return next(iter(tomllib.loads(f"{key} = 0"))) if quoted else key

    def _value(self, path: Path) -> None:
        if self._here("["):
            self._array(path)
        elif self._here("{"):
            self._inline_table(path)
        elif self._here('"') or self._here("'"):
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        entry = 0
        while not self._here("]"):
            self.lines[*path, entry] = self._line()
            self._value((*path, entry))
            self._comma()
            entry += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self._here("}"):
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._here(","):
            self.at += 1
            self._skip(_BLANK)

    def _here(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found, f"line {self._line()} is not TOML"  # noqa: S101 - tomllib has read this text
        self.at = found.end()
        return found.group()

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
