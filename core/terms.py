"""The words that a text is looked up by: stop words left out, endings aside, codes known for codes, typos forgiven."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_TAKEN = 4_000
"""Characters of a text that are read: the beginning says what it is about, and a log pasted below it does not."""
_LEGIBLE, _LONG = 5, 6
"""Letters of a word in which a slip is forgiven, and of the longer of the two."""
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e00-\u0e7f\u1000-\u109f"
"""What is part of a letter in scripts from Hebrew to Burmese, and no letter to Python's regular expressions."""
_LETTERS = rf"(?:[^\W_]|[{_MARKS}])+"
_WORD = re.compile(rf"{_LETTERS}(?:[_.:/\\'’+#-]+{_LETTERS})*[+#]*")
"""``CS2001``, ``c++``, ``ERR_CONN_RESET``, ``20.04``, ``don’t`` and ``read-only`` are one word each."""
_JOINT = re.compile("[-'’]")
"""What people write or leave out."""
_ACCENT = re.compile("[\u0300-\u036f]")
_VOWEL = re.compile("[aeiouy]")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    a about after again all also am an and any anybody anyone are as at be because been before being both but by can
    cannot cant could did didnt do does doesnt doing dont down each else for from get gets getting got had has have
    having he hello help her here hi him his how however i if im in into is isnt it its ive just know like make me
    more most much must my need no nor not of off on once one only or other our out over own please problem question
    same she should so some somebody someone still such than thank thanks that thats the their them then there these
    they this those through to too trying under up us use used using very want was way we were what when where which
    while who whom why will with without wont work working works would you your
        """,
    )
)


def words_of(text: str) -> list[str]:
    """The words in their order, in small letters and without accents. Long texts: the first 4,000 characters."""
    if text.isascii():
        return _WORD.findall(text[:_TAKEN].lower())
    plain = unicodedata.normalize("NFKD", text[:_TAKEN].casefold())
    return _WORD.findall(unicodedata.normalize("NFC", _ACCENT.sub("", plain)))


def as_written(text: str) -> list[tuple[str, str]]:
    """The words in their order, each as ``words_of`` has it and as it is written there."""
    written = _WORD.findall(unicodedata.normalize("NFC", text[:_TAKEN]))
    if text.isascii():
        return [(word.lower(), word) for word in written]
    return [(next(iter(words_of(word)), ""), word) for word in written]


def is_telling(word: str) -> bool:
    """Whether a word of ``words_of`` says what a text is about."""
    return word.replace("'", "").replace("’", "") not in _STOP_WORDS


def telling(words: Sequence[str]) -> list[str]:
    """The words that say what a text is about, each once, in their order; all of them where none does."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if is_telling(word)] or distinct


def is_code(word: str) -> bool:
    """Whether it names one thing exactly, like an error, a course or a version: ``cs2001``, ``0x80070005``."""
    return len(word) >= 3 and ("_" in word or any(char.isdigit() for char in word))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without the usual endings of English, so that ``printers`` and ``printing`` meet, as do ``wi-fi`` and
    ``wifi``. Codes keep their endings."""
    word = _JOINT.sub("", word)
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "edly", "ed", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _VOWEL.search(rest):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    for ending in ("ation", "ion"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    if word.endswith("y") and len(word) > 3:
        return word[:-1] + "i"
    return word.removesuffix("e") if len(word) > 3 else word


def can_slip(word: str) -> bool:
    """Whether it is long enough for a slip to leave it legible; a code with a slip is another code."""
    return len(word) >= _LEGIBLE and not is_code(word)


def is_slip(one: str, other: str) -> bool:
    """Whether two long stems differ by what slips in typing: one letter left out, added, changed or swapped."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    half = len(short) // 2 - 1
    if (
        len(long) - len(short) > 1
        or len(long) < _LONG
        or (short[:half] != long[:half] and short[-half:] != long[-half:])
    ):
        return False
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    same_after = short[start + 1 :] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return same_after or swapped


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
