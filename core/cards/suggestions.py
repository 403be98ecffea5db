"""What is similar to a question, before a ticket is opened for it; and what the desk says to a plain question."""

from collections.abc import Sequence
from dataclasses import replace

from core import limits
from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Reader, Row
from core.cards.ticket import url_of
from core.cards.times import ago
from core.model.desk import Desk
from core.model.draft import SIMILAR
from core.model.ids import DraftId, TicketId
from core.model.relation import Follow
from core.model.suggestion import Suggestion, Suggestions
from core.model.ticket import WORDS, Ticket
from core.text import Text, clean_line, shorten

_ANSWER = 110
"""Characters of an answer in a row."""


def suggestions_card(suggestions: Suggestions, draft: DraftId, reader: Reader, *, own: str = "") -> Card:
    """Before the ticket of ``draft`` is opened. ``own``: what "Open mine" does where something is asked still."""
    _ = reader.gettext
    rows = [_row(one, reader, choices(one, draft, reader)) for one in suggestions.items]
    return Card(
        title=similar_title(reader),
        body=Text.of(
            _("This may answer it already. Your ticket is not opened yet: what you typed is kept for a week.")
        ),
        rows=(*rows, *_others(suggestions, draft, reader)),
        buttons=(Button(label=own_words(reader), action=own or own_action(draft), style=ButtonStyle.PRIMARY),),
    )


def live_card(suggestions: Suggestions, reader: Reader) -> Card:
    """Beside the form of a ticket while it is filled: the form itself opens it. Whoever presses a button of it gives it
    the draft of what stands in the form."""
    rows = [_row(one, reader, choices(one, None, reader)) for one in suggestions.items]
    return Card(title=similar_title(reader), rows=(*rows, *_others(suggestions, None, reader)))


def _row(one: Suggestion, reader: Reader, buttons: Sequence[Button]) -> Row:
    return Row(
        title=f"{one.ref} {one.title}", detail=details(one, reader), url=one.url, ref=one.ref, buttons=tuple(buttons)
    )


def details(one: Suggestion, reader: Reader) -> str:
    """How it stands, why it is shown, who else waits for it, and the beginning of its answer: in one line."""
    _ = reader.gettext
    why = _("has “{words}”").format(words="”, “".join(one.why)) if one.why else ""
    answer = shorten(one.answer, _ANSWER)
    return " · ".join(part for part in (one.state, why, *followed(one, reader), answer) if part)


def followed(one: Suggestion, reader: Reader) -> Sequence[str]:
    """How many wait for it, and whether the reader does."""
    _ = reader.gettext
    many = _("{count} follow it").format(count=one.followers) if one.followers else ""
    waiting = _("1 follows it") if one.followers == 1 else many
    yours = _("you hear when it is solved") if one.follows and not one.is_solved else ""
    return [part for part in (waiting, yours) if part]


def others_line(count: int, reader: Reader) -> str:
    """Of tickets that nobody but their people may see: nothing but how many ask."""
    return reader.gettext("{count} others reported something like this").format(count=count)


def choices(one: Suggestion, draft: DraftId | None, reader: Reader) -> Sequence[Button]:
    """What its reader can do about it in place of a ticket of their own."""
    _ = reader.gettext
    if one.can_follow and one.ticket is not None:
        return [Button(label=plus_one(reader), action=follow_action(one.ticket, draft))]
    if one.is_solved:
        return [Button(label=_("This answers it"), action=found_action(one.ref, draft))]
    return []


def _others(suggestions: Suggestions, draft: DraftId | None, reader: Reader) -> Sequence[Row]:
    if suggestions.others is None:
        return []
    joining = []
    if suggestions.can_join_blind:
        joining.append(Button(label=plus_one(reader), action=join_action(draft)))
    line = others_line(suggestions.others, reader)
    return [Row(title=line, detail=others_detail(reader), buttons=tuple(joining))]


def similar_title(reader: Reader) -> str:
    return reader.gettext("Similar to yours")


def own_words(reader: Reader) -> str:
    """On the button that opens the ticket all the same."""
    return reader.gettext("Open mine")


