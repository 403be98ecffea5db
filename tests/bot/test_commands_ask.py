"""/ask, and what is pressed under what is similar to a ticket that is about to be opened."""

from datetime import timedelta

import pytest

from bot.commands.ask import NothingToJoin
from bot.commands.ticket import NotFollowed
from bot.desk import ThreadDesk
from bot.lookups import TooManyQuestions
from core.actions import Press, Submit, decode, encode_press, encode_submit
from core.cards.card import Card
from core.commands import FollowTicket
from core.errors import AlreadySo, BadArgument, NoSuchDraft, NoSuchFaq, NoSuchTicket, NotActive
from core.events import AnswerFound
from core.model.ids import DraftId, TicketId, ref_of
from core.model.people import Platform, Standing
from core.model.suggestion import Suggestions
from core.text import Text
from core.usecases.deflecting import NoAnswerYet
from core.vocabulary import Reply
from tests.fakes.front import Front, asked, resolved, shown
from tests.fakes.meaning import Known

PROJECTOR = "The projector in room seven stays dark"
OPEN = encode_submit(Submit("ticket", "open"))
FORM = {"title": PROJECTOR, "category": "login", "priority": "normal", "description": "Since this morning."}


class Asking:
    """A desk that finds things by meaning, and somebody on Discord."""

    def __init__(self, front: Front) -> None:
        self.office = front.office
        self.known = Known(front.office)
        self.desk = ThreadDesk(
            engine=self.office.engine,
            store=self.office.store,
            desk=self.office.desk,
            clock=self.office.clock,
            inspector=front.desk._keeping._inspector,
            parsers={},
            meaning=self.known.knowing.meaning,
        )

    async def public(self, who: str = "kim") -> TicketId:
        return await self.office.open(who, PROJECTOR, category="forum", answers={}, description=Text.of("Yes."))

    async def private(self, who: str) -> TicketId:
        return await self.office.open(who, PROJECTOR, category="login", answers={}, description=Text.of("Yes."))

    async def submit(self, door: Platform = Platform.DISCORD, inbound: str | None = None, **values: str) -> Reply:
        await self.known.catch_up()
        actor = self.office.actor("sam", door=door, inbound=inbound)
        return await self.desk.submit(OPEN, {**FORM, **values}, (), actor)

    async def press(self, action: str, inbound: str | None = None, who: str = "sam") -> Reply:
        return await self.desk.press(action, self.office.actor(who, door=Platform.DISCORD, inbound=inbound))

    async def button(self, card: Card, label: str) -> Reply:
        return await self.press(action_of(card, label))

    async def ask(self, words: str, who: str = "sam") -> Card:
        await self.known.catch_up()
        return shown(await self.desk.type(f"/ask {words}", self.office.actor(who, door=Platform.DISCORD)))

    def found(self) -> list[AnswerFound]:
        told = (record.event for committed in self.office.told for record in committed.records)
        return [event for event in told if isinstance(event, AnswerFound)]


def action_of(card: Card, label: str) -> str:
    buttons = [*card.buttons, *(button for row in card.rows for button in row.buttons)]
    [action] = [button.action for button in buttons if button.label == label]
    assert action is not None
    return action


PLUS_ONE, ANSWERS, MINE = "+1, tell me when it is solved", "This answers it", "Open mine"


@pytest.fixture
def asking(front: Front) -> Asking:
    return Asking(front)


async def test_what_is_similar_stands_between_the_form_and_the_ticket(asking: Asking) -> None:
    ticket = await asking.public()
    reply = await asking.submit()
    card = shown(reply)
    assert card.title == "Similar to yours"
    assert [row.ref for row in card.rows] == [ref_of(ticket)]
    assert reply.suggestions is not None
    assert reply.draft is not None
    assert reply.ticket is None


async def test_open_mine_opens_it_once(asking: Asking) -> None:
    await asking.public()
    card = shown(await asking.submit())
    mine = await asking.press(action_of(card, MINE), inbound="press")
    assert mine.ticket is not None
    assert (await asking.office.ticket(mine.ticket)).title == PROJECTOR
    assert (await asking.press(action_of(card, MINE), inbound="press")).ticket == mine.ticket
    with pytest.raises(NoSuchDraft):
        await asking.press(action_of(card, MINE), inbound="another")


@pytest.mark.parametrize("door", [Platform.WEB, Platform.API])
async def test_doors_that_show_it_while_one_types_open_at_once(asking: Asking, door: Platform) -> None:
    await asking.public()
    assert (await asking.submit(door)).ticket is not None


