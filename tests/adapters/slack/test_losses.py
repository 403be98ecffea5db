"""Cards and channels that are gone, and triage channels in which the app cannot do its work."""

import pytest

from core.model.thread import Audience
from tests.adapters.slack.stage import Stage
from tests.fakes.slack import records


async def _lost(stage: Stage, ticket: int) -> int:
    return (await stage.office.kinds(ticket)).count("ThreadLost")  # type: ignore[arg-type] # a ticket's number


@pytest.mark.parametrize("answered", [False, True])
async def test_a_card_that_is_deleted_gets_another_in_its_place(stage: Stage, answered: bool) -> None:
    """With answers under it, Slack leaves a tombstone."""
    ears = await stage.enter()
    ticket, own, card = await stage.ticket()
    assert card is not None
    if answered:
        await stage.asha.write(stage.triage, "Page 3", thread=card)
        await stage.settled()
    records.remove(card)
    await stage.settled()
    assert await _lost(stage, ticket) == 1
    waiting = await stage.thread(ticket, Audience.STAFF)
    assert (waiting.external_id, waiting.place) == (None, stage.triage.id)
    assert await ears.rooms.at(stage.triage.id, card.ts) is None
    assert (await stage.thread(ticket)).external_id == f"{stage.sam.dm.id}:{own.ts}"


async def test_told_twice_it_is_replaced_once(stage: Stage) -> None:
    ears = await stage.enter()
    ticket, _, card = await stage.ticket()
    records.remove(card)  # type: ignore[arg-type] # there is one
    await stage.settled()
    (event,) = [one for one in stage.server.events("message") if one.get("subtype") == "message_deleted"]
    ears.hearing.take(event)
    await stage.settled()
    assert await _lost(stage, ticket) == 1


async def test_a_triage_channel_that_is_deleted_takes_its_threads_with_it(stage: Stage) -> None:
    await stage.enter()
    ticket, _, _ = await stage.ticket()
    stage.triage.delete()
    await stage.settled()
    assert await _lost(stage, ticket) == 1
    sentence = (await stage.troubles())[f"slack:channel:{stage.triage.id}"].sentence
    assert "/invite @Threaddesk" in sentence and "“Academics”" in sentence


async def test_a_channel_that_the_app_is_not_in_is_told_until_it_is(stage: Stage) -> None:
    stage.triage.members.pop(stage.server.bot_user)
    await stage.enter()
    key = f"slack:channel:{stage.triage.id}"
    assert key in await stage.troubles()
    stage.triage.invite()
    await stage.asha.write(stage.triage, "The app is here")
    await stage.settled()
    assert await stage.troubles() == {}


async def test_what_was_said_while_the_app_was_out_of_a_channel_is_read_when_it_is_back(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    stage.triage.kick()
    await stage.settled()
    assert f"slack:channel:{stage.triage.id}" in await stage.troubles()
    await stage.asha.write(stage.triage, "missed", thread=card)
    stage.triage.invite()
    await stage.asha.write(stage.triage, "heard", thread=card)
    await stage.settled()
    assert await stage.words(ticket) == ["missed", "heard"]
    assert await stage.troubles() == {}


async def test_an_archived_channel_is_told_until_it_is_none(stage: Stage) -> None:
    await stage.enter()
    stage.triage.archive()
    await stage.settled()
    assert "Unarchive" in (await stage.troubles())[f"slack:channel:{stage.triage.id}"].sentence
    stage.triage.unarchive()
    await stage.settled()
    assert await stage.troubles() == {}


@pytest.mark.parametrize("scopes", [set(), {"channels:read"}])
async def test_a_public_triage_channel_is_told(stage: Stage, scopes: set[str]) -> None:
    stage.triage.kind = "channel"
    stage.server.installed.scopes |= scopes
    await stage.enter()
    troubles = await stage.troubles()
    assert list(troubles) == [f"slack:public:{stage.triage.id}"]
    assert "everybody in the workspace" in troubles[f"slack:public:{stage.triage.id}"].sentence


async def test_without_the_scope_to_look_the_admins_are_told(stage: Stage) -> None:
    stage.server.installed.scopes.discard("groups:read")
    await stage.enter()
    assert "slack:scope:groups:read" in await stage.troubles()
    stage.server.installed.scopes.add("groups:read")
    stage.triage.kick()
    stage.triage.invite()
    await stage.settled()
    assert "slack:scope:groups:read" not in await stage.troubles()


async def test_other_channels_are_nobodys_business(stage: Stage) -> None:
    await stage.enter()
    before = len(stage.server.called("conversations.info"))
    stage.lounge.archive()
    stage.lounge.unarchive()
    stage.lounge.rename("hall")
    stage.lounge.kick()
    await stage.settled()
    assert len(stage.server.called("conversations.info")) == before
    assert await stage.troubles() == {}
