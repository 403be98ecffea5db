"""/link, from what is typed to what is read: the code, the question, the answer."""

import pytest

from core.actions import decode
from core.cards.card import Tone
from core.commands import Actor
from core.errors import BadInput, NotActive
from core.model.people import Identity, Platform, Standing
from core.usecases.linking import OwnCode, WrongCode
from tests.fakes.front import Front, shown
from tests.fakes.linking import DISCORD, SLACK, People


@pytest.fixture
def people(front: Front) -> People:
    return People(front.office)


async def code_of(front: Front, owner: Actor) -> str:
    return shown(await front.desk.type("/link", owner)).title.removeprefix("Your code is ")


async def test_a_code_is_given_with_what_to_do_with_it(front: Front, people: People) -> None:
    reply = await front.desk.type("/link", await people.arrive(DISCORD))
    card = shown(reply)
    code = card.title.removeprefix("Your code is ")
    how = f"Type /link {code} on the other platform within 10 minutes, signed in as yourself there."
    assert card.body.plain() == how
    assert "Show it to nobody" in card.footer
    assert (reply.shared, reply.ticket, card.buttons) == (None, None, ())


@pytest.mark.parametrize("way", ["typed", "native", "pressed"])
async def test_typed_on_the_other_platform_it_makes_them_one(front: Front, people: People, way: str) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    code = await code_of(front, discord)
    [link] = [one for one in front.desk.vocabulary.commands if one.name == "/link"]
    match way:
        case "typed":
            reply = await front.desk.type(f"/link {code} yes", slack)
        case "native":
            reply = await front.desk.run(link, {"code": code, "confirm": "yes"}, slack)
        case _:
            reply = await front.desk.press(f"1.link..-.code={code}.confirm=yes", slack)
    assert (shown(reply).title, shown(reply).tone) == ("You are one person on both platforms now", Tone.GOOD)
    assert (await people.now(slack)).id == discord.person


async def test_told_twice_it_is_answered_as_the_first_time(front: Front, people: People) -> None:
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    once = Actor(person=slack.person, door=Platform.SLACK, inbound="interaction:1")
    line = f"/link {await code_of(front, discord)} yes"
    assert await front.desk.type(line, once) == await front.desk.type(line, once)
    wrong = Actor(person=slack.person, door=Platform.SLACK, inbound="interaction:2")
    for _ in range(2):
        with pytest.raises(WrongCode):
            await front.desk.type("/link ABCDE-FGHJK", wrong)


async def test_who_types_it_is_asked_and_answers_by_the_button_or_by_a_word(front: Front, people: People) -> None:
    asha = front.office.actor("asha")
    for number, confirm in enumerate(("button", "word")):
        other = await people.arrive(Identity(Platform.DISCORD, str(number), "42"), "Asha S")
        code = await code_of(front, other)
        card = shown(await front.desk.type(f"/link {code.lower()}", asha))
        assert (card.title, card.tone) == ("Is Asha S (Discord) you as well?", Tone.WARNING)
        [yes] = card.buttons
        assert yes.action is not None and decode(yes.action)
        for no in ("no", "maybe"):
            assert shown(await front.desk.type(f"/link {code} {no}", asha)).title == card.title
        answer = (
            front.desk.press(yes.action, asha) if confirm == "button" else front.desk.type(f"/link {code} YES", asha)
        )
        assert shown(await answer).title == "You are one person on both platforms now"
        assert (await people.now(other)).id == front.office.people["asha"]


async def test_what_is_wrong_is_said(front: Front, people: People) -> None:
    discord = await people.arrive(DISCORD)
    code = await code_of(front, discord)
    with pytest.raises(OwnCode):
        await front.desk.type(f"/link {code}", discord)
    with pytest.raises(BadInput, match="one word too many"):
        await front.desk.type(f"/link {code} yes please", discord)
    await front.office.stand("sam", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await front.type("sam", "/link")


async def test_whom_a_door_met_before_they_were_linked_is_meant_as_who_they_are(front: Front, people: People) -> None:
    office = front.office
    discord, slack = await people.arrive(DISCORD), await people.arrive(SLACK)
    ticket = await office.open()
    await people.link(discord, slack)
    assert slack.person is not None
    [add] = [one for one in front.desk.vocabulary.commands if one.name == "/ticket add"]
    [remove] = [one for one in front.desk.vocabulary.commands if one.name == "/ticket remove"]
    given, known = {"ref": f"T-{ticket}", "person": "Zoe"}, {"person": slack.person}
    await front.desk.run(add, given, office.actor("sam"), people=known)
    assert (await office.ticket(ticket)).participants == frozenset({discord.person})
    await front.desk.run(remove, given, office.actor("sam"), people=known)
    assert (await office.ticket(ticket)).participants == frozenset()


async def test_a_hint_is_asked_of_the_desk(front: Front, people: People) -> None:
    slack = await people.arrive(SLACK)
    assert await front.desk.has_account_at("asha@example.com", slack)
    assert not await front.desk.has_account_at("nobody@example.com", slack)
