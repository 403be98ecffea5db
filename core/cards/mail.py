"""What only a mail says: that one was received, how to answer, and what may answer it already."""

from collections.abc import Sequence
from dataclasses import replace

from core.cards.card import Button, ButtonStyle, Card, Reader, Row, Tone
from core.cards.suggestions import details
from core.cards.ticket import progress, url_of
from core.model.desk import Desk
from core.model.suggestion import Suggestions
from core.model.ticket import Ticket
from core.text import Paragraph, Plain, Text


def received(ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    """To whoever opened a ticket by mail."""
    _ = reader.gettext
    sensitive = desk.is_sensitive(ticket.category)
    return Card(
        title=ticket.ref if sensitive else f"{ticket.ref} {ticket.title}",
        subtitle=_("Your mail is here: it became this ticket"),
        progress=() if sensitive else progress(ticket, reader),
        buttons=(opening(ticket, desk, reader),),
        url=url_of(ticket, desk),
        footer=how_to_answer(desk, reader),
    )


def with_similar(card: Card, ticket: Ticket, suggestions: Suggestions, reader: Reader) -> Card:
    """What its reader may see that is like the ticket, the ticket itself aside."""
    rows = tuple(
        Row(title=f"{one.ref} {one.title}", detail=details(one, reader), url=one.url, ref=one.ref)
        for one in suggestions.items
        if one.ref != ticket.ref
    )
    return replace(card, body=Text.of(reader.gettext("This may answer it already:")), rows=rows) if rows else card


def bare_letter(ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    """Of a sensitive ticket: that there is something new, and the way there."""
    return Card(
        title=ticket.ref,
        subtitle=reader.gettext("Something new in a sensitive ticket"),
        buttons=(opening(ticket, desk, reader),),
        url=url_of(ticket, desk),
        footer=how_to_answer(desk, reader),
    )


def opening(ticket: Ticket, desk: Desk, reader: Reader) -> Button:
    return Button(label=reader.gettext("Open"), url=url_of(ticket, desk), style=ButtonStyle.PRIMARY)


def how_to_answer(desk: Desk, reader: Reader) -> str:
    _ = reader.gettext
    if desk.answered_by_mail:
        return _("Answer this mail to write in the ticket: all of its people read that.")
    return _("Answers to this mail reach nobody: write in the ticket.")


def fewer(url: str, reader: Reader) -> Button:
    return Button(label=reader.gettext("Fewer mails like this"), url=url)


def not_taken(sentence: str, reader: Reader) -> Card:
    """To whoever wrote what was refused."""
    return Card(title=reader.gettext("Your mail was not taken"), body=Text.of(sentence), tone=Tone.WARNING)


def unknown(desk: Desk, reader: Reader) -> Card:
    """To whoever wrote what answers none of the desk's mail."""
    sentence = reader.gettext(
        "{desk} takes mail only as an answer to its own, from the address that it wrote to. To ask something, open a "
        "ticket: {url}"
    )
    return not_taken(sentence.format(desk=desk.name, url=desk.public_url), reader)


def without_files(ref: str, problems: Sequence[str], reader: Reader) -> Card:
    """To whoever sent files that were not taken; ``problems``: which, and why."""
    _ = reader.gettext
    lines = [_("Your words are in {ref}, and these files are not:").format(ref=ref), *problems]
    return Card(
        title=_("{ref}: not all files were taken").format(ref=ref),
        body=Text(tuple(Paragraph((Plain(line),)) for line in lines)),
        tone=Tone.WARNING,
    )
