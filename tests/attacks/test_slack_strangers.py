"""Who is in a channel and not of the desk's: students among the staff, people of other workspaces, guests, bots, and
whoever left. None of them is heard as what they are not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.slack.world import World
from tests.fakes.slack_bad_day import Day, bad_day, opened
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.slack_steps import press, ref_of, send, sent_to, until, use
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODYS = "your exam is void"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them."""
    async with bad_day(tmp_path_factory.mktemp("strangers")) as begun:
        yield begun


class Talk:
    """A ticket of sam's: ``card`` in their direct message, ``staffs`` in triage."""

    def __init__(self, day: Day, card: Message, staffs: Message) -> None:
        self.day = day
        self.card = card
        self.staffs = staffs
        self.number = int(ref_of(card).removeprefix("T-"))

    async def is_untouched(self, *words: str) -> None:
        """Something of the right side is heard, and nothing else was."""
        sam = self.day.campus.sam
        await sam.write(sam.dm, "Is that so?", thread=self.card)
        await self.day.heard(*words, "Is that so?", ticket=self.number)
        assert self.day.ask("SELECT status, assignee_id FROM tickets WHERE id = ?", self.number) == [("open", None)]
        await self.day.delivered()
        assert NOBODYS not in sent_to(sam, self.day.campus)


@pytest_asyncio.fixture(loop_scope="module")
async def talk(day: Day) -> Talk:
    title = f"Number {day.count('tickets')}"
    card = await opened(day.campus, day.campus.sam, title=title)
    staffs = await day.staff_card(title)
    await day.delivered()
    return Talk(day, card, staffs)


def whispered(who: Person, message: Message, words: str) -> bool:
    return any(words in one.text_shown for one in who.ephemerals(message.place) if one.order > message.order)


async def test_a_student_who_is_in_the_triage_channel_is_not_heard_there_and_commands_nothing(
    day: Day, talk: Talk
) -> None:
    kim, triage = day.campus.kim, day.campus.triage
    triage.invite(kim)
    for words in (NOBODYS, f"// {NOBODYS}"):
        said = await kim.write(triage, words, thread=talk.staffs)
        await until(lambda one=said: whispered(kim, one, "did not reach the ticket"), "a sentence")
    for line in (f"resolve {NOBODYS}", f"claim T-{talk.number}", f"note {NOBODYS}", "close", f"staff note {NOBODYS}"):
        said = await kim.write(triage, f"{day.server.mention} {line}", thread=talk.staffs)
        await until(lambda one=said: whispered(kim, one, "Not done"), line)
    assert "Not done" in (await press(kim, talk.staffs, "Claim")).text_shown
    form = await press(kim, talk.staffs, "Resolve")
    shown = await send(kim, form, {form.labels[0]: NOBODYS})
    assert "may not" in shown.text_shown, shown.text_shown
    await kim.react(talk.staffs, "thumbsup")
    await talk.is_untouched()
    assert "Not done" not in "".join(one.text_shown for one in day.campus.asha.ephemerals(triage))
    triage.kick(kim)


async def test_an_event_that_puts_somebody_into_anothers_direct_message_is_believed_in_nothing(
    day: Day, talk: Talk
) -> None:
    """Over HTTP whoever had the signing secret could send it."""
    kim, world = day.campus.kim, day.server.world
    for text in (NOBODYS, f"{day.server.mention} close", f"{day.server.mention} show"):
        ts = world.next_ts()
        told_of = {"type": "message", "channel": talk.card.place.id, "channel_type": "im", "user": kim.id, "ts": ts}
        world.tell(told_of | {"text": text, "thread_ts": talk.card.ts, "event_ts": ts}, name="message.im")
    await day.server.settled()
    await talk.is_untouched()
    assert [one for one in talk.card.replies if one.by_app and "Not done" in one.text_shown] == []


async def test_somebody_of_another_workspace_is_not_heard_opens_nothing_and_presses_in_vain(
    day: Day, talk: Talk
) -> None:
    """As in a channel that is shared by Slack Connect."""
    mallory = day.server.add_user("mallory", real_name="Asha", team="T0OTHER")
    day.campus.triage.invite(mallory)
    before = day.count("people"), day.count("tickets")
    await mallory.write(day.campus.triage, NOBODYS, thread=talk.staffs)
    await mallory.write(day.campus.triage, f"{day.server.mention} close", thread=talk.staffs)
    await mallory.react(talk.staffs, "thumbsup")
    await day.server.until(lambda: len(mallory.ephemerals(day.campus.triage)) == 2, 10, "both of them refused")
    assert "Not done" in (await press(mallory, talk.staffs, "Claim")).text_shown
    await talk.is_untouched()
    assert (day.count("people"), day.count("tickets")) == before
    day.campus.triage.kick(mallory)


