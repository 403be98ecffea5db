"""Cards as Discord messages: accepted, escaped, fitted, and pinging nobody but whom they may."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.words.render import (
    components,
    embed,
    message,
    select,
    text_message,
    thread_name,
    webhook_name,
)
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.rules.snippets import patterns_of, snippet_of
from core.text import Bold, CodeBlock, Link, Paragraph, Plain, Text
from tests.adapters.discord.checker import check_message, check_rows, length, official_problems
from tests.adapters.gchat.samples import ALERT, CARDS, FAMILY, INJECTION

_EVERY = "@everyone <@123> <@&4> *a* `b` [c](https://evil.example) <t:1:R> # - > ~~ ||"
ROWS = Card(
    title="Tickets",
    rows=tuple(
        Row(
            title=f"T-{number} {_EVERY}",
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
        rows=(Row(title=_EVERY, detail=_EVERY, ref=_EVERY, url="https://desk.example/("),),
        buttons=tuple(Button(label=_EVERY, action=f"1.a.b.{number % 9}") for number in range(40)),
        footer=_EVERY * 100,
        tone=Tone.URGENT,
    ),
    "five hundred rows": ROWS,
    "found in markup": Card(
        title="Found",
        rows=tuple(
            Row(title="T-1", ref="T-1", snippet=snippet_of([words], patterns_of([word])))
            for words in (_EVERY, f"- {_EVERY}", "@everyone", "<@123>", "x @here", "[c](https://evil.example)", "# *a*")
            for word in ("everyone", "every", "123", "here", "c", "evil", "a")
        ),
    ),
    "right to left": Card(title="שלום" * 200, body=Text.of("مرحبا " * 2_000), footer="שלום \u202e" * 900),
    "emoji": Card(title=FAMILY * 100, fields=(Field(FAMILY * 90, FAMILY * 900),) * 30, footer=FAMILY * 900),
    "nothing": Card(title=" \u200b\n"[:1], fields=(Field("", ""), Field(" ", "\n")), rows=(Row(title=""),), footer=" "),
    "code": Card(title="c", body=Text((CodeBlock("x\n" * 9_000, "py"),)), url="https://desk.example/t/1"),
    "bad links": Card(
        title="l",
        rows=(Row(title="a", url="javascript:alert(1)"), Row(title="b", url="https://" + "b" * 3_000)),
        buttons=(
            Button(label="a", url="javascript:alert(1)"),
            Button(label="b", url="https://a.example/" + "b" * 3_000),
            Button(label="c", action="x" * 101),
            Button(label="d"),
            Button(label="", action="1.a.b.-"),
        ),
        url="https://a.example/" + "b" * 3_000,
    ),
}
_TEXTS = st.text(alphabet=st.sampled_from("ab*_`~|<>@[]()#-.:/\\ \n1é🔥\u202e\x00"), max_size=400)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _checked(card: Card, **given: Any) -> Any:
    """The message, once the limits and (where it lies) Discord's own description have accepted it."""
    made = message(card, **given)
    check_message(made)
    return made


@pytest.mark.parametrize("card", [*CARDS.values(), *HOSTILE.values()], ids=[*CARDS, *HOSTILE])
def test_every_card_is_accepted_and_pings_nobody(card: Card) -> None:
    made = _checked(card, content="", link=("Open", "https://desk.example/t/1"))
    assert made["allowed_mentions"] == {"parse": [], "users": []}
    words = made["embeds"][0]
    for shown in _strings([words.get("title"), words.get("description"), words.get("fields")]):
        assert not re.search(r"<@[!&]?\d+>|@everyone|@here", shown)
        assert not re.search(r"(?<!\\)\[[^\]]*\]\((?!<https?://)", shown)


