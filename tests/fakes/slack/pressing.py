"""The payloads of what people press, choose, send and call. https://docs.slack.dev/reference/interaction-payloads"""

from typing import Any

from tests.fakes.slack import shown
from tests.fakes.slack.interactions import Interaction
from tests.fakes.slack.payloads import message_json
from tests.fakes.slack.state import DIRECT, PRIVATE, Message, User
from tests.fakes.slack.views import View, offered, option
from tests.fakes.slack.world import World

Json = dict[str, Any]


def head(world: World, user: User, kind: str) -> Json:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": world.app_id,
        "token": "stand-in",
        "team": {"id": world.team, "domain": world.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: Any) -> str:
    """What payloads call it: a private place's own name is not told."""
    return {DIRECT: "directmessage", PRIVATE: "privategroup"}.get(channel.kind, channel.name)


def command(interaction: Interaction, name: str, text: str) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    world, user, place = interaction.person.world, interaction.person.user, interaction.place
    return {
        "token": "stand-in",
        "team_id": world.team,
        "team_domain": world.domain,
        "channel_id": place.id,
        "channel_name": channel_name(place),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": world.app_id,
        "is_enterprise_install": "false",
        "response_url": interaction.response_url.url,
        "trigger_id": interaction.trigger.id,
    }


def pressed(interaction: Interaction, block: Json, element: Json, value: Json) -> Json:
    """``block_actions``, of a message or a view. An ephemeral message does not come with it."""
    world, message, view = interaction.person.world, interaction.message, interaction.source
    made = head(world, interaction.person.user, "block_actions") | {"trigger_id": interaction.trigger.id}
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    made["actions"] = [action | value | {"action_ts": world.next_ts()}]
    if view is not None:
        return made | {"container": {"type": "view", "view_id": view.id}, "view": view.json()}
    assert message is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.place.id,
        "is_ephemeral": message.ephemeral_for is not None,
    }
    if message.thread_ts or message.replies:
        container["thread_ts"] = message.thread_ts or message.ts
    made |= {"container": container, "channel": {"id": message.place.id, "name": channel_name(message.place)}}
    made |= {"response_url": interaction.response_url.url, "state": {"values": {}}}
    return made if message.ephemeral_for is not None else made | {"message": message_json(message)}


def submitted(interaction: Interaction) -> Json:
    world, view = interaction.person.world, interaction.source
    made = head(world, interaction.person.user, "view_submission") | {"trigger_id": interaction.trigger.id}
    return made | {"view": view.json(), "response_urls": []}


def closed(world: World, user: User, view: View, *, cleared: bool) -> Json:
    return head(world, user, "view_closed") | {"view": view.json(), "is_cleared": cleared}


def shortcut(interaction: Interaction, callback_id: str) -> Json:
    world = interaction.person.world
    made = head(world, interaction.person.user, "shortcut")
    return made | {"callback_id": callback_id, "trigger_id": interaction.trigger.id, "action_ts": world.next_ts()}


def message_shortcut(interaction: Interaction, callback_id: str) -> Json:
    world, message = interaction.person.world, interaction.message
    made = head(world, interaction.person.user, "message_action")
    return made | {
        "callback_id": callback_id,
        "trigger_id": interaction.trigger.id,
        "action_ts": world.next_ts(),
        "message_ts": message.ts,
        "channel": {"id": message.place.id, "name": channel_name(message.place)},
        "message": message_json(message),
        "response_url": interaction.response_url.url,
    }


def find(blocks: list[Json], what: str, choice: Any) -> tuple[Json, Json, Json]:
    """A button by its words, an entry of an overflow menu by its words, or any element by action_id or placeholder.

    With what the payload says of it. Raises AssertionError.
    """
    known = shown.elements(blocks)
    for block, one in known:
        if one["type"] == "button" and what == one["text"]["text"]:
            return block, one, _value(one, None)
    for block, one in known:
        names = (one.get("action_id"), one.get("placeholder", {}).get("text"), one.get("value"))
        if what in names:
            return block, one, _value(one, choice)
    for block, one in known:
        if one["type"] == "overflow" and what in [entry["text"]["text"] for entry in one["options"]]:
            return block, one, _value(one, what)
    raise AssertionError(f"there is no {what!r}: {shown.buttons(blocks) + shown.menu(blocks)}")


def _value(element: Json, choice: Any) -> Json:
    kind = element["type"]
    if kind == "button":
        assert choice is None, "a button offers no choice"
        told = {"text": element["text"]}
        return told | {key: element[key] for key in ("value", "style", "url") if key in element}
    if kind in ("static_select", "overflow", "radio_buttons"):
        return {"selected_option": option(element, choice)}
    if kind in ("multi_static_select", "checkboxes"):
        return {"selected_options": [option(element, one) for one in choice]}
    names = {"users_select": "selected_user", "channels_select": "selected_channel", "datepicker": "selected_date"}
    assert kind in names or offered(element), f"{kind} cannot be used here"
    return {names[kind]: getattr(choice, "id", choice)}


def visible_message(message: Message, person: Any) -> None:
    """Raises AssertionError."""
    assert person.sees(message), f"{person.name} does not see {message}"
