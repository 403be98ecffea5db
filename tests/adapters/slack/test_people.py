"""Who somebody on Slack is to the desk, and how seldom it must be asked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.api.client import Refused
from adapters.slack.people import People, Profile
from core.errors import NoSuchPerson
from core.model.people import Platform
from core.ports import Retry
from core.text import Mention
from tests.adapters.slack.ears import Ears
from tests.adapters.slack.stage import Stage


class Counted:
    """A desk that counts who arrives."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk
        self.arrived: list[tuple[str, Any]] = []

    async def arrive(self, identity: Any, name: str, **more: Any) -> Any:
        self.arrived.append((name, more["groups"]))
        return await self._desk.arrive(identity, name, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)


class Rig:
    def __init__(self, stage: Stage, ears: Ears) -> None:
        self.stage, self.ears, self.now = stage, ears, 100.0
        self.desk: Any = Counted(ears.people._desk)
        self.people = People(self.desk, ears.slack, ears.groups, stage.office.store, now=lambda: self.now)

    @property
    def asked(self) -> int:
        return len(self.stage.server.called("users.info"))


@pytest.fixture
async def rig(stage: Stage) -> AsyncIterator[Rig]:
    made = Rig(stage, stage.made())
    await made.ears.groups.load()
    yield made


async def test_somebody_arrives_with_name_picture_and_groups_of_the_workspace(rig: Rig) -> None:
    asha = await rig.people.person(rig.stage.asha.id)
    assert asha == rig.stage.office.people["asha"]
    assert rig.desk.arrived == [("Asha Slack", {rig.stage.agents.id})]
    identity = await rig.people.identity(rig.stage.asha.id)
    assert (identity.platform, identity.realm) == (Platform.SLACK, rig.stage.server.team)


async def test_an_unchanged_person_is_asked_about_once_and_a_changed_one_again(rig: Rig) -> None:
    sam = rig.stage.sam
    for _ in range(3):
        await rig.people.person(sam.id)
    assert (rig.asked, len(rig.desk.arrived)) == (1, 1)
    rig.now += 601
    await rig.people.person(sam.id)
    assert (rig.asked, len(rig.desk.arrived)) == (2, 1)
    rig.ears.groups.changed(rig.stage.agents.id, [sam.id], [])
    await rig.people.person(sam.id)
    assert (rig.asked, len(rig.desk.arrived)) == (2, 2)
    rig.people.forget(sam.id)
    await rig.people.person(sam.id)
    await rig.people.person(sam.id, fresh=True)
    assert (rig.asked, len(rig.desk.arrived)) == (4, 4)


async def test_a_crowd_of_messages_of_one_person_asks_once(rig: Rig) -> None:
    await asyncio.gather(*(rig.people.person(rig.stage.sam.id) for _ in range(20)))
    assert rig.asked == 1


async def test_who_is_no_person_of_this_workspace_is_refused(rig: Rig) -> None:
    server = rig.stage.server
    gone, stranger = server.add_user("gone"), server.add_user("eve", team="T0OTHER0000")
    gone.user.deleted = True
    for nobody in (server.bot_user, server.add_bot("robot").id, gone.id, stranger.id, "U0NOSUCHONE", "USLACKBOT"):
        with pytest.raises(NoSuchPerson):
            await rig.people.person(nobody)
    assert rig.desk.arrived == []


async def test_an_old_profile_serves_while_slack_cannot_be_asked(rig: Rig) -> None:
    await rig.people.person(rig.stage.sam.id)
    rig.now += 601
    rig.stage.server.faults.fail("users.info", status=500, times=2)
    assert await rig.people.person(rig.stage.sam.id) == rig.stage.office.people["sam"]
    with pytest.raises(Retry):
        await rig.people.person(rig.stage.sam.id, fresh=True)


async def test_what_an_admin_has_to_mend_is_passed_on(rig: Rig) -> None:
    rig.stage.server.faults.refuse("users.info", "missing_scope", needed="users:read")
    with pytest.raises(Refused):
        await rig.people.person(rig.stage.sam.id)


async def test_people_are_named_with_who_they_are_to_the_desk(rig: Rig) -> None:
    wen = rig.stage.server.add_user("wen", real_name="Wen Slack", display_name="wendy")
    named = await rig.people.mentions([rig.stage.sam.id, wen.id, "U0NOSUCHONE", wen.id])
    assert named == {
        rig.stage.sam.id: Mention(rig.stage.office.people["sam"], "Sam Slack"),
        wen.id: Mention(None, "wendy"),
    }
    assert await rig.people.known([wen.id, rig.stage.sam.id]) == {rig.stage.sam.id: rig.stage.office.people["sam"]}
    assert await rig.people.mentions([]) == {}


async def test_a_reader_is_made_of_what_is_known_without_asking(rig: Rig) -> None:
    rig.stage.sam.user.locale = "de-DE"
    assert not (await rig.people.reader(rig.stage.sam.id)).is_staff
    assert (await rig.people.reader(rig.stage.asha.id)).is_staff
    assert rig.asked == 0
    await rig.people.profile(rig.stage.sam.id)
    assert (await rig.people.reader(rig.stage.sam.id)).gettext("x") == "x"


async def test_an_event_of_a_user_is_taken_unless_it_is_older_or_says_nothing_new(rig: Rig) -> None:
    sam = rig.stage.sam
    await rig.people.profile(sam.id)
    kept: dict[str, Any] = {"id": sam.id, "team_id": rig.stage.server.team, "profile": {"display_name": "Sam Slack"}}
    kept["profile"]["image_192"] = (await rig.people.profile(sam.id)).avatar_url
    later = (await rig.people.profile(sam.id)).updated + 10
    assert not rig.people.told({**kept, "updated": later})
    assert rig.people.told({**kept, "updated": later, "profile": {"display_name": "Sammy"}})
    assert not rig.people.told({**kept, "updated": later - 5, "profile": {"display_name": "Old"}})
    assert (await rig.people.profile(sam.id)).name == "Sammy"
    assert rig.asked == 1


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": "U1", "profile": {"display_name": "d", "real_name": "r"}}, "d"),
        ({"id": "U1", "profile": {"display_name": "", "real_name": "r"}}, "r"),
        ({"id": "U1", "real_name": "top", "profile": {}}, "top"),
        ({"id": "U1", "name": "handle"}, "handle"),
        ({"id": "U1"}, "U1"),
    ],
)
def test_people_are_called_what_they_call_themselves(user: dict[str, Any], name: str) -> None:
    assert Profile.of(user).name == name


def test_in_an_organisation_somebody_is_of_several_workspaces() -> None:
    told = {"id": "W1", "team_id": "E1", "enterprise_user": {"teams": ["T1", "T2"]}}
    assert Profile.of(told).teams == {"E1", "T1", "T2"}


async def test_a_flood_of_names_in_one_text_is_not_asked_for(rig: Rig) -> None:
    named = await rig.people.mentions(f"U0{number:08d}" for number in range(2_000))
    assert (named, rig.asked) == ({}, 50)
