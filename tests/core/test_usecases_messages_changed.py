"""Words changed, removed and reacted to where they were said."""

import pytest

from core.commands import (
    Actor,
    AddParticipant,
    CloseTicket,
    EditMessage,
    PostMessage,
    React,
    RemoveMessage,
    RemoveParticipant,
    UndoMessage,
)
from core.errors import BadField, NoSuchMessage, NoSuchTicket, NotActive, NotAllowed, Refusal
from core.events import MessageEdited, MessageUndone, ReactionChanged
from core.limits import FieldEmpty, FieldTooLong, NoEmoji, TooManyOf
from core.model.ids import MessageId, ThreadId, TicketId
from core.model.people import Platform, Standing
from core.model.thread import Audience, MessageKind, Reaction
from core.text import Text
from tests.fakes.office import DAY, MINUTE, OPERATOR, SYSTEM, Office

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
BETTER = Text.of("Better words")


async def said(office: Office, who: str = "sam", kind: MessageKind = REPLY) -> tuple[TicketId, MessageId]:
    """In a ticket of sam's in which kim takes part."""
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    return ticket, (await office.say(ticket, who, "Words", kind)).id


# --- edits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "kind"), [("sam", REPLY), ("kim", REPLY), ("asha", REPLY), ("asha", NOTE)])
async def test_an_author_changes_their_words_whenever_they_did(office: Office, who: str, kind: MessageKind) -> None:
    ticket, message = await said(office, who, kind)
    office.clock.advance(DAY)
    await office.do(EditMessage(ticket=ticket, message=message, text=BETTER), who)
    [found] = await office.messages(ticket)
    assert (found.text, found.edited_at) == (BETTER, office.clock.now())
    assert (await office.events(ticket))[-1] == MessageEdited(ticket=ticket, message=message, kind=kind)


async def test_the_same_words_change_nothing(office: Office) -> None:
    ticket, message = await said(office)
    before = await office.everything()
    await office.do(EditMessage(ticket=ticket, message=message, text=Text.of("Words")), "sam")
    assert await office.everything() == before
    assert (await office.messages(ticket))[0].edited_at is None


async def test_words_in_a_ticket_that_is_over_are_changed_as_they_were_on_the_platform(office: Office) -> None:
    ticket, message = await said(office)
    await office.do(CloseTicket(ticket=ticket), "sam")
    await office.do(EditMessage(ticket=ticket, message=message, text=BETTER), "sam")
    assert (await office.messages(ticket))[0].text == BETTER


@pytest.mark.parametrize("who", ["kim", "asha", "lee", "ada"])
async def test_nobody_changes_or_removes_anothers_words(office: Office, who: str) -> None:
    ticket, message = await said(office)
    for command in (
        EditMessage(ticket=ticket, message=message, text=BETTER),
        RemoveMessage(ticket=ticket, message=message),
    ):
        with pytest.raises(NotAllowed, match="only who wrote them can"):
            await office.do(command, who)


async def test_an_edit_that_leaves_nothing_or_too_much_is_refused_unless_there_are_files(office: Office) -> None:
    ticket, message = await said(office)
    with pytest.raises(FieldEmpty):
        await office.do(EditMessage(ticket=ticket, message=message, text=Text()), "sam")
    with pytest.raises(FieldTooLong):
        await office.do(EditMessage(ticket=ticket, message=message, text=Text.of("x" * 20_001)), "sam")
    file = await office.upload("sam")
    posted = await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text.of("See"), files=(file.id,)), "sam")
    assert posted.message is not None
    await office.do(EditMessage(ticket=ticket, message=posted.message, text=Text()), "sam")
    found = (await office.messages(ticket))[-1]
    assert (found.text, found.files) == (Text(), (file.id,))


COMMANDS = (
    lambda ticket, message: EditMessage(ticket=ticket, message=message, text=BETTER),
    lambda ticket, message: RemoveMessage(ticket=ticket, message=message),
    lambda ticket, message: React(ticket=ticket, message=message, emoji="👍", on=True),
)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_message_taken_back_of_another_ticket_or_of_none_is_not_there(office: Office, command) -> None:
    ticket, message = await said(office)
    _other, elsewhere = await said(office)
    await office.do(UndoMessage(ticket=ticket), "sam")
    for number in (message, elsewhere, MessageId(999)):
        with pytest.raises(NoSuchMessage):
            await office.do(command(ticket, number), "sam")


