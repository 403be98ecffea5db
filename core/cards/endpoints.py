"""What endpoints were sent, as the admins read it."""

from collections.abc import Iterator, Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, Card, Reader, Row, Tone
from core.cards.times import ago, away
from core.endpointlog import EndpointView, may_be_replayed
from core.errors import N_
from core.events.types import type_of
from core.model.ids import ref_of
from core.model.outbox import Delivery, DeliveryState
from core.storage import Logged
from core.text import Text

STATES = {
    DeliveryState.PENDING: N_("waits"),
    DeliveryState.DONE: N_("taken"),
    DeliveryState.SKIPPED: N_("not sent"),
    DeliveryState.DEAD: N_("given up"),
    DeliveryState.PARKED: N_("given up"),
}


def endpoints_card(views: Sequence[EndpointView], reader: Reader) -> Card:
    _ = reader.gettext
    return Card(
        title=_("What the endpoints were sent"),
        body=Text() if views else Text.of(_("There is no endpoint: [[endpoints]] in bot.toml names them.")),
        tone=Tone.WARNING if any(view.off is not None for view in views) else Tone.PLAIN,
        rows=tuple(row for view in views for row in _rows(view, reader)),
    )


def _rows(view: EndpointView, reader: Reader) -> Iterator[Row]:
    _ = reader.gettext
    key = view.endpoint.key
    events = _("events: {events}").format(events=", ".join(view.endpoint.events))
    if view.off is None:
        yield Row(title=key, detail=events if view.sent else f"{events} · {_('nothing was sent yet')}")
    else:
        enable = encode_press(Press("desk", "enable", None, {"endpoint": key}))
        yield Row(
            title=_("{key}: switched off").format(key=key),
            detail=view.off.sentence,
            buttons=(Button(label=_("Switch on"), action=enable),),
        )
    for logged in view.sent:
        yield _row(logged, reader)


def _row(logged: Logged, reader: Reader) -> Row:
    delivery = logged.delivery
    about = f" ({ref_of(delivery.ticket)})" if delivery.ticket is not None else ""
    again = encode_press(Press("desk", "replay", None, {"what": str(delivery.id)}))
    return Row(
        title=f"{delivery.id}: {type_of(logged.kind)}{about}",
        detail=" · ".join(_facts(delivery, reader)),
        buttons=(Button(label=reader.gettext("Send again"), action=again),) if may_be_replayed(logged) else (),
    )


def _facts(delivery: Delivery, reader: Reader) -> Iterator[str]:
    _ = reader.gettext
    yield _(STATES[delivery.state])
    if delivery.answered is not None:
        yield _("answered {status}").format(status=delivery.answered)
    yield ago(delivery.finished_at or delivery.created_at, reader)
    if delivery.attempts > 1:
        yield _("tried {count}×").format(count=delivery.attempts)
    if delivery.reason:
        yield delivery.reason
    if delivery.state is DeliveryState.PENDING and delivery.attempts:
        yield _("next try {when}").format(when=away(delivery.due_at, reader))
