"""One line for each thing that happened: the thread's lines between its messages, and what a ping says."""

from core.cards.card import Reader
from core.cards.combining import line_of_combining
from core.cards.gaps import line_of_gap
from core.cards.news_desk import line_of_time
from core.cards.ticket import Names
from core.events import (
    PERSONS,
    EscalationAcknowledged,
    Event,
    MergeUndone,
    MessageEdited,
    MessageMovedAway,
    MessageMovedHere,
    MessagePosted,
    MessageUndone,
    ParticipantAdded,
    ParticipantRemoved,
    PersonLeft,
    PriorityChanged,
    ReactionChanged,
    Record,
    RequesterReminded,
    SecretSuspected,
    SplitOff,
    StatusChanged,
    TagsChanged,
    ThreadLost,
    TicketAssigned,
    TicketClaimed,
    TicketClosed,
    TicketEdited,
    TicketErased,
    TicketFollowed,
    TicketHandedOver,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketSplit,
    TicketTransferred,
    TicketUnassigned,
    TicketUnfollowed,
    TranscriptTaken,
    UrgencyDecided,
    UrgencyDeclared,
    VisibilityChanged,
)
from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.thread import MessageKind
from core.model.ticket import PRIORITY_WORDS, WORDS, Ending, Visibility

FOR_EVERYBODY = (
    TicketOpened,
    TicketClaimed,
    TicketAssigned,
    TicketUnassigned,
    StatusChanged,
    PriorityChanged,
    UrgencyDeclared,
    UrgencyDecided,
    TicketHandedOver,
    RequesterReminded,
    TicketResolved,
    TicketClosed,
    TicketReopened,
    TicketEdited,
    TicketTransferred,
    VisibilityChanged,
    ParticipantAdded,
    ParticipantRemoved,
    MessagePosted,
    MessageEdited,
    MessageUndone,
    ReactionChanged,
    TicketMerged,
    MergeUndone,
    TicketSplit,
    SplitOff,
    MessageMovedAway,
    MessageMovedHere,
)
"""What whoever sees the ticket may know of; the rest of the trail is the staff's."""

_WITHOUT_A_LINE = (MessagePosted, MessageEdited, ReactionChanged, MessageMovedHere, TranscriptTaken)


def persons_in(event: Event) -> frozenset[PersonId]:
    """Whom the event names, for looking up their names."""
    held = (getattr(event, name, None) for name in PERSONS)
    return frozenset(person for person in held if person is not None)


def line(record: Record, names: Names, desk: Desk, reader: Reader) -> str:
    """What happened, in one sentence without its end; "" for what shows itself, as a message does."""
    event = record.event
    if isinstance(event, _WITHOUT_A_LINE):
        return ""
    who = actor_of(record, names, reader)
    return (
        _line_of_hands(event, who, names, desk, reader)
        or _line_of_state(event, who, names, reader)
        or line_of_combining(event, who, names, reader)
        or line_of_time(record, who, names, reader)
    )


def history_line(record: Record, names: Names, desk: Desk, reader: Reader) -> str:
    """The same for whoever reads the history alone, where nothing shows itself."""
    who, _ = actor_of(record, names, reader), reader.gettext
    match record.event:
        case MessagePosted(kind=MessageKind.NOTE):
            return _("{who} wrote a note").format(who=who)
        case MessagePosted():
            return _("{who} wrote a reply").format(who=who)
        case MessageEdited(kind=MessageKind.NOTE):
            return _("{who} changed a note").format(who=who)
        case MessageEdited():
            return _("{who} changed a reply").format(who=who)
        case MessageMovedHere(kind=MessageKind.NOTE):
            return _("{who} moved a note here").format(who=who)
        case MessageMovedHere():
            return _("{who} moved a reply here").format(who=who)
        case ReactionChanged(on=True):
            return _("{who} reacted to a message").format(who=who)
        case ReactionChanged():
            return _("{who} took a reaction away").format(who=who)
        case TranscriptTaken(by_link=by_link):
            words = _("A transcript was taken by the link that {who} got") if by_link else _("{who} took a transcript")
            return words.format(who=who)
        case _:
            return line(record, names, desk, reader)


def actor_of(record: Record, names: Names, reader: Reader) -> str:
    """Who did it. A platform tells that a message is gone, and not by whose hand."""
    _ = reader.gettext
    if record.actor is not None:
        return names.get(record.actor, _("Somebody"))
    if isinstance(record.event, EscalationAcknowledged):
        return _("Somebody with the alert's link")
    if record.door.keeps_copies:
        return _("Somebody on {platform}").format(platform=record.door.capitalize())
    return _("The desk")


