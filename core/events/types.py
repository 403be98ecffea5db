"""What the kinds of events are called outside: ``TicketHandedOver`` is ``ticket.handed_over``."""

import re
from collections.abc import Mapping

from core.events.record import KINDS

_WORD = re.compile(r"[A-Z][a-z0-9]*")
_NAMED: Mapping[str, str] = {
    "AbsorptionUndone": "ticket.absorption_undone",
    "AcknowledgementReminded": "escalation.acknowledgement_reminded",
    "CapacitySet": "agent.capacity_set",
    "DutyChanged": "agent.duty_changed",
    "EmailConfirmed": "person.email_confirmed",
    "MergeUndone": "ticket.merge_undone",
    "NobodyToOffer": "offer.nobody_left",
    "ParticipantAdded": "ticket.participant_added",
    "ParticipantRemoved": "ticket.participant_removed",
    "PasswordChanged": "person.password_changed",
    "PriorityChanged": "ticket.priority_changed",
    "PromisesChanged": "sla.promises_changed",
    "ReactionChanged": "message.reaction_changed",
    "RequesterReminded": "ticket.requester_reminded",
    "RoleGranted": "person.role_granted",
    "RoleRevoked": "person.role_revoked",
    "SecretSuspected": "message.secret_suspected",
    "SignedOutEverywhere": "person.signed_out",
    "SplitOff": "ticket.split_off",
    "StatusChanged": "ticket.status_changed",
    "TagsChanged": "ticket.tags_changed",
    "TicketOffered": "offer.made",
    "TranscriptTaken": "ticket.transcript_taken",
    "UrgencyDecided": "ticket.urgency_decided",
    "UrgencyDeclared": "ticket.urgency_declared",
    "VisibilityChanged": "ticket.visibility_changed",
}
"""Those whose first word is not what they are about. A name that was given stays: receivers know it."""


def type_of(kind: str) -> str:
    """Of the kind of an event, by its name (``kind_of``). One of another version of the desk is named as it is."""
    if kind not in KINDS:
        return kind
    if kind in _NAMED:
        return _NAMED[kind]
    noun, *rest = (word.lower() for word in _WORD.findall(kind))
    return f"{noun}.{'_'.join(rest)}"


TYPES: Mapping[str, str] = {type_of(kind): kind for kind in sorted(KINDS)}
"""The kind behind each type that there is."""
