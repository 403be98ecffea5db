"""Who is in the user groups that bot.toml gives roles by.

Slack tells nobody's groups, only each group's users: so these are kept here, loaded at the start and followed by what
Slack tells of them.
"""

import time
from collections.abc import Callable, Collection, Mapping

from adapters.slack.api.client import Slack
from core.frontdesk import FrontDesk
from core.model.people import Platform

_RECENT = 15.0
"""Seconds."""


class Groups:
    """``now``: seconds of a clock that never goes back."""

    def __init__(self, slack: Slack, desk: FrontDesk, *, now: Callable[[], float] = time.monotonic) -> None:
        self._slack = slack
        self._now = now
        self._read_at = float("-inf")
        self._giving = frozenset(group for platform, group in desk.desk.group_grants if platform is Platform.SLACK)
        self._users: dict[str, frozenset[str]] = {}
        self._told_at: dict[str, float] = {}
        self._names: dict[str, str] = {}

    @property
    def giving(self) -> frozenset[str]:
        """Those that bot.toml names."""
        return self._giving

    @property
    def missing(self) -> frozenset[str]:
        """Those of them that Slack did not tell of: it knows none such, or they are disabled."""
        return frozenset(group for group in self._users if group not in self._names)

    @property
    def members(self) -> frozenset[str]:
        """Everybody who is in one of them, as far as known."""
        return frozenset[str]().union(*self._users.values())

    @property
    def names(self) -> Mapping[str, str]:
        """What every group of the workspace is called, for words in which it is named."""
        return self._names

    @property
    def are_recent(self) -> bool:
        """Whether they were read a moment ago."""
        return self._now() - self._read_at < _RECENT

    def of(self, user_id: str) -> frozenset[str] | None:
        """Those of the named groups that the user is in; None as long as they were never read, since whoever is in one
        would lose what it gives."""
        if self._users.keys() != self._giving:
            return None
        return frozenset(group for group, users in self._users.items() if user_id in users)

    def may_be_over(self, user_id: str) -> bool:
        """Whether it was a while ago that the user was known to be in one of them: that they are no more may have been
        told to another process."""
        since = self._now() - _RECENT
        known_at = {group: max(self._read_at, self._told_at.get(group, self._read_at)) for group in self._users}
        return any(user_id in users and known_at[group] < since for group, users in self._users.items())

    async def load(self) -> frozenset[str]:
        """Read all of them anew; the users whose groups are others than before. Raises Retry and Refused.

        A disabled group is not told of, and gives nothing (https://docs.slack.dev/reference/methods/usergroups.list).
        """
        answer = await self._slack.call("usergroups.list", {"include_users": True})
        self._read_at = self._now()
        there = {str(group["id"]): group for group in answer.get("usergroups", ())}
        self._names = {group: str(told.get("handle") or told.get("name") or group) for group, told in there.items()}
        changed: frozenset[str] = frozenset()
        for group in self._giving:
            users = there[group].get("users", ()) if group in there else ()
            changed |= self._put(group, frozenset(str(user) for user in users))
        return changed

    def changed(self, group: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """What Slack tells of a group; the users whose groups are others than before."""
        known = self._users.get(group)
        if known is None:
            return frozenset()
        self._told_at[group] = self._now()
        return self._put(group, (known | set(added)) - set(removed))

    def _put(self, group: str, users: frozenset[str]) -> frozenset[str]:
        before = self._users.get(group, frozenset())
        self._users[group] = users
        return before ^ users
