"""What people read of tickets that belong together: lines, the way from a merged one, what many ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import limits
from core.actions import Press, Submit, encode_press, encode_submit
from core.cards.card import (
    Button,
    ButtonStyle,
    Card,
    Choice,
    Field,
    Form,
    Gettext,
    Input,
    InputKind,
    Reader,
    Row,
)
from core.cards.times import ago
from core.errors import N_
from core.events import (
    AbsorptionUndone,
    Event,
    MergeUndone,
    MessageMovedAway,
    SplitOff,
    TicketAbsorbed,
    TicketJoined,
    TicketLinked,
    TicketMerged,
    TicketSplit,
    TicketUnlinked,
)
from core.model.desk import Desk
from core.model.ids import FollowId, PersonId, TicketId, ref_of
from core.model.relation import RELATION_WORDS, RELATION_WORDS_BACK, Hot
from core.model.thread import Message, MessageKind
from core.model.ticket import PRIORITY_WORDS, WORDS, Ticket
from core.rules.queue import is_raised, ranked
from core.text import Text, clean_line, shorten

_Names = Mapping[PersonId, str]
MERGED = N_("merged into it")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Another ticket that one belongs with, for those who may know of both."""

    ref: str
    words: str
    """What the one is to the other, untranslated."""
    status: str
    """The other's, untranslated."""


def line_of_combining(event: Event, who: str, names: _Names, reader: Reader) -> str:
    """The line; nothing for an event of another kind. A ref is all that it says of another ticket."""
    _ = reader.gettext
    match event:
        case TicketMerged(into=other):
            return _("{who} merged it into {ref}, which goes on in its place").format(who=who, ref=ref_of(other))
        case TicketAbsorbed(merged=other):
            return _("{who} merged {ref} into it").format(who=who, ref=ref_of(other))
        case MergeUndone(into=other):
            return _("{who} took the merge into {ref} back: it goes on by itself").format(who=who, ref=ref_of(other))
        case AbsorptionUndone(merged=other):
            return _("{who} took the merge of {ref} back").format(who=who, ref=ref_of(other))
        case TicketJoined(person=person):
            return _("{name} follows it in place of a ticket of their own").format(name=names.get(person, "?"))
        case _:
            return _line_of_parting(event, who, reader)


