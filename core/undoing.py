"""What takes a change of a ticket back: the command that leads to where it stood before, where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model.ids import PersonId
from core.model.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Undo:
    """A verb of the vocabulary, and what it is given."""

    verb: str
    arguments: Mapping[str, str] = field(default_factory=dict)


def undo_of(before: Ticket, after: Ticket, *, assignee: str, by: PersonId) -> Undo | None:
    """What leads back from ``after`` to ``before``, between which lies one command of ``by``; None where nothing does,
    and where others changed the ticket meanwhile: that is not to be taken back.

    ``assignee``: how a command names whoever had it before. A ticket that is reopened goes back to its agent, who may
    be the one who resolved it, and a transfer back does not bring an agent back: nobody is given work unasked.
    """
    if after.version != before.version + 1:
        return None
    if not (before.status.is_live and after.status.is_live) and before.status is not after.status:
        return _reversal(before, after)
    if before.team != after.team:
        return Undo("transfer", {"team": before.team})
    if before.assignee != after.assignee:
        return _giving_back(before, after, assignee, by)
    if before.status is not after.status:
        return Undo("status", {"status": before.status}) if before.status is not Status.OPEN else None
    if before.priority is not after.priority:
        return Undo("priority", {"priority": before.priority})
    return _retagging(before, after)


def _reversal(before: Ticket, after: Ticket) -> Undo | None:
    """Of an ending, or of a reopening. What was resolved and is closed now cannot be resolved again."""
    if before.status.is_live:
        return Undo("reopen")
    return Undo("status", {"status": before.status}) if after.status.is_live else None


def _giving_back(before: Ticket, after: Ticket, assignee: str, by: PersonId) -> Undo | None:
    if before.assignee is None:
        return Undo("unassign")
    if not after.status.is_live or not assignee:
        return None
    return Undo("claim") if before.assignee == by and after.assignee is None else Undo("assign", {"agent": assignee})


def _retagging(before: Ticket, after: Ticket) -> Undo | None:
    back = [tag for tag in before.tags if tag not in after.tags]
    gone = [f"-{tag}" for tag in after.tags if tag not in before.tags]
    return Undo("tag", {"tags": " ".join((*back, *gone))}) if back or gone else None
