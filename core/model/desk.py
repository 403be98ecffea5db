"""The desk as it is set up: teams, categories and their questions, quotas, alerts. ``bot/settings.py`` makes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.model.duty import Shift, ShiftCalendar
from core.model.endpoint import Endpoint
from core.model.escalation import EscalationPolicy
from core.model.hours import ALWAYS, OpeningHours
from core.model.people import Grant, Platform
from core.model.sla import SlaPolicy
from core.model.thread import Audience, Thread
from core.model.ticket import Priority, Visibility


class QuestionKind(StrEnum):
    LINE = "line"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    key: str
    label: str
    kind: QuestionKind = QuestionKind.LINE
    choices: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel on a platform, as the platform names it, in which threads of tickets are made."""

    platform: Platform
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    key: str
    name: str
    team: str
    questions: tuple[Question, ...] = ()
    visibility: Visibility = Visibility.PRIVATE
    """Of a new ticket."""
    blind_follow: bool = False
    quiet_days: int = 7
    """A resolved ticket closes after so many days."""
    sensitive: bool = False
    staff: frozenset[str] = frozenset()
    """The confirmed email addresses of the only staff who see a sensitive category's tickets."""
    alert_space: str | None = None
    """Where its alerts go: the first space of its first escalation's first step."""
    sla: str | None = None
    """The key of what is promised for its tickets."""
    escalations: tuple[str, ...] = ()
    """The keys of the escalations that its tickets may begin."""
    remind_after_days: int = 3
    """A ticket that waits for its requester: they are reminded after so many days, 0 for never."""
    close_after_days: int = 7
    """And so many days after the reminder it closes."""
    places: tuple[Place, ...] = ()
    """Where the requester's threads of its tickets are made, besides the door they were opened by."""

    def input_key(self, question: Question) -> str:
        """The key of the form's input, and of the draft's value, that one of its questions is asked by."""
        return f"{self.key}:{question.key}"


class Assignment(StrEnum):
    """How a team's tickets find their agent."""

    MANUAL = "manual"
    """They are claimed, or given."""
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    key: str
    name: str
    members: frozenset[str] = frozenset()
    """Confirmed email addresses of its agents."""
    lead: str | None = None
    assignment: Assignment = Assignment.MANUAL
    offer_timeout: timedelta = timedelta(minutes=5)
    """How long an agent has to take what they are offered; 0: they have it at once."""
    capacity: int = 15
    """The load that an agent carries at most, unless set for the person: a ticket of normal priority counts 1."""
    skills: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Address -> the categories that the agent answers; whoever is not named answers all of them."""
    places: tuple[Place, ...] = ()
    """Its triage channels: where its tickets' cards and the staff's threads are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    open_tickets_per_person: int = 50
    tickets_per_day: int = 100
    cooldown: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How similar tickets and FAQs are looked for, and what of them is shown before a ticket is opened."""

    enabled: bool = True
    """Whether they are shown at all."""
    suggestions: int = 3
    count_floor: int = 3
    """From how many people on the similar private tickets of others are counted: fewer are not told of."""
    months: int = 12
    """A ticket that was resolved longer ago is not shown."""
    patience: float = 1.5
    """Seconds that a form waits for a look at them."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """The desk's own jargon: each a list of words that mean one thing."""


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """What this desk holds for a secret: the whole of a word must match."""

    name: str
    """As people read it: "a roll number"."""
    expression: re.Pattern[str]


class UrgencySetting(StrEnum):
    """What a requester may declare urgent."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Acknowledge(StrEnum):
    LINK = "link"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    name: str
    time_zone: str
    teams: Mapping[str, Team]
    categories: Mapping[str, Category]
    quotas: Quotas = field(default_factory=Quotas)
    urgent_by_requester: UrgencySetting = UrgencySetting.ALLOW
    alert_priorities: frozenset[Priority] = frozenset({Priority.HIGH, Priority.URGENT})
    acknowledge: Acknowledge = Acknowledge.SIGN_IN
    """What the link on an alert asks of whoever acknowledges."""
    storm_limit: int = 10
    """Alerts that a space is sent in a minute, before they are folded into one card; 0: all are sent."""
    followers_raise: int = 5
    """Followers from which a ticket waits as one of the next higher priority; 0: never."""
    hours: OpeningHours = ALWAYS
    shifts: tuple[Shift, ...] = ()
    shift_calendars: Mapping[str, ShiftCalendar] = field(default_factory=dict)
    """By team."""
    slas: Mapping[str, SlaPolicy] = field(default_factory=dict)
    escalations: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    messengers: frozenset[Platform] = frozenset()
    """The platforms on which a person can be written to, the web and mail aside."""
    by_mail: bool = False
    """Whether persons are written to by mail."""
    answered_by_mail: bool = False
    """Whether what they answer there reaches the desk."""
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    """What is told of events, by its key."""
    group_grants: Mapping[tuple[Platform, str], frozenset[Grant]] = field(default_factory=dict)
    """What a group of a platform (a Discord role, by its id) gives to whoever is in it; the grants' source is
    ``<platform>:<group>``."""
    similar: Similarity = field(default_factory=Similarity)
    secret_patterns: tuple[OwnPattern, ...] = ()
    undo_within: timedelta = timedelta(minutes=1)
    """So long may one take back one's own last message by a command."""
    faq_review_days: int = 180
    """So many days after a FAQ was published somebody should look whether it still holds."""
    faq_public: bool = True
    """Whether FAQs are read by those too who are not signed in."""
    public_url: str
    """Without a slash at its end."""

    def places_of(self, category: str, team: str) -> tuple[tuple[Place, Audience], ...]:
        """Where a ticket has threads besides the door it came by: the category's for its requester, the team's for the
        staff."""
        known, staff = self.categories.get(category), self.teams.get(team)
        return (
            *((place, Audience.REQUESTER) for place in (known.places if known else ())),
            *((place, Audience.STAFF) for place in (staff.places if staff else ())),
        )

    def names(self, place: Place) -> bool:
        """Whether bot.toml has ``place`` for any category or team."""
        places = (*(one.places for one in self.categories.values()), *(one.places for one in self.teams.values()))
        return any(place in those for those in places)

    def is_former(self, thread: Thread, team: str) -> bool:
        """Whether the staff's ``thread`` stands in another team's place than that of ``team``, which has the ticket."""
        if thread.audience is not Audience.STAFF:
            return False
        here = Place(thread.platform, thread.place)
        theirs = frozenset(key for key, one in self.teams.items() if here in one.places)
        return bool(theirs) and team not in theirs

    @property
    def own_threads(self) -> frozenset[Platform]:
        """The open platforms on which each of a ticket's people has a thread of their own."""
        return frozenset(platform for platform in self.messengers if platform.has_own_threads)

    def is_sensitive(self, category: str) -> bool:
        """A category that was taken out of bot.toml counts as sensitive: when in doubt, fewer people see it."""
        known = self.categories.get(category)
        return known is None or known.sensitive

    def category_name(self, category: str) -> str:
        known = self.categories.get(category)
        return known.name if known else category

    def team_name(self, team: str) -> str:
        known = self.teams.get(team)
        return known.name if known else team
