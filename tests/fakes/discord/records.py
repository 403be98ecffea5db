"""Messages as they are kept and told to the bot, whoever made them and why."""

from functools import partial
from typing import Any

from tests.fakes.discord import intents
from tests.fakes.discord.payloads import message_json, shows_content, stamp
from tests.fakes.discord.state import Message
from tests.fakes.discord.world import World

RECIPIENT_ADD, RECIPIENT_REMOVE, NAME_CHANGE, PINNED, THREAD_CREATED, THREAD_STARTER = 1, 2, 4, 6, 18, 21


def store(world: World, message: Message) -> Message:
    """Keeps a new message and tells of it."""
    place = message.place
    message.order = world.next_order()
    place.messages[message.id] = message
    world.messages.append(message)
    if message.ephemeral_for is None:
        place.last_message_id = message.id
        if place.is_thread:
            place.total_message_sent += 1
            place.message_count += 1
        tell(world, "MESSAGE_CREATE", message)
    for watcher in world.watchers:
        watcher(message)
    return message


def tell(world: World, event: str, message: Message) -> None:
    """An ephemeral message, or one in a place that the bot does not see, is not told of."""
    if message.ephemeral_for is not None or not world.bot_sees(message.place):
        return
    data = message_json(world, message, event=True)
    shown = shows_content(world, message)
    blank = None if shown else partial(message_json, world, message, event=True, content=False)
    world.dispatch(event, data, intents.DIRECT_MESSAGES if message.place.is_dm else intents.MESSAGES, blank)


def system(world: World, place: Any, author: Any, kind: int, **more: Any) -> Message:
    """What Discord itself writes between the messages: somebody was added, something was pinned."""
    made = Message(world.next_id(), place, author, type=kind, created_at=world.now(), **more)
    return store(world, made)


def remove(world: World, message: Message) -> None:
    forget(message)
    if message.ephemeral_for is None and world.bot_sees(message.place):
        data = {"id": str(message.id)} | _where(message.place)
        world.dispatch("MESSAGE_DELETE", data, _intent(message.place))


def remove_many(world: World, place: Any, messages: list[Message]) -> None:
    for message in messages:
        forget(message)
    if world.bot_sees(place):
        data = {"ids": [str(message.id) for message in messages]} | _where(place)
        world.dispatch("MESSAGE_DELETE_BULK", data, _intent(place))


def forget(message: Message) -> None:
    message.deleted = True
    message.place.messages.pop(message.id, None)
    if message.place.is_thread:
        message.place.message_count -= 1


def pin(world: World, message: Message, by: Any, *, pinned: bool) -> None:
    if message.pinned == pinned:
        return
    message.pinned_at = world.now() if pinned else None
    tell(world, "MESSAGE_UPDATE", message)
    place = message.place
    if world.bot_sees(place):
        times = [one.pinned_at for one in place.messages.values() if one.pinned_at is not None]
        data = {"last_pin_timestamp": stamp(max(times)) if times else None} | _where(place)
        world.dispatch("CHANNEL_PINS_UPDATE", data, intents.DIRECT_MESSAGES if place.is_dm else intents.GUILDS)
    if pinned:
        reference = {"message_id": str(message.id), "channel_id": str(place.id)}
        system(world, place, by, PINNED, reference=reference)


def _where(place: Any) -> dict[str, str]:
    where = {"channel_id": str(place.id)}
    return where if place.guild is None else where | {"guild_id": str(place.guild.id)}


def _intent(place: Any) -> int:
    return intents.DIRECT_MESSAGES if place.is_dm else intents.MESSAGES
