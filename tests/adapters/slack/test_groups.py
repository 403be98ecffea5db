"""Which of the named user groups somebody is in."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.slack.api.client import Refused
from adapters.slack.groups import Groups
from core.ports import Retry
from tests.adapters.slack.ears import Ears
from tests.adapters.slack.stage import Stage


@pytest.fixture
async def ears(stage: Stage) -> AsyncIterator[Ears]:
    yield stage.made()


async def test_nothing_is_known_of_anybody_before_they_were_read(stage: Stage, ears: Ears) -> None:
    groups = ears.groups
    assert groups.giving == {stage.agents.id}
    assert groups.of(stage.asha.id) is None
    assert groups.changed(stage.agents.id, [stage.kim.id], []) == frozenset()
    assert await groups.load() == {stage.asha.id}
    assert groups.of(stage.asha.id) == {stage.agents.id}
    assert groups.of(stage.sam.id) == frozenset()
    assert groups.members == {stage.asha.id}


async def test_what_slack_tells_is_followed(stage: Stage, ears: Ears) -> None:
    groups = ears.groups
    await groups.load()
    assert groups.changed(stage.agents.id, [stage.kim.id], [stage.asha.id]) == {stage.asha.id, stage.kim.id}
    assert groups.changed("S0OTHER", [stage.sam.id], []) == frozenset()
    assert (groups.of(stage.kim.id), groups.of(stage.asha.id)) == ({stage.agents.id}, frozenset())
    assert await groups.load() == {stage.asha.id, stage.kim.id}


async def test_all_groups_are_named_and_those_that_are_not_there_are_missing(stage: Stage) -> None:
    other = stage.server.add_user_group("leads")
    stage.use(stage.desk("S0NOSUCHGRP"))
    groups = stage.made().groups
    await groups.load()
    assert groups.names == {stage.agents.id: "agents", other.id: "leads"}
    assert groups.missing == {"S0NOSUCHGRP"}
    assert groups.of(stage.asha.id) == {stage.agents.id}


async def test_where_they_cannot_be_read_what_was_known_stays(stage: Stage, ears: Ears) -> None:
    await ears.groups.load()
    stage.server.faults.refuse("usergroups.list", "missing_scope")
    with pytest.raises(Refused):
        await ears.groups.load()
    stage.server.faults.fail("usergroups.list", status=500)
    with pytest.raises(Retry):
        await ears.groups.load()
    assert ears.groups.of(stage.asha.id) == {stage.agents.id}


async def test_where_no_group_gives_anything_everybody_is_in_none(stage: Stage, ears: Ears) -> None:
    stage.use(replace(stage.office.desk, group_grants={}))
    made: Groups = stage.made().groups
    assert made.of(stage.asha.id) == frozenset()
