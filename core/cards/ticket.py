"""The ticket as a card, and lists of tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Row, Step, StepState, Tone
from core.cards.combining import Belonging, fields_of, followers_field, to_draft
from core.cards.escalation import standing
from core.cards.promises import Outlook, expectation_fields, promise_fields
from core.cards.times import ago, length
from core.errors import N_
from core.model.desk import Desk
from core.model.escalation import Escalation, EscalationState
from core.model.faq import Faq
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import PRIORITY_WORDS, WORDS, Priority, Status, Ticket, Visibility
from core.policy import Action, may, may_in_general
from core.text import Text, shorten

Names = Mapping[PersonId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket with what its card says beside it."""

    ticket: Ticket
    names: Names
    place: int | None = None
    """In its team's queue, where it waits there."""
    outlook: Outlook = Outlook()  # noqa: RUF009 - frozen and empty, so safely shared
    escalations: tuple[Escalation, ...] = ()
    """Those that go on: the staff's to know."""
    belongings: tuple[Belonging, ...] = ()
    """The tickets that it belongs with: for those who may know of them."""
    awaits_decision: bool = False
    """Whether its requester asked for it to be urgent, and a lead is to decide."""
    faq: Faq | None = None
    """The one that was made of it."""
    is_followed: bool = False
    """By whoever reads it, where that is one person."""


def url_of(ticket: Ticket, desk: Desk) -> str:
    return f"{desk.public_url}/t/{ticket.ref}"


def ticket_card(
    view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool = False
) -> Card:
    """The first card of a ticket's thread. ``viewer`` decides on the buttons; None: a card that many people see, which
    offers a note ``for_staff``."""
    _ = reader.gettext
    ticket = view.ticket
    fields = [
        Field(_("Status"), _(WORDS[ticket.status]).capitalize(), "status"),
        Field(_("Priority"), _(PRIORITY_WORDS[ticket.priority]).capitalize(), "priority"),
        Field(_("Category"), desk.category_name(ticket.category), "category"),
        Field(_("With"), view.names.get(ticket.assignee, "") if ticket.assignee else _("nobody yet"), "with"),
        *_asked(view, desk, reader, viewer, for_staff=for_staff),
        *_escalating(view, desk, reader, viewer, for_staff=for_staff),
        Field(_("Team"), desk.team_name(ticket.team), "team"),
        Field(_("Asked by"), view.names.get(ticket.requester, ""), "requester"),
        Field(_("Opened"), ticket.opened_at, "opened"),
    ]
    if view.place is not None:
        fields.append(Field(_("Place in the queue"), str(view.place), "place"))
    fields += _of_time(view, desk, reader, viewer, for_staff=for_staff)
    fields += [Field(answer.label, answer.value) for answer in ticket.answers]
    if ticket.tags:
        fields.append(Field(_("Tags"), ", ".join(ticket.tags)))
    if ticket.participants:
        fields.append(Field(_("Also here"), ", ".join(view.names.get(p, "?") for p in sorted(ticket.participants))))
    if ticket.follower_count:
        fields.append(
            followers_field(ticket, desk, reader, for_staff=_is_for_staff(view, desk, reader, viewer, for_staff))
        )
    fields += fields_of(ticket, view.belongings, reader)
    return Card(
        title=ticket.title,
        subtitle=ticket.ref,
        body=ticket.description,
        tone=_tone(ticket),
        fields=tuple(fields),
        progress=progress(ticket, reader),
        buttons=(
            *_acknowledge(view, desk, reader, viewer, for_staff=for_staff),
            *_decide(view, desk, reader, viewer, for_staff=for_staff),
            *_buttons(view, desk, reader, viewer),
            *_make_faq(view, desk, reader, viewer),
            *([_note(ticket, reader)] if for_staff else []),
        ),
        footer=who_hears(ticket, desk, reader),
        url=url_of(ticket, desk),
    )


def _is_for_staff(view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, for_staff: bool) -> bool:
    return for_staff or (viewer is not None and may(Action.SEE_NOTES, viewer, view.ticket, desk, reader.now))


def _asked(view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool) -> Sequence[Field]:
    """Who is asked to take it, which is the staff's to know."""
    _ = reader.gettext
    ticket = view.ticket
    if ticket.offered_to is None or ticket.offered_until is None:
        return []
    if not (for_staff or (viewer is not None and may(Action.SEE_NOTES, viewer, ticket, desk, reader.now))):
        return []
    name, left = view.names.get(ticket.offered_to, "?"), ticket.offered_until - reader.now
    if left < timedelta(minutes=1):
        words = _("{name}, for {time}").format(name=name, time=length(max(left, timedelta(0)), reader))
        return [Field(_("Offered to"), words, "offered")]
    return [Field(_("Offered to"), name, "offered"), Field(_("Offered until"), ticket.offered_until, "offered")]


