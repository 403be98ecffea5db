"""One interaction being answered, while Slack is not at its best."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.answering.conversation import Conversation, Late
from adapters.slack.answering.notes import Note, Notes
from adapters.slack.api.client import Refused, Slack
from adapters.slack.config import SlackConfig
from core.cards.card import Card, Form, Input, InputKind, Reader
from core.ports import Retry, Unknown
from tests.fakes.clock import FakeClock
from tests.fakes.slack_server import Interaction, Person, SlackServer

DONE = Card(title="Done")
FORM = Form(
    action="1!ticket!urgent!t!T1",
    title="Declare urgent",
    submit="Send",
    inputs=(Input(key="why", label="Why", kind=InputKind.PARAGRAPH),),
)


class Talk:
    """Sam, who has pressed something in a triage channel; ``asked`` is what came of it."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.sam: Person = server.add_user("sam")
        self.place = server.add_channel("triage", members=[self.sam], with_app=True)
        self.slept: list[float] = []
        self.config = SlackConfig(bot_token=server.bot_token, api_base=server.api_base, desk_name="Student Support")
        self.slack = Slack(self.config)
        self.asked = Interaction(server.world, self.sam, "slash", place=self.place)

    def begin(self, *, trigger: str | None = None, **note: Any) -> Conversation:
        """``note``: what is known of where it was asked, in place of all that is known."""
        assert self.asked.response_url is not None
        where = note or {"channel": self.place.id, "response_url": self.asked.response_url.url}
        now = FakeClock().now()
        assert now.tzinfo is not None
        return Conversation(
            self.slack,
            self.config,
            Notes("secret"),
            Note(user=self.sam.id, **where),
            Reader(gettext=str, zone=now.tzinfo, now=now),
            trigger=self.asked.trigger.id if trigger is None else trigger,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def told(self) -> list[str]:
        """Over the address, there to sam alone, and in the direct message."""
        where = {"response_url": "address", "chat.postEphemeral": "there", "chat.postMessage": "message"}
        return [where[one.method] for one in self.server.requests if one.method in where]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with SlackServer() as server:
        made = Talk(server)
        yield made
        await made.slack.close()
        assert server.violations == []


async def test_an_answer_goes_to_the_address_that_slack_gave_for_it(talk: Talk) -> None:
    await talk.begin().tell(DONE)
    [told] = talk.asked.answers
    assert (told.text_shown, told.ephemeral_for) == ("Done", talk.sam.id)
    assert talk.told() == ["address"]


async def test_an_answer_that_was_not_taken_is_told_again_with_longer_pauses(talk: Talk) -> None:
    talk.server.faults.fail("response_url", times=1)
    talk.server.faults.limit("response_url", retry_after=3)
    await talk.begin().tell(DONE)
    assert talk.slept == [0.5, 3.0]
    assert talk.told() == ["address"] * 3


@pytest.mark.parametrize("refusal", ["used_url", "expired_url"])
async def test_where_the_address_is_used_up_it_is_told_there_to_them_alone(talk: Talk, refusal: str) -> None:
    talk.server.faults.refuse("response_url", refusal)
    await talk.begin().tell(DONE)
    assert talk.told() == ["address", "there"] and talk.slept == []
    assert talk.sam.ephemerals(talk.place)[0].text_shown == "Done"


async def test_what_is_told_nowhere_else_comes_as_a_direct_message(talk: Talk) -> None:
    talk.server.faults.refuse("response_url", "used_url")
    talk.server.faults.refuse("chat.postEphemeral", "not_in_channel")
    await talk.begin().tell(DONE)
    assert talk.told() == ["address", "there", "message"]
    assert [one.text_shown for one in talk.sam.reads(talk.sam.dm)] == ["Done"]


async def test_in_a_direct_message_that_takes_none_that_vanish_it_stays_in_the_thread(talk: Talk) -> None:
    said = await talk.sam.write(talk.sam.dm, "hello")
    talk.server.faults.refuse("chat.postEphemeral", "method_not_supported_for_channel_type")
    await talk.begin(channel=talk.sam.dm.id, thread_ts=said.ts).tell(DONE)
    assert [one.text_shown for one in talk.sam.thread(said)] == ["Done"]


async def test_a_message_that_stays_is_not_written_twice(talk: Talk) -> None:
    talk.server.faults.fail("chat.postMessage", applied=True, times=5)
    await talk.begin(is_home=True).tell(DONE)
    assert [one.text_shown for one in talk.sam.reads(talk.sam.dm)] == ["Done"]


async def test_an_answer_that_is_never_taken_is_given_up(talk: Talk) -> None:
    talk.server.faults.fail("*", times=100)
    with pytest.raises((Retry, Unknown)):
        await talk.begin().tell(DONE)
    assert sum(talk.slept) < 10


async def test_an_answer_is_sent_to_slacks_own_addresses_alone(talk: Talk) -> None:
    await talk.begin(channel=talk.place.id, response_url="https://evil.example/response").tell(DONE)
    assert talk.told() == ["there"]


async def test_an_answer_in_a_thread_stands_there(talk: Talk) -> None:
    root = await talk.sam.write(talk.place, "hello")
    await talk.sam.write(talk.place, "again", thread=root)
    assert talk.asked.response_url is not None
    for note in (
        {"channel": talk.place.id, "thread_ts": root.ts, "response_url": talk.asked.response_url.url},
        {"channel": talk.place.id, "thread_ts": root.ts},
    ):
        await talk.begin(**note).tell(DONE)
    assert [one.thread_ts for one in talk.sam.ephemerals(talk.place)] == [root.ts] * 2


# --- modals ----------------------------------------------------------------------------------------------------------


async def test_a_form_opens_in_a_modal_that_remembers_where(talk: Talk) -> None:
    conversation = talk.begin()
    await conversation.ask(FORM)
    view = talk.asked.view
    assert view is not None and view.labels == ["Why"]
    assert Notes("secret").read(view.private_metadata, talk.sam.id) == conversation.note


async def test_an_answer_stands_in_the_modal_that_was_opened_for_it(talk: Talk) -> None:
    conversation = talk.begin()
    await conversation.wait()
    view = talk.asked.view
    assert view is not None and "One moment" in view.text_shown
    await conversation.ask(FORM)
    assert view.labels == ["Why"]
    await conversation.tell(DONE)
    assert "Done" in view.text_shown and talk.told() == []


async def test_an_answer_to_a_modal_that_was_closed_goes_where_it_was_asked(talk: Talk) -> None:
    conversation = talk.begin()
    await conversation.wait()
    view = talk.asked.view
    assert view is not None
    await talk.sam.close(view)
    await conversation.tell(DONE)
    assert talk.told() == ["address"]


@pytest.mark.parametrize("refusal", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"])
async def test_a_trigger_that_is_over_is_late(talk: Talk, refusal: str) -> None:
    talk.server.faults.refuse("views.open", refusal)
    with pytest.raises(Late):
        await talk.begin().ask(FORM)


async def test_a_form_that_slack_refuses_is_no_late_one(talk: Talk) -> None:
    talk.server.faults.refuse("views.open", "invalid_arguments")
    with pytest.raises(Refused):
        await talk.begin().ask(FORM)


async def test_without_a_trigger_no_modal_opens(talk: Talk) -> None:
    with pytest.raises(Late):
        await talk.begin(trigger="").ask(FORM)
    assert talk.server.called("views.*") == []


async def test_a_modal_that_opened_though_the_answer_was_lost_counts_as_open(talk: Talk) -> None:
    talk.server.faults.drop("views.open", applied=True)
    await talk.begin().ask(FORM)
    assert len(talk.asked.views) == 1 and len(talk.server.called("views.open")) == 2


async def test_where_nobody_knows_which_modal_waits_the_answer_is_told_elsewhere(talk: Talk) -> None:
    talk.server.faults.drop("views.open", applied=True)
    with pytest.raises(Late):
        await talk.begin().wait()
