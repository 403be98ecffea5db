"""What a search, or a queue that is narrowed, found: with the piece of each ticket that says why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.cards.card import Card, Reader, Row
from core.cards.ticket import Names, ticket_row
from core.errors import N_
from core.listing import MOST_COUNTED
from core.model.desk import Desk
from core.model.ticket import PRIORITY_WORDS, WORDS, Priority, Status
from core.text import Text
from core.vocabulary import LIVE_ONES, Among, Summary

LIVE_WORDS = N_("open, any")
AMONG_WORDS: Mapping[Among, str] = {
    Among.ALL: N_("all that I may see"),
    Among.MINE: N_("mine"),
    Among.FOLLOWED: N_("followed"),
    Among.PUBLIC: N_("public"),
    Among.UNASSIGNED: N_("unassigned"),
}
_TITLES: Mapping[Among, str] = {
    Among.ALL: N_("All tickets that I may see"),
    Among.MINE: N_("My tickets"),
    Among.FOLLOWED: N_("Tickets that I follow"),
    Among.PUBLIC: N_("Public tickets"),
}


def list_title(among: Among, words: Sequence[str], reader: Reader) -> str:
    _ = reader.gettext
    return _("Tickets with “{name}”").format(name=" ".join(words)) if words else _(_TITLES[among])


def narrowed(given: Mapping[str, str], tags: Sequence[str], desk: Desk, reader: Reader) -> str:
    """What a list was narrowed by, beside words. ``given``: the arguments of its command."""
    _ = reader.gettext
    status = given.get("status")
    parts = [
        _(AMONG_WORDS[Among(given["among"])]) if "among" in given else "",
        _(LIVE_WORDS) if status == LIVE_ONES else _(WORDS[Status(status)]) if status else "",
        _(PRIORITY_WORDS[Priority(given["priority"])]) if "priority" in given else "",
        desk.category_name(given["category"]) if "category" in given else "",
        *(f"#{tag}" for tag in tags),
    ]
    return " · ".join(part for part in parts if part)


def found_list(
    title: str, found: Sequence[Summary], total: int, desk: Desk, reader: Reader, *, narrowed: str = ""
) -> Card:
    """``total``: how many there are, of which ``found`` are the first."""
    names = {one.ticket.assignee: one.assignee or "?" for one in found if one.ticket.assignee is not None}
    return Card(
        title=title,
        subtitle=narrowed,
        body=Text() if found else Text.of(reader.gettext("Nothing here.")),
        rows=tuple(_row(one, names, desk, reader) for one in found),
        footer=_left_out(len(found), total, reader),
    )


def _row(one: Summary, names: Names, desk: Desk, reader: Reader) -> Row:
    row = ticket_row(one.ticket, names, desk, reader)
    if one.snippet is None:
        return row
    of_notes = f" · {reader.gettext('found in a note')}" if one.snippet.of_notes else ""
    return replace(row, detail=row.detail + of_notes, snippet=one.snippet)


def _left_out(shown: int, total: int, reader: Reader) -> str:
    if total <= shown:
        return ""
    many = f"{total}+" if total >= MOST_COUNTED else str(total)
    return reader.gettext("The first {count} of {total}: more words or filters narrow it").format(
        count=shown, total=many
    )
