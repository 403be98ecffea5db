"""Reactions that were set or taken away on Discord while the desk was away."""

import pytest

from core.commands import AddParticipant, React
from core.model.ids import TicketId
from core.model.thread import Copy, Reaction
from tests.adapters.discord.hall import Hall
from tests.fakes.discord import posting

REACTORS = "/channels/*/messages/*/reactions/*"


async def reactions(hall: Hall, ticket: TicketId) -> list[Reaction]:
    async with hall.office.store.read() as work:
        return list(await work.reactions.of(ticket))


async def shown(hall: Hall, ticket: TicketId) -> set[tuple[str, str]]:
    """Who reacted with what, as far as the desk knows."""
    called = {person: who for who, person in hall.office.people.items()}
    return {(called[one.person], one.emoji) for one in await reactions(hall, ticket)}


def asked(hall: Hall) -> int:
    """How often Discord was asked who reacted."""
    return len(hall.server.called("GET", REACTORS))


async def test_what_was_set_and_taken_away_meanwhile_is_followed_and_who_set_the_rest_is_not_asked(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    first, second = [await hall.sam.say(place, words) for words in ("One", "Two")]
    for who, message, emoji in (
        (hall.sam, first, "👍"),
        (hall.asha, first, "👍"),
        (hall.asha, first, "👀"),
        (hall.sam, second, "zebra:77"),
    ):
        await who.react(message, emoji)
    await hall.until(lambda: _has(hall, ticket, 4))
    assert asked(hall) == 0
    await hall.leave()
    await hall.sam.unreact(first, "👍")
    await hall.asha.unreact(first, "👀")
    await hall.asha.react(second, "zebra:77")
    await hall.sam.react(second, "🎉")
    await hall.enter()
    expected = {("asha", "👍"), ("sam", ":zebra:"), ("asha", ":zebra:"), ("sam", "🎉")}
    assert await shown(hall, ticket) == expected
    asks = asked(hall)
    kinds = await hall.office.kinds(ticket)
    await hall.again()
    assert (await shown(hall, ticket), asked(hall)) == (expected, asks)
    assert await hall.office.kinds(ticket) == kinds


async def _has(hall: Hall, ticket: TicketId, count: int) -> bool:
    return len(await reactions(hall, ticket)) == count


async def test_under_words_that_came_from_elsewhere_reactions_are_followed_in_whichever_part(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    said = await hall.office.say(ticket, "asha", "From the page")
    parts = [await hall.asha.say(place, words) for words in ("From", "the page")]
    thread = await hall.thread(ticket)
    async with hall.office.store.write() as work:
        await work.copies.put(Copy(said.id, thread.id, tuple(str(one.id) for one in parts)))
    await hall.sam.react(parts[0], "👍")
    await hall.enter()
    assert await shown(hall, ticket) == {("sam", "👍")}
    await hall.leave()
    await hall.sam.unreact(parts[0], "👍")
    await hall.sam.react(parts[1], "👍")
    await hall.enter()
    assert await shown(hall, ticket) == {("sam", "👍")}
    await hall.leave()
    await hall.sam.unreact(parts[1], "👍")
    await hall.enter()
    assert await shown(hall, ticket) == set()


async def test_the_desks_own_signs_other_bots_and_strangers_are_nobodys_reactions(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "One")
    await hall.heard(ticket, "One")
    message = (await hall.said(ticket))[0].id
    await hall.office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "asha")
    await hall.leave()
    robot, stranger = hall.guild.add_member("robot", bot=True), hall.guild.add_member("stranger")
    posting.react(hall.server.world, said, hall.server.bot, "👍")
    for who in (robot, stranger, hall.kim):
        hall.guild.add_to_thread(place, who)
        await who.react(said, "🔥")
    await hall.enter()
    assert await shown(hall, ticket) == {("asha", "👍")}, "set on the page, and not taken away on Discord"
    await hall.leave()
    await hall.sam.react(said, "👍")
    await hall.enter()
    assert await shown(hall, ticket) == {("asha", "👍"), ("sam", "👍")}
    await hall.leave()
    await hall.sam.unreact(said, "👍")
    await hall.enter()
    assert await shown(hall, ticket) == {("asha", "👍")}


async def test_more_than_a_page_of_people_are_read(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "One")
    await hall.heard(ticket, "One")
    await hall.leave()
    crowd = [hall.guild.add_member(f"stranger{number}") for number in range(130)]
    late = hall.guild.add_member("pia")
    await hall.know(late, "pia")
    await hall.office.do(AddParticipant(ticket=ticket, person=hall.office.people["pia"]), "sam")
    for who in (*crowd, late):
        hall.guild.add_to_thread(place, who)
        await who.react(said, "👍")
    hall.server.faults.limit("GET", REACTORS, retry_after=0.02, times=2)
    await hall.enter()
    assert await shown(hall, ticket) == {("pia", "👍")}
    assert {one.query.get("limit") for one in hall.server.called("GET", REACTORS)} == {"100"}


@pytest.mark.parametrize("code", [10008, 10014])
async def test_what_is_gone_when_it_is_asked_for_changes_nothing(hall: Hall, code: int) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "One")
    await hall.sam.react(said, "👍")
    await hall.until(lambda: _has(hall, ticket, 1))
    await hall.leave()
    await hall.asha.react(said, "👍")
    await hall.sam.say(place, "Two")
    hall.server.faults.refuse("GET", REACTORS, code)
    await hall.enter()
    await hall.heard(ticket, "One", "Two")
    assert await shown(hall, ticket) == {("sam", "👍")}
    await hall.again()
    assert await shown(hall, ticket) == {("sam", "👍"), ("asha", "👍")}


async def test_a_sign_of_the_desks_in_the_place_of_somebodys_does_not_hide_that_it_was_taken_away(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "One")
    await hall.sam.react(said, "👍")
    await hall.until(lambda: _has(hall, ticket, 1))
    await hall.leave()
    posting.react(hall.server.world, said, hall.server.bot, "👍")
    await hall.sam.unreact(said, "👍")
    await hall.enter()
    assert await shown(hall, ticket) == set()
