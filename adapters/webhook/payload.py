"""A card as the JSON that a signed webhook carries; docs/alerts.md tells receivers what is in it.

    {"type": "ticket.alert", "timestamp": "2026-11-21T12:00:00Z", "data": {"title": ..., "ticket": {"ref": ...}, ...}}

Of the ticket it takes the ref, the priority and the status; all else is what the card says, which of a sensitive ticket
is bare. Only buttons that open a page are in it: nobody can press the others there.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.chat.addresses import is_web_address
from core.cards.card import Button, Card, Field, Row
from core.model.outbox import Intent
from core.model.ticket import Ticket
from core.ports import Parcel
from core.text import Json, clean, clean_line, shorten

MAX_BYTES = 20_000
"""Of a body: what Standard Webhooks recommends ("Payload size")."""

_TYPES = {
    Intent.ALERT: "ticket.alert",
    Intent.ALERT_NEWS: "ticket.alert.news",
    Intent.CALL: "ticket.escalation",
    Intent.DIGEST: "desk.digest",
}
_MANY = "desk.alerts"
"""Alerts that came too fast, folded into one card which lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much of a card is told: characters of its words, bytes of an address, numbers of its parts."""

    line: int
    body: int
    value: int
    url: int
    fields: int
    rows: int
    buttons: int


_ROOMS = (
    _Room(line=300, body=4_000, value=1_000, url=2_000, fields=40, rows=50, buttons=6),
    _Room(line=200, body=1_500, value=200, url=1_000, fields=20, rows=20, buttons=4),
    _Room(line=100, body=500, value=80, url=700, fields=8, rows=3, buttons=3),
)
"""Tried in turn until the body fits. The last always does, at four bytes a character."""


def body_of(parcel: Parcel, card: Card) -> str:
    """What is signed and sent: at most ``MAX_BYTES`` in UTF-8, with the same keys for whatever type."""
    smallest = _ROOMS[-1]
    for room in _ROOMS:
        body = json.dumps(_event(parcel, card, room), ensure_ascii=False, separators=(",", ":"))
        if room is smallest or len(body.encode()) <= MAX_BYTES:
            break
    return body


def _event(parcel: Parcel, card: Card, room: _Room) -> dict[str, Json]:
    url = _url(card.url, room)
    data: dict[str, Json] = {
        "title": _line(card.title, room.line),
        "subtitle": _line(card.subtitle, room.line),
        "tone": card.tone.value,
        "body": _words(card.body.plain(), room.body),
        "fields": [_field(field, room) for field in card.fields[: room.fields]],
        "rows": [_row(row, room) for row in card.rows[: room.rows]],
        "row_count": len(card.rows),
        "buttons": _buttons(card.buttons, room),
        "footer": _words(card.footer, room.line),
        "url": url,
        "ticket": _ticket(parcel.ticket, url) if parcel.ticket is not None else None,
    }
    return {"type": _type(parcel), "timestamp": _moment(parcel.delivery.created_at), "data": data}


def _type(parcel: Parcel) -> str:
    intent = parcel.delivery.intent
    return _MANY if intent.is_alert and parcel.ticket is None else _TYPES.get(intent, f"desk.{intent.value}")


def _ticket(ticket: Ticket, url: Json) -> dict[str, Json]:
    return {"ref": ticket.ref, "priority": ticket.priority.value, "status": ticket.status.value, "url": url}


def _field(field: Field, room: _Room) -> Json:
    value = _moment(field.value) if isinstance(field.value, datetime) else _words(field.value, room.value)
    return {"key": field.key, "label": _line(field.label, room.line), "value": value}


def _row(row: Row, room: _Room) -> Json:
    return {
        "ref": row.ref,
        "title": _line(row.title, room.value),
        "detail": _line(row.detail, room.value),
        "url": _url(row.url, room),
    }


def _buttons(buttons: Iterable[Button], room: _Room) -> Json:
    shown = [(button, url) for button in buttons if (url := _url(button.url, room)) is not None]
    return [
        {"label": _line(button.label, room.line), "url": url, "style": button.style.value}
        for button, url in shown[: room.buttons]
    ]


def _url(url: str | None, room: _Room) -> str | None:
    return url if url is not None and is_web_address(url) and len(url.encode()) <= room.url else None


def _line(words: str, limit: int) -> str:
    return shorten(clean_line(words), limit)


def _words(words: str, limit: int) -> str:
    return shorten(clean(words).strip(), limit)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
