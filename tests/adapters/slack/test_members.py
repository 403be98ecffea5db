"""Who is in which user group, and who left."""

from dataclasses import replace

import pytest

from tests.adapters.slack.ears import QUICK
from tests.adapters.slack.stage import Stage


async def test_who_is_in_a_group_has_its_role_from_the_start(stage: Stage) -> None:
    wen = stage.server.add_user("wen", real_name="Wen Slack")
    with stage.deaf():
        stage.agents.add(wen)
    await stage.enter()
    agents = f"slack:{stage.agents.id}"
    assert [await stage.grants(one) for one in (stage.asha, wen, stage.sam)] == [{agents}, {agents}, set()]
    assert "Wen Slack" in await stage.names()


async def test_roles_follow_the_group_while_nobody_says_a_word(stage: Stage) -> None:
    await stage.enter()
    stage.agents.add(stage.kim)
    stage.agents.remove(stage.asha)
    await stage.settled()
    assert (await stage.grants(stage.kim), await stage.grants(stage.asha)) == ({f"slack:{stage.agents.id}"}, set())


async def test_what_changed_while_the_desk_was_away_is_seen_when_it_is_back(stage: Stage) -> None:
    await stage.enter()
    with stage.deaf():
        stage.agents.add(stage.kim)
        stage.agents.remove(stage.asha)
    await stage.restart()
    assert (await stage.grants(stage.kim), await stage.grants(stage.asha)) == ({f"slack:{stage.agents.id}"}, set())


async def test_groups_are_read_again_now_and_then(stage: Stage) -> None:
    await stage.enter(timing=replace(QUICK, groups=0.1))
    with stage.deaf():
        stage.agents.remove(stage.asha)
    before = len(stage.server.called("usergroups.list"))
    await stage.server.until(lambda: len(stage.server.called("usergroups.list")) > before + 1)
    await stage.settled()
    assert await stage.grants(stage.asha) == set()


async def test_a_group_that_bot_toml_no_longer_names_gives_nothing(stage: Stage) -> None:
    await stage.enter()
    assert await stage.grants(stage.asha)
    stage.use(replace(stage.office.desk, group_grants={}))
    await stage.restart()
    assert await stage.grants(stage.asha) == set()


async def test_a_disabled_group_gives_nothing_and_the_admins_are_told(stage: Stage) -> None:
    await stage.enter()
    stage.agents.disable()
    await stage.settled()
    assert await stage.grants(stage.asha) == set()
    key = f"slack:group:{stage.agents.id}"
    assert stage.agents.id in (await stage.troubles())[key].sentence
    stage.agents.disable(False)
    await stage.settled()
    assert await stage.grants(stage.asha) and key not in await stage.troubles()


async def test_a_group_that_slack_does_not_know_is_told_and_hinders_no_other(stage: Stage) -> None:
    stage.use(stage.desk("S0NOSUCHGRP"))
    await stage.enter()
    assert "slack:group:S0NOSUCHGRP" in await stage.troubles()
    assert await stage.grants(stage.asha) == {f"slack:{stage.agents.id}"}


async def test_without_the_scope_nobody_loses_a_role_and_the_admins_are_told(stage: Stage) -> None:
    await stage.enter()
    stage.server.installed.scopes.discard("usergroups:read")
    await stage.restart()
    ticket, _, card = await stage.ticket()
    await stage.asha.write(stage.triage, "Page 3", thread=card)
    await stage.settled()
    assert await stage.words(ticket) == ["Page 3"]
    assert "slack:scope:usergroups:read" in await stage.troubles()
    stage.server.installed.scopes.add("usergroups:read")
    await stage.restart("third")
    assert await stage.troubles() == {}


async def test_while_groups_cannot_be_read_people_are_heard_and_roles_come_later(stage: Stage) -> None:
    stage.server.faults.fail("usergroups.list", status=500, times=3)
    await stage.enter()
    assert await stage.grants(stage.asha) == {f"slack:{stage.agents.id}"}


async def test_a_name_and_a_picture_are_followed(stage: Stage) -> None:
    await stage.enter()
    stage.sam.change(display_name="Sammy", avatar="https://avatars.slack-edge.com/sam.png")
    await stage.settled()
    sam = await stage.who(stage.sam)
    assert sam is not None
    assert (sam.name, sam.avatar_url) == ("Sammy", "https://avatars.slack-edge.com/sam.png")


async def test_a_status_line_and_people_who_are_nobody_here_cost_nothing(stage: Stage) -> None:
    ears = await stage.enter()
    wen = stage.server.add_user("wen", real_name="Wen Slack")
    stage.asha.change()
    wen.change(display_name="Wendy")
    before = len(stage.server.called("users.info"))
    stage.asha.change()
    await stage.settled()
    assert len(stage.server.called("users.info")) == before
    assert await stage.who(wen) is None
    assert ears.people.told(stage.server.events("user_change")[0]["user"]) is False


async def test_who_was_deactivated_loses_what_groups_gave_and_their_tickets_say_so(stage: Stage) -> None:
    await stage.enter()
    ticket, _, _ = await stage.ticket()
    stage.sam.deactivate()
    stage.asha.deactivate()
    await stage.settled()
    assert await stage.grants(stage.asha) == set()
    assert "PersonLeft" in await stage.office.kinds(ticket)


async def test_who_was_deactivated_meanwhile_is_found_out(stage: Stage) -> None:
    await stage.enter()
    ticket, _, _ = await stage.ticket()
    await stage.settled()
    with stage.deaf():
        stage.sam.deactivate()
    await stage.restart()
    assert "PersonLeft" in await stage.office.kinds(ticket)


@pytest.mark.parametrize("event", ["tokens_revoked", "app_uninstalled"])
async def test_an_app_that_was_removed_is_told(stage: Stage, event: str) -> None:
    ears = await stage.enter()
    ears.hearing.take({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    await stage.settled()
    assert await stage.troubles() == {}
    stage.server.revoke("token_revoked" if event == "tokens_revoked" else "account_inactive")
    await stage.settled()
    assert "install it again" in (await stage.troubles())["slack:token"].sentence
