"""How an escalation stands, in a few words."""

from collections.abc import Mapping

from core.cards.card import Reader
from core.cards.times import ago, away
from core.model.escalation import Escalation, EscalationState
from core.model.ids import PersonId
from core.rules.escalation import next_call_at


def standing(escalation: Escalation, names: Mapping[PersonId, str], reader: Reader) -> str:
    """As in: level 2 called, next in 12 min; acknowledged by Lee Lead 5 min ago."""
    _ = reader.gettext
    if escalation.state is EscalationState.ENDED:
        return _("over")
    if escalation.acknowledged_at is not None:
        who = acknowledger(escalation, names, reader)
        return _("acknowledged by {who} {ago}").format(who=who, ago=ago(escalation.acknowledged_at, reader))
    at = next_call_at(escalation)
    if at is None:
        return _("level {level} called, and nobody is left to call").format(level=escalation.level)
    if escalation.level == 0:
        return _("first call {time}").format(time=away(at, reader))
    return _("level {level} called, next {time}").format(level=escalation.level, time=away(at, reader))


def acknowledger(escalation: Escalation, names: Mapping[PersonId, str], reader: Reader) -> str:
    """Who acknowledged it: a person, or what somebody typed behind a link."""
    if escalation.acknowledged_by is not None:
        return names.get(escalation.acknowledged_by, "?")
    return unverified(escalation.acknowledged_as, reader)


def unverified(typed: str, reader: Reader) -> str:
    """A name that somebody typed behind an alert's link."""
    return reader.gettext("“{name}” (not verified)").format(name=typed)