def _escalating(
    view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool
) -> Sequence[Field]:
    """How far people have been called, or who acknowledged."""
    _ = reader.gettext
    if not (for_staff or (viewer is not None and may(Action.SEE_NOTES, viewer, view.ticket, desk, reader.now))):
        return []
    on = view.escalations
    return [
        Field(
            _("Escalation {name}").format(name=one.policy.key) if len(on) > 1 else _("Escalation"),
            standing(one, view.names, reader),
            "escalation",
        )
        for one in on
    ]


def _of_time(
    view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool
) -> Sequence[Field]:
    """When its requester may expect the first answer; for the staff what was promised, and until when it is aside."""
    ticket = view.ticket
    if not (for_staff or (viewer is not None and may(Action.SEE_NOTES, viewer, ticket, desk, reader.now))):
        return expectation_fields(view.outlook, reader)
    aside = ticket.snoozed_until
    put_aside = [Field(reader.gettext("Put aside until"), aside, "snoozed")] if aside is not None else []
    return [*put_aside, *promise_fields(view.outlook, reader)]


def _acknowledge(
    view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool
) -> Sequence[Button]:
    """While people are called, for whoever may say that they need not be."""
    runs = any(one.state is EscalationState.RUNNING for one in view.escalations)
    may_it = for_staff if viewer is None else may(Action.ACKNOWLEDGE, viewer, view.ticket, desk, reader.now)
    if not (runs and may_it):
        return []
    action = encode_press(Press("alert", "ack", view.ticket.id))
    return [Button(label=reader.gettext("Acknowledge"), action=action, style=ButtonStyle.PRIMARY)]


def _decide(
    view: TicketView, desk: Desk, reader: Reader, viewer: Person | None, *, for_staff: bool
) -> Sequence[Button]:
    """While its requester waits to hear whether it is urgent, for whoever may say so."""
    may_it = for_staff if viewer is None else may(Action.DECIDE_URGENCY, viewer, view.ticket, desk, reader.now)
    if not (view.awaits_decision and view.ticket.status.is_live and may_it):
        return []
    _ = reader.gettext
    return decisions(view.ticket, _("Agree: urgent"), _("Decline: not urgent"))


def decisions(ticket: Ticket, accept: str, decline: str) -> Sequence[Button]:
    """What may be answered to an urgency declared, under these labels."""
    agreeing, declining = (
        encode_press(Press("staff", "urgency", ticket.id, {"decision": decision})) for decision in ("accept", "decline")
    )
    return [Button(label=accept, action=agreeing, style=ButtonStyle.PRIMARY), Button(label=decline, action=declining)]


def who_hears(ticket: Ticket, desk: Desk, reader: Reader) -> str:
    """Who reads what is written in the ticket's thread: said in its first message."""
    _ = reader.gettext
    if ticket.visibility is Visibility.PUBLIC and not desk.is_sensitive(ticket.category):
        return _("Everybody who is signed in can read this ticket. Notes of the staff stay with the staff.")
    if desk.is_sensitive(ticket.category):
        return _("Only the requester and the few staff named for {category} read what is written here.").format(
            category=desk.category_name(ticket.category)
        )
    return _("The requester, whoever was added, and the support staff read what is written here.")


def progress(ticket: Ticket, reader: Reader) -> tuple[Step, ...]:
    """Opened, with an agent, answered, resolved: the last that was reached is where it stands now."""
    _ = reader.gettext
    ended = not ticket.status.is_live
    reached = [
        (_("Opened"), True),
        (_("With an agent"), ticket.assignee is not None),
        (_("Answered"), ticket.first_response_at is not None),
        (_("Closed") if ticket.status is Status.CLOSED else _("Resolved"), ended),
    ]
    last = max(n for n, (_label, done) in enumerate(reached) if done)
    return tuple(
        Step(label, StepState.NOW if n == last else StepState.DONE if done else StepState.TO_COME)
        for n, (label, done) in enumerate(reached)
    )


def ticket_row(ticket: Ticket, names: Names, desk: Desk, reader: Reader) -> Row:
    _ = reader.gettext
    parts = [
        _(WORDS[ticket.status]),
        *([_(PRIORITY_WORDS[ticket.priority])] if ticket.priority is not Priority.NORMAL else []),
        desk.category_name(ticket.category),
        _("with {name}").format(name=names.get(ticket.assignee, "?")) if ticket.assignee else _("with nobody yet"),
        ago(ticket.opened_at, reader),
    ]
    return Row(
        title=f"{ticket.ref} {shorten(ticket.title, 100)}",
        detail=" · ".join(parts),
        url=url_of(ticket, desk),
        ref=ticket.ref,
    )