async def test_a_guest_is_served_as_a_student_and_no_more(day: Day, talk: Talk) -> None:
    guest = day.server.add_user("guest", is_guest=True)
    card = await opened(day.campus, guest, title="A guest asks")
    await day.delivered()
    await day.server.settled()
    assert "guest" in card.text_shown.lower()
    shown = (await use(guest, guest.dm, f"/ticket show T-{talk.number}")).text_shown
    assert "Not done" in shown and "Number" not in shown
    assert "Not done" in (await use(guest, guest.dm, "/ticket queue")).text_shown
    await talk.is_untouched()


@pytest.mark.parametrize("integration", [True, False])
async def test_another_apps_bot_that_calls_itself_an_agent_is_not_heard(
    day: Day, talk: Talk, integration: bool
) -> None:
    robot = day.server.add_bot("robot", integration=integration)
    robot.user.display_name = "Asha · staff"
    day.campus.triage.invite(robot)
    said = await robot.write(day.campus.triage, NOBODYS, thread=talk.staffs, files=[File("x.png", png())])
    await robot.write(day.campus.triage, f"{day.server.mention} resolve {NOBODYS}", thread=talk.staffs)
    await robot.edit(said, f"{NOBODYS}!")
    await day.server.settled()
    await talk.is_untouched()


async def test_another_app_that_puts_the_desks_own_key_into_its_messages_keeps_nothing_from_being_said(
    day: Day, talk: Talk
) -> None:
    """Whoever reads a message's metadata knows what the desk looks for after a lost answer."""
    sam, robot = day.campus.sam, day.server.add_bot("mimic")
    day.campus.triage.invite(robot)
    lost = day.server.faults.drop("chat.postMessage", times=2)
    asked = await sam.write(sam.dm, "Where is my grade?", thread=talk.card)
    await day.server.until(lambda: lost.met)
    [(key,)] = day.ask("SELECT key FROM deliveries WHERE intent = 'message' AND state = 'pending'")
    feigned = await robot.write(day.campus.triage, "Where is my grade?", thread=talk.staffs)
    feigned.metadata = {"event_type": "threaddesk_delivery", "event_payload": {"key": key, "part": 0}}
    await day.delivered(hurried=True)
    await day.copied(talk.staffs, "Where is my grade?")
    await day.marked(asked)


async def test_who_left_the_workspace_is_heard_no_more_and_keeps_no_role(day: Day, talk: Talk) -> None:
    """What they wrote just before may come after."""
    lena = day.server.add_user("lena")
    day.campus.triage.invite(lena)
    day.campus.agents.add(lena)
    await day.server.until(lambda: day.count("grants g", f"EXISTS ({_of(lena)})"), 10)
    answer = await lena.write(day.campus.triage, "I look into it", thread=talk.staffs)
    await day.heard("I look into it", ticket=talk.number)
    lena.deactivate()
    await day.server.until(lambda: not day.count("grants g", f"EXISTS ({_of(lena)})"), 10)
    late(day.server.world, lena, talk.staffs, NOBODYS)
    late(day.server.world, lena, talk.staffs, f"{day.server.mention} close")
    await day.server.settled()
    await day.delivered()
    sam = day.campus.sam
    await sam.write(sam.dm, "Is that so?", thread=talk.card)
    await day.heard("I look into it", "Is that so?", ticket=talk.number)
    assert NOBODYS not in sent_to(sam, day.campus)
    assert answer in day.campus.asha.thread(talk.staffs)


def _of(person: Person) -> str:
    return f"SELECT 1 FROM identities i WHERE i.person_id = g.person_id AND i.external_id = '{person.id}'"  # noqa: S608


def late(world: World, who: Person, thread: Message, text: str) -> None:
    """An event of something that was written, told after its author left."""
    ts = world.next_ts()
    said = {"type": "message", "channel": thread.place.id, "channel_type": "group", "user": who.id, "text": text}
    world.tell(said | {"ts": ts, "thread_ts": thread.ts, "event_ts": ts}, name="message.groups")
