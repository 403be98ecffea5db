"""What people read of tickets that belong together: lines, the way from a merged one, what many ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import limits
from core.actions import Press, Submit, encode_press, encode_submit
from core.cards.card import (
    Button,
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
from core.model.faq import Faq
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedReader:
    """Somebody who looks at a merged ticket."""

    asked: bool
    """Whether the merged one is theirs."""
    sees: bool
    """The one in its place."""
    writes: bool
    """In that one."""


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


def goes_on(ticket: Ticket, into: Ticket, desk: Desk, reader: Reader, reading: MergedReader) -> Card:
    """In place of the message box of a merged ticket: where it goes on, and what its reader may do there. Of a ticket
    that they may not see it says its ref and whether it is over, which they are told anyway."""
    _ = reader.gettext
    is_over = not into.status.is_live
    title = _("It goes on in {ref}, which is {status}") if is_over else _("It goes on in {ref}")
    look = Button(label=_("Open {ref}").format(ref=into.ref), url=f"{desk.public_url}/t/{into.ref}")
    return Card(
        title=title.format(ref=into.ref, status=_(WORDS[into.status])),
        body=Text.of(_what_then(reading, reader, is_over=is_over)),
        buttons=(*([look] if reading.sees else []), *([not_mine(ticket.id, reader)] if reading.asked else [])),
    )


def _what_then(reading: MergedReader, reader: Reader, *, is_over: bool) -> str:
    _ = reader.gettext
    if reading.writes:
        return _("What you write here goes there.")
    if not reading.asked:
        return _("Nothing more can be written here.")
    if is_over:
        return _("Nothing more can be written here. If yours is not solved by that, press Not for me.")
    return _("You hear when that is solved. If yours is something else, press Not for me.")


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


def hot_card(
    hot: Sequence[tuple[Hot, Ticket]],
    topics: Sequence[Topic],
    faqs: Mapping[TicketId, Faq],
    desk: Desk,
    reader: Reader,
) -> Card:
    """What many ask for, the hottest first. ``faqs``: those that were made of some of it."""
    _ = reader.gettext
    named = ", ".join(_("{name} ({count})").format(name=one.name, count=one.tickets) for one in topics)
    return Card(
        title=_("What many ask for"),
        body=Text() if hot else Text.of(_("Nothing that many ask for in the last two weeks.")),
        fields=(Field(_("Topics"), named),) if named else (),
        rows=tuple(_hot_row(one, ticket, faqs.get(ticket.id), desk, reader) for one, ticket in hot),
        url=f"{desk.public_url}/hot",
    )


def to_draft(ticket: Ticket, made: Faq | None, desk: Desk, reader: Reader) -> Button | None:
    """To make a FAQ of it: it is over and was answered, goes on nowhere else, and is no trouble of somebody's own.
    Where one was ``made`` of it, to edit that."""
    was_answered = ticket.resolved_at is not None or ticket.first_response_at is not None
    is_over = not ticket.status.is_live and ticket.merged_into is None
    if not (is_over and was_answered) or desk.is_sensitive(ticket.category):
        return None
    _ = reader.gettext
    if made is not None:
        press = Press("faq", "edit", None, {"faq": made.ref})
        return Button(label=_("Edit {ref}").format(ref=made.ref), action=encode_press(press))
    return Button(label=_("Make a FAQ"), action=encode_press(Press("faq", "add", ticket.id)))


def _hot_row(hot: Hot, ticket: Ticket, made: Faq | None, desk: Desk, reader: Reader) -> Row:
    _ = reader.gettext
    parts = (
        _("followers: {count}").format(count=hot.followers),
        _("repeats: {count}").format(count=hot.repeats),
        _("replies lately: {count}").format(count=hot.messages),
        _(WORDS[ticket.status]),
    )
    make = to_draft(ticket, made, desk, reader)
    return Row(
        title=f"{ticket.ref} {shorten(ticket.title, 100)}",
        detail=" · ".join(parts),
        url=f"{desk.public_url}/t/{ticket.ref}",
        ref=ticket.ref,
        buttons=(make,) if make is not None else (),
    )
