"""Cards and parcels for the tests of Google Chat."""

from datetime import UTC, datetime

from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.model.ids import DeliveryId, TicketId
from core.model.outbox import Address, Delivery, DeliveryState, Intent, ToSpace
from core.model.people import Platform
from core.model.ticket import PersonId, Priority, Ticket
from core.ports import Parcel, Spoken
from core.text import (
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Strike,
    Text,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TICKET_KEY = "0123456789abcdef0123456789abcdef"


def ticket() -> Ticket:
    return Ticket(
        id=TicketId(1042),
        key=TICKET_KEY,
        title="Cannot see my exam slot",
        description=Text.of("It says error."),
        category="exams",
        priority=Priority.URGENT,
        requester=PersonId(7),
        team="academics",
        door=Platform.WEB,
        opened_at=NOON,
        updated_at=NOON,
    )


def parcel(
    content: Card | Spoken,
    *,
    key: str = "a1b2c3d4e5f60718293a4b5c",
    address: Address = ToSpace("leads"),  # noqa: B008 - frozen, so safely shared
    of: Ticket | None = None,
) -> Parcel:
    delivery = Delivery(
        id=DeliveryId(1),
        key=key,
        address=address,
        intent=Intent.ALERT,
        ticket=of.id if of else None,
        message=None,
        event=None,
        pace_key="gchat:leads",
        state=DeliveryState.PENDING,
        attempts=1,
        uncertain=False,
        created_at=NOON,
        first_attempt_at=NOON,
        due_at=NOON,
        receipt=None,
        reason=None,
    )
    return Parcel(delivery=delivery, address=address, ticket=of, content=content)


ALERT = Card(
    title="T-1042 Cannot see my exam slot",
    subtitle="Exams and grades · Asha",
    tone=Tone.URGENT,
    body=Text.of("The page says error 500.\n\nThe exam is tomorrow."),
    fields=(Field("Priority", "urgent"), Field("Opened", NOON)),
    progress=(
        Step("opened", StepState.DONE),
        Step("with an agent", StepState.NOW),
        Step("resolved", StepState.TO_COME),
    ),
    buttons=(
        Button(label="Acknowledge", url="https://desk.example/ack?s=1&t=2", style=ButtonStyle.PRIMARY),
        Button(label="Claim", action="claim:1042"),
    ),
    footer="Escalates again in 15 minutes.",
    url="https://desk.example/t/1042",
)

EVERY_MARKUP = Card(
    title="All of it",
    body=Text(
        (
            Paragraph(
                (Plain("a\nb "), Bold((Italic((Strike((Plain("loud"),)),)), Bold((Plain("er"),)))), Code("x < 1"))
            ),
            Paragraph((Link("https://example.org/?a=1&b='2'", (Plain("here"),)), Mention(None, "all"), Moment(NOON))),
            Paragraph((Emoji("blob", "https://cdn.example.org/1.png"),)),
            CodeBlock("if a:\n    b()", "python"),
            Quote((Paragraph((Plain("said"),)),)),
            ListBlock(((Paragraph((Plain("one"),)),), (Paragraph((Plain("two"),)),)), ordered=True),
            ListBlock(((Paragraph((Plain("dot"),)),),)),
        )
    ),
)

_EVIL = '<b>x</b> <users/all> <https://evil.example|bank> &lt;i&gt; & "quoted" <a href="javascript:alert(1)">'
INJECTION = Card(
    title=_EVIL,
    subtitle=_EVIL,
    body=Text((Paragraph((Plain(_EVIL), Code(_EVIL), Mention(None, _EVIL), Bold((Plain("</b></a>"),)))),)),
    fields=(Field(_EVIL, _EVIL),),
    progress=(Step(_EVIL, StepState.NOW),),
    rows=(Row(title=_EVIL, detail=_EVIL, ref="T-1", url="javascript:alert(1)"),),
    buttons=(
        Button(label=_EVIL, url='https://example.org/"><b>'),
        Button(label=_EVIL, url="https://example.org/a"),
        Button(label="data", url="data:text/html,hello"),
    ),
    footer=_EVIL,
    url="javascript:alert(1)",
)

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
EMOJI = Card(title=f"{FAMILY} 🇮🇳 👍🏽", body=Text.of("नमस्ते " + FAMILY * 2_000))
RIGHT_TO_LEFT = Card(title="שלום \u202eevil\u202c עולם", subtitle="مرحبا", body=Text.of("لا أرى موعد الامتحان"))

_LONG_URL = "https://example.org/" + "u" * 1_470
HUGE = Card(
    title='"🔥&' * 5_000,
    subtitle="\\" * 9_000,
    tone=Tone.WARNING,
    body=Text((Paragraph((Link(_LONG_URL, (Bold((Plain("<&" * 90_000),)),)),)),)),
    fields=tuple(Field("&lt;" * 500, "&" * 9_000) for _ in range(300)),
    progress=tuple(Step("&" * 900, StepState.NOW) for _ in range(60)),
    rows=tuple(
        Row(
            title="&" * 9_000,
            detail='"' * 9_000,
            ref="T-1",
            url="https://example.org/" + "r" * 170,
            buttons=(Button(label='"' * 900, url="https://example.org/" + "b" * 170),),
        )
        for _ in range(300)
    ),
    buttons=tuple(Button(label='"' * 900, url=_LONG_URL, style=ButtonStyle.DANGER) for _ in range(20)),
    footer="&" * 9_000,
    url=_LONG_URL + "x",
)
BARE = Card(title="")

CARDS = {
    "alert": ALERT,
    "every markup": EVERY_MARKUP,
    "injection": INJECTION,
    "emoji": EMOJI,
    "right to left": RIGHT_TO_LEFT,
    "huge": HUGE,
    "bare": BARE,
}
