"""Buttons and menus: which stand in view, and what a press of one runs."""

from dataclasses import replace

from adapters.slack.words.buttons import Buttons, pressed
from core.cards.card import Button, ButtonStyle
from tests.adapters.slack.checker import check_blocks


def test_many_buttons_go_into_menus_the_weighty_ones_staying() -> None:
    many = [Button(label=str(n), action=f"1.a.b.{n % 30}") for n in range(60)]
    many[20] = replace(many[20], style=ButtonStyle.DANGER)
    buttons = Buttons()
    made = buttons.row(buttons.fitting(many))
    check_blocks(made)
    assert [part["text"]["text"] for part in made[0]["elements"] if part["type"] == "button"] == ["0", "1", "20"]
    assert [len(part["options"]) for part in made[0]["elements"] if part["type"] == "overflow"] == [5, 5, 5, 5, 2]
    assert buttons.fitting(many[:9]) == []
    assert Buttons().row([]) == []


def test_a_menu_of_one_is_a_button_and_a_long_action_stays_one() -> None:
    six = [
        Button(label=str(n), action=f"1.a.b.{n}", style=ButtonStyle.PRIMARY if n else ButtonStyle.PLAIN)
        for n in range(6)
    ]
    assert [part["type"] for part in Buttons().row(six)[0]["elements"]] == ["button"] * 6
    long = [Button(label=str(n), action=f"1.a.b.{n}." + "x" * 70) for n in range(9)]
    made = Buttons().row(long)
    check_blocks(made)
    assert [part["type"] for part in made[0]["elements"]] == ["button"] * 9


def test_a_press_runs_what_the_button_bears_and_a_link_nothing() -> None:
    assert pressed({"type": "button", "action_id": "1.ticket.claim.7"}) == "1.ticket.claim.7"
    assert pressed({"type": "button", "action_id": "link.0", "url": "https://a.example"}) is None
    assert pressed({"type": "static_select", "action_id": "choose.category"}) is None
    assert pressed({"type": "overflow", "action_id": "more.0"}) is None
    assert pressed({"type": "overflow", "action_id": "other", "selected_option": {"value": "x"}}) is None
    assert pressed({}) is None
