"""The declarations of the slash commands: fit for every platform."""

import re
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.desk import vocabulary_of
from bot.settings import desk_of, load
from core.actions import Press, encode_press
from core.cards.forms import FILES
from core.model.ids import TicketId
from core.policy import TABLE, Action
from core.vocabulary import ParameterKind, SlashCommand

ROOT = Path(__file__).parents[2]
DECLARED = [one.command for one in COMMANDS]
NAMES = [command.name for command in DECLARED]


@pytest.mark.parametrize("command", DECLARED, ids=NAMES)
def test_a_command_is_named_and_explained_within_every_platforms_limits(command: SlashCommand) -> None:
    assert re.fullmatch(r"[a-z]{1,32}", command.noun)
    assert re.fullmatch(r"[a-z]{0,32}", command.verb)
    assert command.action in TABLE
    for words in (command.help, *(parameter.help for parameter in command.parameters)):
        assert 3 < len(words) <= 100
        assert words[0].isupper() or not words[0].isalpha()
        assert not words.endswith((".", " ", "!"))
    for parameter in command.parameters:
        assert re.fullmatch(r"[a-z]{1,32}", parameter.name)


@pytest.mark.parametrize("command", DECLARED, ids=NAMES)
def test_a_commands_parameters_differ_and_the_required_come_first(command: SlashCommand) -> None:
    names = [parameter.name for parameter in command.parameters]
    assert len(set(names)) == len(names) <= 25
    asked = [parameter.required for parameter in command.parameters if parameter.kind is not ParameterKind.TICKET]
    assert asked == sorted(asked, reverse=True)
    assert all(p.kind is not ParameterKind.TICKET for p in command.parameters[1:])


def test_no_two_commands_clash_and_no_noun_has_more_verbs_than_discord_takes() -> None:
    assert len(set(NAMES)) == len(NAMES)
    nouns = {command.noun for command in DECLARED}
    for noun in nouns:
        verbs = [command.verb for command in DECLARED if command.noun == noun]
        assert len([command for command in DECLARED if command.noun == noun and not command.is_a_button]) <= 25
        assert verbs == [""] or "" not in verbs, f"/{noun} is a command and a group of commands"
    assert len(nouns) <= 100


def test_the_shipped_desks_choices_fit() -> None:
    vocabulary = vocabulary_of(desk_of(load({}, ROOT), "http://127.0.0.1:8080"))
    for choices in vocabulary.choices.values():
        assert 1 <= len(choices) <= 25
        assert all(1 <= len(one.label) <= 100 and 1 <= len(one.value) <= 100 for one in choices)
        assert len({one.value for one in choices}) == len(choices)


def test_a_nouns_words_come_to_no_more_than_discord_takes() -> None:
    """8,000 characters of names, descriptions and choices:
    docs.discord.com/developers/interactions/application-commands."""
    vocabulary = vocabulary_of(desk_of(load({}, ROOT), "http://127.0.0.1:8080"))
    for noun in vocabulary.nouns:
        total = len(noun)
        for command in (one for one in vocabulary.commands if one.noun == noun):
            total += len(command.verb) + len(command.help)
            for parameter in command.parameters:
                total += len(parameter.name) + len(parameter.help)
                total += sum(len(c.label) + len(c.value) for c in vocabulary.choices.get(parameter.kind, ()))
        assert total <= 8_000, (noun, total)


@pytest.mark.parametrize("command", DECLARED, ids=NAMES)
def test_a_commands_usage_reads_as_it_is_typed(command: SlashCommand) -> None:
    assert command.usage.startswith(command.name)
    assert re.fullmatch(r"/[a-z]+( [a-z]+)?( (<[a-z]+>|\[[a-z]+:?\]))*", command.usage)


def test_a_button_for_any_command_leaves_room_for_its_arguments() -> None:
    for command in DECLARED:
        assert len(encode_press(Press(command.noun, command.verb, TicketId(10**15 - 1)))) <= 60


def test_the_key_of_the_files_is_no_categorys_question() -> None:
    keys = {
        question.key for category in desk_of(load({}, ROOT), "").categories.values() for question in category.questions
    }
    assert FILES not in keys and not any(":" in key for key in keys)


@pytest.mark.parametrize("action", Action)
def test_every_command_names_an_action_somebody_may_do(action: Action) -> None:
    assert any(TABLE[action])
