"""Whether a password could be guessed: zxcvbn's estimate, with a sentence that says what to do.

It knows common passwords, words, names, dates, runs on the keyboard and repeats (https://github.com/shssoichiro/zxcvbn-rs);
what the account says of its owner counts as known to whoever guesses.
"""

import re
from collections.abc import Iterator, Sequence

from zxcvbn_rs_py import Warning as Known
from zxcvbn_rs_py import zxcvbn

from core.errors import N_, BadField

_ENOUGH = 3
"""Of 0 to 4: its authors call anything less too weak."""
_SHORTEST_HINT = 3
_MOST_HINTS = 20
_WHY: Sequence[tuple[str, Sequence[Known]]] = (
    (
        N_("very many people have it"),
        (Known.ThisIsATop10Password, Known.ThisIsATop100Password, Known.ThisIsACommonPassword),
    ),
    (N_("it is close to one that very many people have"), (Known.ThisIsSimilarToACommonlyUsedPassword,)),
    (
        N_("it runs along the keyboard"),
        (Known.StraightRowsOfKeysAreEasyToGuess, Known.ShortKeyboardPatternsAreEasyToGuess),
    ),
    (
        N_("it repeats itself"),
        (Known.RepeatsLikeAaaAreEasyToGuess, Known.RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess),
    ),
    (N_("it counts up or down"), (Known.SequencesLikeAbcAreEasyToGuess,)),
    (N_("it is a date or a year"), (Known.RecentYearsAreEasyToGuess, Known.DatesAreOftenEasyToGuess)),
    (N_("it is one word"), (Known.AWordByItselfIsEasyToGuess,)),
    (
        N_("it is a name"),
        (Known.NamesAndSurnamesByThemselvesAreEasyToGuess, Known.CommonNamesAndSurnamesAreEasyToGuess),
    ),
)
_TOO_LITTLE = N_("there is too little in it that nobody knows")


class WeakPassword(BadField):
    template = N_(
        "This password is easy to guess: {why}. "
        "Take four words that do not belong together, or let your browser make one."
    )


def require_strength(password: str, about: Sequence[str]) -> None:
    """``about``: what is known of its owner, such as name and address. Raises WeakPassword."""
    found = zxcvbn(_whole(password), list(_hints(about)))
    if int(found.score) >= _ENOUGH:
        return
    warning = found.feedback.warning if found.feedback is not None else None
    raise WeakPassword(why=next((why for why, kinds in _WHY if warning in kinds), _TOO_LITTLE))


def _hints(about: Sequence[str]) -> Iterator[str]:
    """Each whole, and each of its words."""
    hints = [hint for words in about for hint in (words, *re.split(r"[\W_]+", words))]
    known = dict.fromkeys(_whole(hint) for hint in hints if len(hint) >= _SHORTEST_HINT)
    yield from list(known)[:_MOST_HINTS]


def _whole(words: str) -> str:
    # A lone surrogate, which JSON can carry, has no UTF-8, and the library takes nothing else.
    return words.encode("utf-8", "replace").decode()
