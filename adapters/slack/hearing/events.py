"""What becomes of each of Slack's events.

An event's handler only says whose turn it is: it never waits, since the event was acknowledged already, and the next
one may be of the same thread. https://docs.slack.dev/reference/events
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from adapters.chat.downloads import Kept
from adapters.chat.lanes import Lanes
from adapters.slack.api.client import Slack
from adapters.slack.hearing.inbound import Asked, Inbound
from adapters.slack.hearing.losses import Losses
from adapters.slack.hearing.members import Members
from adapters.slack.hearing.messages import (
    Message,
    edited_at,
    happened_at,
    is_in_thread,
    is_said,
    line_for_app,
    root_of,
)
from adapters.slack.hearing.order import Order, Taking
from adapters.slack.hearing.roots import Roots
from adapters.slack.hearing.standing import Standing
from adapters.slack.sending.troubles import TOKEN, Troubles
from adapters.slack.spot import Spot
from adapters.slack.words.emoji import shown

_UNINSTALLED = (
    "The app was uninstalled from the Slack workspace, or its token was revoked: nothing goes to Slack or comes from "
    "there. At api.slack.com/apps, your app, Install App: install it again, put the Bot User OAuth Token into "
    "BOT_SLACK__BOT_TOKEN and start the desk again."
)


class Events:
    """``check``: looks at a triage channel, or at all of them, soon."""

    def __init__(
        self,
        *,
        slack: Slack,
        lanes: Lanes,
        inbound: Inbound,
        asked: Asked,
        order: Order,
        roots: Roots,
        losses: Losses,
        members: Members,
        standing: Standing,
        troubles: Troubles,
        check: Callable[[str | None], None],
    ) -> None:
        self._slack = slack
        self._lanes = lanes
        self._inbound = inbound
        self._asked = asked
        self._order = order
        self._roots = roots
        self._losses = losses
        self._members = members
        self._standing = standing
        self._troubles = troubles
        self._check = check
        self._takes: Mapping[str, Callable[[Message], None]] = {
            "message": self._message,
            "app_mention": self._mentioned,
            "reaction_added": partial(self._reacted, on=True),
            "reaction_removed": partial(self._reacted, on=False),
            "user_change": lambda event: self._members.user_changed(event["user"]),
            "subteam_members_changed": self._group_changed,
            "subteam_updated": lambda _: self._members.ask(),
            "member_left_channel": self._left,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._uninstalled,
            **{
                f"{kind}_{what}": self._channel_changed
                for kind in ("group", "channel")
                for what in ("archive", "unarchive", "rename", "left")
            },
            **{f"{kind}_deleted": self._channel_deleted for kind in ("group", "channel")},
        }

    def take(self, event: Mapping[str, Any]) -> None:
        """An event of Slack's; those that mean nothing to the desk are passed over."""
        take = self._takes.get(str(event.get("type")))
        if take is not None:
            take(event)

    def _message(self, event: Message) -> None:
        channel = str(event["channel"])
        if self._standing.is_out_of(channel):
            self._check(channel)  # so it is in again
        match event.get("subtype"):
            case "message_changed":
                message = {**event["message"], "channel": channel}
                self._changed(message, event.get("previous_message") or {}, happened_at(event))
            case "message_deleted":
                deleted, before = Spot(channel, str(event["deleted_ts"])), event.get("previous_message") or {}
                self._deleted(deleted, before, happened_at(event))
            case _:
                self._said(event)

    def _mentioned(self, event: Message) -> None:
        """Of most of them Slack tells as messages too; in a public channel as nothing else."""
        if line_for_app(event, self._app) is not None:
            self._said(event)

    def _said(self, event: Message) -> None:
        spot = Spot(str(event["channel"]), root_of(event))
        is_by_app = self._is_by_app(event)
        if not (is_by_app or is_said(event, self._app)):
            return
        self._roots.learn(event)
        if is_by_app:
            if not is_in_thread(event):
                self._order.begun(spot)
            return
        line = line_for_app(event, self._app)
        is_for_app = line is not None or spot.channel.startswith("D")
        alone = partial(self._asked, event, line or "", None) if is_for_app else None
        if is_in_thread(event):
            hear = partial(self._inbound.hear, event, Kept())
            apologise = partial(self._inbound.apologise, event)
            is_apps = event.get("parent_user_id", self._app) == self._app
            when = happened_at(event)
            if self._standing.is_out_of(spot.channel):
                self._order.owe(spot)
            self._order.put(spot, when, hear, instead=apologise, elsewhere=alone, is_apps=is_apps)
        elif alone is not None:
            self._lanes.put(spot, alone)

    def _changed(self, message: Message, before: Message, when: str) -> None:
        """Previews of links and counts of answers come as changes too, and change nothing."""
        spot = Spot(str(message["channel"]), root_of(message))
        if message.get("subtype") == "tombstone":
            self._put_gone(spot, str(message["ts"]), when)
            return
        is_edit = bool(edited_at(message)) and edited_at(message) != edited_at(before)
        is_words = is_said(message, self._app) and line_for_app(message, self._app) is None
        if is_edit and is_words and is_in_thread(message):
            self._roots.learn(message)
            self._order.put(spot, when, partial(self._inbound.edit, message), changes=str(message["ts"]))

    def _deleted(self, at: Spot, before: Message, when: str) -> None:
        root = str(before.get("thread_ts") or self._roots.known(at) or at.ts)
        spot = Spot(at.channel, root)
        self._put_gone(spot, at.ts, when)

    def _put_gone(self, thread: Spot, ts: str, when: str) -> None:
        if thread.ts == ts:
            self._order.put(thread, when, self._losses.card_deleted)
        else:
            self._order.put(thread, when, partial(self._inbound.remove, ts), changes=ts)

    def _reacted(self, event: Message, *, on: bool) -> None:
        item, user = event.get("item") or {}, str(event.get("user") or "")
        if item.get("type") != "message" or user in ("", self._app):
            return
        at = Spot(str(item["channel"]), str(item["ts"]))
        if self._order.may_be_ours(at.channel):
            emoji = shown(str(event["reaction"]))
            react = partial(self._inbound.react, at.ts, user, emoji, on=on)
            root, when = self._roots.known(at), happened_at(event)
            if root is None:
                self._lanes.put(("root of", at), partial(self._react_where, at, when, react))
            else:
                self._order.put(Spot(at.channel, root), when, react)

    async def _react_where(self, at: Spot, when: str, react: Taking) -> None:
        root = self._roots.known(at) or await self._roots.find(at)
        if root is not None:
            self._order.put(Spot(at.channel, root), when, react)

    # --- channels, groups, the app itself ----------------------------------------------------------------------------

    def _left(self, event: Message) -> None:
        if event.get("user") == self._app:
            self._check(str(event["channel"]))

    def _channel_changed(self, event: Message) -> None:
        channel = event.get("channel")
        self._check(str(channel["id"] if isinstance(channel, Mapping) else channel))

    def _channel_deleted(self, event: Message) -> None:
        channel = str(event["channel"])
        self._lanes.put(("deleted", channel), partial(self._losses.channel_deleted, channel))
        self._check(channel)

    def _group_changed(self, event: Message) -> None:
        self._members.group_changed(
            str(event["subteam_id"]), event.get("added_users") or (), event.get("removed_users") or ()
        )

    def _uninstalled(self, event: Message) -> None:
        """Tokens of the app's users are none of the desk's: it has none."""
        tokens = event.get("tokens")
        if tokens is None or tokens.get("bot"):
            self._lanes.put("app", partial(self._troubles.found, TOKEN, _UNINSTALLED))

    @property
    def _app(self) -> str:
        """Who the app is, which is known before anything is heard."""
        workspace = self._slack.known_workspace
        return workspace.bot_user if workspace is not None else ""

    def _is_by_app(self, message: Message) -> bool:
        workspace = self._slack.known_workspace
        by_bot = bool(message.get("bot_id")) and workspace is not None and message["bot_id"] == workspace.bot
        return by_bot or (bool(message.get("user")) and message["user"] == self._app)
