"""What an author is told whose words look like a secret, and what they are asked before such words go to a student.

The words themselves are in none of these: a card goes to places that are read over a shoulder.
"""

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Reader, Tone
from core.cards.ticket import url_of
from core.errors import LooksSecret
from core.model.desk import Desk
from core.model.ids import DraftId, MessageId, TicketId
from core.model.thread import MessageKind
from core.model.ticket import Ticket


def suspected(ticket: Ticket, message: MessageId, kind: MessageKind, what: str, desk: Desk, reader: Reader) -> Card:
    """For who wrote it on a platform. ``what``: what was seen in it; "" where it was changed since."""
    _ = reader.gettext
    held = kind is MessageKind.NOTE
    seen = _(what) if what else _("a secret")
    release = Press("staff", "release", ticket.id, {"message": str(message)})
    undo = Press("staff", "undo", ticket.id, {"message": str(message)})
    return Card(
        title=_("{ref}: what you wrote looks as if it held {what}").format(ref=ticket.ref, what=seen),
        subtitle=_("It was not sent to the student: it is kept as a note for the staff")
        if held
        else _("It stands where the student reads. If it is a secret, take it back, and change it where it is used"),
        tone=Tone.WARNING,
        buttons=(
            *((Button(label=_("Send anyway"), action=encode_press(release)),) if held else ()),
            Button(
                label=_("Don't send") if held else _("Take back"), action=encode_press(undo), style=ButtonStyle.DANGER
            ),
            Button(label=_("Open"), url=url_of(ticket, desk)),
        ),
        url=url_of(ticket, desk),
    )


def asked_first(refusal: LooksSecret, noun: str, verb: str, ticket: TicketId, draft: DraftId, reader: Reader) -> Card:
    """For who typed it into a command: ``draft`` holds their words."""
    _ = reader.gettext
    press = {"draft": draft}
    return Card(
        title=_("Not sent yet"),
        subtitle=refusal.sentence(_),
        tone=Tone.WARNING,
        buttons=(
            Button(label=_("Edit"), action=encode_press(Press(noun, verb, ticket, press)), style=ButtonStyle.PRIMARY),
            Button(
                label=_("Send anyway"),
                action=encode_press(Press(noun, verb, ticket, {**press, "sure": "yes", "skip": "yes"})),
            ),
        ),
    )