async def test_a_door_that_says_it_has_shown_it_opens_at_once(asking: Asking) -> None:
    await asking.public()
    assert (await asking.submit(similar="shown")).ticket is not None


async def test_a_ticket_like_no_other_is_opened_at_once(asking: Asking) -> None:
    assert (await asking.submit()).ticket is not None


async def test_open_mine_asks_the_categorys_questions_first(asking: Asking) -> None:
    await asking.public()
    card = shown(await asking.submit(category="exams"))
    form = asked(await asking.button(card, MINE))
    assert [entry.key for entry in form.inputs] == ["exams:course", "exams:term", "exams:story"]
    answered = await asking.desk.submit(
        form.action, {"exams:course": "CS1"}, None, asking.office.actor("sam", door=Platform.DISCORD)
    )
    assert answered.ticket is not None or answered.form is not None
    assert answered.suggestions is None


async def test_plus_one_follows_and_ends_the_draft_and_not_for_me_is_prefilled(asking: Asking) -> None:
    ticket = await asking.public()
    reply = await asking.submit()
    await asking.button(shown(reply), PLUS_ONE)
    assert (await asking.office.ticket(ticket)).follower_count == 1
    assert reply.draft is not None
    async with asking.office.store.read() as work:
        assert await work.drafts.get(reply.draft) is None
    again = asked(await asking.press(encode_press(Press("ticket", "mine", ticket))))
    assert {entry.key: entry.value for entry in again.inputs}["title"] == PROJECTOR


async def test_what_answers_it_is_counted_once_as_deflected(asking: Asking) -> None:
    faq = await asking.known.faq(PROJECTOR, "Press the switch.")
    card = shown(await asking.submit())
    await asking.button(card, ANSWERS)
    with pytest.raises(NoSuchDraft):
        await asking.button(card, ANSWERS)
    assert asking.found() == [AnswerFound(faq=faq, found=None, deflected=True)]
    async with asking.office.store.read() as work:
        kept = await work.faqs.get(faq)
    assert kept is not None
    assert kept.helpful == 1


async def test_what_somebody_found_without_a_form_is_counted_apart(front: Front, asking: Asking) -> None:
    ticket = await resolved(front.office)
    await front.type("sam", f"/ticket found {ref_of(ticket)}")
    assert asking.found() == [AnswerFound(faq=None, found=ticket, deflected=False)]


async def test_what_is_no_answer_is_refused(front: Front, asking: Asking) -> None:
    live = await asking.public()
    private = await resolved(front.office)
    for line, refusal in (
        (f"/ticket found {ref_of(live)}", NoAnswerYet),
        ("/ticket found F-77", NoSuchFaq),
        ("/ticket found yes", BadArgument),
    ):
        with pytest.raises(refusal):
            await front.type("sam", line)
    with pytest.raises(NoSuchTicket):
        await front.type("kim", f"/ticket found {ref_of(private)}")
    draft = await asking.known.faq(PROJECTOR, "Not for everybody yet", published=False)
    with pytest.raises(NoSuchFaq):
        await front.type("kim", f"/ticket found F-{draft}")


async def test_somebody_elses_draft_is_ended_by_nobody(asking: Asking) -> None:
    await asking.known.faq(PROJECTOR, "Press the switch.")
    card = shown(await asking.submit())
    for label in (ANSWERS, MINE):
        with pytest.raises(NoSuchDraft):
            await asking.press(action_of(card, label), who="kim")


async def test_plus_one_to_what_is_private_names_no_ticket(asking: Asking) -> None:
    first = await asking.private("kim")
    others = [await asking.private(who) for who in ("abe", "pia")]
    reply = await asking.submit()
    assert reply.suggestions == Suggestions(others=3, can_join_blind=True)
    card = shown(reply)
    assert card.rows[0].title == "3 others reported something like this"
    done = await asking.button(card, PLUS_ONE)
    assert done.ticket is None
    assert not any(ref_of(one) in str((card, done)) for one in (first, *others))
    assert (await asking.office.ticket(first)).follower_count == 1


async def test_who_follows_unseen_lets_go_once_by_their_own_list(asking: Asking) -> None:
    first, *_ = [await asking.private(who) for who in ("kim", "abe", "pia")]
    await asking.button(shown(await asking.submit()), PLUS_ONE)
    listed = shown(await asking.desk.type("/ticket list", asking.office.actor("sam")))
    [row] = [row for row in listed.rows if row.ref is None]
    assert row.title == PROJECTOR
    assert row.url is None
    assert "T-" not in str(row)
    stop = action_of(listed, "Stop following")
    for _ in range(2):
        done = await asking.press(stop, inbound="once")
        assert (shown(done).title, done.ticket) == ("You no longer follow it", None)
    with pytest.raises(NotFollowed):
        await asking.press(stop, inbound="twice")
    assert (await asking.office.ticket(first)).follower_count == 0
    assert shown(await asking.desk.type("/ticket unfollow", asking.office.actor("sam"))).rows == ()


