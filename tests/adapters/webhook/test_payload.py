"""A card as JSON: what is in it, what is left out, and that it never grows too long."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.webhook.payload import MAX_BYTES, body_of
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Tone
from core.model.outbox import Intent
from core.text import Moment, Paragraph, Plain, Text
from tests.adapters.gchat.samples import ALERT, CARDS, NOON, parcel, ticket


def _event(card: Card, *, of_ticket: bool = True, intent: Intent = Intent.ALERT) -> Any:
    made = parcel(card, of=ticket() if of_ticket else None)
    return json.loads(body_of(replace(made, delivery=replace(made.delivery, intent=intent)), card))


def test_an_alert_is_told_with_the_links_of_its_buttons_and_without_the_rest() -> None:
    assert _event(ALERT) == {
        "type": "ticket.alert",
        "timestamp": "2026-11-21T12:00:00Z",
        "data": {
            "title": "T-1042 Cannot see my exam slot",
            "subtitle": "Exams and grades · Asha",
            "tone": "urgent",
            "body": "The page says error 500.\n\nThe exam is tomorrow.",
            "fields": [
                {"key": "", "label": "Priority", "value": "urgent"},
                {"key": "", "label": "Opened", "value": "2026-11-21T12:00:00Z"},
            ],
            "rows": [],
            "row_count": 0,
            "buttons": [
                {"label": "Acknowledge", "url": "https://desk.example/ack?s=1&t=2", "style": "primary"},
            ],
            "footer": "Escalates again in 15 minutes.",
            "url": "https://desk.example/t/1042",
            "ticket": {
                "ref": "T-1042",
                "priority": "urgent",
                "status": "open",
                "url": "https://desk.example/t/1042",
            },
        },
    }


def test_a_bare_card_stays_bare_whatever_its_ticket_holds() -> None:
    bare = Card(title="Urgent: T-1042", tone=Tone.URGENT, fields=(Field("Priority", "Urgent"),))
    told = json.dumps(_event(bare))
    for kept in (ticket().title, ticket().key, "It says error", "exams", "academics", "requester"):
        assert kept not in told


def test_a_card_of_no_ticket_has_none() -> None:
    assert _event(ALERT, of_ticket=False, intent=Intent.DIGEST)["data"]["ticket"] is None


@pytest.mark.parametrize(
    ("intent", "of_ticket", "told"),
    [
        (Intent.ALERT, True, "ticket.alert"),
        (Intent.ALERT_NEWS, True, "ticket.alert.news"),
        (Intent.CALL, True, "ticket.escalation"),
        (Intent.DIGEST, False, "desk.digest"),
        (Intent.ALERT, False, "desk.alerts"),
        (Intent.CALL, False, "desk.alerts"),
        (Intent.TROUBLE, False, "desk.trouble"),
    ],
)
def test_the_type_says_what_it_is_about(intent: Intent, of_ticket: bool, told: str) -> None:
    assert _event(ALERT, of_ticket=of_ticket, intent=intent)["type"] == told


def test_rows_are_listed_and_counted() -> None:
    rows = tuple(
        Row(title=f"Ticket {n}", detail="high", ref=f"T-{n}", url=f"https://desk.example/t/{n}") for n in range(60)
    )
    data = _event(Card(title="60 alerts", rows=rows), of_ticket=False)["data"]
    assert data["row_count"] == 60
    assert len(data["rows"]) == 50
    assert data["rows"][1] == {"ref": "T-1", "title": "Ticket 1", "detail": "high", "url": "https://desk.example/t/1"}


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "https://", "https://a b", 'https://a/"', "/t/1", "", "ftp://a/b"],
)
def test_an_address_that_is_none_of_the_web_is_left_out_everywhere(url: str) -> None:
    card = Card(title="x", url=url, buttons=(Button(label="Open", url=url),), rows=(Row(title="r", url=url),))
    data = _event(card)["data"]
    assert (data["url"], data["ticket"]["url"], data["rows"][0]["url"], data["buttons"]) == (None, None, None, [])


def test_words_hold_no_control_characters_and_lines_no_breaks() -> None:
    evil = "a\r\nb\x00\x1b[31m\u202ec\ud800"
    card = Card(title=evil, subtitle=evil, body=Text.of(evil), fields=(Field(evil, evil),), footer=evil)
    data = _event(card)["data"]
    assert data["title"] == data["subtitle"] == data["fields"][0]["label"] == "a b [31mc"
    assert data["body"] == data["footer"] == data["fields"][0]["value"] == "a\nb[31mc"


def test_a_moment_in_words_is_in_universal_time() -> None:
    assert _event(Card(title="x", body=Text((Paragraph((Plain("at "), Moment(NOON))),))))["data"]["body"] == (
        "at 2026-11-21 12:00 UTC"
    )


def test_the_largest_card_of_the_widest_characters_fits() -> None:
    wide = "𝕎" * 10_000
    link = "https://desk.example/" + "a" * 679
    button = Button(label=wide, url=link, style=ButtonStyle.DANGER)
    card = Card(
        title=wide,
        subtitle=wide,
        body=Text.of(wide),
        fields=tuple(Field(wide, wide, "key") for _ in range(100)),
        rows=tuple(Row(title=wide, detail=wide, url=link, ref="T-1042") for _ in range(100)),
        buttons=(button,) * 20,
        footer=wide,
        url=link,
    )
    body = body_of(parcel(card, of=ticket()), card)
    assert len(body.encode()) <= MAX_BYTES
    data = json.loads(body)["data"]
    assert (data["row_count"], data["url"], data["buttons"][0]["url"]) == (100, link, link)
    assert data["title"].endswith("…")


def test_every_sample_card_fits() -> None:
    for card in CARDS.values():
        assert len(body_of(parcel(card, of=ticket()), card).encode()) <= MAX_BYTES


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_typed_is_sound_json_in_utf_8(title: str, value: str, url: str) -> None:
    card = Card(title=title, body=Text.of(value), fields=(Field(value, title),), rows=(Row(title=value),), url=url)
    data = json.loads(body_of(parcel(card), card).encode())["data"]
    assert "\n" not in data["title"] and "\r" not in data["body"]