@pytest.mark.parametrize("command", COMMANDS)
async def test_who_was_taken_out_or_blocked_changes_nothing_any_more(office: Office, command) -> None:
    ticket, message = await said(office, "kim")
    await office.stand("kim", Standing.BLOCKED)
    with pytest.raises(NoSuchTicket):
        await office.do(command(ticket, message), "kim")
    await office.stand("kim", Standing.ACTIVE)
    await office.do(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(NoSuchTicket):
        await office.do(command(ticket, message), "kim")
    own, words = await said(office)
    await office.stand("sam", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await office.do(command(own, words), "sam")


# --- removals --------------------------------------------------------------------------------------------------------


async def on_platform(office: Office, who: str = "sam") -> tuple[TicketId, MessageId, ThreadId]:
    """Said in a thread on Discord, with a file, and reacted to."""
    ticket = await office.open()
    thread = await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    file = await office.upload(who)
    post = PostMessage(ticket=ticket, kind=REPLY, text=Text.of("Words"), files=(file.id,), external_id="1000")
    message = (await office.do(post, who, door=Platform.DISCORD, thread=thread)).message
    assert message is not None
    await office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "asha")
    return ticket, message, thread


async def everything_gone(office: Office, ticket: TicketId, message: MessageId) -> bool:
    async with office.store.read() as work:
        files, reactions = await work.files.of(ticket), await work.reactions.of(ticket)
    [found] = await office.messages(ticket)
    undone = (found.text, found.undone_at) == (Text(), office.clock.now())
    last = (await office.events(ticket))[-1] == MessageUndone(ticket=ticket, message=message, kind=REPLY)
    return undone and last and not files and not reactions


async def test_an_author_removes_words_with_their_files_and_reactions_whenever_they_did(office: Office) -> None:
    ticket, message, thread = await on_platform(office)
    office.clock.advance(DAY)
    await office.do(RemoveMessage(ticket=ticket, message=message), "sam", door=Platform.DISCORD, thread=thread)
    assert await everything_gone(office, ticket, message)


async def test_undoing_takes_the_reactions_too(office: Office) -> None:
    ticket, message, _thread = await on_platform(office)
    await office.do(UndoMessage(ticket=ticket), "sam")
    assert await everything_gone(office, ticket, message)


async def test_a_platform_removes_what_was_said_in_its_thread_and_the_trail_says_where(office: Office) -> None:
    ticket, message, thread = await on_platform(office)
    platform = Actor(person=None, door=Platform.DISCORD, thread=thread)
    await office.do(RemoveMessage(ticket=ticket, message=message), platform)
    assert await everything_gone(office, ticket, message)
    lines = [entry.line for entry in (await office.view(ticket, "asha")).entries]
    assert lines[-1] == "Somebody on Discord took a message back"


async def test_a_copy_that_is_removed_from_a_platform_takes_nothing_from_the_record(office: Office) -> None:
    ticket, message, thread = await on_platform(office)
    elsewhere = await office.thread_on(ticket, Platform.SLACK, Audience.REQUESTER)
    on_the_web = (await office.say(ticket, "sam", "Said on the web")).id
    for number, where in ((message, elsewhere), (on_the_web, thread), (on_the_web, elsewhere)):
        platform = Actor(person=None, door=Platform.DISCORD, thread=where)
        with pytest.raises(NoSuchMessage):
            await office.do(RemoveMessage(ticket=ticket, message=number), platform)


@pytest.mark.parametrize(
    "nobody",
    [
        SYSTEM,
        OPERATOR,
        Actor(person=None, door=Platform.WEB),
        Actor(person=None, door=Platform.DISCORD),
        Actor(person=None, door=Platform.API, thread=ThreadId(1)),
    ],
)
async def test_nobody_but_a_platform_in_its_thread_removes_words_without_saying_who_it_is(
    office: Office, nobody: Actor
) -> None:
    ticket, message, _thread = await on_platform(office)
    with pytest.raises(NotAllowed):
        await office.do(RemoveMessage(ticket=ticket, message=message), nobody)


async def test_a_platform_neither_edits_nor_reacts_without_saying_who(office: Office) -> None:
    ticket, message, thread = await on_platform(office)
    platform = Actor(person=None, door=Platform.DISCORD, thread=thread)
    for command in (COMMANDS[0], COMMANDS[2]):
        with pytest.raises(NotAllowed):
            await office.do(command(ticket, message), platform)


# --- reactions -------------------------------------------------------------------------------------------------------


async def reactions(office: Office, ticket: TicketId) -> list[Reaction]:
    async with office.store.read() as work:
        return list(await work.reactions.of(ticket))


async def test_a_reaction_is_set_once_and_taken_away_once_wherever_it_was_set(office: Office) -> None:
    ticket, message = await said(office, "asha")
    sam = office.people["sam"]
    trail = len(await office.events(ticket))
    for on, door in (
        (True, Platform.WEB),
        (True, Platform.DISCORD),
        (False, Platform.DISCORD),
        (False, Platform.WEB),
    ):
        await office.do(React(ticket=ticket, message=message, emoji="👍", on=on), "sam", door=door)
        there = [Reaction(message, sam, "👍", Platform.WEB)] if on else []
        assert await reactions(office, ticket) == there
    assert (await office.events(ticket))[trail:] == [
        ReactionChanged(ticket=ticket, message=message, kind=REPLY, on=on) for on in (True, False)
    ]


async def test_each_has_their_own_reactions_and_a_thread_names_who_set_them(office: Office) -> None:
    ticket, message = await said(office, "asha")
    for who, emoji, door in (
        ("sam", "👍", Platform.WEB),
        ("kim", "👍", Platform.WEB),
        ("lee", ":party:", Platform.SLACK),
    ):
        await office.do(React(ticket=ticket, message=message, emoji=emoji, on=True), who, door=door)
        office.clock.advance(MINUTE)
    shown = [entry.reactions for entry in (await office.view(ticket, "kim")).entries if entry.message]
    assert [[(one.emoji, one.people) for one in under] for under in shown] == [
        [("👍", ("Sam Student", "Kim Other")), (":party:", ("Lee Lead",))]
    ]


async def test_a_platforms_own_emoji_is_set_elsewhere_only_where_it_stands_already(office: Office) -> None:
    ticket, message = await said(office, "asha")
    party = React(ticket=ticket, message=message, emoji=":party:", on=True)
    with pytest.raises(NoEmoji):
        await office.do(party, "sam")
    await office.do(party, "asha", door=Platform.SLACK)
    await office.do(party, "sam")
    assert {one.person for one in await reactions(office, ticket)} == {office.people["asha"], office.people["sam"]}


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "👩‍👩‍👧", "🇮🇳", "1️⃣", "☑", "‼️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
async def test_an_emoji_of_unicodes_is_one_on_the_page(office: Office, emoji: str) -> None:
    ticket, message = await said(office, "asha")
    await office.do(React(ticket=ticket, message=message, emoji=emoji, on=True), "sam")
    assert [one.emoji for one in await reactions(office, ticket)] == [emoji]


@pytest.mark.parametrize("emoji", ["no", "1", ":you-fail:", "+1", "<b>", "👍 you", "é", "#", "Ａ", "\u200d"])
async def test_words_are_no_emoji_on_the_page(office: Office, emoji: str) -> None:
    ticket, message = await said(office, "asha")
    with pytest.raises(BadField):
        await office.do(React(ticket=ticket, message=message, emoji=emoji, on=True), "sam")


async def test_nobody_buries_a_message_under_reactions(office: Office) -> None:
    ticket, message = await said(office, "asha")
    for number in range(20):
        await office.do(React(ticket=ticket, message=message, emoji=chr(0x1F600 + number), on=True), "sam")
    with pytest.raises(TooManyOf):
        await office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "sam")
    await office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "kim")


