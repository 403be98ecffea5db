"""A ticket is erased: on Slack all that the app had put there is gone, and what comes afterwards is refused."""

from pathlib import Path

from tests.fakes.discord_steps import at_the_page
from tests.fakes.planted import files_with
from tests.fakes.slack_server import File
from tests.fakes.slack_steps import (
    a_day,
    faults_of,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    triage,
    until,
    use,
    whispered,
    write,
)
from tests.fakes.web_desk import png

SECRET = "xylograph"


async def test_an_erased_ticket_leaves_no_word_of_the_apps_on_slack(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (campus, desk):
        priya = await at_the_page(desk, "Priya", "priya@example.com", "agent")
        sam, asha, ada = campus.sam, campus.asha, campus.ada
        card = await open_ticket(campus, sam, f"My {SECRET}")
        ref, staffs = ref_of(card), await triage(campus, card)
        await write(sam, card, f"This {SECRET}", files=[File(f"{SECRET}.png", png(1, 1))])
        await reads(asha, staffs, f"This {SECRET}")
        await write(asha, staffs, f"Your {SECRET}")
        await reads(sam, card, f"Your {SECRET}")
        await quiet(campus)

        asked = await use(ada, ada.dm, f"/ticket desk erase {ref} They asked for it")
        await press(ada, asked, f"Erase {ref} for good")
        await until(lambda: f"{ref} was erased on" in card.text_shown or None, "the card to say so")
        await until(lambda: f"{ref} was erased on" in staffs.text_shown or None, "the staff's card to say so")
        await quiet(campus)
        by_the_app = [m for m in (*sam.thread(card), *asha.thread(staffs), card, staffs) if m.by_app]
        assert not any(SECRET in m.text_shown or m.files for m in by_the_app)

        late = await write(sam, card, "One more word", files=[File("late.png", png(2, 2))])
        refused = await whispered(sam, late)
        assert f"{ref} was erased on" in refused.text_shown
        answer = await priya.call("GET", f"/api/threads/{ref}", status=404)
        assert f"{ref} was erased on" in answer["message"]
        assert faults_of(campus.server) == []
        await desk.terminate()  # which brings all that was written into the one file
    assert files_with(SECRET, tmp_path) == []
    assert files_with("late.png", tmp_path) == []