def _line_of_parting(event: Event, who: str, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case TicketSplit(into=other):
            return _("{who} made a ticket of its own of some messages: {ref}").format(who=who, ref=ref_of(other))
        case SplitOff(source=other):
            return _("{who} made it of messages from {ref}").format(who=who, ref=ref_of(other))
        case MessageMovedAway(into=other):
            return _("{who} moved a message to {ref}").format(who=who, ref=ref_of(other))
        case TicketLinked(other=other):
            return _("{who} linked it: {what} {ref}").format(who=who, what=_what(event, _), ref=ref_of(other))
        case TicketUnlinked(other=other):
            return _("{who} took a link away: {what} {ref}").format(who=who, what=_what(event, _), ref=ref_of(other))
        case _:
            return ""


def _what(event: TicketLinked | TicketUnlinked, gettext: Gettext) -> str:
    return gettext((RELATION_WORDS if event.is_first else RELATION_WORDS_BACK)[event.relation])


def fields_of(ticket: Ticket, belongings: Sequence[Belonging], reader: Reader) -> Sequence[Field]:
    """Where it went, for everybody who sees it; what else it belongs with, which is the staff's to know."""
    _ = reader.gettext
    went = [] if ticket.merged_into is None else [Field(_("Goes on in"), ref_of(ticket.merged_into), "merged_into")]
    theirs: dict[str, list[str]] = {}
    for one in belongings:
        said = f"{one.ref} ({_(one.status)})"
        theirs.setdefault(one.words, []).append(said)
    keys = {MERGED: "merged"}
    fields = (Field(_(words).capitalize(), ", ".join(refs), keys.get(words, "link")) for words, refs in theirs.items())
    return [*went, *fields]


def followers_field(ticket: Ticket, desk: Desk, reader: Reader, *, for_staff: bool) -> Field:
    """How many follow it; for the staff, what that does to its place in the queue."""
    _ = reader.gettext
    count = ticket.follower_count
    if not for_staff or not is_raised(ticket.priority, count, desk.followers_raise):
        return Field(_("Followers"), str(count))
    rank = ranked(ticket.priority, count, desk.followers_raise)
    words = _("{count}: ranked as {priority}").format(count=count, priority=_(PRIORITY_WORDS[rank]))
    return Field(_("Followers"), words)


def merged_news(title: str, ticket: Ticket, reader: Reader) -> Card:
    """In the threads of a merged ticket: the way, and what to do if it is about something else after all."""
    _ = reader.gettext
    words = _(
        "You hear when that is solved. What is written here goes there, if its writer takes part there. "
        "If yours is something else, press Not for me."
    )
    return Card(title=title, body=Text.of(words), buttons=(not_mine(ticket.id, reader),))


def not_mine(ticket: TicketId, reader: Reader) -> Button:
    """Opens one's own, with what was typed before."""
    return Button(label=reader.gettext("Not for me"), action=encode_press(Press("ticket", "mine", ticket)))


def not_mine_unseen(follow: FollowId, reader: Reader) -> Button:
    """The same of a ticket that whoever presses it may not know."""
    press = Press("ticket", "mine", None, {"follow": str(follow)})
    return Button(label=reader.gettext("Not for me"), action=encode_press(press))


_MOST = 100
"""Messages to choose from, the newest: a menu on Slack holds no more."""
_NAME, _WORDS = 24, 120
"""Characters of each message's author and of its words, as one chooses among them."""


def split_form(
    ticket: TicketId,
    said: Sequence[Message],
    names: _Names,
    values: Mapping[str, str],
    reader: Reader,
    *,
    problem: str = "",
) -> Form:
    """Which of ``said`` (the oldest first) become a ticket of their own, and what that is about."""
    _ = reader.gettext
    newest = said[: -_MOST - 1 : -1]
    return Form(
        action=encode_submit(Submit("staff", "split", ticket=ticket)),
        title=_("Split {ref}").format(ref=ref_of(ticket)),
        submit=_("Split"),
        intro=_("A new ticket of the same requester, with the messages that you choose. Notes stay notes."),
        problem=problem,
        again=encode_press(Press("staff", "split", ticket)),
        inputs=(
            Input(
                key="messages",
                label=_("Messages, the newest first"),
                kind=InputKind.CHOICES,
                required=True,
                value=values.get("messages", ""),
                choices=tuple(Choice(f"#{one.id}", _said(one, names, reader)) for one in newest),
            ),
            Input(
                key="title",
                label=_("What the new ticket is about"),
                kind=InputKind.LINE,
                required=True,
                value=values.get("title", ""),
                max_length=limits.TITLE,
            ),
        ),
    )


def _said(message: Message, names: _Names, reader: Reader) -> str:
    _ = reader.gettext
    who = shorten(names.get(message.author, "?"), _NAME)
    name = _("{name} (note)").format(name=who) if message.kind is MessageKind.NOTE else who
    words = shorten(clean_line(message.text.plain()), _WORDS) or _("only files")
    return f"{name}, {ago(message.at, reader)}: {words}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A category or a tag of hot tickets, with their number and their heat together."""

    name: str
    tickets: int
    heat: int


def hot_card(hot: Sequence[tuple[Hot, Ticket]], topics: Sequence[Topic], desk: Desk, reader: Reader) -> Card:
    """What many ask for, the hottest first."""
    _ = reader.gettext
    named = ", ".join(_("{name} ({count})").format(name=one.name, count=one.tickets) for one in topics)
    return Card(
        title=_("What many ask for"),
        body=Text() if hot else Text.of(_("Nothing that many ask for in the last two weeks.")),
        fields=(Field(_("Topics"), named),) if named else (),
        rows=tuple(_hot_row(one, ticket, desk, reader) for one, ticket in hot),
        url=f"{desk.public_url}/hot",
    )


def may_be_drafted(ticket: Ticket, desk: Desk) -> bool:
    """Whether a FAQ can be made of it: it is over, and no trouble of somebody's own."""
    return not ticket.status.is_live and not desk.is_sensitive(ticket.category)


def _hot_row(hot: Hot, ticket: Ticket, desk: Desk, reader: Reader) -> Row:
    _ = reader.gettext
    parts = (
        _("followers: {count}").format(count=hot.followers),
        _("repeats: {count}").format(count=hot.repeats),
        _("replies lately: {count}").format(count=hot.messages),
        _(WORDS[ticket.status]),
    )
    make = Button(label=_("Make a FAQ"), action=encode_press(Press("faq", "add", ticket.id)), style=ButtonStyle.PLAIN)
    return Row(
        title=f"{ticket.ref} {shorten(ticket.title, 100)}",
        detail=" · ".join(parts),
        url=f"{desk.public_url}/t/{ticket.ref}",
        ref=ticket.ref,
        buttons=(make,) if may_be_drafted(ticket, desk) else (),
    )
