"""Cards as Slack messages: accepted, escaped, fitted, and pinging nobody but whom they may."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.words.buttons import pressed
from adapters.slack.words.cards import card_message, lines, staff_card
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.rules.snippets import patterns_of, snippet_of
from core.text import Bold, CodeBlock, Link, Paragraph, Plain, Text
from tests.adapters.gchat.samples import ALERT, CARDS, FAMILY, INJECTION
from tests.adapters.slack.checker import check_message, shown

_EVERY = "<!channel> <@U123> <!subteam^S1> *a* `b` <https://evil.example|c> &amp; :smile: > @everyone ~~ | \\"
ROWS = Card(
    title="Tickets",
    rows=tuple(
        Row(
            title=f"T-{number} Cannot log in",
            detail="open · Asha",
            ref=f"T-{number}",
            url=f"https://desk.example/t/{number}",
            buttons=(Button(label="Claim", action=f"1.ticket.claim.{number}"),),
        )
        for number in range(1, 501)
    ),
    buttons=(Button(label="All", url="https://desk.example/all"),),
    url="https://desk.example/t",
)
HOSTILE = {
    "markup everywhere": Card(
        title=_EVERY * 20,
        subtitle=_EVERY * 20,
        body=Text.of(_EVERY * 200),
        fields=tuple(Field(_EVERY * 10, _EVERY * 100) for _ in range(40)),
        progress=tuple(Step(_EVERY, StepState.NOW) for _ in range(40)),
        rows=(Row(title=_EVERY, detail=_EVERY, ref=_EVERY, url="https://desk.example/("),) * 90,
        buttons=tuple(Button(label=_EVERY, action=f"1.a.b.{number % 9}") for number in range(40)),
        footer=_EVERY * 100,
        tone=Tone.URGENT,
        url="https://desk.example/" + "&" * 190,
    ),
    "five hundred rows": ROWS,
    "found in markup": replace(
        ROWS, rows=tuple(replace(row, snippet=snippet_of([_EVERY], patterns_of(["channel", "c"]))) for row in ROWS.rows)
    ),
    "rows with marks": replace(ROWS, rows=tuple(replace(row, title=f"{row.ref} *a*") for row in ROWS.rows)),
    "rows alone": replace(ROWS, rows=tuple(replace(row, buttons=()) for row in ROWS.rows)),
    "right to left": Card(title="שלום" * 200, body=Text.of("مرحبا " * 2_000), footer="שלום \u202e" * 900),
    "emoji": Card(title=FAMILY * 100, fields=(Field(FAMILY * 90, FAMILY * 900),) * 30, footer=FAMILY * 900),
    "nothing": Card(title=" \u200b\n"[:1], fields=(Field("", ""), Field(" ", "\n")), rows=(Row(title=""),), footer=" "),
    "code": Card(title="c", body=Text((CodeBlock("x\n" * 9_000, "py"),)), url="https://desk.example/t/1"),
    "long ago": Card(
        title="l", fields=(Field("Opened", datetime(1, 1, 1, tzinfo=UTC)), Field("*", datetime.max.replace(tzinfo=UTC)))
    ),
    "many links": Card(
        title="b", buttons=tuple(Button(label="&" * 90, url=f"https://a.example/{n}{'&' * 150}") for n in range(40))
    ),
    "bad links": Card(
        title="l",
        rows=(Row(title="a", url="javascript:alert(1)"), Row(title="b", url="https://" + "b" * 3_000)),
        buttons=(
            Button(label="a", url="javascript:alert(1)"),
            Button(label="b", url="https://a.example/" + "b" * 3_000),
            Button(label="c", action="x" * 256),
            Button(label="d"),
            Button(label="", action="1.a.b.-"),
        ),
        url="https://a.example/" + "b" * 3_000,
    ),
}
TICKET = Card(
    title="Cannot see my exam slot",
    subtitle="T-1042",
    body=Text.of("The page says error 500."),
    fields=(Field("Status", "Open"), Field("Opened", datetime(2026, 11, 21, 12, tzinfo=UTC)), Field("Seat", "row *4*")),
    progress=(
        Step("Opened", StepState.DONE),
        Step("With an agent", StepState.NOW),
        Step("Resolved", StepState.TO_COME),
    ),
    buttons=(
        Button(label="Claim", action="1.ticket.claim.1042", style=ButtonStyle.PRIMARY),
        Button(label="Resolve", action="1.ticket.resolve.1042", style=ButtonStyle.PRIMARY),
        Button(label="Urgent", action="1.ticket.urgent.1042", style=ButtonStyle.DANGER),
        Button(label="Priority", action="1.ticket.priority.1042"),
        Button(label="Close", action="1.ticket.close.1042"),
        Button(label="Note", action="1.staff.note.1042"),
    ),
    footer="The support staff read what is written here.",
    url="https://desk.example/t/T-1042",
)
_TEXTS = st.text(alphabet=st.sampled_from("ab*_`~|<>@&[]()#-.:/\\ \n1é🔥\u202e\x00"), max_size=400)


def _checked(card: Card, **given: Any) -> Any:
    made = card_message(card, **given)
    check_message(made, given.get("ping", ()))
    return made


@pytest.mark.parametrize("card", [*CARDS.values(), *HOSTILE.values()], ids=[*CARDS, *HOSTILE])
def test_every_card_is_accepted_and_pings_nobody(card: Card) -> None:
    for made in (_checked(card), staff_card(card, "hint " * 900), lines(card)):
        check_message(made)


@settings(max_examples=30, deadline=None)
@given(_TEXTS, _TEXTS, _TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_any_card_is_accepted(title: str, words: str, other: str, fields: int, rows: int) -> None:
    card = Card(
        title=title,
        subtitle=other,
        body=Text.of(words * 20),
        fields=(Field(other, words * 3),) * fields,
        rows=(Row(title=words, detail=other, ref=title[:9], buttons=(Button(label=other, action="1.a.b.-"),)),) * rows,
        footer=words * 9,
        buttons=tuple(Button(label=title, action=f"1.a.b.{n}") for n in range(rows)),
        url="https://desk.example/t/1",
    )
    for made in (_checked(card), staff_card(card, words), lines(card)):
        check_message(made)


def test_a_card_shows_its_title_progress_body_fields_and_buttons() -> None:
    made = _checked(ALERT)
    top = [
        {"type": "text", "text": "Exams and grades · Asha"},
        {"type": "text", "text": "\n"},
        {"type": "text", "text": "● opened"},
        {"type": "text", "text": " ━ "},
        {"type": "text", "text": "◉ with an agent", "style": {"bold": True}},
        {"type": "text", "text": " ━ "},
        {"type": "text", "text": "○ resolved"},
    ]
    body = [{"type": "text", "text": "The page says error 500.\n\nThe exam is tomorrow."}]
    moment = "*Opened*\n<!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    assert made["blocks"] == [
        {"type": "header", "text": _plain("🔴 T-1042 Cannot see my exam slot")},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": top}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": body}]},
        {"type": "section", "fields": [_mrkdwn("*Priority*\nurgent"), _mrkdwn(moment)]},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": _plain("Acknowledge"),
                    "style": "primary",
                    "url": "https://desk.example/ack?s=1&t=2",
                    "action_id": "link.0",
                },
                {"type": "button", "text": _plain("Claim"), "action_id": "claim:1042"},
            ],
        },
        {"type": "context", "elements": [_plain("Escalates again in 15 minutes.")]},
    ]
    assert made["text"].startswith("🔴 T-1042 Cannot see my exam slot\nExams and grades · Asha\nThe page")


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}


def _mrkdwn(words: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def test_the_card_in_triage_keeps_what_matters_in_view_and_says_how_to_answer() -> None:
    made = staff_card(TICKET, "A plain message here answers the student; begin with // for a note.")
    check_message(made)
    *_, actions, footer, hint = made["blocks"]
    assert [part.get("text", {}).get("text") for part in actions["elements"]] == [
        "Claim",
        "Resolve",
        "Urgent",
        "Open its page",
        None,
    ]
    assert actions["elements"][3]["url"] == TICKET.url
    menu = actions["elements"][4]
    assert [option["text"]["text"] for option in menu["options"]] == ["Priority", "Close", "Note"]
    assert pressed({**menu, "selected_option": menu["options"][1]}) == "1.ticket.close.1042"
    assert footer["elements"] == [_plain("The support staff read what is written here.")]
    assert hint["elements"] == [_plain("A plain message here answers the student; begin with // for a note.")]
    assert made["blocks"][1]["elements"][0]["elements"][0] == {"type": "link", "url": TICKET.url, "text": "T-1042"}


def test_a_fact_that_would_be_markup_in_a_column_stands_on_a_line() -> None:
    blocks = _checked(TICKET)["blocks"]
    [section] = [block for block in blocks if block["type"] == "section"]
    assert [field["text"].partition("\n")[0] for field in section["fields"]] == ["*Status*", "*Opened*"]
    below = [{"type": "text", "text": "Seat: ", "style": {"bold": True}}, {"type": "text", "text": "row *4*"}]
    assert below in [block["elements"][0]["elements"] for block in blocks if block["type"] == "rich_text"]


def test_an_answer_of_a_line_is_a_bold_line_that_leads_to_its_page() -> None:
    made = _checked(
        Card(title="Not done", body=Text.of("T-7 is *with* Asha."), tone=Tone.WARNING, url="https://desk.example")
    )
    first, second = made["blocks"]
    assert first["elements"][0]["elements"] == [
        {"type": "link", "url": "https://desk.example", "text": "🟠 Not done", "style": {"bold": True}}
    ]
    assert shown([second]) == "T-7 is *with* Asha."


def test_news_are_small_and_ping_whom_they_are_told_to() -> None:
    news = Card(title="Asha gave it to <@U9>")
    quiet = lines(news)
    check_message(quiet)
    assert quiet["blocks"] == [{"type": "context", "elements": [_plain("Asha gave it to <@U9>")]}]
    assert quiet["text"] == "Asha gave it to &lt;@U9&gt;"
    loud = lines(news, ping=["U7", "everyone", "U7"])
    check_message(loud, ["U7"])
    assert loud["text"] == "<@U7> Asha gave it to &lt;@U9&gt;"
    over = Card(
        title="Asha resolved it",
        body=Text.of("Not solved? Press Reopen."),
        tone=Tone.GOOD,
        buttons=(Button(label="Reopen", action="1.ticket.reopen.7"),),
    )
    made = lines(over)
    check_message(made)
    assert [block["type"] for block in made["blocks"]] == ["context", "context", "actions"]


def test_a_message_pings_whom_it_is_told_to_and_nobody_else() -> None:
    made = _checked(INJECTION, ping=["U11", "W22"])
    assert made["text"].startswith("<@U11> <@W22> ")
    assert [part["type"] for part in made["blocks"][0]["elements"][0]["elements"]] == ["user", "text", "user"]
    assert card_message(INJECTION, ping=["<!channel>", "S1", "C1", ""])["text"].startswith("&lt;b&gt;")


def test_rows_lead_to_their_pages_with_their_button_beside_them() -> None:
    made = _checked(Card(title="Tickets", rows=ROWS.rows[:2]))
    first, second = made["blocks"][1:]
    assert first["text"]["text"] == "*<https://desk.example/t/1|T-1>* Cannot log in\nopen · Asha"
    assert (second["accessory"]["text"]["text"], second["accessory"]["action_id"]) == ("Claim", "1.ticket.claim.2")


def test_rows_without_buttons_are_one_list() -> None:
    rows = (
        Row(title="/ticket open [title]", detail="Open a *ticket*"),
        Row(title="T-7 <b>", ref="T-7", url="https://a.example"),
    )
    [_, block] = _checked(Card(title="Help", rows=rows))["blocks"]
    [listed] = block["elements"]
    assert [item["elements"] for item in listed["elements"]] == [
        [
            {"type": "text", "text": "/ticket open [title]", "style": {"bold": True}},
            {"type": "text", "text": " · Open a *ticket*"},
        ],
        [{"type": "link", "url": "https://a.example", "text": "T-7"}, {"type": "text", "text": " <b>"}],
    ]


def test_where_a_ticket_was_found_stands_below_its_row_with_the_words_bold() -> None:
    words = "The *printers* of <!channel> stop &amp; :smile:"
    found = snippet_of([words], patterns_of(["printer", "channel"]))
    made = card_message(Card(title="Tickets", rows=(Row(title="T-1 Library", ref="T-1", snippet=found),)))
    check_message(made)
    [item] = next(block for block in made["blocks"] if block["type"] == "rich_text")["elements"][0]["elements"]
    parts = item["elements"]
    assert "".join(part["text"] for part in parts) == f"T-1 Library\n{words}"
    assert [part["text"] for part in parts if part.get("style") == {"bold": True}] == ["T-1", "printers", "channel"]
    assert {part["type"] for part in parts} == {"text"}
    assert "<!channel>" not in made["text"]


def test_a_row_whose_words_would_be_markup_has_its_button_below() -> None:
    made = _checked(Card(title="Tickets", rows=(replace(ROWS.rows[0], title="T-1 *a* _b_"),)))
    assert [block["type"] for block in made["blocks"]] == ["header", "rich_text", "actions"]
    assert " *a* _b_" in shown(made["blocks"])


def test_what_is_cut_ends_in_an_ellipsis_and_says_where_all_of_it_is() -> None:
    body = Text.of("word " * 2_000)
    blocks = _checked(Card(title="a", body=body, url="https://desk.example/t/1"))["blocks"]
    assert shown(blocks[1:]).count("word") > 600
    assert blocks[-1]["elements"][0]["elements"][-1] == {"type": "link", "url": "https://desk.example/t/1"}
    without = _checked(Card(title="a", body=body))["blocks"]
    assert shown(without).endswith("word\n…")
    listed = _checked(ROWS)["blocks"]
    rows = sum("accessory" in block for block in listed)
    assert rows > 30
    assert f"… +{500 - rows}" in shown(listed)
    [_, many, _] = _checked(HOSTILE["rows alone"])["blocks"][:3]
    assert len(many["elements"][0]["elements"]) > 40
    footed = _checked(Card(title="a", footer="b" * 3_000, url="https://desk.example/t/1"))
    assert footed["blocks"][-1]["elements"][0]["text"].endswith("b…")


def test_a_long_list_of_mere_words_becomes_plain_lines_rather_than_be_cut() -> None:
    """As that of the commands, for an admin."""
    rows = tuple(
        Row(title=f"/noun verb{n} <argument> [another]", detail="What it does, in a few words") for n in range(80)
    )
    blocks = _checked(Card(title="What you can do", rows=rows))["blocks"]
    words = shown(blocks)
    assert all(f"• /noun verb{n} <argument> [another] · What it does" in words for n in range(80))
    assert "… +" not in words


def test_fields_beyond_the_twenty_fifth_are_counted() -> None:
    blocks = _checked(Card(title="a", fields=tuple(Field("b", str(number)) for number in range(30))))["blocks"]
    assert [len(block["fields"]) for block in blocks if "fields" in block] == [10, 10, 5]
    assert shown(blocks).endswith("… +5")


def test_a_title_too_long_for_its_place_is_said_in_full_below() -> None:
    title = "word " * 40
    blocks = _checked(replace(TICKET, title=title))["blocks"]
    assert title.strip() in shown(blocks[:1])
    assert blocks[0]["type"] == "rich_text"


def test_a_body_with_links_and_emphasis_keeps_them() -> None:
    body = Text((Paragraph((Bold((Plain("b"),)), Plain(" "), Link("https://a.example", (Plain("here"),)))),))
    parts = _checked(Card(title="a", body=body))["blocks"][1]["elements"][0]["elements"]
    assert parts == [
        {"type": "text", "text": "b", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://a.example", "text": "here"},
    ]


def test_nothing_that_a_person_wrote_stands_where_it_would_be_markup() -> None:
    for made in (card_message(INJECTION), staff_card(INJECTION, ""), card_message(HOSTILE["markup everywhere"])):
        for words in re.findall(r"'mrkdwn', 'text': '([^']*)'", str(made["blocks"])):
            assert "evil" not in words
