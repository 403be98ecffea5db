"""A command whose words look like a secret: nothing is done, the words are kept in a draft, and whoever typed them is
asked whether to change them or to send them anyway."""

from dataclasses import replace

from bot.commands.declaration import about
from bot.commands.room import Room
from core.cards.secrets import asked_first
from core.commands import SaveDraft
from core.errors import N_, LooksSecret, NoSuchDraft
from core.model.draft import ABOUT, HELD_BACK, HELD_TITLE
from core.model.ids import DraftId, ref_of
from core.vocabulary import Call, Parameter, ParameterKind, Reply

SURE = Parameter(
    name="sure",
    kind=ParameterKind.WORD,
    help=N_("The word yes: it is to be sent though it looks like a secret"),
    required=False,
    is_hidden=True,
)


def is_sure(call: Call) -> bool:
    return call.arguments.get("sure") == "yes"


async def asked_before(refusal: LooksSecret, words: str, call: Call, room: Room, *, title: str = "") -> Reply:
    """``title``: what it gave for a title beside its words."""
    draft = await held_back(words, call, room, title=title)
    asked = asked_first(refusal, call.command.noun, call.command.verb, about(call), draft, room.reader(call))
    return Reply(card=asked, ticket=about(call), draft=draft)


async def held_back(words: str, call: Call, room: Room, *, title: str = "") -> DraftId:
    """A draft with what was typed, for the button that goes on with it."""
    saving = SaveDraft(values={HELD_BACK: words, HELD_TITLE: title, ABOUT: ref_of(about(call))})
    outcome = await room.engine.handle(saving, replace(call.actor, inbound=None))
    if outcome.draft is None:
        raise NoSuchDraft
    return outcome.draft
