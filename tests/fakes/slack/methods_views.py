"""``views.*``. https://docs.slack.dev/surfaces/modals"""

import json
from typing import Any

from tests.fakes.slack import blocks
from tests.fakes.slack.api import Call, Table
from tests.fakes.slack.refusals import Refused, invalid, missing
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

table = Table()
Json = dict[str, Any]


def checked(view: Any, *, home: bool) -> Json:
    """Raises Refused (invalid_arguments with what is wrong, view_too_large)."""
    if isinstance(view, dict) and len(json.dumps(view, ensure_ascii=False).encode()) > blocks.VIEW_BYTES:
        raise Refused("view_too_large", fault=True)
    problems = blocks.view_problems(view, home=home)
    if problems:
        raise invalid(*problems)
    return view


def _view(call: Call, *, home: bool) -> Json:
    if call.args.get("view") in (None, ""):
        raise missing("view")
    return checked(call.args["view"], home=home)


def _unused_external_id(world: World, data: Json, mine: View | None = None) -> None:
    wanted = data.get("external_id")
    taken = (one for one in world.views.values() if one is not mine and one.open)
    if wanted and any(one.data.get("external_id") == wanted for one in taken):
        raise Refused("duplicate_external_id")


def _trigger(call: Call) -> Any:
    """Used up by this. Raises Refused (invalid_trigger_id, expired_trigger_id, exchanged_trigger_id)."""
    found = call.world.triggers.get(call.text("trigger_id"))
    if found is None:
        raise Refused("invalid_trigger_id", fault=True)
    if found.exchanged:
        raise Refused("exchanged_trigger_id")
    if found.expired:
        raise Refused("expired_trigger_id")
    return found


@table.on("views.open")
def opened(call: Call) -> Json:
    """From within an open modal the new one lies upon it."""
    data = _view(call, home=False)
    trigger = _trigger(call)
    return _put_up(call, data, trigger)


@table.on("views.push")
def pushed(call: Call) -> Json:
    data = _view(call, home=False)
    trigger = _trigger(call)
    if trigger.view is None or not trigger.view.open:
        raise Refused("not_found")
    return _put_up(call, data, trigger)


def _put_up(call: Call, data: Json, trigger: Any) -> Json:
    world = call.world
    below = trigger.view
    stack = below.stack if below is not None and below.kind == "modal" and below.open else []
    if len(stack) >= world.settings.modal_stack:
        raise Refused("push_limit_reached")
    _unused_external_id(world, data)
    trigger.exchanged = True
    view = push(world, trigger.user, data, stack)
    trigger.interaction.opened(view)
    return {"view": view.json()}


def push(world: World, user: Any, data: Json, stack: list[View]) -> View:
    view = View(world, user, data, stack)
    stack.append(view)
    return view


@table.on("views.update")
def updated(call: Call) -> Json:
    world = call.world
    view_id, external_id = call.optional("view_id"), call.optional("external_id")
    if view_id is None and external_id is None:
        raise missing("view_id")
    data = _view_of_any_kind(call)
    found = world.views.get(view_id) if view_id else _by_external_id(world, external_id)
    if found is None or not found.open:
        raise Refused("not_found")
    _same(found, call.optional("hash"))
    if data["type"] != found.kind:
        raise invalid("view type may not change [json-pointer:/view/type]")
    _unused_external_id(world, data, found)
    found.show(data)
    return {"view": found.json()}


def _view_of_any_kind(call: Call) -> Json:
    view = call.args.get("view")
    return _view(call, home=isinstance(view, dict) and view.get("type") == "home")


def _by_external_id(world: World, wanted: str | None) -> View | None:
    return next((one for one in world.views.values() if one.open and one.data.get("external_id") == wanted), None)


def _same(view: View, given: str | None) -> None:
    if given is not None and given != view.hash:
        raise Refused("hash_conflict")


@table.on("views.publish")
def published(call: Call) -> Json:
    world = call.world
    user = world.user(call.text("user_id"))
    data = _view(call, home=True)
    if not world.installed.home:
        raise Refused("not_enabled")
    home = world.homes.get(user.id)
    if home is None:
        home = world.homes[user.id] = View(world, user, data, [])
    else:
        _same(home, call.optional("hash"))
        home.show(data)
    return {"view": home.json()}
