"""One interaction being answered, while Discord is not at its best."""

from typing import Any

import discord
import pytest

from adapters.discord.answering.conversation import Conversation, Late
from adapters.discord.api.rest import Refused
from core.cards.card import Reader
from core.ports import Retry, Unknown
from tests.adapters.discord.stage import FakeRest, slash
from tests.fakes.clock import FakeClock


class Talk:
    def __init__(self) -> None:
        self.rest = FakeRest()
        self.slept: list[float] = []
        now = FakeClock().now()
        client = discord.Client(intents=discord.Intents.none())
        state = client._connection
        state.user = discord.ClientUser(state=state, data=slash("help")["member"]["user"])
        self.conversation = Conversation(
            discord.Interaction(data=slash("help"), state=state),  # type: ignore[arg-type] # plain JSON
            self.rest,  # type: ignore[arg-type] # the fake has the one method that is called
            Reader(gettext=str, zone=now.tzinfo, now=now),  # type: ignore[arg-type] # UTC
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def thinks(self, *answers: Any) -> None:
        await self.conversation.think()
        self.rest.answers["PATCH", "@original"] = list(answers)


async def test_an_answer_that_was_not_taken_is_told_again_with_longer_pauses() -> None:
    talk = Talk()
    await talk.thinks(Retry("busy"), Unknown("lost"), Retry("busy", after=3.0))
    await talk.conversation.tell({"content": "Done"})
    assert talk.slept == [0.5, 1.0, 3.0]
    assert len(talk.rest.calls) == 5
    assert talk.rest.shown["content"] == "Done"


@pytest.mark.parametrize("answers", [[Retry("busy")] * 4, [Retry("shut out", after=300)]])
async def test_an_answer_that_is_never_taken_is_given_up(answers: list[Exception]) -> None:
    talk = Talk()
    await talk.thinks(*answers)
    with pytest.raises(Retry):
        await talk.conversation.tell({"content": "Done"})
    assert sum(talk.slept) < 10


async def test_a_later_answer_leaves_nothing_of_an_earlier_one() -> None:
    talk = Talk()
    await talk.conversation.think_and_change()
    await talk.conversation.tell({"content": "Which one?", "components": [{"type": 1, "components": []}]})
    await talk.conversation.tell({"embeds": [{"title": "Added"}]})
    assert talk.rest.shown == {
        "content": "",
        "embeds": [{"title": "Added"}],
        "components": [],
        "allowed_mentions": {"parse": []},
    }


async def test_an_answer_in_a_thread_that_was_put_away_is_said_anew_for_one_alone() -> None:
    talk = Talk()
    await talk.thinks(Refused("Thread is archived", status=400, code=50083))
    await talk.conversation.tell({"content": "T-7 is closed"})
    at = talk.conversation.interaction
    method, path, told = talk.rest.calls[-1]
    assert (method, path) == ("POST", f"/webhooks/{at.application_id}/{at.token}")
    assert (told["content"], told["flags"]) == ("T-7 is closed", 64)


async def test_an_answer_before_any_acknowledgement_is_one_itself_and_seen_by_one_alone() -> None:
    talk = Talk()
    await talk.conversation.tell({"content": "No."})
    assert talk.rest.first["type"] == 4
    assert talk.rest.first["data"]["flags"] == 64


async def test_a_form_that_discord_refuses_is_no_late_one() -> None:
    talk = Talk()
    talk.rest.answers["POST", "callback"] = [Refused("Invalid Form Body", status=400, code=50035)]
    with pytest.raises(Refused):
        await talk.conversation.ask({})
    talk.rest.answers["POST", "callback"] = [Refused("Unknown interaction", status=404, code=10062)]
    with pytest.raises(Late):
        await talk.conversation.ask({})
