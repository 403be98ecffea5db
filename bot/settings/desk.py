"""The settings as the desk that the core works with: teams, categories, places, and what groups give."""

from collections.abc import Iterator, Mapping, Sequence

from bot.settings.duty import skills_of
from bot.settings.hours import opening_hours
from bot.settings.model import Settings
from bot.settings.tables import CategoryTable, DeskTable, TeamTable
from core.model.desk import Category, Desk, Place, Question, Quotas, Team
from core.model.duty import ShiftCalendar
from core.model.escalation import EscalationPolicy, WhomKind
from core.model.hours import OpeningHours
from core.model.people import Grant, Platform, Role


def desk_of(settings: Settings, public_url: str, calendars: Mapping[str, ShiftCalendar] | None = None) -> Desk:
    """``public_url``: the address that people use, without a slash at its end. ``calendars``: what is in
    ``settings.calendar_files()``, by the team's key.

    A door that is closed has no places and gives no roles, and a space that nobody hears is called by no step: nothing
    may be owed to them.
    """
    doors = _open_doors(settings)
    escalations = _escalations(settings)
    return Desk(
        name=settings.desk.name,
        time_zone=settings.desk.time_zone,
        teams={team.key: _team(team, doors) for team in settings.teams},
        categories={category.key: _category(category, doors, escalations) for category in settings.categories},
        quotas=Quotas(
            open_tickets_per_person=settings.quotas.open_tickets_per_person,
            tickets_per_day=settings.quotas.tickets_per_day,
            cooldown=settings.quotas.cooldown,
        ),
        followers_raise=settings.queue.followers_raise,
        urgent_by_requester=settings.desk.urgent_by_requester,
        alert_priorities=frozenset(settings.alerts.priorities),
        acknowledge=settings.alerts.acknowledge,
        storm_limit=settings.alerts.storm_limit,
        hours=_hours(settings.desk),
        shifts=tuple(shift.shift() for shift in settings.shifts),
        shift_calendars=calendars or {},
        slas={sla.key: sla.policy() for sla in settings.sla},
        escalations=escalations,
        messengers=doors,
        by_mail=settings.writes_to_persons,
        answered_by_mail=settings.writes_to_persons and settings.email.inbox.address is not None,
        similar=settings.similar.similarity(),
        secret_patterns=settings.privacy.own_patterns(),
        undo_within=settings.desk.undo_within,
        endpoints={one.key: one.endpoint() for one in settings.endpoints if one.key in settings.endpoint_hooks()},
        group_grants=_group_grants(settings, doors),
        faq_review_days=settings.faq.review_days,
        faq_public=settings.faq.public,
        public_url=public_url,
    )


def _open_doors(settings: Settings) -> frozenset[Platform]:
    tokens = {Platform.DISCORD: settings.discord.token, Platform.SLACK: settings.slack.bot_token}
    return frozenset(platform for platform, token in tokens.items() if token is not None)


def _hours(table: DeskTable) -> OpeningHours:
    return opening_hours(zone=table.time_zone, week=table.hours, holidays=table.holidays, calendar=table.calendar)


def _escalations(settings: Settings) -> Mapping[str, EscalationPolicy]:
    """An escalation that would call nobody is none. Only a demo may name addresses where it has no mail server."""
    unheard = frozenset() if settings.desk.demo else settings.unheard_spaces()
    has_mail = settings.email.smtp_url is not None
    policies = {one.key: one.policy(unheard, has_mail=has_mail) for one in settings.escalations}
    return {key: policy for key, policy in policies.items() if policy is not None}


def _team(table: TeamTable, doors: frozenset[Platform]) -> Team:
    triage = {Platform.DISCORD: table.discord.triage_channel, Platform.SLACK: table.slack.triage_channel}
    return Team(
        key=table.key,
        name=table.name,
        members=frozenset(table.members),
        lead=table.lead,
        assignment=table.assignment,
        offer_timeout=table.offer_timeout,
        capacity=table.capacity,
        skills=skills_of(table.skills),
        places=_places(triage, doors),
    )


def _places(channels: Mapping[Platform, str | None], doors: frozenset[Platform]) -> tuple[Place, ...]:
    return tuple(
        Place(platform, channel) for platform, channel in channels.items() if platform in doors and channel is not None
    )


def _group_grants(settings: Settings, doors: frozenset[Platform]) -> Mapping[tuple[Platform, str], frozenset[Grant]]:
    """A role or a user group that is named in several places gives all that they say."""
    grants: dict[tuple[Platform, str], frozenset[Grant]] = {}
    for platform, group, role, team in _named_groups(settings):
        if platform in doors:
            grant = Grant(role=role, team=team, source=f"{platform}:{group}")
            grants[platform, group] = grants.get((platform, group), frozenset()) | {grant}
    return grants


def _named_groups(settings: Settings) -> Iterator[tuple[Platform, str, Role, str | None]]:
    """With the team for which the role holds; None for every team."""
    for platform, groups in ((Platform.DISCORD, settings.discord.roles), (Platform.SLACK, settings.slack.user_groups)):
        for role, named in ((Role.AGENT, groups.agent), (Role.LEAD, groups.lead), (Role.ADMIN, groups.admin)):
            yield from ((platform, group, role, None) for group in named)
    for team in settings.teams:
        if team.discord.role is not None:
            yield Platform.DISCORD, team.discord.role, Role.AGENT, team.key
        if team.slack.user_group is not None:
            yield Platform.SLACK, team.slack.user_group, Role.AGENT, team.key


def _category(
    table: CategoryTable, doors: frozenset[Platform], escalations: Mapping[str, EscalationPolicy]
) -> Category:
    own = tuple(key for key in table.escalation if key in escalations)
    return Category(
        key=table.key,
        name=table.name,
        team=table.team,
        questions=tuple(Question(**dict(question)) for question in table.questions),
        visibility=table.visibility,
        blind_follow=table.blind_follow,
        quiet_days=table.quiet_days,
        sensitive=table.sensitive,
        staff=frozenset(table.staff),
        alert_space=_alert_space([escalations[key] for key in own]),
        sla=table.sla,
        escalations=own,
        remind_after_days=table.remind_after_days,
        close_after_days=table.close_after_days,
        places=_places({Platform.DISCORD: table.discord.channel}, doors),
    )


def _alert_space(escalations: Sequence[EscalationPolicy]) -> str | None:
    """The first that the first escalation calls which begins by a ticket's priority: the alert is its first call."""
    steps = (escalation.steps[0] for escalation in escalations if escalation.when.priorities)
    spaces = (whom.name for step in steps for whom in step.notify if whom.kind is WhomKind.SPACE)
    return next(spaces, None)
