"""A message that somebody wrote on a chat platform, taken into a ticket: into a new one's form, or as a quote."""

from collections.abc import Callable, Mapping, Sequence

from core import limits
from core.cards.card import Button, ButtonStyle, Card, Reader, Tone
from core.errors import N_, Clash, MissingTicket
from core.model.ids import TicketId, ref_of
from core.text import Paragraph, Plain, Quote, Text, clean, clean_line, link, shorten


class MessageGone(MissingTicket):
    template = N_("That message is no longer there, or the desk's bot may not read it.")


class NothingSaid(Clash):
    template = N_("That message has no words and no files that the desk could take.")


def filled(words: str, source: str, clip: Callable[[str, int], str], most: int) -> Mapping[str, str]:
    """What the form of a new ticket is filled with: the first line as the title, all of it as the description.

    ``source``: where it was said, "" where nobody need know; ``clip``: how the platform cuts words to a length;
    ``most``: the description's.
    """
    said = clean(words).strip()
    end = f"\n\n{source}" if source else ""
    return {
        "title": shorten(clean_line(said.partition("\n")[0]), limits.TITLE),
        "description": f"{clip(said, max(most - len(end), 0))}{end}".strip(),
    }


def quotation(url: str | None, author: str, words: Text, reader: Reader) -> Text:
    """``url``: where it was said."""
    who = reader.gettext("{who} wrote").format(who=clean_line(author))
    said_by = Plain(who) if url is None else link(url, (Plain(who),))
    return Text((Paragraph((said_by,)), *((Quote(words.blocks),) if words else ())))


def quoted_card(ticket: TicketId, url: str | None, lost: Sequence[str], reader: Reader) -> Card:
    """``url``: where the asker reads the ticket. ``lost``: a sentence for each file that could not be kept."""
    _ = reader.gettext
    there = Button(label=_("Go to its thread"), url=url, style=ButtonStyle.PRIMARY)
    return Card(
        title=_("Added to {ref}").format(ref=ref_of(ticket)),
        body=Text(tuple(Paragraph((Plain(line),)) for line in lost)),
        tone=Tone.WARNING if lost else Tone.GOOD,
        buttons=(there,) if url is not None else (),
    )
