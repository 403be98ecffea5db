"""What in a text may be about a person rather than about the matter: found by its shape, for a human to judge.

A FAQ is read by everybody, and is often written from one student's ticket. A finding is no verdict: a course's own
address is one too. What has no shape (a street, a story) is found by nobody but a reader.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import N_
from core.model.desk import OwnPattern
from core.rules.secrets import secrets_in


class PersonalKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    STUDENT_NUMBER = "student_number"
    NAME = "name"
    OPEN_LINK = "open_link"
    BANK_ACCOUNT = "bank_account"
    CARD_NUMBER = "card_number"
    SECRET = "secret"  # noqa: S105 - a kind of finding, and none itself


KIND_WORDS = {
    PersonalKind.EMAIL: N_("an email address"),
    PersonalKind.PHONE: N_("a phone number"),
    PersonalKind.STUDENT_NUMBER: N_("a student's number"),
    PersonalKind.NAME: N_("somebody's name"),
    PersonalKind.OPEN_LINK: N_("a link that may open something for whoever has it"),
    PersonalKind.BANK_ACCOUNT: N_("a bank account"),
    PersonalKind.CARD_NUMBER: N_("the number of a card"),
    PersonalKind.SECRET: N_("a secret"),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    start: int
    """In characters of the text, as ``end``, which is the first behind it."""
    end: int
    kind: PersonalKind
    words: str
    what: str = ""
    """What it is, in other words than its kind's."""

    @property
    def named(self) -> str:
        """What it is, in the msgid of a sentence's part."""
        return self.what or KIND_WORDS[self.kind]


_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w@-])")
_LINK = re.compile(r"https?://[^\s<>\"')\]]{1,2000}", re.IGNORECASE)
_LINK_SECRET = re.compile(
    r"[?&#;/](?:access_?token|auth|code|invite|jwt|key|pass(?:word)?|pwd|reset|secret|session(?:id)?|sid|sig(?:nature)?"
    r"|ticket|token)[=/][^&\s]{6,}|//[^/\s]{1,100}:[^/\s]{1,100}@",
    re.IGNORECASE,
)
_LINK_RANDOM = re.compile(r"[/=](?=[A-Za-z_-]{0,200}\d)(?=[^/&]*[A-Za-z])[A-Za-z0-9_-]{24,}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_PHONE = re.compile(r"(?<![\w.@/-])(?:\+|00)?\(?\d{1,5}\)?(?:[ ./-]?\(?\d{2,8}\)?){1,5}(?![\w@/-])")
_PHONE_DIGITS = range(9, 16)
_STUDENT = re.compile(r"(?<![\w-])(?=[A-Za-z0-9]{7,14}(?![\w-]))(?:[A-Za-z]{1,4})?\d{2}[A-Za-z]{1,4}\d{3,8}(?![\w-])")
_NAMED_NUMBER = re.compile(
    r"\b(?:student|roll|enrol(?:l)?ment|registration|matriculation|matric)\b[ .:#-]{0,3}"
    r"(?:(?:id|no|number|nr)\b[ .:#-]{0,3})?(?:is |was )?(?P<number>[A-Za-z]{0,4}\d[A-Za-z0-9-]{3,14})",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){3}$|(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d)"
)
_SHORTEST_NAME = 3
_TOO_COMMON = frozenset({"the", "and", "admin", "agent", "desk", "help", "lead", "student", "support", "team"})


def personal_in(text: str, names: Iterable[str] = (), own: Sequence[OwnPattern] = ()) -> Sequence[Finding]:
    """What may be personal in ``text``, or a secret, as it stands there; where two overlap, the one that says more.
    ``names``: of the people that the text may be about, whole, each of whose words counts too. ``own``: the desk's.

    Linear in the text's length. Sources: ISO 13616 for the check digits of an IBAN, ISO/IEC 7812-1 for those of a card.
    """
    found: list[Finding] = []
    for finding in (*_links(text), *_secrets(text, own), *_emails(text), *_numbers(text), *_named(text, names)):
        if not any(finding.start < other.end and other.start < finding.end for other in found):
            found.append(finding)
    return sorted(found)


def _links(text: str) -> Iterator[Finding]:
    for link in _LINK.finditer(text):
        if _LINK_SECRET.search(link[0]) or _LINK_RANDOM.search(link[0]):
            yield _finding(link.span(), PersonalKind.OPEN_LINK, text)


def _secrets(text: str, own: Sequence[OwnPattern]) -> Iterator[Finding]:
    for one in secrets_in(text, own):
        yield Finding(one.start, one.end, PersonalKind.SECRET, text[one.start : one.end], one.what)


def _emails(text: str) -> Iterator[Finding]:
    return (_finding(one.span(), PersonalKind.EMAIL, text) for one in _EMAIL.finditer(text))


def _numbers(text: str) -> Iterator[Finding]:
    """The kinds that prove themselves by check digits first."""
    for one in _IBAN.finditer(text):
        if _is_iban(one[0].replace(" ", "")):
            yield _finding(one.span(), PersonalKind.BANK_ACCOUNT, text)
    for one in _DIGITS.finditer(text):
        if _is_card(re.sub(r"\D", "", one[0])):
            yield _finding(one.span(), PersonalKind.CARD_NUMBER, text)
    for one in _NAMED_NUMBER.finditer(text):
        yield _finding(one.span("number"), PersonalKind.STUDENT_NUMBER, text)
    for one in _STUDENT.finditer(text):
        yield _finding(one.span(), PersonalKind.STUDENT_NUMBER, text)
    for one in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", one[0])
        if len(digits) in _PHONE_DIGITS and not _NO_PHONE.search(one[0]):
            yield _finding(one.span(), PersonalKind.PHONE, text)


def _named(text: str, names: Iterable[str]) -> Iterator[Finding]:
    """Whole names before parts of them, the longest first."""
    whole = {name.strip() for name in names if len(name.strip()) >= _SHORTEST_NAME}
    parts = {part for name in whole for part in name.split() if len(part) >= _SHORTEST_NAME}
    wanted = sorted(
        {one for one in whole | parts if one.casefold() not in _TOO_COMMON}, key=lambda one: (-len(one), one)
    )
    for name in wanted:
        for one in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            yield _finding(one.span(), PersonalKind.NAME, text)


def _finding(span: tuple[int, int], kind: PersonalKind, text: str) -> Finding:
    return Finding(*span, kind, text[span[0] : span[1]])


def _is_iban(code: str) -> bool:
    turned = code[4:] + code[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def _is_card(digits: str) -> bool:
    """By the check digit of Luhn."""
    doubled = (int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits)))
    return len(set(digits)) > 1 and sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
