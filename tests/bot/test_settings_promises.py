"""What is promised, when a waiting ticket closes, and who is called about one that cannot wait: as it is set."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.escalation import EscalationStep, EscalationTrigger, Whom, WhomKind
from core.model.sla import SlaClock
from core.model.ticket import Priority

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BASE = """\
[desk]
name = "Desk"
demo = true

[[teams]]
key = "academics"
name = "Academics"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
sla = "standard"
escalation = ["late", "urgent"]

[[alerts.spaces]]
key = "leads"

[[sla]]
key = "standard"
first_response = { urgent = "15m", normal = "8h" }
resolution = { urgent = "4h", normal = "40h" }
warn_at = 0.75

[[escalations]]
key = "urgent"
when = { priority = ["urgent", "high"] }
steps = [
  { after = "0s", notify = ["assignee", "space:leads"] },
  { after = "15m", notify = ["team_on_duty", "email:Dean@Example.com"], repeat = "30m", times = 4 },
]
acknowledgement_lapses_after = "2h"

[[escalations]]
key = "late"
when = { breached = true, unassigned_for = "30m", requested = true }
steps = [{ after = "5m", notify = ["lead"] }]
"""


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    (problem,) = caught.value.problems
    return problem


def changed(old: str, new: str) -> str:
    assert old in BASE, old
    return BASE.replace(old, new, 1)


# --- promises ------------------------------------------------------------------------------------------------------


def test_a_promise_has_a_time_for_each_priority_that_is_named(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path), "")
    policy = desk.slas["standard"]
    assert desk.categories["exams"].sla == "standard"
    assert policy.target(SlaClock.FIRST_RESPONSE, Priority.URGENT) == 15 * MINUTE
    assert policy.target(SlaClock.RESOLUTION, Priority.NORMAL) == 40 * HOUR
    assert policy.target(SlaClock.RESOLUTION, Priority.LOW) is None
    assert policy.warn_at == 0.75


def test_a_promise_is_shown_in_hours_as_it_is_written(tmp_path: Path) -> None:
    shown = {key: value for key, value, _ in effective(start(tmp_path, changed('normal = "40h"', 'normal = "24h"')))}
    assert '"24h"' in shown.values() and '"1d"' not in [shown[key] for key in shown if key.startswith("sla")]


def test_one_clock_may_be_promised_alone_and_a_category_nothing(tmp_path: Path) -> None:
    toml = changed('resolution = { urgent = "4h", normal = "40h" }\nwarn_at = 0.75\n', "")
    desk = desk_of(start(tmp_path, toml.replace('sla = "standard"\n', "")), "")
    assert desk.slas["standard"].resolution == {}
    assert desk.slas["standard"].warn_at == 0.8
    assert desk.categories["exams"].sla is None


def test_a_waiting_ticket_is_reminded_after_three_days_and_closed_after_seven_unless_it_is_set(tmp_path: Path) -> None:
    exams = desk_of(start(tmp_path), "").categories["exams"]
    assert (exams.remind_after_days, exams.close_after_days) == (3, 7)
    toml = changed('sla = "standard"', 'sla = "standard"\nremind_after_days = 0\nclose_after_days = 365')
    exams = desk_of(start(tmp_path, toml), "").categories["exams"]
    assert (exams.remind_after_days, exams.close_after_days) == (0, 365)


# --- escalations ---------------------------------------------------------------------------------------------------


def test_an_escalation_has_its_trigger_its_steps_and_whom_they_call(tmp_path: Path) -> None:
    mail = {"BOT_EMAIL__SMTP_URL": "smtp://localhost:25", "BOT_EMAIL__SENDER": "desk@example.com"}
    urgent = desk_of(start(tmp_path, **mail), "").escalations["urgent"]
    assert urgent.when == EscalationTrigger(priorities=frozenset({Priority.URGENT, Priority.HIGH}))
    assert urgent.lapses_after == 2 * HOUR
    assert urgent.steps == (
        EscalationStep(after=timedelta(0), notify=(Whom(WhomKind.ASSIGNEE), Whom(WhomKind.SPACE, "leads"))),
        EscalationStep(
            after=15 * MINUTE,
            notify=(Whom(WhomKind.TEAM_ON_DUTY), Whom(WhomKind.EMAIL, "dean@example.com")),
            repeat=30 * MINUTE,
            times=4,
        ),
    )


def test_one_that_does_not_begin_by_a_priority_may_begin_with_anybody_and_at_any_time(tmp_path: Path) -> None:
    late = desk_of(start(tmp_path), "").escalations["late"]
    assert late.when == EscalationTrigger(breached=True, unassigned_for=30 * MINUTE, requested=True)
    assert late.steps == (EscalationStep(after=5 * MINUTE, notify=(Whom(WhomKind.LEAD),)),)
    assert late.lapses_after is None


def test_one_without_a_trigger_begins_with_an_urgent_ticket(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, changed('when = { priority = ["urgent", "high"] }\n', "")), "")
    assert desk.escalations["urgent"].when == EscalationTrigger(priorities=frozenset({Priority.URGENT}))


@pytest.mark.parametrize(
    ("written", "escalations", "space"),
    [
        ('["late", "urgent"]', ("late", "urgent"), "leads"),
        ('"urgent"', ("urgent",), "leads"),
        ('["late"]', ("late",), None),
        ("[]", (), None),
    ],
)
def test_alerts_go_to_the_first_space_of_the_first_that_begins_by_a_priority(
    written: str, escalations: tuple[str, ...], space: str | None, tmp_path: Path
) -> None:
    exams = desk_of(start(tmp_path, changed('["late", "urgent"]', written)), "").categories["exams"]
    assert exams.escalations == escalations
    assert exams.alert_space == space


def test_a_desk_without_alerts_calls_no_space_that_has_no_address_but_everybody_else(tmp_path: Path) -> None:
    toml = changed("demo = true", "demo = false").replace(', "email:Dean@Example.com"', "")
    toml += '[[escalations]]\nkey = "loud"\nsteps = [{ notify = ["space:leads"] }]\n'
    toml = toml.replace('["late", "urgent"]', '["late", "loud", "urgent"]')
    desk = desk_of(start(tmp_path, toml, BOT_ALERTS__PRIORITIES="[]"), "")
    assert not desk.alert_priorities
    assert desk.categories["exams"].escalations == ("late", "urgent")
    called = [whom.kind for policy in desk.escalations.values() for step in policy.steps for whom in step.notify]
    assert called == [WhomKind.ASSIGNEE, WhomKind.TEAM_ON_DUTY, WhomKind.LEAD]
    heard = desk_of(start(tmp_path, toml, BOT_ALERTS__PRIORITIES="[]", BOT_GCHAT__SPACES__LEADS="http://[::1]:9/"), "")
    assert heard.categories["exams"].alert_space == "leads"


def test_they_are_listed_as_they_were_written_each_with_its_line(tmp_path: Path) -> None:
    listed = {key: (value, place) for key, value, place in effective(start(tmp_path))}
    assert listed["categories[0].escalation"] == ('["late", "urgent"]', "bot.toml line 14")
    assert listed["sla[0].first_response.normal"] == ('"8h"', "bot.toml line 21")
    assert listed["sla[0].first_response.low"] == ("(not set)", "default")
    assert listed["sla[0].warn_at"] == ("0.75", "bot.toml line 23")
    assert listed["escalations[0].steps[1].notify"] == (
        '["team_on_duty", "email:Dean@Example.com"]',
        "bot.toml line 30",
    )
    assert listed["escalations[0].steps[0].times"] == ("1", "default")
    assert listed["escalations[1].when.unassigned_for"] == ('"30m"', "bot.toml line 36")


def test_the_shipped_demo_promises_something_in_every_category_and_calls_until_somebody_acknowledges() -> None:
    desk = desk_of(load({}, Path(__file__).parents[2]), "http://127.0.0.1:8080")
    assert {category.sla for category in desk.categories.values()} == {"standard"}
    assert {category.escalations for category in desk.categories.values()} == {("urgent",)}
    urgent = desk.escalations["urgent"]
    assert urgent.lapses_after == 2 * HOUR
    assert [WhomKind.SPACE in {whom.kind for whom in step.notify} for step in urgent.steps] == [True] * 3
    assert urgent.steps[-1].times == 4
    kinds = {whom.kind for step in urgent.steps for whom in step.notify}
    assert kinds == set(WhomKind) - {WhomKind.EMAIL}, "without a mail server the shipped file serves a real desk too"


# --- what is refused -----------------------------------------------------------------------------------------------

WRONG = [
    # the change, the key and its line, words of what is wrong and of the mend
    ('sla = "standard"', 'sla = "standrad"', "categories[0].sla", 13, "no sla “standrad”", "mean “standard”"),
    ('"late", "urgent"]', '"late", "urgnt"]', "categories[0].escalation[1]", 14, "no escalation “urgnt”", "“urgent”"),
    ('"late", "urgent"]', '"late", "late"]', "categories[0].escalation", 14, "the same", "Take one out"),
    ('["late", "urgent"]', "5", "categories[0].escalation", 14, "not the key of an escalation", '"urgent"'),
    ('["late", "urgent"]', '"Urgent!"', "categories[0].escalation", 14, "not a key", "small letters"),
    ('sla = "standard"', "remind_after_days = 366", "categories[0].remind_after_days", 13, "too large", "365"),
    ('sla = "standard"', "remind_after_days = -1", "categories[0].remind_after_days", 13, "too small", "0"),
    ('sla = "standard"', "close_after_days = 0", "categories[0].close_after_days", 13, "too small", "1"),
    ('"15m"', '"soon"', "sla[0].first_response.urgent", 21, "not a duration", '"15m"'),
    ('"15m"', '"30s"', "sla[0].first_response.urgent", 21, "shorter than a minute", '"1m"'),
    ('"15m"', '"2d"', "sla[0].first_response.urgent", 21, "business hours", '"24h"'),
    ("normal =", "nromal =", "sla[0].first_response.nromal", 21, "no such key", "Did you mean “normal”?"),
    ('urgent = "4h"', 'urgent = "5m"', "sla[0].resolution", 22, "“urgent” would be resolved before", "as long as"),
    ("0.75", "1", "sla[0].warn_at", 23, "too large", "0.99"),
    ("0.75", "0.01", "sla[0].warn_at", 23, "too small", "0.1"),
    ("0.75", "nan", "sla[0].warn_at", 23, "too large", "0.99"),
    ("0.75", '"most"', "sla[0].warn_at", 23, "“most” is not a number", "0.8"),
    ('["urgent", "high"]', '["urgnt"]', "escalations[0].when.priority[0]", 27, "“urgnt”", "low, normal, high, urgent"),
    ('["urgent", "high"]', '["high", "high"]', "escalations[0].when.priority", 27, "the same", "Take one out"),
    ('priority = ["urgent", "high"]', "", "escalations[0].when", 27, "can ever begin", "breached = true"),
    ('["urgent", "high"]', "[]", "escalations[0].when", 27, "can ever begin", "breached = true"),
    ("priority =", "prio =", "escalations[0].when.prio", 27, "no such key", "Known here: priority, breached"),
    ('"30m", requested = true', '"0s"', "escalations[1].when.unassigned_for", 36, "shorter than a minute", '"1m"'),
    ('["assignee", "space:leads"]', '["assignee"]', "escalations[0].steps", 28, "the alert itself", "space:KEY"),
    ('after = "0s"', 'after = "1m"', "escalations[0].steps", 28, "at once", "0s"),
    ('{ after = "15m"', '{ after = "soon"', "escalations[0].steps[1].after", 30, "not a duration", '"15m"'),
    ('"space:leads"]', '"space:laeds"]', "escalations[0].steps[0].notify[1]", 29, "no alert space", "mean “leads”"),
    ('"assignee", "s', '"assingee", "s', "escalations[0].steps[0].notify[0]", 29, "Nobody", "team_on_duty, lead"),
    ('"assignee", "s', '"space:leads", "s', "escalations[0].steps[0].notify", 29, "the same", "Take one out"),
    ("email:Dean@Example.com", "email:dean", "escalations[0].steps[1].notify[1]", 30, "Nobody", "email:ADDRESS"),
    ("Dean@Example.com", "@@x", "escalations[0].steps[1].notify[1]", 30, "Nobody", "email:ADDRESS"),
    ("Dean@Example.com", "<dean>@x.edu", "escalations[0].steps[1].notify[1]", 30, "do not take", "dean@example.edu"),
    ('"30m", times', '"30s", times', "escalations[0].steps[1].repeat", 30, "shorter than a minute", '"1m"'),
    (", times = 4", "", "escalations[0].steps[1].times", 30, "nothing says how often", "times = 4"),
    (", times = 4", ", times = 1", "escalations[0].steps[1].times", 30, "nothing says how often", "times = 4"),
    ('repeat = "30m", ', "", "escalations[0].steps[1].times", 30, "how long it waits", "repeat ="),
    ("times = 4", "times = 101", "escalations[0].steps[1].times", 30, "too large", "100"),
    ("times = 4", "times = 0", "escalations[0].steps[1].times", 30, "too small", "1"),
    ('lapses_after = "2h"', 'lapses_after = "0s"', "escalations[0].acknowledgement_lapses_after", 32, "minute", '"1m"'),
    (
        'lapses_after = "2h"',
        "lapses = 1",
        "escalations[0].acknowledgement_lapses",
        32,
        "no such key",
        "Did you mean “acknowledgement_lapses_after”?",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "wrong", "mend"), WRONG, ids=[f"{w[2]}: {w[4]}" for w in WRONG])
def test_a_wrong_value_is_told_with_its_key_its_line_and_the_mend(
    old: str, new: str, key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, changed(old, new))
    told = caught.value.problems[0]
    assert (told.key, told.place) == (key, f"bot.toml line {line}")
    assert wrong in told.wrong
    assert mend in told.mend


def test_what_promises_nothing_is_refused(tmp_path: Path) -> None:
    toml = BASE + '[[sla]]\nkey = "empty"\nfirst_response = {}\n'
    problem = refused(tmp_path, toml)
    assert (problem.key, problem.place) == ("sla[1].resolution", "bot.toml line 38")
    assert "promises nothing" in problem.wrong


def test_two_promises_with_one_key_are_refused_at_the_second(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE + '[[sla]]\nkey = "standard"\nresolution = { low = "1h" }\n')
    assert (problem.key, problem.place) == ("sla[1].key", "bot.toml line 39")
    assert "taken" in problem.wrong


def test_steps_that_are_out_of_order_are_refused(tmp_path: Path) -> None:
    toml = changed('steps = [{ after = "5m", notify = ["lead"] }]', 'steps = [{ after = "5m", notify = ["lead"] }, 1]')
    toml = toml.replace(" }, 1]", ' }, { after = "4m", notify = ["lead"] }]')
    problem = refused(tmp_path, toml)
    assert (problem.key, problem.place) == ("escalations[1].steps", "bot.toml line 37")
    assert "in the order of their times" in problem.mend


def test_one_that_only_a_broken_promise_begins_is_refused_where_nothing_is_promised(tmp_path: Path) -> None:
    toml = changed('sla = "standard"\n', "").replace(', unassigned_for = "30m", requested = true', "")
    problem = refused(tmp_path, toml)
    assert (problem.key, problem.place) == ("categories[0].escalation", "bot.toml line 13")
    assert "“late” begins when a promise is broken" in problem.wrong
    assert "sla =" in problem.mend


SHAPELESS = """\
teams = [{ key = [], skills = { a = [[]] } }, 1]
categories = [{ key = ["x"], team = {}, escalation = [{}], sla = [] }]
escalations = [{ key = [], when = 1, steps = [1, { notify = [1] }] }, []]
shifts = [{ team = [], who = {} }]
sla = {}
[alerts]
spaces = [{ key = [], kind = [] }]
[desk]
hours = []
holidays = [{ on = [] }, { on = [] }, 1]
calendar = 1
"""


def test_values_of_the_wrong_shape_are_told_and_stop_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, SHAPELESS)
    told = {problem.key.partition("[")[0].partition(".")[0] for problem in caught.value.problems}
    assert told == {"teams", "categories", "escalations", "shifts", "sla", "alerts", "desk"}
