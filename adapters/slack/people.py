"""Who somebody on Slack is to the desk.

Slack's events name a user by id alone, so names and pictures are asked for with users.info, and kept for a while.
Whoever was met and has not changed since costs no database call: with every message somebody arrives.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.groups import Groups
from core.cards.card import Reader
from core.errors import NoSuchPerson
from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Identity, Platform
from core.ports import Retry
from core.storage import Store
from core.text import Mention

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_KEPT = 10_000
"""Persons remembered, of whom those seen last stay."""
_MOST_NAMED = 50
"""In one text: Slack is asked for each of them."""
_FRESH_FOR = 600.0
"""Seconds until a profile is asked for again; a ``user_change`` ends it sooner."""
_ENGLISH = "en"
_NO_USER = frozenset({"user_not_found", "user_not_visible"})
_SLACKBOT = "USLACKBOT"
"""Which users.info does not call a bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What users.info tells of somebody (https://docs.slack.dev/reference/objects/user-object)."""

    user_id: str
    name: str
    avatar_url: str | None
    email: str | None
    """As they or their workspace wrote it: it proves nothing."""
    locale: str
    """As Slack has it: ``en-US``."""
    updated: int
    """When it was changed last, in seconds since 1970."""
    is_bot: bool
    is_deleted: bool
    teams: frozenset[str]
    """The workspaces that they are of; several in an Enterprise organisation."""
    is_stranger: bool
    """Of another company, in a shared channel."""

    @classmethod
    def of(cls, user: Mapping[str, Any]) -> "Profile":
        told = user.get("profile") or {}
        names = (told.get("display_name"), told.get("real_name"), user.get("real_name"), user.get("name"), user["id"])
        organisation = user.get("enterprise_user") or {}
        return cls(
            user_id=str(user["id"]),
            name=next(str(name) for name in names if name),
            avatar_url=told.get("image_192") or told.get("image_72") or None,
            email=told.get("email") or None,
            locale=str(user.get("locale") or _ENGLISH),
            updated=int(user.get("updated") or 0),
            is_bot=bool(user.get("is_bot")) or user["id"] == _SLACKBOT,
            is_deleted=bool(user.get("deleted")),
            teams=frozenset(filter(None, (user.get("team_id"), *organisation.get("teams", ())))),
            is_stranger=bool(user.get("is_stranger")),
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    avatar_url: str | None
    groups: frozenset[str] | None


class People:
    """``now``: seconds of a clock that never goes back."""

    def __init__(
        self,
        desk: FrontDesk,
        slack: Slack,
        groups: Groups,
        store: Store,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._slack = slack
        self._groups = groups
        self._store = store
        self._now = now
        self._profiles: OrderedDict[str, tuple[float, Profile]] = OrderedDict()
        self._met: OrderedDict[str, tuple[_Seen, PersonId]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Profile]] = {}
        self._reading = asyncio.Lock()

    @property
    def workspace_url(self) -> str:
        """The workspace's address, with a slash at the end; "" as long as it is not known."""
        workspace = self._slack.known_workspace
        return workspace.url if workspace is not None else ""

    async def identity(self, user_id: str) -> Identity:
        """Raises Retry and Refused as long as Slack does not tell which workspace it is."""
        workspace = self._slack.known_workspace or await self._slack.workspace()
        return Identity(Platform.SLACK, workspace.team, user_id)

    async def person(self, user_id: str, *, fresh: bool = False) -> PersonId:
        """The person behind a user, made if new; name, picture and groups are followed. ``fresh``: as they are now,
        whatever is remembered of them.

        Raises NoSuchPerson for bots, for who was deactivated and for who is of another workspace; Retry and Refused
        where Slack does not tell who it is; Refusals of the desk.
        """
        identity = await self.identity(user_id)
        profile = await self.profile(user_id, fresh=fresh)
        if profile.is_bot or profile.is_deleted or profile.is_stranger or identity.realm not in profile.teams:
            raise NoSuchPerson(name=profile.name)
        seen = _Seen(profile.name, profile.avatar_url, self._groups.of(user_id))
        known = self._met.get(user_id)
        if known is not None and known[0] == seen and not fresh:
            self._met.move_to_end(user_id)
            return known[1]
        seen = replace(seen, groups=await self._groups_now(user_id))
        person = await self._desk.arrive(identity, seen.name, avatar_url=seen.avatar_url, groups=seen.groups)
        _keep(self._met, user_id, (seen, person))
        return person

    async def known(self, user_ids: Iterable[str]) -> Mapping[str, PersonId]:
        """User -> the person, for those whom the desk knows. Raises Unavailable, Retry and Refused."""
        ids = list(dict.fromkeys(user_ids))
        if not ids:
            return {}
        realm = (await self.identity("")).realm
        async with self._store.read() as work:
            return await work.people.by_external(Platform.SLACK, realm, ids)

    async def mentions(self, user_ids: Iterable[str]) -> Mapping[str, Mention]:
        """How each user is named in a text; those of whom Slack tells nothing are left out, and those past the first
        fifty. Raises Unavailable, Retry and Refused."""
        ids = list(dict.fromkeys(user_ids))[:_MOST_NAMED]
        known = await self.known(ids)
        named: dict[str, Mention] = {}
        for user_id in ids:
            try:
                named[user_id] = Mention(known.get(user_id), (await self.profile(user_id)).name)
            except NoSuchPerson:
                continue
        return named

    async def profile(self, user_id: str, *, fresh: bool = False) -> Profile:
        """What Slack tells of the user, ten minutes old at the most, and older only while Slack cannot be asked. Raises
        NoSuchPerson where there is none, Retry and Refused."""
        if fresh:
            return await self._ask(user_id)
        kept = self._profiles.get(user_id)
        if kept is not None and self._now() < kept[0]:
            self._profiles.move_to_end(user_id)
            return kept[1]
        try:
            return await asyncio.shield(self._asked(user_id))
        except Retry:
            if kept is None:
                raise
            return kept[1]

    def told(self, user: Mapping[str, Any]) -> bool:
        """Slack tells of a user by itself; whether anything may be other than it was known to be."""
        told, kept = Profile.of(user), self._profiles.get(str(user["id"]))
        if kept is not None:
            before = kept[1]
            if told.updated < before.updated:
                return False
            locale = told.locale if "locale" in user else before.locale
            told = replace(told, locale=locale, email=told.email or before.email)
            if told == replace(before, updated=told.updated):
                return False
        _keep(self._profiles, told.user_id, (self._now() + _FRESH_FOR, told))
        return True

    def forget(self, user_id: str) -> None:
        """So that the next time they are looked at anew: Slack tells that they changed."""
        self._profiles.pop(user_id, None)
        self._met.pop(user_id, None)

    def forget_everybody(self) -> None:
        """Two of them may be one person by now."""
        self._met.clear()

    async def reader(self, user_id: str) -> Reader:
        """For whom words are made, by what is known without asking anybody: a form must open within three seconds."""
        kept = self._profiles.get(user_id)
        locale = kept[1].locale if kept is not None else _ENGLISH
        return self._desk.reader(locale, is_staff=self._is_staff(self._groups.of(user_id) or ()))

    def _asked(self, user_id: str) -> asyncio.Task[Profile]:
        """One question for all who ask at the same time."""
        asking = self._asking.get(user_id)
        if asking is None:
            asking = self._asking[user_id] = asyncio.create_task(self._ask(user_id), name=f"profile of {user_id}")
            asking.add_done_callback(lambda _: self._asking.pop(user_id, None))
        return asking

    async def _groups_now(self, user_id: str) -> frozenset[str] | None:
        """Nobody gets by groups what they may have lost; None, which changes nothing, where Slack does not tell. Raises
        Retry."""
        if not self._groups.may_be_over(user_id):
            return self._groups.of(user_id)
        async with self._reading:  # for a crowd they are read once
            try:
                if self._groups.may_be_over(user_id):
                    await self._groups.load()
            except Refused as refused:
                log.info("slack_groups_not_read", reason=str(refused))
                return None
        return self._groups.of(user_id)

    async def _ask(self, user_id: str) -> Profile:
        """https://docs.slack.dev/reference/methods/users.info"""
        try:
            answer = await self._slack.call("users.info", {"user": user_id, "include_locale": True})
        except Refused as refused:
            if refused.error in _NO_USER:
                raise NoSuchPerson(name=user_id) from None
            raise
        profile = Profile.of(answer["user"])
        _keep(self._profiles, user_id, (self._now() + _FRESH_FOR, profile))
        return profile

    def _is_staff(self, groups: Collection[str]) -> bool:
        given = self._desk.desk.group_grants
        grants = (given.get((Platform.SLACK, group), frozenset()) for group in groups)
        return any(grant.role.is_staff for granted in grants for grant in granted)


def _keep(kept: OrderedDict[str, _T], key: str, value: _T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