@pytest.mark.parametrize(("emoji", "refusal"), [(" ", FieldEmpty), ("x" * 61, FieldTooLong)])
async def test_what_is_no_emoji_of_any_platform_is_refused(office: Office, emoji: str, refusal: type[Refusal]) -> None:
    ticket, message = await said(office)
    with pytest.raises(refusal, match="The reaction"):
        await office.do(React(ticket=ticket, message=message, emoji=emoji, on=True), "sam")


async def test_who_reads_a_public_ticket_reacts_to_nothing_in_it(office: Office) -> None:
    ticket = await office.open(category="forum")
    message = (await office.say(ticket, "sam", "Words")).id
    with pytest.raises(NotAllowed, match="You may not write in this ticket"):
        await office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "kim")


# --- reading on ------------------------------------------------------------------------------------------------------


async def test_a_page_that_shows_a_message_hears_of_its_change_and_a_new_one_shows_it_as_it_is(office: Office) -> None:
    ticket, message = await said(office, "asha")
    cursor = (await office.view(ticket, "sam")).cursor
    await office.do(EditMessage(ticket=ticket, message=message, text=BETTER), "asha")
    await office.do(React(ticket=ticket, message=message, emoji="👍", on=True), "sam")
    more = await office.reading.thread(ticket, office.actor("sam"), cursor)
    assert [(entry.about, entry.message and entry.message.text) for entry in more.entries] == [(message, BETTER)] * 2
    whole = [entry for entry in (await office.view(ticket, "sam")).entries if entry.message]
    assert [(entry.message.text, entry.about) for entry in whole if entry.message] == [(BETTER, None)]


async def test_a_change_of_what_was_taken_back_since_shows_nothing(office: Office) -> None:
    ticket, message = await said(office, "asha")
    cursor = (await office.view(ticket, "sam")).cursor
    office.clock.advance(MINUTE / 2)
    await office.do(EditMessage(ticket=ticket, message=message, text=BETTER), "asha")
    await office.do(UndoMessage(ticket=ticket), "asha")
    more = await office.reading.thread(ticket, office.actor("sam"), cursor)
    assert [(entry.line, entry.message) for entry in more.entries] == [("Asha Agent took a message back", None)]
