"""Lines that people type: behind the slash command, or behind a mention of the app."""

from dataclasses import replace

from adapters.slack.answering.asked import Asked
from adapters.slack.answering.conversation import Conversation
from adapters.slack.answering.counter import Counter
from adapters.slack.answering.lines import given_in, line_of, people_in, read
from core.model.ids import TicketId
from core.vocabulary import Asks


class Commands:
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def run(
        self, talk: Conversation, asked: Asked, typed: str, context: TicketId | None = None, *, again: str = ""
    ) -> None:
        """``context``: the ticket in whose thread it was typed. ``again``: what a button does that opens the form of a
        new ticket filled as typed here, where no modal can be opened. Raises Refusals, Refused, Retry, Unknown."""
        counter = self._counter
        parsed = read(line_of(typed, counter.desk.vocabulary), counter.desk.vocabulary, context)
        command, users = parsed.command, people_in(parsed)
        given = {**given_in(parsed), **users}
        form = counter.desk.form_of(command, given, talk.reader, parsed.ticket)
        if form is not None:
            await counter.answers.ask(talk, replace(form, again=form.again or again))
            if command.asks is Asks.DRAFT:
                await counter.expect(asked)
            return
        actor = await counter.actor(asked)
        people = {name: await counter.people.person(user) for name, user in users.items()}
        given |= {name: (await counter.people.profile(user)).name for name, user in users.items()}
        reply = await counter.desk.run(command, given, actor, parsed.ticket, people=people)
        opens = command.asks is Asks.DRAFT
        await counter.answers.show(talk, reply, actor.person, here=context, opens=opens)
