"""A ticket is erased: on Discord its thread is gone with all in it, and the staff's card says no more than that."""

from pathlib import Path

from tests.fakes.discord_steps import a_day, at_the_page, faults_of, open_login, press, quiet, ref_of, triage, use
from tests.fakes.planted import files_with
from tests.fakes.web_desk import png

SECRET = "xylograph"


async def test_an_erased_ticket_leaves_no_word_on_discord(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, desk):
        priya = await at_the_page(desk, "Priya", "priya@example.com", "agent")
        thread = await open_login(uni, uni.sam)
        ref, card = ref_of(thread), await triage(uni, thread, uni.platform_triage)
        await uni.sam.say(thread, f"My {SECRET}", files=[(f"{SECRET}.png", png(1, 1))])
        await priya.until_said(ref, f"My {SECRET}")
        await priya.say(ref, f"Your {SECRET}")
        await priya.say(ref, f"A note on the {SECRET}", kind="note")
        await quiet(uni)
        assert any(SECRET in one.text for one in uni.sam.reads(thread))

        asked = await use(uni.ada, uni.platform_triage, "desk", "erase", ref=ref, reason="They asked for it")
        assert f"Erase {ref}?" in asked.shown
        await press(uni.ada, asked.answer, f"Erase {ref} for good")
        await uni.server.until(lambda: thread not in uni.guild.threads(), within=10)
        await quiet(uni)

        shown = [one for place in (uni.platform_triage, uni.login) for one in uni.ada.reads(place)]
        assert not any(SECRET in one.text for one in shown)
        assert f"{ref} was erased on" in card.text
        assert card.id not in {one.id for one in uni.guild.threads()}
        assert not any("erase" in one.text for one in uni.sam.dms)
        answer = await priya.call("GET", f"/api/threads/{ref}", status=404)
        assert f"{ref} was erased on" in answer["message"]
        assert faults_of(uni.server) == []
        await desk.terminate()  # which brings all that was written into the one file
    assert files_with(SECRET, tmp_path) == []
