"""[similar] in bot.toml: words that mean one thing, and bounds."""

import pytest
from pydantic import ValidationError

from bot.settings.similar import Model, SimilarTable


def test_a_word_and_what_it_is_called_besides_mean_one_thing() -> None:
    table = SimilarTable.model_validate({"synonyms": {"lms": ["learning   management system", "moodle"]}})
    assert table.synonym_groups() == (("lms", "learning management system", "moodle"),)
    assert (table.enabled, table.model, table.suggestions, table.count_floor) == (True, Model.MINILM, 3, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"synonyms": {"lms": []}},
        {"synonyms": {"": ["moodle"]}},
        {"synonyms": {"lms": ["..."]}},
        {"synonyms": {"lms": ["x" * 61]}},
        {"synonyms": {f"w{n}": ["x"] for n in range(201)}},
        {"count_floor": 1},
        {"suggestions": 6},
        {"model": "other"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SimilarTable.model_validate(wrong)