def _line_of_hands(event: Event, who: str, names: Names, desk: Desk, reader: Reader) -> str:
    """Where it went: opened, claimed, assigned, transferred."""
    _ = reader.gettext
    match event:
        case TicketOpened(team=team):
            return _("{who} opened the ticket for {team}").format(who=who, team=desk.team_name(team))
        case TicketClaimed():
            return _("{who} has it now").format(who=who)
        case TicketAssigned(assignee=assignee):
            return _("{who} gave it to {name}").format(who=who, name=names.get(assignee, "?"))
        case TicketUnassigned(previous=previous):
            return _("{who} put it back into the queue; {name} had it").format(who=who, name=names.get(previous, "?"))
        case TicketTransferred(after=after):
            return _("{who} handed it to {team}").format(who=who, team=desk.team_name(after))
        case ParticipantAdded(person=person):
            return _("{who} added {name}").format(who=who, name=names.get(person, "?"))
        case ParticipantRemoved(person=person):
            return _("{who} removed {name}").format(who=who, name=names.get(person, "?"))
        case _:
            return ""


def _line_of_state(event: Event, who: str, names: Names, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case StatusChanged(after=after):
            return _("Now {status}").format(status=_(WORDS[after]))
        case PriorityChanged(after=after):
            return _("{who} set the priority to {priority}").format(who=who, priority=_(PRIORITY_WORDS[after]))
        case UrgencyDeclared(granted=True):
            return _("{who} declared it urgent").format(who=who)
        case UrgencyDeclared():
            return _("{who} asks for it to be urgent; a lead decides").format(who=who)
        case TicketResolved():
            return _("{who} resolved it").format(who=who)
        case TicketClosed(ending=ending):
            return _line_of_ending(ending, who, reader)
        case TicketReopened():
            return _("{who} reopened it").format(who=who)
        case _:
            return _line_of_words(event, who, names, reader)


def _line_of_words(event: Event, who: str, names: Names, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case TicketErased():
            return _("{who} erased it").format(who=who)
        case TicketEdited(title=True):
            return _("{who} changed the title").format(who=who)
        case TicketEdited():
            return _("{who} changed the description").format(who=who)
        case TagsChanged():
            return _("{who} changed the tags").format(who=who)
        case VisibilityChanged(after=Visibility.PUBLIC):
            return _("{who} made it public: everybody who is signed in can read it").format(who=who)
        case VisibilityChanged():
            return _("{who} made it private again").format(who=who)
        case MessageUndone() | SecretSuspected():
            return _line_of_message(event, who, reader)
        case _:
            return _line_of_place(event, names, reader)


def _line_of_message(event: MessageUndone | SecretSuspected, who: str, reader: Reader) -> str:
    _ = reader.gettext
    match event:
        case MessageUndone(kind=MessageKind.NOTE):
            return _("{who} took a note back").format(who=who)
        case MessageUndone():
            return _("{who} took a message back").format(who=who)
        case SecretSuspected(kind=MessageKind.NOTE):
            return _("What {who} wrote looks like a secret: it is held back").format(who=who)
        case SecretSuspected():
            return _("What {who} wrote looks like a secret").format(who=who)


def _line_of_place(event: Event, names: Names, reader: Reader) -> str:
    """Who follows it, and what became of its threads on the platforms: for the staff."""
    _ = reader.gettext
    match event:
        case TicketFollowed(person=person):
            return _("{name} follows it").format(name=names.get(person, "?"))
        case TicketUnfollowed(person=person):
            return _("{name} no longer follows it").format(name=names.get(person, "?"))
        case ThreadLost(platform=platform, replaced=True):
            return _("Its thread on {platform} was deleted, and is made anew").format(platform=platform.capitalize())
        case ThreadLost(platform=platform):
            return _("Its thread on {platform} was deleted: nobody reads it there any more").format(
                platform=platform.capitalize()
            )
        case PersonLeft(person=person, platform=platform):
            return _("{name} left {platform}, and no longer reads the thread there").format(
                name=names.get(person, "?"), platform=platform.capitalize()
            )
        case _:
            return line_of_gap(event, reader)


def _line_of_ending(ending: Ending, who: str, reader: Reader) -> str:
    _ = reader.gettext
    match ending:
        case Ending.QUIET:
            return _("Closed, since nothing more was said after it was resolved")
        case Ending.UNANSWERED:
            return _("Closed, since its requester was asked and did not answer")
        case Ending.WITHDRAWN:
            return _("{who} withdrew it").format(who=who)
        case Ending.MERGED:
            return _("{who} closed it: it goes on in another ticket").format(who=who)
        case Ending.ERASED:
            return _("{who} erased it").format(who=who)
        case Ending.BY_REQUESTER | Ending.BY_STAFF:
            return _("{who} closed it").format(who=who)
