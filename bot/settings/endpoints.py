"""What the settings say of endpoints: servers that are told of the desk's events."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from bot.settings.keys import did_you_mean
from bot.settings.values import Key, Table, all_different, wrong
from core.events.types import TYPES
from core.model.endpoint import Endpoint, fits


def _pattern(value: str) -> str:
    if any(fits(value, type_) for type_ in TYPES):
        return value
    nouns = {f"{type_.partition('.')[0]}.*" for type_ in TYPES}
    raise wrong(
        "There is no such event.",
        did_you_mean(value, [*TYPES, *nouns], 'Write types as docs/webhooks.md lists them, or "ticket.*", or "*".'),
    )


Pattern = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_pattern)]


class EndpointTable(Table):
    key: Key = Field(description="the endpoint's short name, of which its variables are made")
    events: Annotated[tuple[Pattern, ...], AfterValidator(all_different)] = Field(
        default=("*",), min_length=1, description="the events that it is told of: types, ticket.* or *"
    )
    categories: Annotated[tuple[Key, ...], AfterValidator(all_different)] = Field(
        default=(), description="of tickets of which categories; without them of all, and of what is no ticket's"
    )
    with_text: bool = Field(default=False, description="does it read titles, descriptions, messages and names")
    with_notes: bool = Field(default=False, description="are the words of notes among them")
    with_sensitive: bool = Field(default=False, description="is it told of sensitive tickets")

    def endpoint(self) -> Endpoint:
        return Endpoint(
            key=self.key,
            events=self.events,
            categories=frozenset(self.categories) or None,
            with_text=self.with_text,
            with_notes=self.with_notes,
            with_sensitive=self.with_sensitive,
        )
