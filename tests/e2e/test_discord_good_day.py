"""The good day on Discord: a whole desk in its own process, the real discord.py, a stand-in that refuses as Discord does."""

from pathlib import Path

from tests.fakes.discord_desk import open_university, opened


async def test_a_student_opens_a_ticket_and_an_agent_answers_in_its_thread(tmp_path: Path) -> None:
    async with open_university(tmp_path) as (uni, _desk):
        thread = await opened(uni, uni.sam)
        card = uni.sam.reads(thread)[0]
        assert not uni.kim.sees(thread)
        assert card.pinned
        await (await uni.asha.press(card, "Claim")).settled()
        await uni.asha.say(thread, "I look into it")
        assert uni.server.violations == []
