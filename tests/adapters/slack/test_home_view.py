"""The app's Home: accepted by Slack, with what each person looks for."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from adapters.slack.words.buttons import pressed
from adapters.slack.words.home import home
from core.cards.card import Reader
from core.model.ids import PersonId, TicketId
from core.model.ticket import Priority, Status
from core.vocabulary import Summary
from tests.adapters.gchat.samples import NOON, ticket
from tests.adapters.slack.checker import check_home, shown

READER = Reader(gettext=lambda words: words, zone=UTC, now=NOON + timedelta(hours=3))


def _summary(number: int, **changes: Any) -> Summary:
    made = replace(ticket(), **{"id": TicketId(number), "status": Status.OPEN, **changes})
    return Summary(ticket=made, requester="Asha Rao", assignee="Ben" if made.assignee else None, changed_at=NOON)


def _home(**given: Any) -> Any:
    made = home(READER, **{"my": [], "queue": None, "ways": {}, "link_hint": False, **given})
    check_home(made)
    return made


def _buttons(view: Any) -> list[Any]:
    beside = [block.get("elements", [block.get("accessory")]) for block in view["blocks"]]
    return [part for parts in beside for part in parts if part is not None and part["type"] == "button"]


def test_it_begins_with_the_button_that_opens_a_ticket_and_says_when_there_is_none() -> None:
    made = _home()
    [button] = _buttons(made)
    assert (button["text"]["text"], pressed(button), button["style"]) == ("Open a ticket", "1.ticket.open.-", "primary")
    assert [block["type"] for block in made["blocks"]] == ["actions", "header", "rich_text"]


def test_my_tickets_say_where_they_stand_and_lead_to_their_threads() -> None:
    mine = [_summary(7, assignee=PersonId(3)), _summary(8, priority=Priority.NORMAL, status=Status.RESOLVED)]
    made = _home(my=mine, ways={TicketId(7): "https://x.slack.com/archives/D1/p7"})
    [first, second] = made["blocks"][-1]["elements"][0]["elements"]
    assert first["elements"][0] == {"type": "link", "url": "https://x.slack.com/archives/D1/p7", "text": "T-7"}
    assert shown([first]) == "T-7\n Cannot see my exam slot\n · 🔴 open · urgent · with Ben · 3 h ago"
    assert shown([second]) == "T-8\n Cannot see my exam slot\n · resolved · with nobody yet · 3 h ago"


def test_who_helps_sees_the_queue_with_a_button_to_claim_what_nobody_has() -> None:
    queue = [_summary(7), _summary(8, assignee=PersonId(3)), _summary(9, title="*Loud* <!channel>")]
    made = _home(queue=queue)
    assert [pressed(button) for button in _buttons(made)] == [
        "1.ticket.open.-",
        "1.ticket.claim.7",
        "1.ticket.claim.9",
    ]
    assert " *Loud* <!channel>" in shown(made["blocks"])
    assert "from Asha Rao" in shown(made["blocks"])
    assert ["accessory" in block for block in made["blocks"] if block["type"] == "section"] == [True]


def test_an_empty_queue_is_said_to_be_empty() -> None:
    assert shown(_home(queue=[])["blocks"]).endswith("The queue\nNobody waits. Well done!")


def test_who_has_an_account_already_is_told_how_to_make_the_two_one() -> None:
    hint = "Your Slack address belongs to an account of this desk. Type /ticket link to make the two one."
    assert hint in shown(_home(link_hint=True)["blocks"])
    made = home(READER, [], None, {}, True, command="/help-desk")
    assert "Type /help-desk link" in shown(made["blocks"])


@pytest.mark.parametrize("title", ["T", "x" * 200, "&" * 200, "*" * 200])
def test_however_many_tickets_there_are_slack_takes_it_and_what_is_left_out_is_said(title: str) -> None:
    many = [_summary(number, title=title) for number in range(1, 1_001)]
    ways = {TicketId(number): f"https://x.slack.com/archives/D1/p{number}" for number in range(1, 1_001)}
    made = _home(my=many, queue=many, ways=ways, link_hint=True)
    words = shown(made["blocks"])
    assert words.count("… and ") == 2
    claims = sum("claim" in str(pressed(button)) for button in _buttons(made))
    assert f"… and {1_000 - claims} more." in words
    assert claims >= 30