def ticket_list(title: str, tickets: Sequence[Ticket], names: Names, desk: Desk, reader: Reader) -> Card:
    _ = reader.gettext
    body = Text() if tickets else Text.of(_("Nothing here."))
    return Card(title=title, body=body, rows=tuple(ticket_row(ticket, names, desk, reader) for ticket in tickets))


def _tone(ticket: Ticket) -> Tone:
    if not ticket.status.is_live:
        return Tone.GOOD
    return {Priority.URGENT: Tone.URGENT, Priority.HIGH: Tone.WARNING}.get(ticket.priority, Tone.PLAIN)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A button that a ticket's card may bear."""

    label: str
    verb: str
    action: Action
    statuses: frozenset[Status]
    style: ButtonStyle = ButtonStyle.PLAIN


_LIVE = frozenset({Status.OPEN, Status.IN_PROGRESS, Status.WAITING})
_OVER = frozenset({Status.RESOLVED, Status.CLOSED})
_OFFERS = (
    _Offer(N_("Claim"), "claim", Action.CLAIM, _LIVE, ButtonStyle.PRIMARY),
    _Offer(N_("Resolve"), "resolve", Action.RESOLVE, _LIVE, ButtonStyle.PRIMARY),
    _Offer(N_("Urgent"), "urgent", Action.DECLARE_URGENT, _LIVE, ButtonStyle.DANGER),
    _Offer(N_("Priority"), "priority", Action.PRIORITISE, _LIVE),
    _Offer(N_("Reopen"), "reopen", Action.REOPEN, _OVER, ButtonStyle.PRIMARY),
    _Offer(N_("Follow"), "follow", Action.FOLLOW, _LIVE),
    _Offer(N_("Unfollow"), "unfollow", Action.FOLLOW, _LIVE),
    _Offer(N_("Close"), "close", Action.CLOSE, frozenset(Status) - {Status.CLOSED}),
)


def _note(ticket: Ticket, reader: Reader) -> Button:
    return Button(label=reader.gettext("Note"), action=encode_press(Press("staff", "note", ticket.id)))


def _make_faq(view: TicketView, desk: Desk, reader: Reader, viewer: Person | None) -> Sequence[Button]:
    """Of what was answered, for the staff who read it as such."""
    if viewer is None or not may_in_general(Action.FAQ_DRAFT, viewer):
        return []
    make = to_draft(view.ticket, view.faq, desk, reader)
    return [make] if make is not None and may(Action.SEE_NOTES, viewer, view.ticket, desk, reader.now) else []


def offer_buttons(ticket: Ticket, reader: Reader) -> Sequence[Button]:
    """For whoever is asked to take it."""
    _ = reader.gettext
    accept, leave = (encode_press(Press("ticket", verb, ticket.id)) for verb in ("accept", "pass"))
    return [Button(label=_("Accept"), action=accept, style=ButtonStyle.PRIMARY), Button(label=_("Pass"), action=leave)]


def _buttons(view: TicketView, desk: Desk, reader: Reader, viewer: Person | None) -> Sequence[Button]:
    is_asked = viewer is not None and view.ticket.offered_to == viewer.id
    return [*(offer_buttons(view.ticket, reader) if is_asked else ()), *_usual(view, desk, reader, viewer)]


def _usual(view: TicketView, desk: Desk, reader: Reader, viewer: Person | None) -> Sequence[Button]:
    ticket = view.ticket
    return [
        Button(
            label=reader.gettext(offer.label),
            action=encode_press(Press("ticket", offer.verb, ticket.id)),
            style=_style(offer, ticket),
        )
        for offer in _OFFERS
        if ticket.status in offer.statuses and _fits(offer, view, desk, reader, viewer)
    ]


def _style(offer: _Offer, ticket: Ticket) -> ButtonStyle:
    """One thing comes first: a ticket that nobody has is claimed before it is resolved."""
    return ButtonStyle.PLAIN if offer.verb == "resolve" and ticket.assignee is None else offer.style


def _fits_follower(offer: _Offer, view: TicketView, viewer: Person | None) -> bool:
    """The one or the other, for a student who reads another's ticket."""
    is_others = viewer is not None and view.ticket.requester != viewer.id and not viewer.is_staff
    return is_others and view.is_followed == (offer.verb == "unfollow")


def _fits(offer: _Offer, view: TicketView, desk: Desk, reader: Reader, viewer: Person | None) -> bool:
    ticket = view.ticket
    is_asked = viewer is not None and ticket.offered_to == viewer.id
    if offer.verb == "claim" and (ticket.assignee is not None or is_asked):
        return False
    if offer.verb == "urgent" and (ticket.priority is Priority.URGENT or view.awaits_decision):
        return False
    if offer.verb == "reopen" and ticket.merged_into is not None:
        return False
    if offer.verb in ("follow", "unfollow") and not _fits_follower(offer, view, viewer):
        return False
    return viewer is None or may(offer.action, viewer, ticket, desk, reader.now)
