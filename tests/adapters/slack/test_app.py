"""Which of Slack's requests go to whom, through the real bolt."""

from typing import Any

import pytest

from tests.adapters.slack.stage import Stage


async def test_commands_buttons_and_shortcuts_are_for_who_answers(stage: Stage) -> None:
    ears = await stage.enter()
    button: dict[str, Any] = {"type": "button", "text": {"type": "plain_text", "text": "Press"}, "action_id": "1.a.b"}
    card = stage.post(stage.sam.dm, "card", blocks=[{"type": "actions", "block_id": "b", "elements": [button]}])
    acknowledged = [
        await stage.sam.slash(stage.sam.dm, "/ticket list"),
        await stage.sam.press(card, "Press"),
        await stage.sam.shortcut("open_ticket"),
        await stage.sam.message_shortcut(card, "ticket_actions"),
    ]
    await stage.sam.open_home(within=0)
    await stage.settled()
    assert [one.error for one in acknowledged] == [None] * 4
    kinds = [what for what, _ in ears.noted.bodies]
    assert kinds == ["command", "action", "shortcut", "shortcut", "home"]


async def test_what_is_told_twice_is_answered_once(stage: Stage) -> None:
    ears = await stage.enter()
    asked = await stage.sam.slash(stage.sam.dm, "/ticket list")
    (_, body) = ears.noted.bodies[0]
    await stage.server.sockets.interaction("slash_commands", dict(body))
    assert asked.error is None and len(ears.noted.bodies) == 1


async def test_slack_is_asked_once_which_workspace_it_is(stage: Stage) -> None:
    await stage.enter()
    _, own, _ = await stage.ticket()
    for number in range(5):
        await stage.sam.write(stage.sam.dm, f"line {number}", thread=own)
        await stage.settled()
    assert len(stage.server.called("auth.test")) == 1


async def test_events_that_mean_nothing_to_the_desk_are_passed_over(stage: Stage) -> None:
    ears = await stage.enter()
    for event in ({"type": "emoji_changed"}, {"type": "channel_topic"}, {}):
        ears.hearing.take(event)
    assert ears.noted.bodies == []


async def test_a_fault_in_who_hears_is_logged_and_the_next_event_taken(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    ears = await stage.enter()
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    take, ears.hearing.take = ears.hearing.take, _faulty  # type: ignore[method-assign]
    stage.sam.change(display_name="Sammy")
    await stage.settled()
    ears.hearing.take = take  # type: ignore[method-assign]
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.settled()
    assert await stage.words(ticket) == ["Any news?"]
    assert "slack_request_stumbled" in capsys.readouterr().out


def _faulty(_event: object) -> None:
    raise ZeroDivisionError
