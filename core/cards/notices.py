"""What reaches people outside a thread: pings to a person, alerts to a space."""

from collections.abc import Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Tone
from core.cards.combining import merged_news, not_mine_unseen
from core.cards.news import actor_of, line
from core.cards.ticket import Names, url_of
from core.cards.times import ago, when
from core.events import MessagePosted, Record, TicketClaimed, TicketClosed, TicketMerged, TicketOpened, TicketResolved
from core.model.desk import Desk
from core.model.outbox import Trouble
from core.model.relation import Follow
from core.model.thread import Message, MessageKind
from core.model.ticket import PRIORITY_WORDS, WORDS, Ending, Priority, Status, Ticket
from core.text import Paragraph, Plain, Text, shorten

PREVIEW = 200
"""Characters of a message that its ping shows."""
HISTORY = 3_500
"""Characters of what was said before, in a thread made anew: a card on Discord holds 4,096."""


def ping(
    record: Record,
    ticket: Ticket,
    message: Message | None,
    names: Names,
    desk: Desk,
    reader: Reader,
    *,
    may_reopen: bool = True,
    split_from: str = "",
) -> Card:
    """What a person is told of something that concerns them. A sensitive ticket's says its ref and no more.
    ``may_reopen``: whether it is theirs to say that it is not over. ``split_from``: the ref of the ticket of whose
    messages a new one is made, where they may know of that."""
    _ = reader.gettext
    sensitive = desk.is_sensitive(ticket.category)
    if isinstance(record.event, TicketOpened):
        what = _opened(record.event.team, names.get(ticket.requester, "?"), split_from, desk, reader)
    else:
        what = _happening(record, names, desk, reader, may_reopen=may_reopen)
    words = shorten(message.text.plain(), PREVIEW) if message is not None and not sensitive else ""
    return Card(
        title=ticket.ref if sensitive else f"{ticket.ref} {shorten(ticket.title, 100)}",
        subtitle=_("Something new in a sensitive ticket") if sensitive else what,
        body=Text.of(words),
        tone=Tone.URGENT if ticket.priority is Priority.URGENT and ticket.status.is_live else Tone.PLAIN,
        buttons=(
            Button(label=_("Open"), url=url_of(ticket, desk), style=ButtonStyle.PRIMARY),
            *((_reopen(record, ticket, reader),) if may_reopen and _may_be_reopened(record) else ()),
        ),
        url=url_of(ticket, desk),
    )


def thread_news(record: Record, ticket: Ticket, names: Names, desk: Desk, reader: Reader) -> Card:
    """What became of the ticket, as a line in its thread. The last one says how to go on."""
    _ = reader.gettext
    if isinstance(record.event, TicketMerged):
        return merged_news(line(record, names, desk, reader), ticket, reader)
    over = not ticket.status.is_live and isinstance(record.event, TicketResolved | TicketClosed)
    how = _("Not solved? Press Reopen, or use /ticket reopen {ref}, with a word on why.").format(ref=ticket.ref)
    return Card(
        title=line(record, names, desk, reader),
        body=Text.of(how) if over else Text(),
        tone=Tone.GOOD if over else Tone.PLAIN,
        buttons=(_reopen(record, ticket, reader),) if over else (),
    )


def _may_be_reopened(record: Record) -> bool:
    """Whether it is its requester's to say that it is not over."""
    match record.event:
        case TicketResolved():
            return True
        case TicketClosed(ending=ending):
            return ending not in (Ending.BY_REQUESTER, Ending.WITHDRAWN, Ending.MERGED)
        case _:
            return False


def _reopen(record: Record, ticket: Ticket, reader: Reader) -> Button:
    """What closed by itself is reopened by one click; else a word on why is asked for."""
    by_itself = isinstance(record.event, TicketClosed) and record.event.ending is Ending.UNANSWERED
    press = Press("ticket", "reopen", ticket.id, {"skip": "yes"} if by_itself else {})
    return Button(label=reader.gettext("Reopen"), action=encode_press(press))


def history(ticket: Ticket, said: Sequence[Message], names: Names, desk: Desk, reader: Reader) -> Card:
    """What was said before there was the thread, the oldest first, as many of the newest as a card holds."""
    _ = reader.gettext
    kept: list[str] = []
    room = HISTORY
    for message in reversed(said):
        who = names.get(message.author, "?")
        name = _("{name} (note)").format(name=who) if message.kind is MessageKind.NOTE else who
        words = f"{name}, {ago(message.at, reader)}: {shorten(message.text.plain(), 500)}"
        if len(words) > room:
            break
        room -= len(words)
        kept.append(words)
    left_out = len(said) - len(kept)
    more = [_("{count} earlier ones are on the ticket's page.").format(count=left_out)] if left_out else []
    return Card(
        title=_("{ref}: what was said before").format(ref=ticket.ref),
        body=Text(tuple(Paragraph((Plain(words),)) for words in (*more, *reversed(kept)))),
        url=url_of(ticket, desk),
    )


def trouble(found: Trouble, reader: Reader) -> Card:
    """What an admin is to mend outside."""
    _ = reader.gettext
    return Card(
        title=_("The desk needs your help"),
        body=Text.of(found.sentence),
        tone=Tone.WARNING,
        footer=_("You are told once. /desk failures shows what is still in the way."),
    )


