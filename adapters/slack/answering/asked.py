"""Slack's payloads of commands, buttons, modals and shortcuts, read: who asked, where, and about what.

https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.answering.notes import Note, Notes

Payload = Mapping[str, Any]
"""JSON as Slack sends it."""

_MODAL, _HOME = "modal", "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    note: Note
    inbound: str
    """Told twice, it is the same."""
    trigger: str = field(default="", repr=False)
    """Opens one modal within three seconds; a secret for as long."""
    view_id: str = ""
    """The modal in which it was asked."""
    root: tuple[str, str] | None = None
    """Channel and message that begin the thread it was asked in, or under."""
    view: Payload = field(default_factory=dict)
    message: Payload = field(default_factory=dict)


def of_command(body: Payload) -> Asked:
    trigger = str(body["trigger_id"])
    note = Note(
        user=str(body["user_id"]), channel=str(body["channel_id"]), response_url=str(body.get("response_url") or "")
    )
    return Asked(note=note, inbound=_inbound(trigger), trigger=trigger)


def of_action(body: Payload, notes: Notes) -> Asked:
    """A button or a menu: under a message, in a modal or on Home."""
    trigger, user = str(body["trigger_id"]), str(body["user"]["id"])
    view = body.get("view") or {}
    if view.get("type") == _HOME:
        return Asked(note=Note(user=user, is_home=True), inbound=_inbound(trigger), trigger=trigger, view=view)
    if view:
        note = notes.read(str(view.get("private_metadata") or ""), user)
        return Asked(note=note, inbound=_inbound(trigger), trigger=trigger, view_id=str(view["id"]), view=view)
    at, message = body.get("container") or {}, body.get("message") or {}
    ts = str(at.get("message_ts") or message.get("ts") or "")
    thread = str(at.get("thread_ts") or message.get("thread_ts") or "")
    channel = str((body.get("channel") or {}).get("id") or at.get("channel_id") or "")
    # What was pressed under a thread's first message is answered below it: the thread may not be open at all.
    note = Note(
        user=user,
        channel=channel,
        thread_ts=thread if thread != ts else "",
        response_url=str(body.get("response_url") or ""),
    )
    root = (channel, thread or ts) if channel and (thread or ts) else None
    return Asked(note=note, inbound=_inbound(trigger), trigger=trigger, root=root, message=message)


def of_submit(body: Payload, notes: Notes) -> Asked:
    """A modal that was sent. Sent twice, since the first answer was lost, it is the same as long as the desk did not
    change it meanwhile."""
    view, user = body["view"], str(body["user"]["id"])
    note = notes.read(str(view.get("private_metadata") or ""), user)
    trigger = str(body.get("trigger_id") or "")
    told = f"{view['id']}:{view['hash']}" if view.get("hash") else trigger
    root = (note.channel, note.thread_ts) if note.thread_ts else None
    return Asked(note=note, inbound=_inbound(told), trigger=trigger, view_id=str(view["id"]), view=view, root=root)


def of_shortcut(body: Payload) -> Asked:
    """A global one, or one of a message's menu."""
    trigger, user, message = str(body["trigger_id"]), str(body["user"]["id"]), body.get("message") or {}
    channel, ts = str((body.get("channel") or {}).get("id") or ""), str(message.get("ts") or "")
    thread = str(message.get("thread_ts") or "")
    note = Note(
        user=user,
        channel=channel,
        thread_ts=thread if thread != ts else "",
        response_url=str(body.get("response_url") or ""),
    )
    root = (channel, thread or ts) if channel and ts else None
    return Asked(note=note, inbound=_inbound(trigger), trigger=trigger, root=root, message=message)


def _inbound(id: str) -> str:
    return f"interaction:{id}"
