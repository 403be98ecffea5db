"""The desk's answers that are no ticket: help, people, failed deliveries."""

from collections.abc import Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, Card, Gettext, Reader, Row
from core.cards.times import ago
from core.errors import N_
from core.model.outbox import Address, Delivery, Intent, ToPerson, ToSpace, ToThread
from core.model.people import ROLE_WORDS, STANDING_WORDS, Person, Role
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
    words = {role: _(word) for role, word in ROLE_WORDS.items()}
    roles = sorted({words[g.role] + (f" ({g.team})" if g.team else "") for g in person.grants if g.approved})
    parts = [person.email or "", ", ".join(roles) or words[Role.REQUESTER]]
    if person.email and not person.email_confirmed:
        parts.append(_("address not confirmed"))
    if not person.may_act:
        parts.append(_(STANDING_WORDS[person.standing]))
    return " · ".join(part for part in parts if part)


INTENTS = {
    Intent.CREATE_THREAD: N_("create the thread"),
    Intent.TICKET_CARD: N_("show the ticket's card"),
    Intent.MESSAGE: N_("copy a message"),
    Intent.PING: N_("ping"),
    Intent.ALERT: N_("alert"),
    Intent.ALERT_NEWS: N_("news of an alert"),
}


def address_words(address: Address, gettext: Gettext) -> str:
    """An address as an admin reads it."""
    _ = gettext
    match address:
        case ToSpace(space):
            return _("space {space}").format(space=space)
        case ToPerson(person, platform):
            return _("person {person} on {platform}").format(person=person, platform=platform)
        case ToThread(thread, platform):
            return _("thread {thread} on {platform}").format(thread=thread, platform=platform)


def failures_card(failures: Sequence[Delivery], reader: Reader) -> Card:
    """What could not be delivered, why, and a button to try again."""
    _ = reader.gettext
    return Card(
        title=_("Failed deliveries"),
        body=Text()
        if failures
        else Text.of(_("Nothing was given up. What is still on its way is tried again by itself.")),
        rows=tuple(
            Row(
                title=f"{failure.id}: {_(INTENTS[failure.intent])} → {address_words(failure.address, _)}"
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
