"""Who is not heard in a ticket's thread on Slack, and what they are told; the files of messages that are."""

from typing import Any

from core.model.thread import Audience
from tests.adapters.slack.stage import Stage
from tests.fakes.slack_server import File

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
    "89993d1d0000000049454e44ae426082"
)


async def test_who_may_not_speak_there_is_told_so_and_nobody_else(stage: Stage) -> None:
    await stage.enter()
    ticket, _, card = await stage.ticket()
    said = await stage.kim.write(stage.triage, "Let me in", thread=card)
    await stage.settled()
    assert await stage.said(ticket) == []
    (told,) = stage.told(stage.kim, stage.triage)
    assert "did not reach the ticket: you are not part of it" in told
    assert stage.kim.ephemerals(stage.triage)[0].thread_ts == card.ts
    assert stage.asha.thread(card) == [said]
    assert await stage.cursor(ticket, Audience.STAFF) == said.ts


async def test_who_came_into_a_group_a_moment_ago_is_heard(stage: Stage) -> None:
    """Slack tells of groups and of messages on ways of their own."""
    await stage.enter()
    ticket, _, card = await stage.ticket()
    stage.server.lose_events(lambda event: event["type"] == "subteam_members_changed")
    stage.agents.add(stage.kim)
    now = stage.ears[0].groups._now()
    stage.ears[0].groups._now = lambda: now + 60
    await stage.kim.write(stage.triage, "Let me help", thread=card)
    await stage.settled()
    assert await stage.words(ticket) == ["Let me help"]


async def test_people_of_another_company_are_not_the_desks(stage: Stage) -> None:
    await stage.enter()
    stranger = stage.server.add_user("eve", team="T0OTHER0000")
    stage.triage.members[stranger.id] = None
    ticket, _, card = await stage.ticket()
    await stranger.write(stage.triage, "Hello", thread=card)
    await stranger.react(await stage.asha.write(stage.triage, "Hi", thread=card), "+1")
    await stage.settled()
    assert await stage.words(ticket) == ["Hi"]
    assert await stage.reactions(ticket) == []
    assert await stage.who(stranger) is None
    assert len(stage.told(stranger, stage.triage)) == 1


async def test_in_a_direct_message_that_takes_no_ephemeral_it_is_said(stage: Stage) -> None:
    await stage.enter()
    ticket, _, _ = await stage.ticket()
    foreign = await stage.bind(ticket, stage.kim)
    stage.server.faults.refuse("chat.postEphemeral", "channel_not_found")
    await stage.kim.write(stage.kim.dm, "Let me in", thread=foreign)
    await stage.settled()
    (_, told) = stage.kim.thread(foreign)
    assert "you are not part of it" in told.text_shown
    assert await stage.said(ticket) == []


async def test_after_a_fault_of_ours_its_author_is_told_and_the_next_is_heard(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    inbound = stage.ears[0].hearing._events._inbound
    post, inbound._post = inbound._post, _faulty  # type: ignore[method-assign]
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    inbound._post = post  # type: ignore[method-assign]
    await stage.sam.write(stage.sam.dm, "Hello?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Hello?"]
    (told,) = stage.told(stage.sam, stage.sam.dm)
    assert "Something went wrong on the desk's side" in told


async def _faulty(*_: Any) -> None:
    raise ZeroDivisionError


# --- files -----------------------------------------------------------------------------------------------------------


async def test_files_are_taken_into_the_desks_own_keeping(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    files = [File("a.png", PNG), File("b.txt", b"words")]
    await stage.sam.write(stage.sam.dm, "My proof", thread=own, files=files)
    await stage.sam.write(stage.sam.dm, thread=own, files=[File("c.png", PNG)])
    await stage.settled()
    first, second = await stage.said(ticket)
    assert (first.text.plain(), len(first.files), second.text.plain(), len(second.files)) == ("My proof", 2, "", 1)


async def test_files_that_cannot_be_kept_are_said_in_words(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    files = [
        File("far.doc", external_url="https://docs.example.org/far"),
        File("large.png", PNG + bytes(1_000_000)),
        File("stolen.png", PNG, link="https://evil.example.org/stolen.png"),
    ]
    await stage.sam.write(stage.sam.dm, "My proof", thread=own, files=files)
    await stage.settled()
    (message,) = await stage.said(ticket)
    words = message.text.plain()
    assert message.files == ()
    for sentence in (
        "far.doc is kept elsewhere: https://docs.example.org/far",
        "large.png is too large: 0 MB is the most.",
        "stolen.png could not be fetched from Slack.",
    ):
        assert sentence in words, words
    assert not [one for one in stage.server.requests if "evil" in str(one.args)]


async def test_a_file_that_must_be_asked_for_is_asked_for(stage: Stage) -> None:
    stage.server.settings.file_access_check = True
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "My proof", thread=own, files=[File("a.png", PNG)])
    await stage.settled()
    (message,) = await stage.said(ticket)
    assert len(message.files) == 1 and stage.server.called("files.info")


async def test_without_the_scope_for_files_the_admins_are_told(stage: Stage) -> None:
    await stage.enter()
    stage.server.installed.scopes.discard("files:read")
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "My proof", thread=own, files=[File("a.png", PNG)])
    await stage.settled()
    (message,) = await stage.said(ticket)
    assert "a.png could not be fetched from Slack." in message.text.plain()
    assert "slack:scope:files:read" in await stage.troubles()
    stage.server.installed.scopes.add("files:read")
    await stage.sam.write(stage.sam.dm, "My proof again", thread=own, files=[File("a.png", PNG)])
    await stage.settled()
    assert "slack:scope:files:read" not in await stage.troubles()


async def test_an_edit_keeps_what_was_said_of_files(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    far = [File("far.doc", external_url="https://docs.example.org/far")]
    said = await stage.sam.write(stage.sam.dm, "My prof", thread=own, files=far)
    await stage.sam.edit(said, "My proof")
    await stage.settled()
    (words,) = await stage.words(ticket)
    assert words.startswith("My proof") and "far.doc is kept elsewhere" in words
