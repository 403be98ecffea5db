"""Many at once, the same thing twice, two desks beside each other."""

import asyncio
from collections import Counter
from pathlib import Path

import psycopg

from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import University, discord_desk, furnished, opened, until_ready
from tests.fakes.discord_server import DiscordServer, Interaction, Person, Thread

CROWD = 100
WAVE = 20
"""Who get the long form at the same moment: holding one against Discord's description takes the stand-in 10 ms, and the
three seconds are the desk's."""


async def begin(uni: University, crowd: list[Person]) -> list[Interaction]:
    """All of them up to the form with the questions."""
    asked, forms = [], []
    for wave in (crowd[at : at + WAVE] for at in range(0, len(crowd), WAVE)):
        asked += await asyncio.gather(
            *(who.slash(uni.exams, "ticket", "open", title=f"{who.name} asks") for who in wave)
        )
    words = {"Category": "exams", "Tell us more": "Please."}
    sent = await asyncio.gather(*(one.person.submit(one.modal, words) for one in asked))
    await asyncio.gather(*(one.settled(30) for one in sent))
    for wave in (sent[at : at + WAVE] for at in range(0, len(sent), WAVE)):
        forms += await asyncio.gather(*(one.person.press(one.answer, "Answer the questions") for one in wave))
    return forms


def theirs(day: Day, who: Person) -> list[Thread]:
    return [one for one in day.threads if who.sees(one)]


async def test_a_hundred_students_at_once_are_each_acknowledged_and_get_a_thread_of_their_own(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path, BOT_LOG__LEVEL="info") as day:
        uni = day.uni
        crowd = [uni.guild.add_member(f"student{number}") for number in range(CROWD)]
        forms = await begin(uni, crowd)
        sending = [who.submit(form.modal, {"Course code": "CS2001"}) for who, form in zip(crowd, forms, strict=True)]
        sent = await asyncio.gather(*sending)
        await asyncio.gather(*(one.settled(60) for one in sent))
        waited = [one.acknowledged_after for one in day.server.world.interactions.values()]
        assert len(waited) == 4 * CROWD
        assert None not in waited
        await day.delivered(60)
        assert len(day.threads) == CROWD
        for who in crowd:
            [thread] = theirs(day, who)
            assert set(thread.members) == {who.id, day.server.bot.id}
            [card] = day.by_bot(thread)
            assert f"{who.name} asks" in card.text and card.pinned
        assert len(day.by_bot(uni.triage)) == CROWD
        assert day.ask("SELECT count(*), count(DISTINCT requester_id) FROM tickets") == [(CROWD, CROWD)]


async def test_a_desk_killed_in_a_burst_of_openings_has_each_once_or_not_at_all_and_who_asks_again_gets_it(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path, BOT_LOG__LEVEL="info") as day:
        uni = day.uni
        crowd = [uni.guild.add_member(f"student{number}") for number in range(40)]
        forms = await begin(uni, crowd)
        sending = [
            who.submit(form.modal, {"Course code": "CS2001"}, wait=False)
            for who, form in zip(crowd, forms, strict=True)
        ]
        sent = await asyncio.gather(*sending)
        await day.server.until(lambda: day.ask("SELECT count(*) FROM tickets")[0][0] >= 5)
        await day.desk.kill()
        answered = {one.person for one in sent if one.answer is not None and "T-" in one.shown}
        await day.restart()
        await day.delivered(60)
        had = {who for who in crowd if theirs(day, who)}
        assert answered <= had
        for who, form in zip(crowd, forms, strict=True):
            if who not in had:
                again = await who.press(form.message, "Answer the questions")
                await (await who.submit(again.modal, {"Course code": "CS2001"})).settled(30)
        await day.delivered(60)
        found = Counter(len(theirs(day, who)) for who in crowd)
        assert found == {1: len(crowd)}
        assert len(day.threads) == len(day.by_bot(uni.triage)) == len(crowd)
        assert all(len(day.by_bot(thread)) == 1 for thread in day.threads)


async def test_an_interaction_that_is_delivered_twice_opens_one_ticket(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        uni, sam = day.uni, day.uni.sam
        [form] = await begin(uni, [sam])
        sent = await sam.submit(form.modal, {"Course code": "CS2001"}, wait=False)
        sent.send(sent.message)
        await sent.settled(20)
        sent.send(sent.message)
        await day.delivered()
        await asyncio.sleep(0.3)
        await day.delivered()
        assert day.ask("SELECT count(*) FROM tickets") == [(1,)]
        assert "T-1" in sent.shown
        [thread] = day.threads
        day.as_it_should_be(thread, sam)
        card = sam.reads(thread)[0]
        claimed = await uni.asha.press(card, "Claim", wait=False)
        claimed.send(claimed.message)
        await claimed.settled()
        await day.delivered()
        assert day.ask("SELECT count(*) FROM events WHERE kind = 'TicketClaimed'") == [(1,)]
        news = [one.text for one in day.by_bot(thread)[1:] if "asha" in one.text]
        assert len(news) == 1, news


async def test_two_agents_who_press_claim_at_once_and_one_who_presses_twice_make_one_assignee(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        uni = day.uni
        thread = await opened(uni, uni.sam)
        card = uni.sam.reads(thread)[0]
        pressing = [who.press(card, "Claim", wait=False) for who in (uni.asha, uni.lee, uni.asha)]
        pressed = await asyncio.gather(*pressing)
        shown = [(await one.settled()).shown for one in pressed]
        assert day.ask("SELECT count(*) FROM events WHERE kind = 'TicketClaimed'") == [(1,)]
        assert len([one for one in shown if "already" in one]) == 2, shown


async def test_two_desks_on_one_database_hold_one_session_and_the_other_takes_over_when_its_holder_dies(
    tmp_path: Path, postgresql_url: str
) -> None:
    async with DiscordServer() as server:
        uni = furnished(server)
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        at = {"BOT_DATABASE__URL": postgresql_url, "BOT_WEB__SECRET_KEY": "0123456789abcdef0123456789abcdef"}
        one, two = (discord_desk(tmp_path / name, uni, at) for name in ("one", "two"))
        await one.start()
        try:
            await until_ready(uni)
            await two.start()
            thread = await opened(uni, uni.sam)
            await uni.sam.say(thread, "to the first")
            await server.until(lambda: _words(postgresql_url) == 1)
            assert (server.gateway.identifies, len(server.gateway.sessions)) == (1, 1)
            await one.kill()
            await uni.sam.say(thread, "to nobody")
            _let_leases_run_out(postgresql_url)
            await server.until(lambda: server.gateway.identifies == 2, within=20)
            await uni.sam.say(thread, "to the second")
            await server.until(lambda: _words(postgresql_url) == 3, within=20)
            resolved = await uni.asha.slash(thread, "ticket", "resolve", answer="Solved")
            await resolved.settled()
            await server.until(lambda: thread.archived and thread.locked)
            by_bot = [one for one in thread.messages.values() if one.author is server.bot and not one.is_system]
            assert len({one.text for one in by_bot}) == len(by_bot)
            assert server.violations == []
        finally:
            await one.stop()
            await two.stop()


def _words(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as database:
        found = database.execute("SELECT count(*) FROM messages").fetchone()
    return 0 if found is None else int(found[0])


def _let_leases_run_out(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("UPDATE leases SET until = until - interval '1 hour'")
        database.execute("UPDATE deliveries SET leased_until = leased_until - interval '1 hour'")
