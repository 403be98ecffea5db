"""The application itself: who it is, its commands, and how it answers interactions."""

from typing import Any

from tests.fakes.discord import rules_commands
from tests.fakes.discord.payloads import message_json, user_json
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.rest import Call, Table
from tests.fakes.discord.state import EPHEMERAL, LOADING
from tests.fakes.discord.world import World

routes = Table()
_COMMANDS = "/applications/{application}/commands"
_OF_GUILD = "/applications/{application}/guilds/{guild}/commands"
_KINDS = {"message": 4, "deferred": 5, "deferred update": 6, "update": 7, "choices": 8, "modal": 9}


@routes.on("GET", "/users/@me")
def me(call: Call) -> Any:
    return user_json(call.world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0}


@routes.on("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Any:
    found = [guild for guild in call.world.guilds.values() if call.world.bot.id in guild.members]
    rights = {guild.id: guild.bot_role.permissions | guild.everyone.permissions for guild in found}
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(int(rights[guild.id])),
            "features": [],
        }
        for guild in found
    ]


@routes.on("GET", "/applications/@me")
@routes.on("GET", "/oauth2/applications/@me")
def application(call: Call) -> Any:
    return {
        "id": str(call.world.application_id),
        "name": "Desk",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": call.world.application_flags,
        "owner": {"id": "1", "username": "maker", "discriminator": "0", "avatar": None, "global_name": None},
        "team": None,
        "bot": user_json(call.world.bot),
        "interactions_endpoint_url": None,
        "approximate_guild_count": len(call.world.guilds),
        "integration_types_config": {"0": {}},
    }


@routes.on("GET", "/gateway")
def gateway(call: Call) -> Any:
    return {"url": call.world.gateway.url}


@routes.on("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Any:
    remaining = max(0, 1000 - call.world.gateway.identifies)
    limit = {"total": 1000, "remaining": remaining, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.world.gateway.url, "shards": 1, "session_start_limit": limit}


def _scope(call: Call) -> int | None:
    """Of which guild the commands are; None for the global ones. Raises Refused (20012, 50001)."""
    if call.id("application") != call.world.application_id:
        raise Refused(20012, status=403, message="You are not authorized to perform this action on this application")
    if "guild" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild"))
    if guild is None or call.world.bot.id not in guild.members:
        raise Refused(50001)
    return int(guild.id)


@routes.on("GET", _COMMANDS)
@routes.on("GET", _OF_GUILD)
def list_commands(call: Call) -> Any:
    return list(call.world.commands[_scope(call)].values())


@routes.on("PUT", _COMMANDS)
@routes.on("PUT", _OF_GUILD)
def overwrite_commands(call: Call) -> Any:
    scope = _scope(call)
    commands = call.body if isinstance(call.body, list) else []
    rules_commands.check(commands)
    known = {(one["type"], one["name"]): one for one in call.world.commands[scope].values()}
    _count_creates(call.world, scope, sum(1 for one in commands if (one.get("type") or 1, one["name"]) not in known))
    made = [_kept(call.world, scope, one, known.get((one.get("type") or 1, one["name"]))) for one in commands]
    call.world.commands[scope] = {int(one["id"]): one for one in made}
    return made


@routes.on("POST", _COMMANDS)
@routes.on("POST", _OF_GUILD)
def create_command(call: Call) -> Any:
    """One of the same name is overwritten."""
    scope = _scope(call)
    store = call.world.commands[scope]
    kind = call.form.get("type") or 1
    known = next((one for one in store.values() if (one["type"], one["name"]) == (kind, call.form.get("name"))), None)
    rules_commands.check([*(one for one in store.values() if one is not known), call.form])
    _count_creates(call.world, scope, 0 if known else 1)
    made = _kept(call.world, scope, call.form, known)
    store[int(made["id"])] = made
    return made


@routes.on("DELETE", _COMMANDS + "/{command}")
@routes.on("DELETE", _OF_GUILD + "/{command}")
def delete_command(call: Call) -> None:
    if call.world.commands[_scope(call)].pop(call.id("command"), None) is None:
        raise Refused(10063)


def _count_creates(world: World, scope: int | None, new: int) -> None:
    """200 a day. https://discord.com/developers/docs/interactions/application-commands#registering-a-command"""
    if world.command_creates.get(scope, 0) + new > world.settings.command_creates:
        raise Refused(30034)
    world.command_creates[scope] = world.command_creates.get(scope, 0) + new


def _kept(world: World, scope: int | None, given: dict[str, Any], known: dict[str, Any] | None) -> dict[str, Any]:
    needed = given.get("default_member_permissions")
    version = world.next_id()
    made = {
        "id": known["id"] if known else str(version),
        "application_id": str(world.application_id),
        "type": given.get("type") or 1,
        "name": given["name"],
        "name_localizations": given.get("name_localizations"),
        "description": given.get("description") or "",
        "description_localizations": given.get("description_localizations"),
        "options": given.get("options") or [],
        "default_member_permissions": None if needed is None else str(needed),
        "dm_permission": given.get("dm_permission", True) is not False,
        "contexts": given.get("contexts"),
        "integration_types": given.get("integration_types") or [0],
        "nsfw": bool(given.get("nsfw")),
        "version": str(version),
    }
    return made if scope is None else made | {"guild_id": str(scope)}


@routes.on("POST", "/interactions/{interaction}/{token:text}/callback")
def callback(call: Call) -> Any:
    interaction = call.world.interactions.get(call.params["token"])
    if interaction is None or interaction.id != call.id("interaction"):
        raise Refused(10062)
    message = interaction.acknowledge(call.form, call.files)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    told: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
    resource: dict[str, Any] = {"type": _KINDS[interaction.kind]}
    if message is not None:
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": bool(message.flags & EPHEMERAL),
        }
        resource["message"] = message_json(call.world, message)
    return {"interaction": told, "resource": resource}
