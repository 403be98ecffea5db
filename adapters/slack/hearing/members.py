"""Who is in which user group, and who left: what groups give is given and taken back, also while nobody says a word.

All of it goes through one lane, a person a job, so that what Slack does not answer holds up nobody but those behind.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import structlog

from adapters.chat.lanes import Lanes
from adapters.slack.api.client import Refused
from adapters.slack.api.codes import NO_SCOPE
from adapters.slack.groups import Groups
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.people import People
from adapters.slack.sending.troubles import Troubles, scope_key
from core.errors import NoSuchPerson, Unavailable
from core.frontdesk import FrontDesk
from core.model.people import Grant, Platform
from core.ports import Retry
from core.storage import Store

log = structlog.get_logger(__name__)

_LANE = "members"
_GRANTED = f"{Platform.SLACK}:"


def group_key(group: str) -> str:
    return f"slack:group:{group}"


class Members:
    def __init__(
        self,
        *,
        desk: FrontDesk,
        store: Store,
        people: People,
        groups: Groups,
        lanes: Lanes,
        troubles: Troubles,
        hindrances: Hindrances,
    ) -> None:
        self._desk = desk
        self._store = store
        self._people = people
        self._groups = groups
        self._lanes = lanes
        self._troubles = troubles
        self._hindrances = hindrances
        self._asked = False

    def ask(self) -> None:
        """Read the groups anew, soon; asked again before it began, it is done once."""
        if not self._asked:
            self._asked = True
            self._lanes.put(_LANE, self._list)

    def ask_for_requesters(self) -> None:
        """Look, soon, whether those whose tickets are not over are still there."""
        self._lanes.put(_LANE, self._list_requesters)

    async def prepare(self) -> None:
        """Try to know the groups before the first of their members says something; whose roles are others than that
        is seen to soon after."""
        try:
            await self._load()
        except (Retry, Refused, Unavailable) as error:
            log.warning("slack_groups_not_read", reason=str(error))
            self.ask()
        else:
            self._lanes.put(_LANE, self._compare)

    def group_changed(self, group: str, added: Iterable[str], removed: Iterable[str]) -> None:
        """https://docs.slack.dev/reference/events/subteam_members_changed"""
        for user_id in sorted(self._groups.changed(group, list(added), list(removed))):
            self._lanes.put(_LANE, partial(self._look, user_id))

    def user_changed(self, user: Mapping[str, Any]) -> None:
        """A name, a picture, an account closed (https://docs.slack.dev/reference/events/user_change); Slack tells of
        every other status line too."""
        if self._people.told(user):
            self._lanes.put(_LANE, partial(self._follow, str(user["id"])))

    async def _follow(self, user_id: str) -> None:
        """Of somebody who is nobody to the desk, nothing needs to be known."""
        if await self._people.known([user_id]):
            await self._look(user_id)

    def _look_anew(self, user_ids: Iterable[str]) -> None:
        for user_id in sorted(user_ids):
            self._lanes.put(_LANE, partial(self._look, user_id, fresh=True))

    async def _look(self, user_id: str, *, fresh: bool = False) -> None:
        try:
            await self._people.person(user_id, fresh=fresh)
        except NoSuchPerson:
            await self._desk.depart(await self._people.identity(user_id))
        except Refused as refused:
            await self._hindrances.met(refused)
            raise

    async def _list(self) -> None:
        self._asked = False
        await self._load()
        await self._compare()

    async def _compare(self) -> None:
        """What people have from groups with what the groups give them; of no use where these are not known."""
        if self._groups.of("") is None:
            return
        held = await self._held()
        users = self._groups.members | held.keys()
        wrong = [user for user in users if held.get(user, frozenset()) != self._wanted(user)]
        self._look_anew(wrong)
        log.info("slack_members_listed", count=len(self._groups.members), changed=len(wrong))

    async def _load(self) -> None:
        """Raises Retry, and Refused for what is wrong with the token."""
        try:
            await self._groups.load()
        except Refused as refused:
            if refused.error not in NO_SCOPE:
                raise
            if self._groups.giving:
                await self._troubles.lacks(refused)
            return
        await self._troubles.fine(scope_key("usergroups:read"))
        for group in sorted(self._groups.giving):
            await self._tell_of(group)

    async def _tell_of(self, group: str) -> None:
        if group not in self._groups.missing:
            await self._troubles.fine(group_key(group))
            return
        await self._troubles.found(
            group_key(group),
            f"Slack knows no user group {group}, which bot.toml names, or it is disabled: nobody has a role by it. "
            "Write another's id there (in Slack: People, User groups, the group's menu, Copy group ID), or enable it.",
        )

    def _wanted(self, user_id: str) -> frozenset[Grant]:
        given = self._desk.desk.group_grants
        groups = self._groups.of(user_id) or ()
        return frozenset[Grant]().union(*(given[Platform.SLACK, group] for group in groups))

    async def _held(self) -> Mapping[str, frozenset[Grant]]:
        """What people have from user groups, by their Slack id."""
        async with self._store.read() as work:
            holders = {person.id: person for person in await work.people.granted_by(_GRANTED)}
            external = await work.people.external_ids(list(holders), Platform.SLACK)
        return {
            user_id: frozenset(one for one in holders[person].grants if one.source.startswith(_GRANTED))
            for person, user_id in external.items()
        }

    async def _list_requesters(self) -> None:
        async with self._store.read() as work:
            live = await work.threads.live(Platform.SLACK)
            people = dict.fromkeys(one.participant for one in live if one.participant is not None)
            external = await work.people.external_ids(list(people), Platform.SLACK)
        self._look_anew(external.values())