def followed(follow: Follow, ref: str, reader: Reader) -> Card:
    """For who follows a ticket that they may not see: that it is solved, and no word of it. They know it by the title
    that they had typed before they followed it unseen; by its ``ref`` where they gave that themselves and typed
    nothing, "" where they cannot know it."""
    _ = reader.gettext
    typed = follow.words.get("title", "")
    unseen = _("The private ticket like yours that you follow is resolved")
    return Card(
        title=shorten(typed, 100) or ref or _("A private ticket"),
        subtitle=unseen if typed else _("This ticket that you follow is resolved"),
        tone=Tone.GOOD,
        buttons=(not_mine_unseen(follow.id, reader),),
    )


def own_solved(own: Ticket, follow: Follow, desk: Desk, reader: Reader) -> Card:
    """For who has a ticket that was merged into one that they may not see: that it is solved, and no word of it."""
    _ = reader.gettext
    words = _(
        "What was said there stays with those who take part in it. If yours is not solved by that, press Not for me: "
        "it opens a new ticket with what you wrote."
    )
    return Card(
        title=own.ref if desk.is_sensitive(own.category) else f"{own.ref} {shorten(own.title, 100)}",
        subtitle=_("It was merged into another ticket, which is resolved"),
        body=Text.of(words),
        tone=Tone.GOOD,
        buttons=(
            Button(label=_("Open"), url=url_of(own, desk), style=ButtonStyle.PRIMARY),
            not_mine_unseen(follow.id, reader),
        ),
        url=url_of(own, desk),
    )


def _opened(team: str, who: str, split_from: str, desk: Desk, reader: Reader) -> str:
    """``who``: whose it is, whoever made it of their messages."""
    _ = reader.gettext
    name = desk.team_name(team)
    if split_from:
        return _("New for {team}, from {who}, split from {ref}").format(team=name, who=who, ref=split_from)
    return _("New for {team}, from {who}").format(team=name, who=who)


def _happening(record: Record, names: Names, desk: Desk, reader: Reader, *, may_reopen: bool) -> str:
    _ = reader.gettext
    who = actor_of(record, names, reader)
    match record.event:
        case TicketClaimed():
            return _("{who} has your ticket now and will answer here").format(who=who)
        case TicketResolved() if may_reopen:
            return _("{who} resolved it. If it is not solved, reopen it with a word on why").format(who=who)
        case MessagePosted(kind=MessageKind.NOTE):
            return _("{who} left a note").format(who=who)
        case MessagePosted():
            return _("{who} wrote").format(who=who)
        case _:
            return line(record, names, desk, reader)


def alert(ticket: Ticket, names: Names, desk: Desk, reader: Reader) -> Card:
    """An urgent or high ticket for the leads' space. A sensitive ticket's gives its ref and priority, nothing else."""
    _ = reader.gettext
    if desk.is_sensitive(ticket.category):
        return bare(ticket, desk, reader)
    priority = _(PRIORITY_WORDS[ticket.priority]).capitalize()
    return Card(
        title=_("{priority}: {ref} {title}").format(priority=priority, ref=ticket.ref, title=ticket.title),
        subtitle=_("From {who}, {time}").format(
            who=names.get(ticket.requester, "?"), time=when(ticket.opened_at, reader)
        ),
        tone=_alert_tone(ticket),
        fields=(
            Field(_("Priority"), priority),
            Field(_("Status"), _(WORDS[ticket.status]).capitalize()),
            Field(_("Category"), desk.category_name(ticket.category)),
            Field(_("Team"), desk.team_name(ticket.team)),
            Field(_("With"), names.get(ticket.assignee, "?") if ticket.assignee else _("nobody yet")),
            Field(_("Opened"), ticket.opened_at),
        ),
        buttons=(_door(ticket, desk, reader),),
        url=url_of(ticket, desk),
    )


def bare(ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    """A sensitive ticket where others look too: its ref and priority."""
    _ = reader.gettext
    priority = _(PRIORITY_WORDS[ticket.priority]).capitalize()
    return Card(
        title=_("{priority}: {ref}").format(priority=priority, ref=ticket.ref),
        tone=_alert_tone(ticket),
        fields=(Field(_("Priority"), priority),),
        buttons=(_door(ticket, desk, reader),),
        url=url_of(ticket, desk),
    )


def _door(ticket: Ticket, desk: Desk, reader: Reader) -> Button:
    return Button(label=reader.gettext("Open the thread"), url=url_of(ticket, desk), style=ButtonStyle.PRIMARY)


def alert_news(record: Record, ticket: Ticket, names: Names, desk: Desk, reader: Reader, *, what: str = "") -> Card:
    """What became of an alerted ticket, for the same place. Of a sensitive one: its ref and status. ``what``: in other
    words than the event's own."""
    _ = reader.gettext
    status = _(WORDS[ticket.status]).capitalize()
    what = what or (status if desk.is_sensitive(ticket.category) else line(record, names, desk, reader))
    return Card(
        title=f"{ticket.ref}: {what}",
        tone=_alert_tone(ticket),
        fields=(Field(_("Status"), status),),
        buttons=(Button(label=_("Open the thread"), url=url_of(ticket, desk)),),
        url=url_of(ticket, desk),
    )


def _alert_tone(ticket: Ticket) -> Tone:
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        return Tone.GOOD
    return Tone.URGENT if ticket.priority is Priority.URGENT else Tone.WARNING
