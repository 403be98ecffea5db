"""The desk's answers that are no ticket: help, people, failed deliveries."""

from collections.abc import Iterable, Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Gettext, Reader, Row
from core.cards.ticket import Names
from core.cards.times import ago
from core.errors import N_
from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.outbox import Address, Delivery, Intent, ToEmail, ToEndpoint, ToPerson, ToSpace, ToThread, Trouble
from core.model.people import ROLE_WORDS, STANDING_WORDS, Person, Role
from core.text import Text
from core.vocabulary import SlashCommand

_SHOWN_WHOLE = 40
"""Commands that are shown each with what it does; a message on Discord has room for no more."""


def help_card(commands: Sequence[SlashCommand], desk_name: str, reader: Reader) -> Card:
    """The commands that a person may use, each with what it does; where there are many, by noun."""
    _ = reader.gettext
    rows = [Row(title=command.usage, detail=_(command.help)) for command in commands]
    footer = ""
    if len(commands) > _SHOWN_WHOLE:
        rows = [_of_noun(noun, commands, reader) for noun in dict.fromkeys(command.noun for command in commands)]
        footer = _("/help and one of these words, as in /help staff, says what each of them does.")
    return Card(
        title=_("What you can do at {desk}").format(desk=desk_name),
        body=Text.of(
            _(
                "Type a command, or use the buttons: they do the same. In a ticket's thread its ref is understood, "
                "and what you write without a slash is a reply."
            )
        ),
        rows=tuple(rows),
        footer=footer,
    )


def _of_noun(noun: str, commands: Sequence[SlashCommand], reader: Reader) -> Row:
    """What there is of it; of a noun that is a command by itself, what it does."""
    own = [command for command in commands if command.noun == noun]
    verbs = ", ".join(command.verb for command in own if command.verb)
    return Row(title=f"/{noun}", detail=verbs or reader.gettext(own[0].help))


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
    Intent.HISTORY: N_("repeat what was said"),
    Intent.MESSAGE: N_("copy a message"),
    Intent.EDIT: N_("change a message"),
    Intent.REMOVAL: N_("take a message back"),
    Intent.REACTIONS: N_("show reactions"),
    Intent.MARK: N_("mark a message as delivered"),
    Intent.MEMBERS: N_("bring people in"),
    Intent.NEWS: N_("say what became of it"),
    Intent.SETTLE: N_("put the thread away or bring it back"),
    Intent.PING: N_("ping"),
    Intent.TROUBLE: N_("tell an admin"),
    Intent.ALERT: N_("alert"),
    Intent.ALERT_NEWS: N_("news of an alert"),
    Intent.CALL: N_("call"),
    Intent.DIGEST: N_("say how the desk stands"),
    Intent.EVENT: N_("post an event"),
    Intent.ERASE: N_("take back what was shown of an erased ticket"),
}


def address_words(address: Address, gettext: Gettext, names: Names) -> str:
    """An address as an admin reads it. ``names``: of the persons addressed."""
    _ = gettext
    match address:
        case ToSpace(space):
            return _("space {space}").format(space=space)
        case ToEmail(email):
            return email
        case ToEndpoint(endpoint):
            return _("endpoint {endpoint}").format(endpoint=endpoint)
        case ToPerson(person, platform):
            return _("{name} on {platform}").format(name=names.get(person, "?"), platform=platform.capitalize())
        case ToThread(thread, platform):
            return _("thread {thread} on {platform}").format(thread=thread, platform=platform.capitalize())


def persons_addressed(deliveries: Iterable[Delivery]) -> Sequence[PersonId]:
    """Whose names ``address_words`` wants."""
    return sorted({one.address.person for one in deliveries if isinstance(one.address, ToPerson)})


def failures_card(
    troubles: Sequence[Trouble],
    given_up: Sequence[Delivery],
    struggling: Sequence[Delivery],
    names: Names,
    reader: Reader,
) -> Card:
    """What stands in the way, what could not be delivered and why, with a button to try again, and what is being
    tried still."""
    _ = reader.gettext
    nothing = not (troubles or given_up or struggling)
    return Card(
        title=_("What does not get through"),
        body=Text.of(_("Nothing was given up, and nothing is in the way.")) if nothing else Text(),
        rows=(
            *(_trouble_row(trouble, reader) for trouble in troubles),
            *(_failure_row(failure, names, reader, tried=False) for failure in given_up),
            *(_failure_row(failure, names, reader, tried=True) for failure in struggling),
        ),
    )


def _trouble_row(trouble: Trouble, reader: Reader) -> Row:
    _ = reader.gettext
    detail = _("In the way {count}×, last {ago}.").format(count=trouble.count, ago=ago(trouble.seen_at, reader))
    return Row(title=trouble.sentence, detail=detail)


def _failure_row(failure: Delivery, names: Names, reader: Reader, *, tried: bool) -> Row:
    _ = reader.gettext
    reason = _("{reason} Tried {count}×, first {ago}.").format(
        reason=_sentence(failure.reason or "?"), count=failure.attempts, ago=ago(failure.created_at, reader)
    )
    retry = encode_press(Press("desk", "retry", None, {"number": str(failure.id)}))
    return Row(
        title=f"{failure.id}: {_(INTENTS[failure.intent])} → {address_words(failure.address, _, names)}"
        + (f" (T-{failure.ticket})" if failure.ticket else ""),
        detail=f"{reason} {_('It is tried again by itself.')}" if tried else reason,
        buttons=() if tried else (Button(label=_("Try again"), action=retry),),
    )


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def panel_card(desk: Desk, reader: Reader) -> Card:
    """For a channel where people come to ask."""
    _ = reader.gettext
    return Card(
        title=desk.name,
        body=Text.of(
            _("Press the button and say what is the matter. A private thread opens, with you and those who can help.")
        ),
        buttons=(
            Button(
                label=_("Open a ticket"),
                action=encode_press(Press("ticket", "open")),
                style=ButtonStyle.PRIMARY,
            ),
            Button(label=_("My tickets"), action=encode_press(Press("ticket", "list"))),
        ),
    )
