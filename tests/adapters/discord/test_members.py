"""Roles on Discord that give roles at the desk, and who is there to have them."""

from core.commands import CloseTicket
from core.model.people import Identity, Platform, Role
from tests.adapters.discord.hall import Hall
from tests.fakes.discord_server import Person


async def roles(hall: Hall, who: str) -> set[str]:
    """The sources of what somebody was given by Discord."""
    return {grant.source for grant in (await hall.person(who)).grants if grant.source.startswith("discord:")}


async def given(hall: Hall, who: str) -> bool:
    return await roles(hall, who) == {hall.grant.source}


async def not_given(hall: Hall, who: str) -> bool:
    return not await roles(hall, who)


async def test_whoever_has_a_role_at_the_start_is_what_it_makes(hall: Hall) -> None:
    new = hall.guild.add_member("nia", nick="Nia New", roles=[hall.agents])
    await hall.enter()
    assert await given(hall, "asha") and await not_given(hall, "kim")
    async with hall.office.store.read() as work:
        person = await work.people.by_identity(Identity(Platform.DISCORD, "", str(new.id)))
    assert person is not None and person.name == "Nia New" and person.serves("academics")


async def test_whoever_has_no_such_role_stays_unknown(hall: Hall) -> None:
    stranger = hall.guild.add_member("stranger")
    await hall.enter()
    stranger.rename("Somebody")
    await hall.settled()
    assert await hall.known(stranger) is None


async def test_a_role_given_and_taken_back_while_running_is_followed_at_once(hall: Hall) -> None:
    await hall.enter()
    hall.kim.give(hall.agents)
    await hall.until(lambda: given(hall, "kim"))
    assert Role.AGENT in (await hall.person("kim")).roles
    hall.kim.take(hall.agents)
    await hall.until(lambda: not_given(hall, "kim"))
    hall.kim.give(hall.agents)
    await hall.until(lambda: given(hall, "kim"))


async def test_roles_given_and_taken_back_while_away_are_followed_at_the_start(hall: Hall) -> None:
    await hall.enter()
    await hall.leave()
    hall.kim.give(hall.agents)
    hall.asha.take(hall.agents)
    await hall.enter()
    assert await given(hall, "kim") and await not_given(hall, "asha")


async def test_what_others_gave_is_not_taken_back(hall: Hall) -> None:
    hall.asha.take(hall.agents)
    await hall.enter()
    assert (await hall.person("asha")).serves("academics")


async def test_whoever_leaves_loses_what_the_role_gave_and_their_tickets_say_so(hall: Hall) -> None:
    ticket, _ = await hall.ticket("kim")
    hall.kim.give(hall.agents)
    await hall.enter()
    assert await given(hall, "kim")
    hall.guild.remove_member(hall.kim)
    await hall.until(lambda: not_given(hall, "kim"))
    await hall.settled()
    assert (await hall.office.kinds(ticket)).count("PersonLeft") == 1
    await hall.again()
    assert (await hall.office.kinds(ticket)).count("PersonLeft") == 1


async def test_whoever_left_while_away_is_noted_at_the_start(hall: Hall) -> None:
    ticket, _ = await hall.ticket("kim")
    over, _ = await hall.ticket("kim")
    await hall.office.do(CloseTicket(ticket=over), "kim")
    hall.asha.give(hall.agents)
    await hall.enter()
    await hall.leave()
    hall.guild.remove_member(hall.kim)
    hall.guild.remove_member(hall.asha)
    await hall.enter()
    assert await not_given(hall, "asha")
    assert "PersonLeft" in await hall.office.kinds(ticket)
    assert "PersonLeft" not in await hall.office.kinds(over)


async def test_a_role_that_is_deleted_gives_nothing_any_more(hall: Hall) -> None:
    await hall.enter()
    assert await given(hall, "asha")
    hall.guild.delete_role(hall.agents)
    await hall.until(lambda: not_given(hall, "asha"))


async def test_a_role_deleted_while_away_gives_nothing_any_more(hall: Hall) -> None:
    await hall.enter()
    await hall.leave()
    hall.guild.delete_role(hall.agents)
    await hall.enter()
    assert await not_given(hall, "asha")


async def test_members_of_two_servers_have_the_roles_of_both(hall: Hall) -> None:
    second = hall.server.add_guild("Summer school")
    there: Person = second.add_member("asha", user=hall.asha.user)
    await hall.enter()
    there.rename("Asha of the summer")
    await hall.settled()
    assert await given(hall, "asha")
    second.remove_member(there)
    await hall.settled()
    assert await given(hall, "asha")
    hall.guild.remove_member(hall.asha)
    await hall.until(lambda: not_given(hall, "asha"))


async def test_a_server_that_the_bot_is_thrown_out_of_gives_nothing_any_more(hall: Hall) -> None:
    second = hall.server.add_guild("Summer school")
    second.add_member("kim", user=hall.kim.user)
    await hall.enter()
    hall.kim.give(hall.agents)
    await hall.until(lambda: given(hall, "kim"))
    hall.server.remove_guild(hall.guild)
    await hall.until(lambda: not_given(hall, "kim"))


async def test_while_a_server_cannot_be_asked_nobody_is_taken_for_gone(hall: Hall) -> None:
    await hall.enter()
    assert await given(hall, "asha")
    await hall.leave()
    hall.server.faults.fail("GET", "/guilds/*/members", status=403, times=50)
    hall.door("another")
    await hall.server.until(lambda: hall.server.called("GET", "/guilds/*/members")[-1].status == 403)
    await hall.settled()
    assert await given(hall, "asha")
