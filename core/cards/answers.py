"""The desk's answers that are no ticket: help, people, failed deliveries."""

from collections.abc import Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, Card, Reader, Row
from core.cards.times import ago
from core.model.outbox import Address, Delivery, Intent, ToPerson, ToSpace, ToThread
from core.model.people import Person, Role
from core.text import Text
from core.vocabulary import SlashCommand


def help_card(commands: Sequence[SlashCommand], desk_name: str, reader: Reader) -> Card:
    """The commands that a person may use, each with what it does."""
    _ = reader.gettext
    return Card(
        title=_("What you can do at {desk}").format(desk=desk_name),
        body=Text.of(
            _(
                "Type a command, or use the buttons: they do the same. In a ticket's thread its ref is understood, "
                "and what you write without a slash is a reply."
            )
        ),
        rows=tuple(Row(title=command.usage, detail=_(command.help)) for command in commands),
    )


def people_card(people: Sequence[Person], reader: Reader) -> Card:
    _ = reader.gettext
    return Card(
        title=_("People"),
        body=Text() if people else Text.of(_("Nobody yet.")),
        rows=tuple(Row(title=person.name, detail=_person_detail(person, reader)) for person in people),
    )


def _person_detail(person: Person, reader: Reader) -> str:
    _ = reader.gettext
    roles = sorted({f"{g.role} ({g.team})" if g.team else str(g.role) for g in person.grants if g.approved})
    parts = [person.email or "", ", ".join(roles) or str(Role.REQUESTER)]
    if person.email and not person.email_confirmed:
        parts.append(_("address not confirmed"))
    if not person.may_act:
        parts.append(str(person.standing))
    return " · ".join(part for part in parts if part)


INTENTS = {
    Intent.CREATE_THREAD: "create the thread",
    Intent.TICKET_CARD: "show the ticket's card",
    Intent.MESSAGE: "copy a message",
    Intent.PING: "ping",
    Intent.ALERT: "alert",
    Intent.ALERT_NEWS: "news of an alert",
}


def address_words(address: Address) -> str:
    """An address as an admin reads it."""
    match address:
        case ToSpace(space):
            return f"space {space}"
        case ToPerson(person, platform):
            return f"person {person} on {platform}"
        case ToThread(thread, platform):
            return f"thread {thread} on {platform}"


def failures_card(failures: Sequence[Delivery], reader: Reader) -> Card:
    """What could not be delivered, why, and a button to try again."""
    _ = reader.gettext
    return Card(
        title=_("Failed deliveries"),
        body=Text() if failures else Text.of(_("None: everything that was to go out has gone out.")),
        rows=tuple(
            Row(
                title=f"{failure.id}: {INTENTS[failure.intent]} → {address_words(failure.address)}"
                + (f" (T-{failure.ticket})" if failure.ticket else ""),
                detail=_("{reason}. Tried {count} times, since {ago}.").format(
                    reason=failure.reason or "?", count=failure.attempts, ago=ago(failure.created_at, reader)
                ),
                buttons=(
                    Button(
                        label=_("Try again"),
                        action=encode_press(Press("desk", "retry", None, {"number": str(failure.id)})),
                    ),
                ),
            )
            for failure in failures
        ),
    )
