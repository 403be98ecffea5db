"""``users.*``, ``usergroups.*``, ``auth.*``, ``team.*``, ``bots.*``. https://docs.slack.dev/reference/methods"""

from typing import Any

from tests.fakes.slack.api import APP, BOT, Call, Table
from tests.fakes.slack.payloads import user_json
from tests.fakes.slack.refusals import Refused, missing
from tests.fakes.slack.world import group_json

table = Table()
Json = dict[str, Any]


def _email(call: Call) -> bool:
    return "users:read.email" in call.world.installed.scopes


@table.on("users.info", "users:read")
def info(call: Call) -> Json:
    user = call.world.user(call.text("user"))
    return {"user": user_json(user, call.world, email=_email(call), locale=call.flag("include_locale"))}


@table.on("users.list", "users:read")
def listed(call: Call) -> Json:
    page, cursor = call.page(list(call.world.users.values()), default=200, most=1000)
    locale = call.flag("include_locale")
    told = [user_json(one, call.world, email=_email(call), locale=locale) for one in page]
    return {"members": told, "cache_ts": call.world.seconds(), "response_metadata": {"next_cursor": cursor}}


@table.on("users.lookupByEmail", "users:read.email")
def by_email(call: Call) -> Json:
    wanted = call.text("email").lower()
    for user in call.world.users.values():
        if user.email is not None and user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(user, call.world, email=True)}
    raise Refused("users_not_found")


@table.on("usergroups.list", "usergroups:read")
def groups(call: Call) -> Json:
    with_disabled = call.flag("include_disabled")
    found = [one for one in call.world.groups.values() if with_disabled or not one.disabled]
    return {"usergroups": [group_json(one, users=call.flag("include_users")) for one in found]}


@table.on("usergroups.users.list", "usergroups:read")
def group_users(call: Call) -> Json:
    group = call.world.groups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


@table.on("auth.test", tokens=(BOT, APP))
def auth_test(call: Call) -> Json:
    world = call.world
    return {
        "url": world.url,
        "team": world.team_name,
        "user": world.bot.name,
        "team_id": world.team,
        "user_id": world.bot.id,
        "bot_id": world.bot_id,
        "is_enterprise_install": False,
    }


@table.on("auth.revoke")
def auth_revoke(call: Call) -> Json:
    if not call.flag("test"):
        call.world.revoked = "token_revoked"
    return {"revoked": not call.flag("test")}


@table.on("team.info", "team:read")
def team_info(call: Call) -> Json:
    world = call.world
    told = {"id": world.team, "name": world.team_name, "domain": world.domain, "email_domain": "", "url": world.url}
    return {"team": told | {"icon": {"image_default": True}}}


@table.on("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    wanted = call.optional("bot")
    if wanted is None:
        raise missing("bot")
    for user in call.world.users.values():
        if user.bot_id == wanted:
            told = {"id": wanted, "deleted": False, "name": user.name, "updated": 0, "app_id": user.app_id}
            return {"bot": told | {"user_id": user.id, "icons": {}}}
    raise Refused("bot_not_found")
