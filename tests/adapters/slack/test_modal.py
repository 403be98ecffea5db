"""Forms as Slack's modals, and modals read back as values."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.words.modal import CATEGORY, card_modal, changed, modal, sending_modal, values_of, waiting
from core.cards.card import Button, Card, Choice, Form, Input, InputKind, When
from tests.adapters.gchat.samples import CARDS, FAMILY
from tests.adapters.slack.checker import check_modal, shown

TITLE = Input(
    key="title", label="What is the matter?", kind=InputKind.LINE, required=True, hint="One line", max_length=200
)
CHOICES = Input(
    key="category",
    label="Category",
    kind=InputKind.CHOICE,
    required=True,
    choices=(Choice("logins", "Logins"), Choice("exams", "Exams")),
)
WORDS = Input(key="description", label="Tell us more", kind=InputKind.PARAGRAPH, max_length=20_000, value="so far")
FILES = Input(key="files", label="Files", kind=InputKind.FILES)
QUESTION = Input(key="exams.seat", label="Seat", kind=InputKind.LINE, when=When("category", "exams"))
FORM = Form(
    action="1!ticket!open!t!-",
    title="Open a ticket",
    submit="Open the ticket",
    intro="A private thread opens.",
    inputs=(TITLE, CHOICES, WORDS, QUESTION, FILES),
)
_WORDS = st.text(alphabet=st.sampled_from("ab*@<& \n🔥é\u202e\x00"), max_size=300)


def _checked(form: Form, *, metadata: str = "", category: str | None = None) -> Any:
    made = modal(form, metadata=metadata, category=category)
    check_modal(made)
    return made


def _keys(view: Any) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}


def test_a_form_is_a_modal_of_labelled_inputs_with_what_was_filled_in() -> None:
    made = _checked(FORM, metadata='{"a":1}')
    assert (made["callback_id"], made["private_metadata"]) == ("1!ticket!open!t!-", '{"a":1}')
    assert (made["title"], made["submit"], made["notify_on_close"]) == (
        _plain("Open a ticket"),
        _plain("Open the ticket"),
        False,
    )
    assert made["blocks"] == [
        {"type": "context", "elements": [_plain("A private thread opens.")]},
        {
            "type": "input",
            "block_id": "title",
            "label": _plain("What is the matter?"),
            "hint": _plain("One line"),
            "optional": False,
            "element": {"type": "plain_text_input", "action_id": "title", "multiline": False, "max_length": 200},
        },
        {
            "type": "input",
            "block_id": "category",
            "label": _plain("Category"),
            "optional": False,
            "dispatch_action": True,
            "element": {
                "type": "static_select",
                "action_id": "choose.category",
                "options": [
                    {"text": _plain("Logins"), "value": "logins"},
                    {"text": _plain("Exams"), "value": "exams"},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "description",
            "label": _plain("Tell us more"),
            "optional": True,
            "element": {
                "type": "plain_text_input",
                "action_id": "description",
                "multiline": True,
                "max_length": 3_000,
                "initial_value": "so far",
            },
        },
        {
            "type": "input",
            "block_id": "files",
            "label": _plain("Files"),
            "optional": True,
            "element": {"type": "file_input", "action_id": "files", "max_files": 10},
        },
    ]


def test_a_question_is_asked_while_its_category_is_chosen() -> None:
    assert _keys(_checked(FORM)) == ["title", "category", "description", "files"]
    assert _keys(_checked(FORM, category="logins")) == ["title", "category", "description", "files"]
    chosen = _checked(FORM, category="exams")
    assert _keys(chosen) == ["title", "category", "description", "exams.seat", "files"]
    [select] = [block["element"] for block in chosen["blocks"] if block.get("block_id") == "category"]
    assert select["initial_option"]["value"] == "exams"
    filled = replace(FORM, inputs=tuple(replace(i, value="exams") if i is CHOICES else i for i in FORM.inputs))
    assert "exams.seat" in _keys(_checked(filled))
    assert "exams.seat" not in _keys(_checked(filled, category="logins"))
    alone = replace(FORM, inputs=(QUESTION,))
    assert _keys(_checked(alone)) == ["exams.seat"]


def test_only_a_choice_on_which_others_depend_tells_of_itself() -> None:
    plain = _checked(replace(FORM, inputs=(TITLE, CHOICES)))["blocks"][-1]
    assert "dispatch_action" not in plain
    assert plain["element"]["action_id"] == "category"
    assert CATEGORY == "choose."


def test_a_watched_line_tells_of_enter_and_has_what_belongs_below_it() -> None:
    below = {"type": "divider"}
    made = modal(FORM, metadata="", watched="title", below=[below])
    check_modal(made)
    blocks = {block.get("block_id"): block for block in made["blocks"]}
    assert blocks["title"]["dispatch_action"] is True
    assert blocks["title"]["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_enter_pressed"]}
    assert made["blocks"].index(below) == made["blocks"].index(blocks["title"]) + 1


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({"action_id": "watch.title", "block_id": "title", "value": "My grade"}, ("title", "My grade")),
        ({"action_id": "watch.title", "block_id": "title", "value": None}, ("title", "")),
        (
            {"action_id": "choose.category", "block_id": "category", "selected_option": {"value": "exams"}},
            ("category", "exams"),
        ),
        ({"action_id": "1.ticket.open.-", "block_id": "x", "value": "y"}, None),
        ({}, None),
    ],
)
def test_what_changed_before_a_form_is_sent_is_told_by_its_key(action: Any, told: Any) -> None:
    assert changed(action) == told


def test_a_card_may_be_sent_by_one_of_its_buttons() -> None:
    mine, other = Button(label="Open mine", action="1.ticket.open.-"), Button(label="Show it", action="1.ticket.show.1")
    made = sending_modal(Card(title="Similar to yours", buttons=(mine, other)), "Student Support", mine)
    check_modal(made)
    assert (made["callback_id"], made["submit"]) == ("1.ticket.open.-", _plain("Open mine"))
    assert "Show it" in str(made["blocks"]) and "Open mine" not in str(made["blocks"])


def test_what_was_wrong_is_said_first() -> None:
    made = _checked(replace(FORM, problem="Title is empty: *please* write <something>."))
    assert shown(made["blocks"][:1]) == "🟠 Title is empty: *please* write <something>."


def test_a_title_too_long_for_its_place_is_said_in_full_below_it() -> None:
    made = _checked(replace(FORM, title="Change the title or the description"))
    assert made["title"]["text"] == "Change the title or the…"
    assert shown(made["blocks"][:1]) == "Change the title or the description"


def test_more_choices_than_a_menu_holds_keep_the_one_that_is_chosen() -> None:
    choices = tuple(Choice(str(number), f"choice {number}") for number in range(160))
    many = replace(CHOICES, choices=(*choices, *choices, Choice("", "none"), Choice("x" * 76, "long")), value="150")
    element = _checked(replace(FORM, inputs=(many,)))["blocks"][-1]["element"]
    assert len(element["options"]) == 100
    assert element["initial_option"] == element["options"][-1] == {"text": _plain("choice 150"), "value": "150"}


def test_a_choice_with_nothing_to_choose_is_asked_for_in_words() -> None:
    made = _checked(replace(FORM, inputs=(replace(CHOICES, choices=()),)))
    assert made["blocks"][-1]["element"]["type"] == "plain_text_input"


@pytest.mark.parametrize("words", ["", " ", "x" * 9_000, FAMILY * 900, "<!channel> *a* &\n" * 900, "שלום" * 900])
def test_whatever_a_form_says_slack_takes_it(words: str) -> None:
    inputs = (
        replace(TITLE, label=words, hint=words, value=words),
        replace(WORDS, label=words, value=words),
        replace(CHOICES, label=words, choices=(Choice("a", words), Choice(words, words))),
    )
    _checked(Form(action="1!a!b!t!-", title=words, submit=words, inputs=inputs, intro=words, problem=words))
    check_modal(waiting(words))


def test_a_form_that_asks_nothing_still_opens() -> None:
    made = _checked(Form(action="1!a!b!t!-", title="Sure?", submit="Yes", inputs=()))
    assert shown(made["blocks"]) == "Sure?"


def test_a_hundred_and_fifty_inputs_are_as_many_as_a_view_holds() -> None:
    inputs = tuple(replace(TITLE, key=f"q{number}") for number in range(150))
    assert len(_checked(replace(FORM, inputs=(*inputs, *inputs)))["blocks"]) == 100


def test_metadata_that_slack_would_refuse_is_a_mistake_of_the_caller() -> None:
    assert _checked(FORM, metadata="x" * 3_000)["private_metadata"]
    with pytest.raises(ValueError, match="3001 characters"):
        modal(FORM, metadata="x" * 3_001)


@settings(max_examples=40, deadline=None)
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
        choices=(Choice(other[:75], words),),
        max_length=longest,
    )
    inputs = tuple(replace(entry, key=f"q{number}") for number in range(count))
    _checked(Form(action="1!a!b!t!-", title=words, submit=words, inputs=inputs, intro=other, problem=words))


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_a_modal_with_its_buttons(name: str) -> None:
    made = card_modal(CARDS[name], "What can I do?")
    check_modal(made)
    assert "submit" not in made


def test_what_was_put_into_a_modal_comes_back_by_the_inputs_keys() -> None:
    file = {"id": "F1", "name": "a.png", "url_private_download": "https://files.slack.com/a"}
    view = {
        "state": {
            "values": {
                "title": {"title": {"type": "plain_text_input", "value": "Help <&>"}},
                "category": {
                    "choose.category": {
                        "type": "static_select",
                        "selected_option": {"text": {"type": "plain_text", "text": "Exams"}, "value": "exams"},
                    }
                },
                "priority": {"priority": {"type": "static_select", "selected_option": None}},
                "description": {"description": {"type": "plain_text_input", "value": None}},
                "files": {"files": {"type": "file_input", "files": [file]}},
                "more": {"more": {"type": "file_input", "files": None}},
            }
        }
    }
    assert values_of(view) == (
        {"title": "Help <&>", "category": "exams", "priority": "", "description": ""},
        [file],
    )
    assert values_of({}) == ({}, [])


def test_several_choices_are_a_menu_of_the_first_hundred_with_those_that_are_chosen() -> None:
    choices = tuple(Choice(f"#{number}", f"Sam: {number}") for number in range(120, 0, -1))
    entry = Input(
        key="messages", label="Which", kind=InputKind.CHOICES, required=True, value="#120,#2", choices=choices
    )
    [block] = _checked(replace(FORM, intro="", inputs=(entry,)))["blocks"]
    menu = block["element"]
    assert (menu["type"], len(menu["options"])) == ("multi_static_select", 100)
    assert [option["value"] for option in menu["initial_options"]] == ["#120", "#2"]
    put = {"type": "multi_static_select", "selected_options": menu["initial_options"]}
    assert values_of({"state": {"values": {"messages": {"messages": put}}}}) == ({"messages": "#120,#2"}, [])
    nothing = {"type": "multi_static_select", "selected_options": []}
    assert values_of({"state": {"values": {"messages": {"messages": nothing}}}}) == ({"messages": ""}, [])
