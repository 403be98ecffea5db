"""State as the JSON that Slack sends."""

import hashlib
import mimetypes
from pathlib import PurePosixPath
from typing import Any

from tests.fakes.slack.state import DIRECT, GROUP_DIRECT, PRIVATE, PUBLIC, Message, SlackFile, User

Json = dict[str, Any]
_SIZES = ("24", "32", "48", "72", "192", "512")


def user_json(user: User, world: Any, *, email: bool, locale: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/user-object"""
    digest = hashlib.md5(user.id.encode(), usedforsecurity=False).hexdigest()
    picture = user.avatar or f"https://secure.gravatar.com/avatar/{digest}.jpg"
    made: Json = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": {
            "title": "",
            "phone": "",
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.display_name,
            "display_name_normalized": user.display_name,
            "status_text": "",
            "status_emoji": "",
            "status_expiration": 0,
            "avatar_hash": digest[:12],
            "team": user.team,
        }
        | {f"image_{size}": picture for size in _SIZES},
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
        "is_email_confirmed": user.email is not None,
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.avatar:
        made["profile"] |= {"image_original": picture, "is_custom_image": True}
    if user.bot_id:
        made["profile"] |= {"bot_id": user.bot_id, "api_app_id": user.app_id or "", "always_active": True}
    if email and user.email:
        made["profile"]["email"] = user.email
    if user.team != world.team:
        made["is_stranger"] = True
    return made | {"locale": user.locale} if locale else made


def channel_json(channel: Any, *, members: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/conversation-object"""
    world, kind = channel.world, channel.kind
    if kind == DIRECT:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": world.team,
            "updated": channel.created * 1000,
            "user": channel.user.id,
            "is_user_deleted": channel.user.deleted,
            "priority": 0,
        }
    made: Json = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": kind == GROUP_DIRECT,
        "is_private": kind != PUBLIC,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_general": False,
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": world.team,
        "updated": channel.created * 1000,
        "creator": channel.creator,
        "shared_team_ids": [world.team],
        "is_member": world.app_in(channel),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }
    return made | {"num_members": len(channel.members)} if members else made


def type_of(name: str, given: str | None) -> str:
    return given or mimetypes.guess_type(name)[0] or "application/octet-stream"


def file_json(file: SlackFile, world: Any) -> Json:
    """https://docs.slack.dev/reference/objects/file-object"""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    name = file.name.replace(" ", "_").lower()
    address = f"{world.base}/files-pri/{world.team}-{file.id}"
    suffix = PurePosixPath(file.name).suffix.lstrip(".").lower() or "binary"
    owner = world.users.get(file.user)
    made: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": {"txt": "text", "jpeg": "jpg"}.get(suffix, suffix),
        "pretty_type": suffix.upper(),
        "user": file.user,
        "user_team": world.team if owner is None else owner.team,
        "editable": False,
        "size": file.size,
        "mode": "external" if file.external_url else "hosted",
        "is_external": file.external_url is not None,
        "external_type": "gdrive" if file.external_url else "",
        "is_public": any(one.place.kind == PUBLIC for one in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": file.external_url or f"{address}/{name}",
        "permalink": f"{world.url}files/{file.user}/{file.id}/{name}",
        "permalink_public": f"https://slack-files.com/{world.team}-{file.id}-0123456789",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        "media_display_type": "unknown",
    }
    if not file.external_url:
        made["url_private_download"] = file.link or f"{address}/download/{name}"
    return made


def shares_json(file: SlackFile) -> Json:
    """Where a file stands, as ``files.info`` tells; nothing as long as it stands nowhere."""
    made: Json = {}
    for message in file.shares:
        audience = "public" if message.place.kind == PUBLIC else "private"
        told: Json = {"ts": message.ts, "channel_name": message.place.name, "reply_count": 0, "reply_users": []}
        if message.thread_ts:
            told["thread_ts"] = message.thread_ts
        made.setdefault(audience, {}).setdefault(message.place.id, []).append(told)
    return {
        "shares": made,
        "channels": [one.place.id for one in file.shares if one.place.kind == PUBLIC],
        "groups": [one.place.id for one in file.shares if one.place.kind == PRIVATE],
        "ims": [one.place.id for one in file.shares if one.place.kind == DIRECT],
    }


def share_json(message: Message) -> Json:
    """A message as another bears it that passes it on."""
    world = message.place.world
    permalink = world.permalink(message)
    return {
        "is_share": True,
        "is_msg_unfurl": True,
        "ts": message.ts,
        "author_id": message.user,
        "author_name": message.name,
        "channel_id": message.place.id,
        "from_url": permalink,
        "original_url": permalink,
        "text": message.text,
        "fallback": f"{message.name}: {message.text}",
        "message_blocks": [
            {
                "team": world.team,
                "channel": message.place.id,
                "ts": message.ts,
                "message": {"blocks": message.blocks},
            }
        ],
    }


def message_json(message: Message, *, metadata: bool = False, reactors: bool = False) -> Json:
    """As history shows it, and events tell of it. ``metadata``: with all of it. ``reactors``: with all of them."""
    world = message.place.world
    made: Json = {"type": "message", "ts": message.ts, "text": message.text}
    if message.tombstone:
        made |= {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "text": "This message was deleted."}
        return made | _thread(message)
    if message.subtype:
        made["subtype"] = message.subtype
    if message.subtype != "bot_message":
        made |= {"user": message.user, "team": world.team}
    for name, value in (
        ("client_msg_id", message.client_msg_id),
        ("blocks", message.blocks),
        ("attachments", message.attachments),
        ("edited", message.edited),
        ("username", message.username),
    ):
        if value:
            made[name] = value
    if message.bot_id:
        made |= _bot(message)
    if message.files:
        told = [file_json(one, world) for one in message.files]
        made |= {"files": told, "upload": False, "display_as_bot": False}
    if message.reactions:
        most = None if reactors else world.settings.reactors_shown
        made["reactions"] = [
            {"name": name, "users": users[:most], "count": len(users)} for name, users in message.reactions.items()
        ]
    if metadata and message.metadata:
        made["metadata"] = message.metadata
    return made | _thread(message)


def _bot(message: Message) -> Json:
    world = message.place.world
    author = world.users.get(message.user)
    app_id = world.app_id if message.by_app else getattr(author, "app_id", None) or "A0OTHERAPP"
    made: Json = {"bot_id": message.bot_id, "app_id": app_id}
    if message.subtype == "bot_message":
        icons = {"image_48": message.icon_url} if message.icon_url else {"emoji": message.icon_emoji}
        return made | ({"icons": icons} if message.icon_url or message.icon_emoji else {})
    profile = {"id": message.bot_id, "app_id": app_id, "name": message.name, "deleted": False, "team_id": world.team}
    return made | {"bot_profile": profile | {"updated": 0, "icons": {}}}


def _thread(message: Message) -> Json:
    if message.is_reply:
        root = message.place.messages.get(message.thread_ts)
        return {"thread_ts": message.thread_ts} | ({"parent_user_id": root.user} if root and root.user else {})
    if not message.replies:
        return {}
    people = list(dict.fromkeys(one.user or one.bot_id for one in message.replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(message.replies),
        "reply_users_count": len(people),
        "latest_reply": message.replies[-1].ts,
        "reply_users": people[:5],
        "is_locked": False,
        "subscribed": message.place.world.bot.id in message.subscribers,
    }
