"""One line for what comes of time: offers, promises, calls, and what was put aside."""

from core.cards.card import Reader
from core.cards.faq import line_of_faqs
from core.cards.ticket import Names
from core.cards.times import when
from core.events import (
    AcknowledgementReminded,
    AnswerFound,
    CapacitySet,
    DigestSent,
    DutyChanged,
    EscalationAcknowledged,
    EscalationCalled,
    EscalationEnded,
    EscalationRaised,
    EscalationResumed,
    EscalationStarted,
    Event,
    NobodyToOffer,
    OfferPassed,
    PromisesChanged,
    Record,
    RequesterReminded,
    SlaBreached,
    SlaBreachFound,
    SlaWarned,
    TicketHandedOver,
    TicketOffered,
    TicketSnoozed,
    TicketWoken,
    UrgencyDecided,
)
from core.model.duty import DutyState
from core.model.sla import CLOCK_WORDS


def line_of_time(record: Record, who: str, names: Names, reader: Reader) -> str:
    """The line; nothing for an event of another kind. ``who``: its actor's name."""
    event = record.event
    return (
        _of_offers(event, who, names, reader, by_desk=record.actor is None)
        or _of_waiting(event, who, reader)
        or _of_promises(event, reader)
        or _of_escalations(event, who, reader)
        or _of_the_desk(event, names, reader)
        or line_of_faqs(event, who, reader)
    )


def _of_offers(event: Event, who: str, names: Names, reader: Reader, *, by_desk: bool) -> str:
    _ = reader.gettext
    match event:
        case TicketOffered(person=person):
            return _("{name} is asked to take it").format(name=names.get(person, "?"))
        case OfferPassed(person=person, late=True):
            return _("{name} did not answer in time").format(name=names.get(person, "?"))
        case OfferPassed(person=person) if by_desk:
            return _("{name} went off duty without an answer").format(name=names.get(person, "?"))
        case OfferPassed(person=person):
            return _("{name} passed it on").format(name=names.get(person, "?"))
        case NobodyToOffer(asked=0):
            return _("Nobody is on duty who could take it")
        case NobodyToOffer():
            return _("Everybody on duty was asked, and nobody took it")
        case TicketHandedOver():
            return _("{who} handed it on").format(who=who)
        case UrgencyDecided(granted=True):
            return _("{who} agreed that it is urgent").format(who=who)
        case UrgencyDecided():
            return _("{who} decided that it is not urgent").format(who=who)
        case _:
            return ""


def _of_waiting(event: Event, who: str, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case TicketSnoozed(until=until):
            return _("{who} put it aside until {time}").format(who=who, time=when(until, reader))
        case TicketWoken():
            return _("It is not put aside any more")
        case RequesterReminded():
            return _("The requester was reminded that it waits for them")
        case _:
            return ""


def _of_promises(event: Event, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case SlaWarned(clock=clock):
            return _("The time promised for its {clock} is nearly over").format(clock=_(CLOCK_WORDS[clock]))
        case SlaBreached(clock=clock):
            return _("The time promised for its {clock} is over").format(clock=_(CLOCK_WORDS[clock]))
        case SlaBreachFound(clock=clock):
            return _("The time for its {clock} was over already when it came to be promised").format(
                clock=_(CLOCK_WORDS[clock])
            )
        case _:
            return ""


def _of_escalations(event: Event, who: str, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case EscalationStarted():
            return _("It escalates until somebody acknowledges it")
        case EscalationCalled(level=level):
            return _("Level {level} was called").format(level=level)
        case EscalationRaised(level=level):
            return _("{who} raised it to level {level}").format(who=who, level=level)
        case EscalationAcknowledged():
            return _("{who} acknowledged it").format(who=who)
        case AcknowledgementReminded():
            return _("Nothing happened since it was acknowledged: it escalates again soon")
        case EscalationResumed(lapsed=True):
            return _("Nothing happened since it was acknowledged: it escalates again")
        case EscalationResumed():
            return _("{who} took the acknowledgement back: it escalates again").format(who=who)
        case EscalationEnded():
            return _("It escalates no more")
        case _:
            return ""


def _of_the_desk(event: Event, names: Names, reader: Reader) -> str:
    """Of no ticket: for the audit."""
    _ = reader.gettext
    match event:
        case DigestSent():
            return _("Those who lead were told how the desk stands")
        case PromisesChanged():
            return _("bot.toml promises something else, and some tickets were late by it already")
        case DutyChanged(person=person, state=DutyState.AVAILABLE):
            return _("{name} is available").format(name=names.get(person, "?"))
        case DutyChanged(person=person, state=DutyState.AWAY):
            return _("{name} is away").format(name=names.get(person, "?"))
        case DutyChanged(person=person):
            return _("{name} is on duty as their shifts say").format(name=names.get(person, "?"))
        case AnswerFound(deflected=True):
            return _("Somebody found their answer and needed no ticket")
        case AnswerFound():
            return _("Somebody found their answer")
        case CapacitySet(person=person, capacity=None):
            return _("{name} carries what their team's agents carry").format(name=names.get(person, "?"))
        case CapacitySet(person=person, capacity=capacity):
            return _("{name} carries up to {count}").format(name=names.get(person, "?"), count=capacity)
        case _:
            return ""
