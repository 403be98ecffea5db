"""Messages made, edited and reacted to, by whoever may: the bot, a webhook, a person."""

import mimetypes
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import intents, mentions, records, threads
from tests.fakes.discord.payloads import emoji_json, member_json, message_json
from tests.fakes.discord.permissions import Permission, has, sees
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.state import EPHEMERAL, HAS_THREAD, Attachment, Message, User, Webhook
from tests.fakes.discord.world import World


@dataclass
class Upload:
    filename: str
    data: bytes
    content_type: str = ""


@dataclass
class Origin:
    """Where a message comes from, other than from its author's keyboard."""

    webhook: Webhook | None = None
    application_id: int | None = None
    interaction: dict[str, Any] | None = None
    ephemeral_for: int | None = None
    author: User | None = None
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    stickers: list[dict[str, Any]] = field(default_factory=list)
    poll: dict[str, Any] | None = None


def post(
    world: World, place: Any, author: User, body: dict[str, Any], files: dict[int, Upload], origin: Origin | None = None
) -> Message:
    """Makes a message of a body that was found good. Raises Refused (50083, 160006)."""
    origin = origin or Origin()
    if origin.ephemeral_for is None:
        open_for_posting(world, place)
    replied, reference = _reference(world, place, body.get("message_reference"))
    message = Message(
        world.next_id(),
        place,
        author,
        content=(body.get("content") or "").strip(),
        type=19 if replied is not None and reference.get("type", 0) == 0 else 0,
        embeds=[_embed(one) for one in body.get("embeds") or []],
        components=numbered(body.get("components") or []),
        stickers=origin.stickers,
        poll=origin.poll,
        snapshots=origin.snapshots or _snapshots(world, replied, reference),
        created_at=world.now(),
        flags=(body.get("flags") or 0) | (EPHEMERAL if origin.ephemeral_for is not None else 0),
        nonce=None if body.get("nonce") is None else str(body["nonce"]),
        webhook=origin.webhook,
        application_id=origin.application_id,
        interaction=origin.interaction,
        ephemeral_for=origin.ephemeral_for,
        reference=reference,
        referenced=replied if reference and reference.get("type", 0) == 0 else None,
    )
    if origin.interaction is not None and message.type == 0 and origin.interaction.get("type") == 2:
        message.type = 20
    message.attachments = attach(world, message, body.get("attachments"), files)
    mentions.resolve(world, message, body.get("allowed_mentions"), message.referenced)
    if place.is_thread and message.ephemeral_for is None:
        _join(world, place, message)
    return records.store(world, message)


def open_for_posting(world: World, place: Any) -> None:
    """A message into an archived thread brings it back, unless it is locked."""
    if place.is_thread and place.archived:
        if place.locked:
            raise Refused(50083)
        threads.archive(world, place, archived=False)


def _join(world: World, thread: Any, message: Message) -> None:
    """Who writes in a thread joins it; who is pinged there and may see its channel is added."""
    guild = thread.guild
    author = guild.members.get(message.author.id)
    if author is not None and message.webhook is None:
        threads.add(world, thread, author.user)
    adds = not thread.private or thread.invitable or author is None or has(author, thread, Permission.MANAGE_THREADS)
    if not adds:
        return
    for member in list(guild.members.values()):
        of_role = any(role.id in message.pinged.roles for role in member.roles)
        if (member.id in message.pinged.users or of_role) and sees(member, thread.parent):
            threads.add(world, thread, member.user)


def _reference(world: World, place: Any, given: dict[str, Any] | None) -> tuple[Message | None, dict[str, Any] | None]:
    if not given:
        return None, None
    source = world.places.get(int(given.get("channel_id") or place.id))
    found = None if source is None else source.messages.get(int(given["message_id"]))
    if found is None and given.get("fail_if_not_exists", True):
        wrong = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise Refused(50035, errors={"message_reference": {"_errors": [wrong]}})
    if found is None:
        return None, None
    kept = {"type": given.get("type", 0), "message_id": str(found.id), "channel_id": str(found.place.id)}
    return found, kept | ({} if found.place.guild is None else {"guild_id": str(found.place.guild.id)})


