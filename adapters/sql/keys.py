"""The keys under which names and addresses are looked up, case not counted, and the search for a word in a text."""

import unicodedata

from sqlalchemy import ColumnElement, or_

from core.model.people import email_key as email_key


def name_key(name: str) -> str:
    """Equal for names that differ in case or in how their letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def containing(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether ``word`` occurs in a text, case aside, each of its characters standing for itself.

    SQLite knows the case of A to Z alone: a word with other letters is looked for in each way that people write it.
    """
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(form, autoescape=True) for form in sorted(forms)))
