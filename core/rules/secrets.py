"""What in words may be a secret: a key, a token, a password, or what the desk's own patterns name.

Found by its shape, for whoever wrote it to judge before a student reads it. What is personal besides is
``personal.py``'s, which is asked of a FAQ: an address or a phone number in an answer to one student is no mistake.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from unicodedata import normalize

from core.errors import N_
from core.model.desk import OwnPattern

LONGEST_WORD = 64
"""Characters of a word that the desk's own patterns are held against; a longer one is none of theirs."""
PRIVATE_KEY, TOKEN, PASSWORD, RANDOM = N_("a private key"), N_("an access key"), N_("a password"), N_("a random key")


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    start: int
    """In characters of the text, as ``end``, which is the first behind it."""
    end: int
    what: str

    def words_in(self, text: str) -> str:
        """Without what ends a sentence."""
        return text[self.start : self.end].rstrip(_DOTS)


_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_BEGINS = r"(?<![A-Za-z0-9_/+-])"
_TOKENS = re.compile(
    _BEGINS + r"(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"
    r"|AIza[\w-]{35}"
    r"|gh[oprsu]_[A-Za-z0-9]{36}"
    r"|github_pat_\w{22}"
    r"|glpat-[\w-]{20}"
    r"|hf_[A-Za-z0-9]{30}"
    r"|sk-[\w-]{0,12}[A-Za-z0-9]{20}"
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16}"
    r"|SG\.[\w-]{16,32}\.[\w-]{16}"
    r"|xox[a-z]-[\w-]{10}"
    r"|xapp-[\w-]{10}"
    r"|ya29\.[\w-]{20}"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8}"
    r")[\w-]*",
    re.ASCII,
)
"""Prefixes as their makers give them (docs.github.com/en/code-security/secret-scanning), JSON Web Tokens (RFC 7519)."""
_IN_LINK = re.compile(r"//[^/\s:@]{1,100}:[^/\s@]{1,100}@")
_NAMED = re.compile(
    r"(?<![A-Za-z])(?P<name>pass(?:word|code|phrase|wd)|pwd|(?:api|access|secret|private)[ _-]?key|client[ _-]?secret"
    r"|(?:access|api|auth|bearer)[ _-]?token|otp|(?:one[ -]time|verification|security)[ _-]?code"
    r"|(?:wi-?fi|wlan|wpa2?|network)[ _-]?key|पासवर्ड|पासकोड|कूटशब्द|ओटीपी)s?[\"'`”’]?(?![A-Za-z])"
    r"(?: (?:for|of|to|on)(?: [\w'-]{1,30}){1,4}?)?"
    r"(?P<by> ?[:=]|\s(?:is|was)(?: now)?:?|(?<=[\u0900-\u097f])(?=[ \t]))[ \t]*(?:\n[ \t]*){0,2}"
    r"(?P<quote>[\"'`“‘]?)(?P<value>[^\s\"'`“”‘’]{4,200})(?P<rest>[^\n]?)",
    re.IGNORECASE,
)
"""In Hindi the value stands between the name and its verb, with nothing before it."""
_SIGN_IN = re.compile(
    r"(?<![A-Za-z])(?:log[ -]?in|sign[ -]?in|user(?: ?name)?|credentials)(?: (?:is|are))? ?[:=][ \t]*"
    r"[^\s/|:]{1,64}[ \t]{0,3}[/|][ \t]{0,3}(?P<value>[^\s/|]{6,200})",
    re.IGNORECASE,
)
"""A name and a password in one line."""
_ADDRESS = re.compile(r"(?:https?://|www\.)", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{1,2000}", re.IGNORECASE)
_LONG = re.compile(_BEGINS + r"[A-Za-z0-9+/_-]{24,200}(?![A-Za-z0-9+/_-])", re.ASCII)
_PIECE = re.compile(r"[A-Za-z0-9]{16,}", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_LIKE_A_WORD = re.compile(r"[a-z]{7}")
_SHORTEST = 4
_ENTROPY = 3.7
"""Bits a character: random letters and digits of that length have more, names put together have less."""
_DOTS = ".,;:!?()[]{}<>\"'`“”‘’।"


def secrets_in(text: str, own: Sequence[OwnPattern] = ()) -> Sequence[Sighting]:
    """What may be secret in ``text``, as it stands there; where two overlap, the one that says more.

    Linear in the text's length: every repetition is bounded, or begins at the beginning of a word only.
    """
    found: list[Sighting] = []
    text = text if text.isascii() else "".join(map(_plain, text))
    for one in (*_keys(text), *_passwords(text), *_owned(text, own), *_random(text)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return sorted(found)


@lru_cache(maxsize=4_096)
def _plain(character: str) -> str:
    """What it stands for, as a full-width letter for its own, where that is one character too: places stay."""
    folded = normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _keys(text: str) -> Iterator[Sighting]:
    yield from (Sighting(*one.span(), PRIVATE_KEY) for one in _PEM.finditer(text))
    yield from (Sighting(*one.span(), TOKEN) for one in _TOKENS.finditer(text))


def _passwords(text: str) -> Iterator[Sighting]:
    yield from (Sighting(*one.span(), PASSWORD) for one in _IN_LINK.finditer(text))
    for one in _NAMED.finditer(text):
        if _is_value(one):
            yield Sighting(*one.span("value"), PASSWORD)
    for one in _SIGN_IN.finditer(text):
        value = one["value"].rstrip(_DOTS)
        if re.search(r"\d", value) and re.search(r"[^\W\d]", value):
            yield Sighting(*one.span("value"), PASSWORD)


def _is_value(found: re.Match[str]) -> bool:
    """Whether what follows the name is a secret, and no sentence about one: it is quoted, holds what no word holds, or
    is all that stands behind a colon."""
    value = found["value"].rstrip(_DOTS)
    is_no_value = _ADDRESS.match(value) or value.startswith(("<", "*", "…")) or found["value"].endswith(("?", "()"))
    if len(value) < _SHORTEST or is_no_value:
        return False
    if re.search(r"\d", value) and re.search(r"[^\W\d]|^\d{4,}$", value):
        return True
    if re.search(r"[^\W\d]", value) and re.search(r"[!@#$%^&*+=~|?_]\w", value):
        return True
    is_alone = found["by"].strip() in (":", "=") and found["rest"] in ("", "\n")
    return bool(found["quote"]) or is_alone


def _owned(text: str, own: Sequence[OwnPattern]) -> Iterator[Sighting]:
    if not own:
        return
    for word in re.finditer(r"\S+", text):
        bare = word[0].strip(_DOTS)
        if not bare or len(bare) > LONGEST_WORD:
            continue
        for pattern in own:
            if pattern.expression.fullmatch(bare):
                start = word.start() + word[0].index(bare)
                yield Sighting(start, start + len(bare), pattern.name)
                break


def _random(text: str) -> Iterator[Sighting]:
    links = [one.span() for one in _LINK.finditer(text)]
    for one in _LONG.finditer(text):
        if _is_random(one[0]) and not any(start <= one.start() < end for start, end in links):
            yield Sighting(*one.span(), RANDOM)


def _is_random(word: str) -> bool:
    """Digests and UUIDs have the digits of hexadecimal alone, names put together have words in them."""
    if _HEX.fullmatch(word.replace("-", "")) or _LIKE_A_WORD.search(word):
        return False
    piece = max(_PIECE.findall(word), key=len, default="")
    mixed = re.search(r"[a-z]", piece) and re.search(r"[A-Z]", piece) and len(re.findall(r"\d", piece)) > 1
    return bool(mixed) and _entropy(piece) >= _ENTROPY


def _entropy(word: str) -> float:
    shares = [word.count(one) / len(word) for one in set(word)]
    return -sum(share * log2(share) for share in shares)
