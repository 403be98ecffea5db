"""The app's Home: a person's tickets, and for who helps the queue.

https://docs.slack.dev/reference/views/home-tab-views
"""

from collections.abc import Mapping, Sequence

from adapters.slack.words.buttons import Buttons
from adapters.slack.words.elements import context, header, line, rich, text
from adapters.slack.words.fit import BUTTON, HEADER, VIEW_BLOCKS, Payload, one_line
from adapters.slack.words.rows import listed
from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Reader, Row
from core.cards.times import ago
from core.model.ids import TicketId
from core.model.ticket import PRIORITY_WORDS, WORDS, Priority
from core.vocabulary import Summary

_MARKS = {Priority.URGENT: "🔴 ", Priority.HIGH: "🟠 "}
_ROOM = 100_000
"""JSON of one list: Slack takes 250 kB of a view (https://docs.slack.dev/reference/methods/views.publish)."""
_MY_BLOCKS = 20
_OTHERS = 10
"""Blocks beside the two lists."""


def home(
    reader: Reader,
    my: Sequence[Summary],
    queue: Sequence[Summary] | None,
    ways: Mapping[TicketId, str],
    link_hint: bool,
    *,
    command: str = "/ticket",
) -> Payload:
    """``queue``: None for who does not help. ``ways``: where each ticket is talked about, for who may go there.
    ``link_hint``: whether the person's Slack address belongs to another account. ``command``: the slash command."""
    _ = reader.gettext
    buttons = Buttons()
    opening = Button(
        label=one_line(_("Open a ticket"), BUTTON),
        action=encode_press(Press("ticket", "open")),
        style=ButtonStyle.PRIMARY,
    )
    blocks = [
        *buttons.row(buttons.fitting([opening])),
        *([context(_hint(reader, command))] if link_hint else []),
        _title(_("Your tickets")),
        *_list(my, ways, reader, buttons, most=_MY_BLOCKS, none=_("Nothing is open. Is something in the way? Ask us.")),
    ]
    if queue is not None:
        most = VIEW_BLOCKS - _OTHERS - _MY_BLOCKS
        none = _("Nobody waits. Well done!")
        blocks += [
            {"type": "divider"},
            _title(_("The queue")),
            *_list(queue, ways, reader, buttons, most=most, none=none, claims=True),
        ]
    return {"type": "home", "blocks": blocks}


def _hint(reader: Reader, command: str) -> str:
    return reader.gettext(
        "Your Slack address belongs to an account of this desk. Type {command} link to make the two one."
    ).format(command=command)


def _title(words: str) -> Payload:
    return header(one_line(words, HEADER))


def _list(
    tickets: Sequence[Summary],
    ways: Mapping[TicketId, str],
    reader: Reader,
    buttons: Buttons,
    *,
    most: int,
    none: str,
    claims: bool = False,
) -> list[Payload]:
    if not tickets:
        return [rich(line(text(none)))]
    rows = [_row(summary, ways, reader, claims=claims) for summary in tickets]
    blocks, shown = listed(rows, buttons, most=most, room=_ROOM)
    left = len(rows) - shown
    more = reader.gettext("… and {count} more.").format(count=left)
    return [*blocks, *([context(more)] if left else [])]


def _row(summary: Summary, ways: Mapping[TicketId, str], reader: Reader, *, claims: bool) -> Row:
    _ = reader.gettext
    ticket = summary.ticket
    offered = claims and ticket.assignee is None and ticket.status.is_live
    claim = Button(label=_("Claim"), action=encode_press(Press("ticket", "claim", ticket.id)))
    parts = [
        _MARKS.get(ticket.priority, "") * ticket.status.is_live + _(WORDS[ticket.status]),
        *([_(PRIORITY_WORDS[ticket.priority])] if ticket.priority is not Priority.NORMAL else []),
        *([_("from {who}").format(who=summary.requester)] if claims else []),
        _("with {name}").format(name=summary.assignee) if summary.assignee else _("with nobody yet"),
        ago(ticket.opened_at, reader),
    ]
    return Row(
        title=f"{ticket.ref} {ticket.title}",
        detail=" · ".join(parts),
        url=ways.get(ticket.id),
        ref=ticket.ref,
        buttons=(claim,) if offered else (),
    )