@settings(max_examples=60, deadline=None)
@given(_TEXTS, _TEXTS, _TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_any_card_is_accepted(title: str, words: str, other: str, fields: int, rows: int) -> None:
    _checked(
        Card(
            title=title,
            subtitle=other,
            body=Text.of(words * 20),
            fields=(Field(other, words * 3),) * fields,
            rows=(Row(title=words, detail=other, ref=title[:9], buttons=(Button(label=other, action="1.a.b.-"),)),)
            * rows,
            footer=words * 9,
            url="https://desk.example/t/1",
        )
    )


def test_an_alert_shows_its_page_tone_progress_fields_and_buttons() -> None:
    made = _checked(ALERT)
    assert made["content"] == ""
    assert made["embeds"] == [
        {
            "title": "🔴 T-1042 Cannot see my exam slot",
            "url": "https://desk.example/t/1042",
            "color": 0xC62828,
            "description": "Exams and grades · Asha\n"
            "● opened ━ **◉ with an agent** ━ ○ resolved\n\n"
            "The page says error 500.\n\nThe exam is tomorrow.",
            "fields": [
                {"name": "Priority", "value": "urgent", "inline": True},
                {"name": "Opened", "value": "<t:1795262400:f>", "inline": True},
            ],
            "footer": {"text": "Escalates again in 15 minutes."},
        }
    ]
    assert made["components"] == [
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 5, "label": "Acknowledge", "url": "https://desk.example/ack?s=1&t=2"},
                {"type": 2, "style": 2, "label": "Claim", "custom_id": "claim:1042"},
            ],
        }
    ]


def test_rows_lead_to_their_pages_and_their_buttons_say_whose_they_are() -> None:
    card = Card(title="Tickets", rows=ROWS.rows[:2])
    made = _checked(card)
    first, second = made["embeds"][0]["description"].split("\n")
    assert first.startswith("[T-1](<https://desk.example/t/1>) @\u200beveryone")
    assert second.endswith(" · open · Asha")
    assert [button["label"] for button in made["components"][0]["components"]] == ["Claim · T-1", "Claim · T-2"]
    alone = _checked(Card(title="Tickets", rows=ROWS.rows[:1]))
    assert alone["components"][0]["components"][0]["label"] == "Claim"


def test_where_a_ticket_was_found_stands_below_its_row_with_the_words_bold() -> None:
    found = snippet_of(["The *printer*s of the library stop, <@123>!"], patterns_of(["printer", "stop"]))
    card = Card(title="Tickets", rows=(Row(title="T-1 Library", ref="T-1", snippet=found), Row(title="T-2", ref="T-2")))
    described = _checked(card)["embeds"][0]["description"]
    assert described == ("T-1 Library\n> The \\***printer**\\*s of the library **stop**, \\<@\u200b123\\>!\nT-2")


def test_what_is_cut_ends_in_an_ellipsis_and_says_where_all_of_it_is() -> None:
    body = Text.of("word " * 2_000)
    with_page = embed(Card(title="a", body=body, url="https://desk.example/t/1"))
    assert with_page["description"].endswith("word…\n\n… → <https://desk.example/t/1>")
    assert 3_900 < length(with_page["description"]) <= 4_096
    without = embed(Card(title="a", body=body))
    assert without["description"].endswith("word…")
    listed = embed(ROWS)["description"].split("\n")
    shown = sum(line.startswith("[T-") for line in listed)
    assert listed[-1] == f"… +{500 - shown} → <https://desk.example/t>"
    footed = embed(Card(title="a", footer="b" * 3_000, url="https://desk.example/t/1"))
    assert footed["footer"]["text"].endswith("b…")
    assert footed["description"] == "… → <https://desk.example/t/1>"
    assert "description" not in embed(Card(title="a", url="https://desk.example/t/1"))


def test_fields_beyond_the_twenty_fifth_are_counted() -> None:
    made = embed(Card(title="a", fields=tuple(Field("b", str(number)) for number in range(30))))
    assert len(made["fields"]) == 25
    assert made["description"] == "… +5"


