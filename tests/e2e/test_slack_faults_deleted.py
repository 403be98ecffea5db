"""Somebody deletes cards, channels and messages of the desk's on Slack: the ticket goes on, and says what became."""

from pathlib import Path

from tests.fakes.slack_bad_day import TITLE, Day, bad_day, opened
from tests.fakes.slack_server import Channel, Message, Person
from tests.fakes.slack_steps import press


async def made_anew(day: Day, who: Person, place: Channel, before: list[Message]) -> Message:
    """The next card in the place of those before."""

    def cards() -> list[Message]:
        return [m for m in who.reads(place) if TITLE in m.text_shown and m not in before and not m.is_reply]

    found: list[Message] = await day.server.until(cards, 20, "another card")
    await day.delivered()
    return found[0]


async def test_a_deleted_card_of_the_students_is_made_anew_with_its_history_and_the_fourth_time_staff_are_told(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha = day.campus, day.campus.sam, day.campus.asha
        sam.user.is_admin = True
        card = await opened(campus, sam)
        staffs = await day.staff_card()
        await press(asha, staffs, "Claim")
        await sam.write(sam.dm, "I wrote my exam on Monday", thread=card)
        await day.heard("I wrote my exam on Monday")
        await asha.write(campus.triage, "// a note", thread=staffs)
        await day.heard("I wrote my exam on Monday", "a note")
        await day.delivered()
        cards = [card]
        for _ in range(3):
            await sam.delete(cards[-1])
            cards.append(await made_anew(day, sam, sam.dm, cards))
            shown = "\n".join(one.text_shown for one in sam.thread(cards[-1]))
            assert "what was said before" in shown
            assert "Sam, " in shown and "I wrote my exam on Monday" in shown and "a note" not in shown
        await sam.write(sam.dm, "I am still here", thread=cards[-1])
        await day.heard("I wrote my exam on Monday", "a note", "I am still here")
        await sam.delete(cards[-1])
        await day.server.until(lambda: any("nobody reads" in m.text_shown for m in asha.reads(asha.dm)), 20)
        await day.delivered()
        await asha.write(campus.triage, "I answer all the same", thread=staffs)
        await day.heard("I wrote my exam on Monday", "a note", "I am still here", "I answer all the same")


async def test_a_deleted_card_of_the_staffs_is_posted_again_with_what_was_said(tmp_path: Path) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha, ada = day.campus, day.campus.sam, day.campus.asha, day.campus.ada
        ada.user.is_admin = True
        card = await opened(campus, sam)
        staffs = await day.staff_card()
        await asha.write(campus.triage, "// a first note", thread=staffs)
        await day.heard("a first note")
        await sam.write(sam.dm, "hello?", thread=card)
        await day.heard("a first note", "hello?")
        await day.delivered()
        await ada.delete(staffs)
        again = await made_anew(day, asha, campus.triage, [staffs])
        shown = "\n".join(one.text_shown for one in asha.thread(again))
        assert "a first note" in shown and "hello?" in shown
        await asha.write(campus.triage, "here I am", thread=again)
        await day.copied(card, "here I am")


async def test_a_card_deleted_while_the_desk_was_away_is_made_anew_and_what_was_written_under_it_is_not_lost(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        sam = day.campus.sam
        sam.user.is_admin = True
        card = await opened(day.campus, sam)
        await sam.write(sam.dm, "I wrote my exam", thread=card)
        await day.heard("I wrote my exam")
        await day.delivered()
        await day.desk.terminate()
        await sam.delete(card)
        await day.start()
        new = await made_anew(day, sam, sam.dm, [card])
        assert "I wrote my exam" in "\n".join(one.text_shown for one in sam.thread(new))
        await sam.write(sam.dm, "here I am again", thread=new)
        await day.heard("I wrote my exam", "here I am again")


async def test_when_the_triage_channel_is_deleted_the_admins_are_told_once_which_and_students_are_served(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam = day.campus, day.campus.sam
        card = await opened(campus, sam)
        await day.staff_card()
        await sam.write(sam.dm, "I wrote my exam", thread=card)
        await day.heard("I wrote my exam")
        await day.delivered()
        campus.triage.delete()
        found = await day.trouble(f"slack:channel:{campus.triage.id}")
        assert "bot.toml" in found.sentence
        await day.reply_from_the_web("I answer on the web")
        await day.copied(card, "I answer on the web")
        await sam.write(sam.dm, "thank you", thread=card)
        await day.heard("I wrote my exam", "I answer on the web", "thank you")
        await day.told_once("the channel is not there")
        assert campus.triage.id in await day.failures()


async def test_a_message_that_an_admin_deletes_is_gone_from_the_ticket_and_a_copy_that_they_delete_is_not(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha, ada = day.campus, day.campus.sam, day.campus.asha, day.campus.ada
        ada.user.is_admin = sam.user.is_admin = True
        card = await opened(campus, sam)
        staffs = await day.staff_card()
        await sam.write(sam.dm, "something fine", thread=card)
        rude = await asha.write(campus.triage, "something rude", thread=staffs)
        await day.copied(card, "something rude")
        await day.copied(staffs, "something fine")
        await ada.delete(rude)
        await day.copied(card)
        await day.heard("something fine")
        [copy] = [one for one in campus.asha.thread(staffs) if one.username]
        await ada.delete(copy)
        await sam.write(sam.dm, "sorry", thread=card)
        await day.heard("something fine", "sorry")
        day.as_it_should_be(sam)


async def test_a_requester_whose_account_is_closed_is_told_of_to_the_staff_and_the_ticket_goes_on_without_them(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path) as day:
        campus, sam, asha = day.campus, day.campus.sam, day.campus.asha
        await opened(campus, sam)
        staffs = await day.staff_card()
        await press(asha, staffs, "Claim")
        await day.delivered()
        sam.deactivate()
        await day.server.until(lambda: any("Sam" in one and "left" in one for one in day.news(staffs)), 15)
        await asha.write(campus.triage, "Are you there?", thread=staffs)
        await day.heard("Are you there?")
        await day.delivered()
        assert day.ask("SELECT status FROM tickets") != [("closed",)]
