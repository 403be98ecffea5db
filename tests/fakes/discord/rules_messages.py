"""What Discord refuses of a message: lengths, counts, emptiness, files, mentions.

https://discord.com/developers/docs/resources/message
"""

from typing import Any

from tests.fakes.discord import rules_components
from tests.fakes.discord.permissions import Permission, has, sees
from tests.fakes.discord.posting import Upload
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord.state import COMPONENTS_V2
from tests.fakes.discord.world import World

_SETTABLE = 1 << 2 | 1 << 6 | 1 << 12 | 1 << 13 | COMPONENTS_V2
"""The flags that a sender may set: no embeds, ephemeral, silent, voice message, components v2."""
_EMBED_PARTS = (("title", 256), ("description", 4096))


def check(
    world: World, body: dict[str, Any], files: dict[int, Upload], *, at: tuple[str, ...] = (), had: int = 0
) -> None:
    """A new message, or an edit of one that had the flags ``had``. Raises Refused (50035, 40005)."""
    form = Form()
    form.text((*at, "content"), body.get("content"), 0, 2000)
    embeds(form, at, body.get("embeds"))
    flags = body.get("flags") or 0
    if flags & ~_SETTABLE:
        form.wrong((*at, "flags"), "MESSAGE_FLAGS_INVALID", "These flags cannot be set.")
    v2 = bool((flags | had) & COMPONENTS_V2)
    if v2 and (body.get("content") or body.get("embeds")):
        key = "content" if body.get("content") else "embeds"
        words = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        form.wrong((*at, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)
    if body.get("components") is not None:
        rules_components.message(form, body["components"], v2=v2)
    allowed_mentions(form, at, body.get("allowed_mentions"))
    nonce = body.get("nonce")
    if nonce is not None:
        form.text((*at, "nonce"), str(nonce), 0, 25)
    form.items((*at, "sticker_ids"), body.get("sticker_ids"), 0, 3)
    _files(world, form, at, body, files)
    form.settle()


def embeds(form: Form, at: tuple[str, ...], given: Any) -> None:
    total = 0
    for index, embed in enumerate(form.items((*at, "embeds"), given, 0, 10)):
        path = (*at, "embeds", index)
        size = sum(len(form.text((*path, key), embed.get(key), 0, most) or "") for key, most in _EMBED_PARTS)
        author, footer = embed.get("author") or {}, embed.get("footer") or {}
        size += len(form.text((*path, "author", "name"), author.get("name"), 0, 256) or "")
        size += len(form.text((*path, "footer", "text"), footer.get("text"), 0, 2048) or "")
        form.number((*path, "color"), embed.get("color"), 0, 0xFFFFFF)
        for at_field, one in enumerate(form.items((*path, "fields"), embed.get("fields"), 0, 25)):
            where = (*path, "fields", at_field)
            size += len(form.text((*where, "name"), one.get("name"), 1, 256, required=True) or "")
            size += len(form.text((*where, "value"), one.get("value"), 1, 1024, required=True) or "")
        for key in ("url", ("author", "url"), ("author", "icon_url"), ("footer", "icon_url"), ("image", "url")):
            _address(form, path, embed, key)
        if not size and not embed.get("image") and not embed.get("thumbnail"):
            form.wrong((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
        total += size
    if total > 6000:
        words = "Embed size exceeds maximum size of 6000"
        form.wrong((*at, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", words)


def _address(form: Form, path: tuple[str | int, ...], embed: dict[str, Any], key: str | tuple[str, str]) -> None:
    steps = (key,) if isinstance(key, str) else key
    value: Any = embed
    for step in steps:
        value = (value or {}).get(step)
    if value is not None and not str(value).startswith(("http://", "https://", "attachment://")):
        form.wrong((*path, *steps), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")


def allowed_mentions(form: Form, at: tuple[str, ...], given: Any) -> None:
    if not given:
        return
    parse = given.get("parse") or []
    for key in ("users", "roles"):
        form.items((*at, "allowed_mentions", key), given.get(key), 0, 100)
        if key in parse and given.get(key):
            words = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            form.wrong((*at, "allowed_mentions"), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
    if set(parse) - {"users", "roles", "everyone"}:
        words = "Value must be one of {'users', 'everyone', 'roles'}."
        form.wrong((*at, "allowed_mentions", "parse"), "BASE_TYPE_CHOICES", words)


def _files(world: World, form: Form, at: tuple[str, ...], body: dict[str, Any], files: dict[int, Upload]) -> None:
    if any(len(file.data) > world.settings.upload_limit for file in files.values()):
        raise Refused(40005)
    if sum(len(file.data) for file in files.values()) > world.settings.request_limit:
        raise Refused(40005)
    listed = form.items((*at, "attachments"), body.get("attachments"), 0, 10)
    if len(files) > 10:
        form.wrong((*at, "attachments"), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, one in enumerate(listed):
        form.text((*at, "attachments", index, "description"), one.get("description"), 0, 1024)
        form.text((*at, "attachments", index, "filename"), one.get("filename"), 1, 1024)
        if "id" not in one:
            form.wrong((*at, "attachments", index, "id"), "BASE_TYPE_REQUIRED", "This field is required")


def refuse_empty(body: dict[str, Any], files: dict[int, Upload], *, flags: int = 0) -> None:
    """Raises Refused (50006)."""
    forwarded = (body.get("message_reference") or {}).get("type") == 1
    shown = body.get("embeds") or files or body.get("sticker_ids") or body.get("poll") or forwarded
    built = body.get("components") and (flags | (body.get("flags") or 0)) & COMPONENTS_V2
    if not (body.get("content") or "").strip() and not shown and not built:
        raise Refused(50006)


def may_send(world: World, member: Any, place: Any, body: dict[str, Any], files: dict[int, Upload]) -> None:
    """A bot's or person's own message. Raises Refused (50001, 50013, 50083, 160002, 160005)."""
    if place.is_dm:
        return
    if not sees(member, place):
        raise Refused(50001)
    need = Permission.SEND_MESSAGES
    if body.get("embeds") and member.user.bot:
        need |= Permission.EMBED_LINKS
    if files:
        need |= Permission.ATTACH_FILES
    if not has(member, place, need):
        raise Refused(50013)
    reference = body.get("message_reference") or {}
    if reference.get("type", 0) == 0 and reference and not has(member, place, Permission.READ_MESSAGE_HISTORY):
        raise Refused(160002)
    if place.is_thread and place.locked:
        if place.archived:
            raise Refused(50083)
        if not has(member, place, Permission.MANAGE_THREADS):
            raise Refused(160005)


def webhook_name(form: Form, path: tuple[str, ...], value: Any, *, required: bool = False) -> None:
    """https://discord.com/developers/docs/resources/webhook#create-webhook"""
    name = form.text(path, value, 1, 80, required=required)
    for word in ("discord", "clyde"):
        if name and word in name.lower():
            words = f'Username cannot contain "{word}"'
            form.wrong(path, "USERNAME_INVALID_CONTAINS", words)
    if name and name.strip().lower() in ("everyone", "here"):
        form.wrong(path, "USERNAME_INVALID", "Username is not allowed")