def plus_one(reader: Reader) -> str:
    return reader.gettext("+1, tell me when it is solved")


def others_detail(reader: Reader) -> str:
    return reader.gettext("their tickets are private")


def unsure_card(question: str, near: Sequence[Suggestion], draft: DraftId, reader: Reader) -> Card:
    """Nothing answers it for certain. ``draft`` holds the question, for a ticket."""
    _ = reader.gettext
    words = (
        _("If none of them helps, open a ticket, and a person answers.")
        if near
        else _("I found nothing that answers this. Open a ticket, and a person answers.")
    )
    return Card(
        title=_("I am not sure. These come near:") if near else _("I don't know"),
        subtitle=question,
        body=Text.of(words),
        rows=tuple(_row(one, reader, choices(one, draft, reader)) for one in near),
        buttons=(opening(draft, reader),),
    )


def opening(draft: DraftId, reader: Reader) -> Button:
    """Opens the form, filled with what the draft holds."""
    action = encode_press(Press("ticket", "open", None, {"draft": draft}))
    return Button(label=reader.gettext("Open a ticket"), action=action, style=ButtonStyle.PRIMARY)


def follow_action(ticket: TicketId, draft: DraftId | None) -> str:
    return encode_press(Press("ticket", "follow", ticket, _of(draft)))


def found_action(ref: str, draft: DraftId | None) -> str:
    """``ref``: of a FAQ or of a solved ticket."""
    return encode_press(Press("ticket", "found", None, {"what": ref, **_of(draft)}))


def join_action(draft: DraftId | None) -> str:
    """Onto a ticket that is not named: the desk looks for it again in what ``draft`` holds."""
    return encode_press(Press("ticket", "join", None, _of(draft)))


def own_action(draft: DraftId) -> str:
    return encode_press(Press("ticket", "open", None, {**_of(draft), "skip": SIMILAR}))


def follows_card(seen: Sequence[Ticket], unseen: Sequence[Follow], desk: Desk, reader: Reader) -> Card:
    """What its reader follows, each to be let go."""
    _ = reader.gettext
    rows = tuple(_seen_row(ticket, desk, reader) for ticket in seen)
    nothing = Text() if rows else Text.of(_("You follow no ticket that is open."))
    return with_unseen(Card(title=_("What you follow"), body=nothing, rows=rows), unseen, reader)


def with_unseen(card: Card, unseen: Sequence[Follow], reader: Reader) -> Card:
    """``card``, a list of tickets, with those that its reader follows unseen at its end."""
    body = Text() if unseen and not card.rows else card.body
    return replace(card, body=body, rows=(*card.rows, *unseen_rows(unseen, reader)))


def unseen_rows(unseen: Sequence[Follow], reader: Reader) -> tuple[Row, ...]:
    return tuple(_unseen_row(follow, reader) for follow in unseen)


def _seen_row(ticket: Ticket, desk: Desk, reader: Reader) -> Row:
    return Row(
        title=f"{ticket.ref} {ticket.title}",
        detail=reader.gettext(WORDS[ticket.status]),
        url=url_of(ticket, desk),
        ref=ticket.ref,
        buttons=(_letting_go(Press("ticket", "unfollow", ticket.id), reader),),
    )


def _unseen_row(follow: Follow, reader: Reader) -> Row:
    """By its reader's own words: no word, ref or number of the ticket."""
    _ = reader.gettext
    typed = clean_line(follow.words.get("title", ""))
    like = _("a private ticket like yours") if typed else _("you hear when it is solved")
    return Row(
        title=shorten(typed, limits.TITLE) or _("A private ticket"),
        detail=_("{what} · followed {ago}").format(what=like, ago=ago(follow.at, reader)),
        buttons=(_letting_go(Press("ticket", "unfollow", None, {"follow": str(follow.id)}), reader),),
    )


def _letting_go(press: Press, reader: Reader) -> Button:
    return Button(label=reader.gettext("Stop following"), action=encode_press(press))


def _of(draft: DraftId | None) -> dict[str, str]:
    return {"draft": draft} if draft else {}
