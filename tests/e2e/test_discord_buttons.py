"""Every button of every card that the desk shows on Discord, pressed by who sees it: each says or does something."""

from pathlib import Path

from tests.fakes.discord_desk import University, opened
from tests.fakes.discord_server import Interaction, Message, Person, Thread
from tests.fakes.discord_steps import (
    FAULTS,
    a_day,
    buttons_of,
    card_in,
    fill,
    open_login,
    press,
    quiet,
    reads,
    ref_of,
    triage,
    use,
)
from tests.fakes.process import DeskProcess


def plausible(asked: Interaction) -> dict[str, str]:
    """Something for every field of a form that must be filled in."""
    assert asked.modal is not None
    return {
        label: next(o["value"] for o in field["options"]) if field.get("options") else "words"
        for label, field in asked.modal.inputs
        if field.get("required")
        and not field.get("value")
        and not any(o.get("default") for o in field.get("options", []))
    }


async def try_out(who: Person, message: Message, button: str) -> Interaction:
    """Press it, and send the form that it opens. The answer is for them alone and no fault of the desk's."""
    done = await press(who, message, button)
    if done.modal is not None:
        done = await fill(who, done, plausible(done))
    assert done.ephemeral, (button, done)
    assert done.shown.strip(), (button, done)
    assert not any(fault in done.shown for fault in FAULTS), (button, done.shown)
    return done


ENDING = ("Resolve", "Reopen", "Close")


async def try_all(uni: University, who: Person, message: Message) -> set[str]:
    """Each button that the message has or gets while they are pressed, once, those that end the ticket last."""
    tried: set[str] = set()
    while left := sorted(set(buttons_of(message)) - tried, key=lambda label: (label in ENDING, label)):
        await try_out(who, message, left[0])
        tried.add(left[0])
        await quiet(uni)
    return tried


async def test_every_button_in_a_thread_and_in_the_staffs_channel_works_in_every_state(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        for who in (uni.asha, uni.sam):
            thread = await opened(uni, uni.sam, title=f"Pressed by {who.name}")
            await triage(uni, thread)
            tried = await try_all(uni, who, card_in(thread))
            assert tried >= {"Claim", "Resolve", "Urgent", "Priority", "Close"}
            for closing in [m for m in with_buttons(uni, thread, who) if m is not card_in(thread)]:
                assert await try_all(uni, who, closing) == {"Reopen"}
        at_triage = await opened(uni, uni.sam, title="Pressed in triage")
        tried = await try_all(uni, uni.asha, await triage(uni, at_triage))
        assert tried == {"Claim", "Resolve", "Urgent", "Priority", "Close", "Reopen", "Note"}


def with_buttons(uni: University, thread: Thread, who: Person) -> list[Message]:
    return [m for m in who.reads(thread) if m.author is uni.server.bot and m.ephemeral_for is None and buttons_of(m)]


async def test_every_button_of_an_answer_and_of_a_direct_message_works(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        thread = await open_login(uni, uni.sam)
        ref = ref_of(thread)
        shown = await use(uni.sam, uni.login, "ticket", "show", ref=ref)
        assert {"Urgent", "Close"} <= set(buttons_of(told(shown)))
        await try_out(uni.sam, told(shown), "Urgent")
        claimed = await use(uni.asha, uni.login, "ticket", "claim", ref=ref)
        assert "Resolve" in buttons_of(told(claimed))
        await try_out(uni.asha, told(claimed), "Resolve")
        news = await reads(uni, uni.sam, uni.sam.dm, "asha resolved it")
        assert buttons_of(news) == ["Reopen"]
        await try_out(uni.sam, news, "Reopen")
        await uni.server.until(lambda: not thread.archived)
        again = await try_out(uni.sam, news, "Reopen")
        assert "Not done" in again.shown
        closed = await try_out(uni.sam, told(shown), "Close")
        assert "is closed" in closed.shown
        reopened = await try_out(uni.sam, told(closed), "Reopen")
        assert "is open again" in reopened.shown


def told(asked: Interaction) -> Message:
    assert asked.answer is not None
    return asked.answer


async def test_buttons_forms_and_drafts_from_before_a_restart_work_after_it(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, desk):
        thread = await open_login(uni, uni.sam)
        staffs = await triage(uni, thread)
        await use(uni.ada, uni.exams, "desk", "panel")
        panel = await reads(uni, uni.kim, uni.exams, "Press the button")
        half = await use(uni.kim, uni.exams, "ticket", "open", category="exams", title="Half of it")
        drafted = await fill(uni.kim, half, {"Tell us more": "The first half."})
        unsent = await press(uni.sam, card_in(thread), "Urgent")
        unopened = await use(uni.sam, uni.login, "ticket", "open", category="login", title="Begun before")

        await restart(uni, desk)

        assert "is urgent" in (await fill(uni.sam, unsent, plausible(unsent))).shown
        assert "is open" in (await fill(uni.sam, unopened, plausible(unopened))).shown
        questions = await press(uni.kim, drafted.answer, "Answer the questions")
        assert "is open" in (await fill(uni.kim, questions, {"Course code": "CS1"})).shown
        assert "is yours" in (await press(uni.asha, staffs, "Claim")).shown
        assert (await press(uni.kim, panel, "Open a ticket")).modal is not None
        await uni.sam.say(thread, "After the restart")
        await uni.server.until(lambda: "◉ Answered" not in card_in(thread).text)
        await uni.asha.say(thread, "Heard")
        await uni.server.until(lambda: "◉ Answered" in card_in(thread).text)
        assert "Begun before" in (await use(uni.sam, uni.login, "ticket", "list")).shown


async def test_commands_are_not_declared_anew_where_nothing_changed(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, desk):
        path = f"/applications/{uni.server.application_id}/guilds/{uni.guild.id}/commands"
        assert len(uni.server.called("PUT", path)) == 1
        await restart(uni, desk)
        await use(uni.sam, uni.exams, "help")
        await quiet(uni)
        assert len(uni.server.called("PUT", path)) == 1


async def test_a_button_of_a_ticket_says_what_others_did_meanwhile(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, _desk):
        thread = await open_login(uni, uni.sam)
        ref = ref_of(thread)
        old = await use(uni.asha, thread, "ticket", "show")
        await use(uni.lee, thread, "ticket", "claim")
        assert f"{ref} is already with lee" in (await press(uni.asha, old.answer, "Claim")).shown
        await use(uni.lee, thread, "ticket", "resolve")
        late = await try_out(uni.asha, told(old), "Resolve")
        assert "resolved" in late.shown


async def restart(uni: University, desk: DeskProcess) -> None:
    """The process ends as a service is stopped, and starts again in its folder."""
    assert await desk.terminate() == 0
    await uni.server.until(lambda: not uni.server.gateway.connected)
    await desk.start()
    await uni.server.connected(30)
