"""What is similar to a ticket while its form is filled: shown in the form, before anything is opened."""

from collections.abc import Mapping, Sequence

import structlog

from adapters.slack.answering.asked import Asked
from adapters.slack.answering.counter import Counter
from adapters.slack.api.refusals import Refused
from adapters.slack.words.cards import card_blocks
from adapters.slack.words.fit import Payload
from core.cards.card import Reader
from core.cards.suggestions import live_card
from core.errors import Refusal
from core.model.suggestion import NOTHING, Suggestions
from core.ports import Retry, Unknown

log = structlog.get_logger(__name__)


class Similar:
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def to(self, values: Mapping[str, str], asked: Asked) -> Suggestions:
        """What is similar to a ticket with ``values``, by input key; nothing where that cannot be told soon: the form
        is not kept waiting, and is compared when it is sent."""
        if not self._counter.desk.desk.similar.enabled or not values.get("title", "").strip():
            return NOTHING
        return await self._counter.patience.within(self._counter.waits.look, self._look(values, asked), NOTHING)

    def blocks(self, found: Suggestions, reader: Reader) -> Sequence[Payload]:
        """For a form."""
        return card_blocks(live_card(found, reader)) if found else ()

    async def _look(self, values: Mapping[str, str], asked: Asked) -> Suggestions:
        try:
            actor = await self._counter.actor(asked)
            title, description, category = (values.get(key, "") for key in ("title", "description", "category"))
            return await self._counter.desk.similar(title, description, category, actor)
        except (Refusal, Refused, Retry, Unknown) as failed:
            log.warning("slack_similar_not_looked_for", why=str(failed))
            return NOTHING