def _snapshots(world: World, found: Message | None, reference: dict[str, Any] | None) -> list[dict[str, Any]]:
    if found is None or reference is None or reference.get("type") != 1:
        return []
    told = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions")
    whole = message_json(world, found)
    return [{"message": {key: whole[key] for key in (*told, "mention_roles", "components")}}]


def _embed(given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich"} | {key: value for key, value in given.items() if value is not None and key != "flags"}


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components with the ``id`` that Discord gives each that has none."""
    counter = iter(range(1, 1000))

    def walk(one: dict[str, Any]) -> dict[str, Any]:
        made = {"id": one.get("id") or next(counter)} | {k: v for k, v in one.items() if k != "id" and v is not None}
        for key in ("component", "accessory"):
            if isinstance(made.get(key), dict):
                made[key] = walk(made[key])
        if isinstance(made.get("components"), list):
            made["components"] = [walk(inner) for inner in made["components"]]
        return made

    return [walk(one) for one in components]


def attach(world: World, message: Message, listed: list[Any] | None, files: dict[int, Upload]) -> list[Attachment]:
    """What a message has attached afterwards; a list that is given names what is kept and what is new."""
    kept = list(message.attachments)
    if listed is None:
        wanted: list[tuple[int, dict[str, Any]]] = [(index, {}) for index in sorted(files)]
    else:
        named = {int(one["id"]): one for one in listed}
        kept = [one for one in kept if one.id in named]
        wanted = [(index, one) for index, one in named.items() if index in files]
    for index, about in wanted:
        upload = files[index]
        name = re.sub(r"[^\w.\-]", "_", about.get("filename") or upload.filename)
        made = keep_file(
            world, message.place.id, Upload(name, upload.data), ephemeral=message.ephemeral_for is not None
        )
        made.description = about.get("description")
        kept.append(made)
    return kept


def keep_file(world: World, place_id: int, upload: Upload, *, ephemeral: bool = False) -> Attachment:
    kind = upload.content_type or mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
    made = Attachment(world.next_id(), upload.filename, upload.data, kind, place_id, ephemeral=ephemeral)
    world.attachments[made.id] = made
    return made


def edit(world: World, message: Message, body: dict[str, Any], files: dict[int, Upload]) -> Message:
    """Nobody is pinged by an edit."""
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = [_embed(one) for one in body["embeds"] or []]
    if "components" in body:
        message.components = numbered(body["components"] or [])
    if "flags" in body and body["flags"] is not None:
        message.flags = body["flags"] & ~EPHEMERAL | message.flags & (EPHEMERAL | HAS_THREAD)
    if body.get("attachments") is not None or files:
        message.attachments = attach(world, message, body.get("attachments"), files)
    message.edited_at = world.now()
    records.tell(world, "MESSAGE_UPDATE", message)
    return message


def react(world: World, message: Message, user: User, emoji: str) -> None:
    users = message.reactions.setdefault(emoji, [])
    if user.id not in users:
        users.append(user.id)
        _reacted(world, "MESSAGE_REACTION_ADD", message, user, emoji)


def unreact(world: World, message: Message, user: User, emoji: str) -> None:
    users = message.reactions.get(emoji, [])
    if user.id in users:
        users.remove(user.id)
        if not users:
            del message.reactions[emoji]
        _reacted(world, "MESSAGE_REACTION_REMOVE", message, user, emoji)


def _reacted(world: World, event: str, message: Message, user: User, emoji: str) -> None:
    place = message.place
    if not world.bot_sees(place):
        return
    data: dict[str, Any] = {
        "user_id": str(user.id),
        "channel_id": str(place.id),
        "message_id": str(message.id),
        "emoji": emoji_json(emoji),
        "burst": False,
        "type": 0,
    }
    if place.guild is not None:
        data["guild_id"] = str(place.guild.id)
        member = place.guild.members.get(user.id)
        if event.endswith("ADD"):
            data["message_author_id"] = str(message.author.id)
            if member is not None:
                data["member"] = member_json(member)
    world.dispatch(event, data, intents.DIRECT_REACTIONS if place.is_dm else intents.REACTIONS)
