"""What people type, as each full text takes it: words, and never a query."""

import pytest

from adapters.sql.search.terms import folded, for_fts5, for_tsquery, worded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café ÉCOLE", "cafe ecole"),
        ("a/b_c-d.e", "a b c d e"),
        ("0x80070005 CS2001", "0x80070005 cs2001"),
        ("Straße", "strasse"),
        ("你好", "你好"),
        ("\x00\ud800%", ""),
        ("ﬁne", "fine"),
    ],
)
def test_text_becomes_plain_words(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_words_are_quoted_for_each_database() -> None:
    words = ['sa"lt', "can't"]
    assert for_fts5(words, ("title",), any_of=False, prefix=True) == '{title} : ("sa lt" AND "can\'t" *)'
    assert for_tsquery(words, any_of=True, prefix=True) == "('sa' <-> 'lt') | ('can' <-> 't':*)"
    assert for_tsquery(["a"], any_of=True, prefix=True, weight="A") == "('a':A*)"
    assert for_tsquery(["a " * 99], any_of=True, prefix=True).count("<->") == 31
    assert worded(["%", "a%", "__"]) == ["a%"]
