"""A card on Discord leads to the thread there, and to the page where there is no way to the thread."""

from adapters.chat.ways import led, led_to, tickets_in
from core.cards.card import Button, Card, Row
from core.model.ids import TicketId

PAGE, THREAD = "https://desk.example.org/t/T-7", "https://discord.com/channels/1/2"


def test_what_led_to_the_page_leads_to_the_thread_and_nothing_else_does() -> None:
    other = Button(label="Elsewhere", url="https://example.org")
    card = led_to(Card(title="T", url=PAGE, buttons=(Button(label="Open", url=PAGE), other)), THREAD)
    assert card == Card(title="T", url=THREAD, buttons=(Button(label="Open", url=THREAD), other))


def test_a_card_without_a_page_stays_as_it_is() -> None:
    assert led_to(Card(title="T"), THREAD) == Card(title="T")


def test_the_rows_of_a_list_lead_to_the_threads_that_there_is_a_way_to() -> None:
    rows = (Row(title="a", ref="T-7", url=PAGE), Row(title="b", ref="T-8", url="https://desk.example.org/t/T-8"))
    card = Card(title="Mine", rows=(*rows, Row(title="no ticket")))
    assert tickets_in(card) == {TicketId(7), TicketId(8)}
    shown = led(card, {TicketId(7): THREAD})
    assert [row.url for row in shown.rows] == [THREAD, "https://desk.example.org/t/T-8", None]
