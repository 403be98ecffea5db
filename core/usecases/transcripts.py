"""That somebody takes a transcript along: nothing of the ticket changes, and it stands in its trail."""

from core.commands import TakeTranscript
from core.events import TranscriptTaken
from core.model.thread import Audience
from core.policy import Action
from core.storage import Outcome
from core.trail import audience_of
from core.usecases.case import Case


async def take_transcript(command: TakeTranscript, case: Case) -> Outcome:
    ticket = await case.ticket(command.ticket, Action.TRANSCRIPT)
    with_notes = audience_of(case.asker, ticket, case.desk, case.now) is Audience.STAFF
    case.change(ticket, TranscriptTaken(ticket=ticket.id, with_notes=with_notes, by_link=command.by_link))
    return Outcome(ticket=ticket.id)
