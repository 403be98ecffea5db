"""What an admin reads before a ticket is erased and after, and what stands where its card stood."""

from collections.abc import Sequence

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Tone
from core.model.ids import DraftId, TicketId, ref_of
from core.model.ticket import Ticket
from core.storage.erasing import Extent
from core.text import Text


def erasure_card(ticket: Ticket, extent: Extent, merged: Sequence[TicketId], draft: DraftId, reader: Reader) -> Card:
    """What will go, for whoever is to say that it may. ``merged``: the tickets that went into it; ``draft`` holds the
    reason. None of the ticket's words are in it."""
    _ = reader.gettext
    counts = (
        (_("Replies"), extent.replies),
        (_("Notes"), extent.notes),
        (_("Files"), extent.files),
        (_("Followers"), extent.followers),
        (_("FAQs not published"), extent.faqs),
        (_("Threads on platforms"), extent.threads),
    )
    press = Press("desk", "erase", ticket.id, {"draft": draft, "sure": "yes", "skip": "yes"})
    label = _("Erase {ref} for good").format(ref=ticket.ref)
    return Card(
        title=_("Erase {ref}?").format(ref=ticket.ref),
        subtitle=_("Nobody can take this back"),
        body=Text.of(
            _(
                "Its title, description, answers and tags go, and all that was said and sent in it, here and on the "
                "platforms. What stays is that it was there: its ref, dates, category, priority and trail. The reason "
                "stays too: let it hold nothing that is to go."
            )
        ),
        tone=Tone.URGENT,
        fields=(*(Field(name, str(count)) for name, count in counts), *_left(ticket, merged, reader)),
        buttons=(Button(label=label, action=encode_press(press), style=ButtonStyle.DANGER),),
    )


def _left(ticket: Ticket, merged: Sequence[TicketId], reader: Reader) -> Sequence[Field]:
    """The tickets that it was merged with keep their own words."""
    others = [*merged, *([ticket.merged_into] if ticket.merged_into is not None else [])]
    if not others:
        return ()
    return (Field(reader.gettext("Not erased with it"), ", ".join(ref_of(one) for one in others)),)


def erased_card(ticket: Ticket, reader: Reader) -> Card:
    """Where the ticket's card was: nothing can be done by it."""
    if ticket.erased_at is None:
        raise ValueError(f"{ticket.ref} is not erased")
    day = ticket.erased_at.astimezone(reader.zone).date().isoformat()
    return Card(title=reader.gettext("{ref} was erased on {day}").format(ref=ticket.ref, day=day))
