"""Forms as Discord's modals, and modals read back as values."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.words.modal import modal, values_of
from core.cards.card import Choice, Form, Input, InputKind, When
from tests.adapters.discord.checker import check_modal, length
from tests.adapters.gchat.samples import FAMILY

TITLE = Input(
    key="title", label="What is the matter?", kind=InputKind.LINE, required=True, hint="One line", max_length=200
)
CATEGORY = Input(
    key="category",
    label="Category",
    kind=InputKind.CHOICE,
    required=True,
    value="exams",
    choices=(Choice("logins", "Logins"), Choice("exams", "Exams")),
)
WORDS = Input(key="description", label="Tell us more", kind=InputKind.PARAGRAPH, max_length=20_000, value="so far")
FILES = Input(key="files", label="Files", kind=InputKind.FILES)
QUESTION = Input(key="exams:seat", label="Seat", kind=InputKind.LINE, when=When("category", "exams"))
FORM = Form(
    action="1!ticket!open!d!abc",
    title="Open a ticket",
    submit="Open",
    intro="A private thread opens.",
    inputs=(TITLE, CATEGORY, WORDS, QUESTION, FILES),
)
_WORDS = st.text(alphabet=st.sampled_from("ab*@ \n🔥é\u202e\x00"), max_size=300)


def _checked(form: Form) -> Any:
    made = modal(form)
    check_modal(made)
    return made


def test_a_form_is_a_modal_of_labelled_inputs_with_what_was_filled_in() -> None:
    made = _checked(FORM)
    assert (made["custom_id"], made["title"]) == ("1!ticket!open!d!abc", "Open a ticket")
    assert made["components"] == [
        {"type": 10, "content": "A private thread opens."},
        {
            "type": 18,
            "label": "What is the matter?",
            "description": "One line",
            "component": {"type": 4, "custom_id": "title", "style": 1, "required": True, "max_length": 200},
        },
        {
            "type": 18,
            "label": "Category",
            "component": {
                "type": 3,
                "custom_id": "category",
                "required": True,
                "min_values": 1,
                "max_values": 1,
                "options": [
                    {"label": "Logins", "value": "logins"},
                    {"label": "Exams", "value": "exams", "default": True},
                ],
            },
        },
        {
            "type": 18,
            "label": "Tell us more",
            "component": {
                "type": 4,
                "custom_id": "description",
                "style": 2,
                "required": False,
                "max_length": 4_000,
                "value": "so far",
            },
        },
        {
            "type": 18,
            "label": "Files",
            "component": {"type": 19, "custom_id": "files", "required": False, "min_values": 0, "max_values": 10},
        },
    ]


def test_a_question_that_waits_for_an_answer_of_the_same_form_is_left_for_later() -> None:
    assert QUESTION.key not in str(_checked(FORM))
    later = replace(FORM, inputs=(QUESTION,))
    assert [part["type"] for part in _checked(later)["components"]] == [10, 18]


def test_a_sixth_input_is_left_for_later() -> None:
    inputs = tuple(replace(TITLE, key=f"q{number}") for number in range(8))
    shown = _checked(replace(FORM, inputs=inputs))["components"]
    assert [part["component"]["custom_id"] for part in shown] == ["q0", "q1", "q2", "q3", "q4"]


def test_what_was_wrong_is_said_above_the_inputs_or_below_the_first_question() -> None:
    wrong = replace(FORM, problem="Title is empty: *please* write something.")
    assert _checked(wrong)["components"][0]["content"] == (
        "**Title is empty: \\*please\\* write something.**\n\nA private thread opens."
    )
    full = replace(wrong, inputs=tuple(replace(TITLE, key=f"q{number}") for number in range(5)))
    assert _checked(full)["components"][0]["description"] == "Title is empty: *please* write something."


def test_a_question_too_long_for_its_place_is_said_in_full_below_it() -> None:
    long = replace(TITLE, label="Which of the rooms in the old building were you in?")
    [_, label] = _checked(replace(FORM, inputs=(long,)))["components"]
    assert label["label"].endswith("…")
    assert label["description"] == "Which of the rooms in the old building were you in? · One line"


def test_more_choices_than_a_menu_holds_keep_the_one_that_is_chosen() -> None:
    choices = tuple(Choice(str(number), f"choice {number}") for number in range(60))
    many = replace(CATEGORY, choices=(*choices, *choices, Choice("", "none"), Choice("x" * 101, "long")), value="50")
    [_, label] = _checked(replace(FORM, inputs=(many,)))["components"]
    options = label["component"]["options"]
    assert len(options) == 25
    assert options[-1] == {"label": "choice 50", "value": "50", "default": True}


def test_a_choice_with_nothing_to_choose_is_asked_for_in_words() -> None:
    [_, label] = _checked(replace(FORM, inputs=(replace(CATEGORY, choices=()),)))["components"]
    assert label["component"]["type"] == 4


@pytest.mark.parametrize("words", ["", " ", "x" * 9_000, FAMILY * 900, "@everyone *a*\n" * 900, "שלום" * 900])
def test_whatever_a_form_says_discord_takes_it(words: str) -> None:
    inputs = (
        replace(TITLE, label=words, hint=words, value=words),
        replace(WORDS, label=words, value=words),
        replace(CATEGORY, label=words, choices=(Choice("a", words), Choice(words, words))),
    )
    made = _checked(Form(action="1!a!b!t!-", title=words, submit=words, inputs=inputs, intro=words, problem=words))
    assert length(made["components"][-2]["component"].get("value", "")) <= 4_000


def test_a_form_that_asks_nothing_still_opens() -> None:
    assert _checked(Form(action="1!a!b!t!-", title="Sure?", submit="Yes", inputs=()))["components"] == [
        {"type": 10, "content": "Sure?"}
    ]


@given(_WORDS, _WORDS, st.sampled_from(InputKind), st.integers(-3, 9_000), st.integers(0, 7), st.booleans())
def test_any_form_is_accepted(
    words: str, other: str, kind: InputKind, longest: int, count: int, required: bool
) -> None:
    entry = Input(
        key="a",
        label=words,
        kind=kind,
        required=required,
        hint=other,
        value=other,
        choices=(Choice(other[:99], words),),
        max_length=longest,
    )
    inputs = tuple(replace(entry, key=f"q{number}") for number in range(count))
    _checked(Form(action="1!a!b!t!-", title=words, submit=words, inputs=inputs, intro=other, problem=words))


def test_what_was_put_into_a_modal_comes_back_by_the_inputs_keys() -> None:
    data = {
        "custom_id": "1!ticket!open!d!abc",
        "components": [
            {"type": 10, "id": 1},
            {"type": 18, "id": 2, "component": {"type": 4, "custom_id": "title", "value": "Help"}},
            {"type": 18, "id": 3, "component": {"type": 3, "custom_id": "category", "values": ["exams"]}},
            {"type": 18, "id": 4, "component": {"type": 3, "custom_id": "priority", "values": []}},
            {"type": 18, "id": 5, "component": {"type": 4, "custom_id": "description", "value": None}},
            {"type": 18, "id": 6, "component": {"type": 19, "custom_id": "files", "values": ["11", "12"]}},
            {"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "x"}]},
        ],
    }
    assert values_of(data) == (
        {"title": "Help", "category": "exams", "priority": "", "description": "", "old": "x"},
        ["11", "12"],
    )
    assert values_of({}) == ({}, [])


def test_several_choices_are_a_menu_of_the_first_twenty_five_with_those_that_are_chosen() -> None:
    choices = tuple(Choice(f"#{number}", f"Sam: {number}") for number in range(40, 0, -1))
    entry = Input(key="messages", label="Which", kind=InputKind.CHOICES, required=True, value="#40,#2", choices=choices)
    [label] = _checked(Form(action="1!staff!split!t!T1", title="Split", submit="Split", inputs=(entry,)))["components"]
    menu = label["component"]
    assert (menu["type"], menu["min_values"], menu["max_values"], len(menu["options"])) == (3, 1, 25, 25)
    assert [option["value"] for option in menu["options"] if option.get("default")] == ["#40", "#2"]
    sent = {"components": [{"type": 18, "component": {"type": 3, "custom_id": "messages", "values": ["#40", "#2"]}}]}
    assert values_of(sent) == ({"messages": "#40,#2"}, [])
