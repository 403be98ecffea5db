"""The line of every key of bot.toml is found, however it is written."""

import tomllib
from collections.abc import Iterator
from typing import Any

from bot.settings.places import lines_of

EVERY_VALUE_IS_ITS_LINE = (
    r'''# a comment with [brackets] and "quotes
top = 2   # = 9
"quoted.key" = 3
a.b.'c d'.e = 4
[table]  # [[no]]
x = 6
text = """
x = 1 # not a key ""
[nor] a \""" table"""
after = 10
raw = '''
    + """'''
[[nor]] this'''
last = 13
s = "]}#,\\"" # x
t = '\\'
more = 16
list = [17, 17, # ] }
  18, [18],
]
[[row]]
v = 21
inline = { p = 22, q.r = 22, s = [{ t = 22 }] }
[row.under]
v = 24
[[row.sub]]
v = 26
[[row.sub]]
v = 28
[[row]]
v = 30
[[row.sub]]
v = 32
many = [
  { v = 34 },
  # between
  { v = 36, w = [
    37 ] },
]
when = 1979-05-27 07:32:00
end = 40"""
)


def test_the_line_of_every_key_is_found_in_any_toml() -> None:
    text = EVERY_VALUE_IS_ITS_LINE
    lines = lines_of(text)
    found = list(every_value(tomllib.loads(text), ()))
    assert len(found) > 30
    assert all(path in lines for path, _ in found)
    assert [(path, lines[path]) for path, value in found if type(value) is int] == [
        (path, value) for path, value in found if type(value) is int
    ]


def every_value(tree: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if path:
        yield path, tree
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in inside:
        yield from every_value(value, (*path, name))
