"""Who somebody is on the desk follows from who they are on the server: roles given and taken, people who leave."""

import asyncio
from pathlib import Path

from tests.fakes.discord_desk import University
from tests.fakes.discord_server import Person
from tests.fakes.discord_steps import a_day, card_in, open_login, press, quiet, reads, ref_of, shows, triage, use


async def agents(uni: University) -> set[str]:
    """Who may be given a ticket, as the staff are offered them."""
    return {choice.name for choice in await uni.ada.complete(uni.exams, "ticket assign", option="agent", typed="")}


async def becomes(uni: University, who: Person, *, agent: bool) -> None:
    async with asyncio.timeout(10):
        while (who.name in await agents(uni)) is not agent:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.05)


async def test_a_role_given_or_taken_while_the_desk_runs_counts_at_once(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        thread = await open_login(uni, uni.sam)
        assert "Not done" in (await use(uni.kim, uni.login, "ticket", "claim", ref=ref_of(thread))).shown
        uni.kim.give(uni.agents)
        await becomes(uni, uni.kim, agent=True)
        claimed = await use(uni.kim, thread, "ticket", "claim")
        assert "is yours" in claimed.shown
        uni.kim.take(uni.agents)
        await becomes(uni, uni.kim, agent=False)
        refused = await use(uni.kim, uni.login, "ticket", "resolve", ref=ref_of(thread))
        assert "Not done" in refused.shown


async def test_what_changed_while_the_desk_was_away_counts_when_it_is_back(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, desk):
        thread = await open_login(uni, uni.sam)
        left_behind = await open_login(uni, uni.kim)
        await press(uni.asha, card_in(thread), "Claim")
        await reads(uni, uni.sam, thread, "asha has it now")
        assert await desk.terminate() == 0

        uni.asha.take(uni.agents)
        newcomer = uni.guild.add_member("nia", roles=[uni.leads])
        await uni.sam.say(thread, "Written while nobody was there")
        uni.guild.remove_member(uni.kim)
        await desk.start()
        await uni.server.connected(30)

        await becomes(uni, uni.asha, agent=False)
        await becomes(uni, newcomer, agent=True)
        assert "Not done" in (await use(uni.asha, uni.login, "ticket", "unassign", ref=ref_of(thread))).shown
        assert "is with nia now" in (await use(uni.lee, thread, "ticket", "assign", agent="nia")).shown
        await uni.server.until(lambda: newcomer.pings)
        shown = await use(uni.lee, thread, "ticket", "show")
        assert "nia" in shown.shown
        assert "kim" in (await triage(uni, left_behind)).text


async def test_a_student_who_leaves_the_server_is_noted_for_the_agent_who_waits(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        thread = await open_login(uni, uni.sam, "Gone tomorrow")
        await press(uni.asha, card_in(thread), "Claim")
        await reads(uni, uni.sam, thread, "asha has it now")
        uni.guild.remove_member(uni.sam)
        told = await reads(uni, uni.asha, uni.asha.dm, "left Discord")
        assert "sam" in told.text
        assert ref_of(thread) in told.text
        await use(uni.asha, thread, "ticket", "resolve", answer="Farewell")
        await uni.server.until(lambda: thread.archived)

        back = uni.guild.add_member("sam", user=uni.sam.user)
        listed = await use(back, uni.login, "ticket", "list")
        assert "Gone tomorrow" in listed.shown
        await use(back, uni.login, "ticket", "reopen", ref=ref_of(thread))
        await uni.server.until(lambda: back.sees(thread), 10, "the thread, for who came back")


async def test_a_new_name_is_shown_from_then_on(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        thread = await open_login(uni, uni.sam)
        uni.asha.rename("Asha R.")
        await press(uni.asha, card_in(thread), "Claim")
        await reads(uni, uni.sam, thread, "Asha R. has it now")
        uni.sam.rename("Samuel")
        await uni.sam.say(thread, "I have a new name")
        await use(uni.asha, thread, "ticket", "priority", priority="high")
        await shows(uni, card_in(thread), "Samuel")
        await quiet(uni)
