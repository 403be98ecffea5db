"""``/unsubscribe/<token>``: where a mail's List-Unsubscribe leads, and which mails a person wants.

The token names a person and a kind of mail, and is the right by itself: whoever reads the mail need not be signed in.
Looking at the page changes nothing, since scanners follow links. A POST without the page's own field is a mail
program's one click (RFC 8058): that kind is off. The page's form sets each kind of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from adapters.web.bodies import read_bytes, read_form
from adapters.web.limiter import Limiter
from adapters.web.pages import Pages
from adapters.web.problems import LinkOver, NoSuchPage
from core.composing import reader_of
from core.errors import N_
from core.mailing import UNSUBSCRIBE, wants
from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.mail import KIND_WORDS, OF_STAFF, PREFERENCE, MailKind, chosen
from core.model.people import Person
from core.ports import Clock, Expired, Signer
from core.storage import Store

_HEADERS = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}
_FORM = "application/x-www-form-urlencoded"
_OWN = "chosen"
"""The field that the page's form has, and a mail program's click has not."""


class NoSuchLetter(NoSuchPage):
    template = N_("This link is none of the desk's. Open the mail again and follow its link, or copy it whole.")


class LetterOver(LinkOver):
    template = N_("This link was good for a year. A newer mail has another.")


@dataclass(frozen=True, slots=True)
class _Meant:
    person: Person
    kind: MailKind
    path: str


class Unsubscribing:
    def __init__(self, *, store: Store, desk: Desk, clock: Clock, signer: Signer, pages: Pages) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._signer = signer
        self._pages = pages
        self._wrong = Limiter(clock, burst=30, every=timedelta(seconds=2))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/unsubscribe/{token}", self._pages.linked(self.page, _HEADERS), allow_head=False),
            web.post("/unsubscribe/{token}", self._pages.linked(self.change, _HEADERS)),
        ]

    async def page(self, request: web.Request) -> web.Response:
        return await self._shown(await self._meant(request), is_done=False)

    async def change(self, request: web.Request) -> web.Response:
        meant = await self._meant(request)
        choices = await self._choices(request, meant)
        async with self._store.write() as work:
            value = chosen(await work.preferences.of(meant.person.id), choices)
            await work.preferences.put(meant.person.id, PREFERENCE, value, self._clock.now())
        return await self._shown(meant, is_done=True)

    async def _choices(self, request: web.Request, meant: _Meant) -> Mapping[MailKind, bool]:
        form = await read_form(request) if request.content_type == _FORM else {}
        if _OWN in form:
            return {kind: kind in form for kind in _kinds(meant.person)}
        await read_bytes(request)
        return {meant.kind: False}

    async def _meant(self, request: web.Request) -> _Meant:
        """Raises NoSuchLetter, LetterOver, and TooManyAttempts for many that are wrong."""
        token = request.match_info["token"]
        try:
            what = self._signer.read(UNSUBSCRIBE, token, self._clock.now())
        except Expired:
            raise LetterOver from None
        if what is None:
            self._wrong.take(request.remote or "")
            raise NoSuchLetter
        number, _, kind = what.partition(":")
        async with self._store.read() as work:
            person = await work.people.get(PersonId(int(number)))
        if person is None or kind not in list(MailKind):
            raise NoSuchLetter
        return _Meant(person, MailKind(kind), f"/unsubscribe/{token}")

    async def _shown(self, meant: _Meant, *, is_done: bool) -> web.Response:
        _ = reader_of(meant.person, self._desk, self._clock.now()).gettext
        async with self._store.read() as work:
            kinds = [
                (kind.value, _(KIND_WORDS[kind]), await wants(meant.person, kind, self._desk, work))
                for kind in _kinds(meant.person)
            ]
        return self._pages.html(
            "unsubscribe.html",
            None,
            kinds=kinds,
            own=_OWN,
            kind=_(KIND_WORDS[meant.kind]),
            path=meant.path,
            is_done=is_done,
        )


def _kinds(person: Person) -> list[MailKind]:
    return [kind for kind in MailKind if person.is_staff or kind not in OF_STAFF]