def test_buttons_stand_five_in_a_row_each_action_once() -> None:
    rows = components([Button(label=str(n), action=f"1.a.b.{n % 30}", style=ButtonStyle.PRIMARY) for n in range(60)])
    check_rows(rows)
    assert [len(row["components"]) for row in rows] == [5, 5, 5, 5, 5]
    assert components([]) == []
    styles = [Button(label="a", action=style, style=style) for style in ButtonStyle]
    assert [button["style"] for button in components(styles)[0]["components"]] == [1, 2, 4]


def test_the_link_of_a_message_has_its_place_however_many_buttons_there_are() -> None:
    made = _checked(ROWS, link=("Go to the thread", "https://discord.com/channels/1/2"))
    last = made["components"][-1]["components"][-1]
    assert (last["label"], last["url"]) == ("Go to the thread", "https://discord.com/channels/1/2")
    assert made["components"][0]["components"][0]["label"] == "All"


def test_a_message_pings_whom_it_is_told_to_and_names_them() -> None:
    made = _checked(INJECTION, content="<@11> please look", ping=["11", "22", "11", "everyone"])
    assert made["content"] == "<@22> <@11> please look"
    assert made["allowed_mentions"] == {"parse": [], "users": ["11", "22"]}


def test_words_longer_than_a_message_are_cut() -> None:
    assert length(_checked(ALERT, content="word " * 900, ping=["1"])["content"]) <= 2_000


def test_a_text_pings_nobody_and_has_no_address_fetched() -> None:
    made = text_message("hello <https://a.example>")
    check_message(made)
    assert made["flags"] == 4


def test_a_menu_offers_the_first_twenty_five_each_once() -> None:
    options = [(f"T-{n % 40}", f"T-{n % 40} {'x' * 200}", "open" if n % 2 else "") for n in range(80)]
    made = select("1.ticket.pick.-", "Which ticket? " * 20, [("", "none", ""), *options])
    check_rows([made])
    values = [option["value"] for option in made["components"][0]["options"]]
    assert values == [f"T-{n}" for n in range(25)]
    assert official_problems("ActionRowComponentForMessageRequest", made) == []
    with pytest.raises(ValueError, match="nothing to choose"):
        select("a", "b", [])


def test_a_body_with_links_and_emphasis_keeps_them() -> None:
    body = Text((Paragraph((Bold((Plain("b"),)), Plain(" "), Link("https://a.example", (Plain("here"),)))),))
    assert embed(Card(title="a", body=body))["description"] == "**b** [here](<https://a.example>)"


def test_a_threads_name_is_its_ref_and_its_title_on_one_line() -> None:
    assert thread_name("T-7", " Cannot\nlog \u202ein ") == "T-7 Cannot log in"
    assert thread_name("T-7", "") == "T-7"
    assert thread_name("T-7", "x" * 300) == "T-7 " + "x" * 95 + "…"
    assert length(thread_name("T-7", FAMILY * 90)) <= 100


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Asha Rao", "Asha Rao"),
        ("Discord Support", "Diskord Support"),
        ("DISCORD", "DISKORD"),
        ("my d.i s-c o r d bot", "my d.i s-k o r d bot"),
        ("ｄｉｓｃｏｒｄ", "ｄｉｓkｏｒｄ"),
        ("Clyde & Clyde", "Clide & Clide"),
        ("c\u200bl\u200by\u200bd\u200be", "clide"),
        ("everyone", "everyone."),
        ("@Here", "@Here."),
        ("", "–"),
        ("\u200b\u202e\n", "–"),
        ("```", "'''"),
        (FAMILY, FAMILY),
    ],
)
def test_a_webhook_bears_a_name_that_discord_takes(author: str, name: str) -> None:
    assert webhook_name(author) == name


@given(st.text(alphabet=st.sampled_from("discordclyehv DISCORDß\u200b\u0130.ﬀ"), max_size=120))
def test_no_name_is_one_that_discord_refuses(author: str) -> None:
    name = webhook_name(author)
    assert 1 <= length(name) <= 80
    assert not re.search("discord|clyde", name, re.IGNORECASE)
    assert name.lower() not in ("everyone", "here")