async def test_joining_twice_changes_nothing(asking: Asking) -> None:
    first, *_ = [await asking.private(who) for who in ("kim", "abe", "pia")]
    card = shown(await asking.submit())
    for _ in range(2):
        await asking.press(action_of(card, PLUS_ONE), inbound="once")
    with pytest.raises(NoSuchDraft):
        await asking.press(action_of(card, PLUS_ONE), inbound="twice")
    assert (await asking.office.ticket(first)).follower_count == 1


async def test_where_there_is_nothing_to_join_no_ticket_is_named(asking: Asking) -> None:
    first, *_ = [await asking.private(who) for who in ("kim", "abe", "pia")]
    await asking.known.catch_up()
    await asking.office.do(FollowTicket(ticket=first), "sam")
    for line in (f"/ticket join {PROJECTOR}", "/ticket join An entirely different matter"):
        with pytest.raises(NothingToJoin) as refused:
            await asking.desk.type(line, asking.office.actor("sam"))
        assert "T-" not in str(refused.value)
        assert not isinstance(refused.value, AlreadySo)


async def test_a_draft_expires_with_a_clear_sentence(asking: Asking) -> None:
    await asking.public()
    reply = await asking.submit()
    async with asking.office.store.write() as work:
        assert reply.draft is not None
        await work.drafts.delete(reply.draft)
    for label in (PLUS_ONE, MINE):
        with pytest.raises(NoSuchDraft, match="older than a week"):
            await asking.button(shown(reply), label)


async def test_a_question_is_answered_with_its_source(asking: Asking) -> None:
    faq = await asking.known.faq(PROJECTOR, "Press the red switch.")
    card = await asking.ask(PROJECTOR)
    assert card.title == PROJECTOR
    assert card.body.plain() == "Press the red switch."
    assert f"F-{faq}" in card.footer
    assert [button.label for button in card.buttons] == [ANSWERS, "Open a ticket"]


async def test_what_nobody_can_answer_becomes_a_ticket(asking: Asking) -> None:
    card = await asking.ask("Who has the key to the observatory?")
    assert card.title == "I don't know"
    form = asked(await asking.button(card, "Open a ticket"))
    assert {entry.key: entry.value for entry in form.inputs if entry.value} == {
        "title": "Who has the key to the observatory?",
        "description": "Who has the key to the observatory?",
        "priority": "normal",
    }


async def test_what_is_near_is_shown_where_nothing_is_sure(asking: Asking) -> None:
    ticket = await asking.public()
    card = await asking.ask(PROJECTOR)
    assert card.title == "I am not sure. These come near:"
    assert [row.ref for row in card.rows] == [ref_of(ticket)]


async def test_who_asks_without_end_is_told_to_wait(asking: Asking) -> None:
    for _ in range(12):
        await asking.ask("Anything?")
    with pytest.raises(TooManyQuestions):
        await asking.ask("Anything?")
    assert (await asking.ask("Anything?", "kim")).title == "I don't know"
    asking.office.clock.advance(timedelta(minutes=1))
    assert (await asking.ask("Anything?")).title == "I don't know"


async def test_what_stands_in_a_form_is_kept_for_its_author_alone(asking: Asking) -> None:
    sam, kim = asking.office.actor("sam"), asking.office.actor("kim")
    draft = await asking.desk.keep_draft({"title": "My grade"}, sam)
    assert await asking.desk.keep_draft({"description": "It is gone."}, sam, draft) == draft
    assert await asking.desk.draft_values(draft, sam) == {"title": "My grade", "description": "It is gone."}
    with pytest.raises(NoSuchDraft):
        await asking.desk.keep_draft({"title": "Mine"}, kim, draft)


async def test_the_suspended_ask_nothing(asking: Asking) -> None:
    await asking.office.stand("sam", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await asking.ask("Anything?")


async def test_every_button_fits_the_longest_refs(asking: Asking) -> None:
    await asking.public()
    reply = await asking.submit()
    for row in shown(reply).rows:
        for button in row.buttons:
            assert button.action is not None
            press = decode(button.action)
            assert isinstance(press, Press)
            longest = Press(press.noun, press.verb, TicketId(10**14), {"draft": DraftId("x" * 22)})
            assert len(encode_press(longest)) <= 100
