"""What the settings say of similar tickets and FAQs."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.settings.values import Table, Whole, wrong
from core.model.desk import Similarity

_MOST_SYNONYMS = 200
_LONGEST = 60


class Model(StrEnum):
    MINILM = "minilm"
    NONE = "none"


def _phrase(value: str) -> str:
    tidy = " ".join(value.split())
    if not re.search(r"\w", tidy) or len(tidy) > _LONGEST:
        raise wrong("This is no word.", f"Write a word or a few, {_LONGEST} characters at most.")
    return tidy


def _not_too_many(synonyms: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    if len(synonyms) > _MOST_SYNONYMS:
        raise wrong(f"{len(synonyms)} words are too many.", f"{_MOST_SYNONYMS} is the most.")
    return synonyms


Phrase = Annotated[str, AfterValidator(_phrase)]
Synonyms = Annotated[
    Mapping[Phrase, Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=20)]], AfterValidator(_not_too_many)
]


class SimilarTable(Table):
    enabled: bool = Field(default=True, description="are similar tickets and FAQs shown before a ticket is opened")
    model: Model = Field(default=Model.MINILM, description="minilm: by meaning; none: by words alone")
    suggestions: Whole = Field(default=3, ge=1, le=5, description="how many are shown at most")
    count_floor: Whole = Field(
        default=3, ge=2, le=100, description="the fewest people whose private tickets are counted"
    )
    months: Whole = Field(default=12, ge=1, le=120, description="a ticket resolved longer ago is not shown")
    patience: float = Field(default=1.5, gt=0, le=10, description="seconds that a form waits for what is similar")
    synonyms: Synonyms = Field(default={}, description="the desk's own words, each with what it is called besides")

    def similarity(self) -> Similarity:
        return Similarity(
            enabled=self.enabled,
            suggestions=self.suggestions,
            count_floor=self.count_floor,
            months=self.months,
            patience=self.patience,
            synonyms=self.synonym_groups(),
        )

    def synonym_groups(self) -> tuple[tuple[str, ...], ...]:
        """Each a list of words that mean one thing."""
        return tuple((word, *others) for word, others in self.synonyms.items())
