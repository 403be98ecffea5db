"""What went wrong, as HTTP says it: problem+json (RFC 9457) with the sentence for the person in ``message``."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from aiohttp import web

from core.cards.card import Gettext
from core.errors import (
    N_,
    BadInput,
    Clash,
    Erased,
    Forbidden,
    MissingTicket,
    QuotaReached,
    Refusal,
    Unavailable,
)
from core.ports import Keys

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SignInFirst(Refusal):
    reason = "unauthenticated"
    template = N_("Sign in first.")


class SignedOut(SignInFirst):
    template = N_("Your sign-in has run out: please sign in again.")


class ForgedToken(SignInFirst):
    template = N_("That token is none of this desk's: please sign in again.")


class WrongLogin(SignInFirst):
    reason = "invalid_credentials"
    template = N_("Invalid credentials")


class StalePage(Forbidden):
    reason = "csrf"
    template = N_("This page is out of date: reload it and try again. Nothing was changed.")


class ForeignPage(Forbidden):
    reason = "foreign_origin"
    template = N_("That came from another website's page, so the desk did not do it.")


class Malformed(Refusal):
    reason = "malformed"
    template = N_("That could not be read: {problem}")


class TooLarge(Refusal):
    reason = "too_large"
    template = N_("{name} is too large: {limit} is the most.")


class WrongMediaType(Refusal):
    reason = "unsupported_media_type"
    template = N_("Send this as {wanted}.")


class NoSuchPage(MissingTicket):
    template = N_("There is nothing here.")


class NoSuchLink(MissingTicket):
    template = N_("This link is none of the desk's. Open the alert again and follow its link, or copy it whole.")


class LinkOver(Refusal):
    reason = "gone"
    template = N_("This link was good for a day, and the day is over. The newest alert has another.")


class TooManyAttempts(QuotaReached):
    """``seconds``: until the next one is taken."""

    template = N_("Too many attempts. Please wait {seconds} s and try again.")


class TooQuick(TooManyAttempts):
    template = N_("That is more than one person can ask of the desk at once. Please wait {seconds} s and try again.")


class TooMuchSent(TooManyAttempts):
    template = N_("You have sent the desk very many files. Please wait {seconds} s before you send more.")


class TooSlow(Refusal):
    reason = "too_slow"
    template = N_("That took too long to arrive, so the desk stopped listening. Nothing was changed; please try again.")


_STATUS: tuple[tuple[type[Refusal], HTTPStatus], ...] = (
    (SignInFirst, HTTPStatus.UNAUTHORIZED),
    (Malformed, HTTPStatus.BAD_REQUEST),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (WrongMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (MissingTicket, HTTPStatus.NOT_FOUND),
    (Erased, HTTPStatus.NOT_FOUND),
    (LinkOver, HTTPStatus.GONE),
    (Clash, HTTPStatus.CONFLICT),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (QuotaReached, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
_WAIT = re.compile(r"(\d+) (s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_UNAVAILABLE_FOR = 30


def status_of(refusal: Refusal) -> HTTPStatus:
    return next((status for kind, status in _STATUS if isinstance(refusal, kind)), HTTPStatus.UNPROCESSABLE_ENTITY)


def retry_after(refusal: Refusal) -> int | None:
    """Seconds until it is worth another try, where that is known."""
    if isinstance(refusal, Unavailable):
        return _UNAVAILABLE_FOR
    if isinstance(refusal, TooManyAttempts):
        return int(refusal.values["seconds"])
    found = _WAIT.fullmatch(str(refusal.values.get("wait", "")))
    return int(found[1]) * _SECONDS[found[2]] if found else None


def problem(
    status: int, message: str, reason: str, headers: Mapping[str, str] | None = None, **more: str
) -> web.Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "message": message,
        "reason": reason,
        **more,
    }
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def refused(
    refusal: Refusal, gettext: Gettext, statuses: Mapping[HTTPStatus, HTTPStatus] | None = None
) -> web.Response:
    """``statuses``: what a route answers instead of a status, where its description says so."""
    status = status_of(refusal)
    status = (statuses or {}).get(status, status)
    headers: dict[str, str] = {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    seconds = retry_after(refusal)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    return problem(status, refusal.sentence(gettext), refusal.reason, headers)


def of_http(error: web.HTTPException) -> web.Response:
    """aiohttp's own refusals (no such path, a wrong method) in the same shape."""
    allow = error.headers.get("Allow")
    words = {
        404: "There is nothing at this address.",
        405: f"This address takes {allow} only.",
        413: "That is too large for the desk.",
    }
    message = words.get(error.status, f"{HTTPStatus(error.status).phrase}.")
    return problem(error.status, message, "http", {"Allow": allow} if allow else None)


async def failed(request: web.Request, keys: Keys) -> str:
    """Write the fault that is being handled into the log; returns the id under which it stands there."""
    error_id = keys.hex(8)
    resource = request.match_info.route.resource
    log.exception(
        "web.request_failed",
        error_id=error_id,
        method=request.method,
        route=resource.canonical if resource is not None else "",
    )
    return error_id


def fault_sentence(error_id: str) -> str:
    return (
        "The desk made a mistake, and it has been noted. Please try again; if it happens again, tell the desk's "
        f"people this number: {error_id}."
    )
