"""Alert spaces in the settings: Google Chat, signed webhooks, email; and where each one's address comes from."""

import base64
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.desk import Acknowledge

CHAT = "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=hush-hush-key&token=hush-hush-token"
HOOK = "https://alerts.example.edu/in?hush-hush"
SIGNED = "whsec_" + base64.b64encode(b"hush-hush" * 3).decode()
SMTP = "smtp://desk:hush-hush@mail.example.edu:587"
SENDER = "Support desk <desk@example.edu>"
BASE = """\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[[alerts.spaces]]
key = "leads"

[[alerts.spaces]]
key = "the-pager"
kind = "webhook"

[[alerts.spaces]]
key = "deans"
kind = "email"
to = ["Dean@Example.edu", "warden@example.edu"]
"""
ON = {
    "BOT_GCHAT__SPACES__LEADS": CHAT,
    "BOT_WEBHOOKS__THE_PAGER__URL": HOOK,
    "BOT_WEBHOOKS__THE_PAGER__SECRET": SIGNED,
    "BOT_EMAIL__SMTP_URL": SMTP,
    "BOT_EMAIL__SENDER": SENDER,
}


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def all_refused(folder: Path, toml: str = BASE, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    told = "".join(traceback.format_exception(caught.value))
    assert "hush-hush" not in told
    assert SIGNED.removeprefix("whsec_") not in told
    return caught.value.problems


def refused(folder: Path, toml: str = BASE, **environ: str) -> Problem:
    (problem,) = all_refused(folder, toml, **environ)
    return problem


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in ON.items() if name not in names}


# --- what is set ---------------------------------------------------------------------------------------------------


def test_each_space_has_the_address_of_its_kind(tmp_path: Path) -> None:
    settings = start(tmp_path, **ON)
    assert settings.gchat_spaces() == {"leads": CHAT}
    assert settings.webhook_spaces() == {"the-pager": (HOOK, SIGNED)}
    assert settings.email_spaces() == {"deans": ("dean@example.edu", "warden@example.edu")}
    assert settings.unheard_spaces() == frozenset()
    assert settings.email.sender == SENDER


def test_the_demo_needs_no_address_and_uses_those_that_are_set(tmp_path: Path) -> None:
    demo = BASE.replace('"Desk"', '"Desk"\ndemo = true')
    assert start(tmp_path, demo).unheard_spaces() == {"leads", "the-pager", "deans"}
    settings = start(tmp_path, demo, **without("BOT_GCHAT__SPACES__LEADS", "BOT_EMAIL__SMTP_URL"))
    assert settings.unheard_spaces() == {"leads", "deans"}
    assert settings.webhook_spaces() == {"the-pager": (HOOK, SIGNED)}


def test_a_webhook_may_be_set_in_several_places(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "BOT_WEBHOOKS__THE_PAGER__SECRET").write_text(f"{SIGNED}\n")
    (tmp_path / ".env").write_text(f"bot_webhooks__the_pager__url={HOOK}\nBOT_SECRETS_DIR=secrets\n")
    names = [name for name in ON if "WEBHOOKS" in name]
    assert start(tmp_path, **without(*names)).webhook_spaces() == {"the-pager": (HOOK, SIGNED)}


def test_a_webhook_may_be_one_variable(tmp_path: Path) -> None:
    names = [name for name in ON if "WEBHOOKS" in name]
    whole = f'{{"url": "{HOOK}", "secret": "{SIGNED}"}}'
    settings = start(tmp_path, **without(*names), BOT_WEBHOOKS__THE_PAGER=whole)
    assert settings.webhook_spaces() == {"the-pager": (HOOK, SIGNED)}


def test_a_space_may_have_two_underscores_in_its_key(tmp_path: Path) -> None:
    toml = BASE.replace("the-pager", "the__pager")
    environ = {name.replace("THE_PAGER", "THE__PAGER"): value for name, value in ON.items()}
    assert start(tmp_path, toml, **environ).webhook_spaces() == {"the__pager": (HOOK, SIGNED)}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "https://10.0.0.1/x"])
def test_a_webhook_is_https_or_on_this_computer(url: str, tmp_path: Path) -> None:
    settings = start(tmp_path, **{**ON, "BOT_WEBHOOKS__THE_PAGER__URL": url})
    assert settings.webhook_spaces()["the-pager"][0] == url


@pytest.mark.parametrize(
    "url", ["smtps://a:b@mail.example.edu", "smtp://localhost:25", "smtp://relay.example.edu:25?starttls=no"]
)
def test_a_mail_server_has_several_forms(url: str, tmp_path: Path) -> None:
    smtp = start(tmp_path, **{**ON, "BOT_EMAIL__SMTP_URL": url}).email.smtp_url
    assert smtp is not None and smtp.get_secret_value() == url


def test_an_alert_is_acknowledged_by_whoever_is_signed_in_unless_it_is_set(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, **ON), "")
    assert (desk.acknowledge, desk.storm_limit) == (Acknowledge.SIGN_IN, 10)
    desk = desk_of(start(tmp_path, **ON, BOT_ALERTS__ACKNOWLEDGE="link", BOT_ALERTS__STORM_LIMIT="0"), "")
    assert (desk.acknowledge, desk.storm_limit) == (Acknowledge.LINK, 0)


def test_no_address_is_in_a_repr_or_in_the_list_of_settings(tmp_path: Path) -> None:
    settings = start(tmp_path, **ON)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {effective(settings)} {vars(settings)}"
    assert "hush-hush" not in shown
    assert SIGNED.removeprefix("whsec_") not in shown
    listed = {key: (value, place) for key, value, place in effective(settings)}
    for key, name in {"url": "URL", "secret": "SECRET"}.items():
        variable = f"BOT_WEBHOOKS__THE_PAGER__{name}"
        assert listed[f"webhooks.the_pager.{key}"] == ("(set)", f"environment variable {variable}")
    assert listed["email.smtp_url"] == ("(set)", "environment variable BOT_EMAIL__SMTP_URL")
    assert listed["email.sender"] == (f'"{SENDER}"', "environment variable BOT_EMAIL__SENDER")


# --- what is missing or belongs to nobody --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unset", "at", "line", "mend"),
    [
        (("BOT_GCHAT__SPACES__LEADS",), 0, 13, "Set BOT_GCHAT__SPACES__LEADS to the webhook URL that Google Chat"),
        (
            ("BOT_WEBHOOKS__THE_PAGER__URL", "BOT_WEBHOOKS__THE_PAGER__SECRET"),
            1,
            16,
            "Set BOT_WEBHOOKS__THE_PAGER__URL to the receiver's address, and BOT_WEBHOOKS__THE_PAGER__SECRET",
        ),
        (("BOT_EMAIL__SMTP_URL", "BOT_EMAIL__SENDER"), 2, 20, "Set BOT_EMAIL__SMTP_URL and BOT_EMAIL__SENDER"),
    ],
)
def test_a_real_desks_space_needs_its_address(
    unset: tuple[str, ...], at: int, line: int, mend: str, tmp_path: Path
) -> None:
    problem = refused(tmp_path, **without(*unset))
    assert (problem.key, problem.place) == (f"alerts.spaces[{at}]", f"bot.toml line {line}")
    assert mend in problem.mend
    assert "priorities = []" in problem.mend
    assert start(tmp_path, **without(*unset), BOT_ALERTS__PRIORITIES="[]").unheard_spaces()


@pytest.mark.parametrize("missing", ["URL", "SECRET"])
def test_half_a_webhook_is_told_with_the_variable_of_the_other_half(missing: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, **without(f"BOT_WEBHOOKS__THE_PAGER__{missing}"))
    assert problem.key == f"webhooks.the_pager.{missing.lower()}"
    assert "missing" in problem.wrong
    assert f"BOT_WEBHOOKS__<KEY>__{missing}" in problem.mend


def test_a_mail_server_needs_somebody_to_write_from(tmp_path: Path) -> None:
    problem = refused(tmp_path, **without("BOT_EMAIL__SENDER"))
    assert (problem.key, problem.place) == ("email.smtp_url", "environment variable BOT_EMAIL__SMTP_URL")
    assert "BOT_EMAIL__SENDER" in problem.mend


def test_an_address_in_an_escalation_needs_a_mail_server_and_is_told_once(tmp_path: Path) -> None:
    toml = BASE.replace('[[alerts.spaces]]\nkey = "deans"\nkind = "email"\nto = ["Dean@Example.edu"', "unused = [1")
    toml = toml[: toml.index("unused")]
    steps = '[{ notify = ["lead", "email:a@b.edu"] }, { notify = ["email:c@b.edu"] }]'
    toml += f'[[escalations]]\nkey = "late"\nwhen = {{ breached = true }}\nsteps = {steps}\n'
    mailless = without("BOT_EMAIL__SMTP_URL", "BOT_EMAIL__SENDER")
    problem = refused(tmp_path, toml, **mailless)
    assert (problem.key, problem.place) == ("escalations[0].steps[0].notify[1]", "bot.toml line 23")
    assert "BOT_EMAIL__SMTP_URL" in problem.mend
    assert start(tmp_path, toml, **ON).escalations
    assert start(tmp_path, toml.replace('"Desk"', '"Desk"\ndemo = true'), **mailless).desk.demo


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BOT_WEBHOOKS__THE_PAGRE__URL", "BOT_WEBHOOKS__THE_PAGER__URL"),
        ("BOT_GCHAT__SPACES__LEDAS", "BOT_GCHAT__SPACES__LEADS"),
        ("BOT_WEBHOOKS__THE_PAGER__ULR", "BOT_WEBHOOKS__THE_PAGER__URL"),
        ("BOT_WEBHOOK__THE_PAGER__URL", "BOT_WEBHOOKS__<KEY>__URL"),
        ("BOT_GCHAT__SPACE__LEADS", "BOT_GCHAT__SPACES"),
        ("BOT_EMAIL__SMTPURL", "BOT_EMAIL__SMTP_URL"),
    ],
)
def test_an_address_of_nobody_is_refused_with_the_variable_that_was_meant(
    name: str, meant: str, tmp_path: Path
) -> None:
    value = {"BOT_GCHAT__SPACES__LEDAS": CHAT}.get(name, HOOK)
    problems = all_refused(tmp_path, **ON, **{name: value})
    told = next(problem for problem in problems if problem.place == f"environment variable {name}")
    assert f"“{meant}”" in told.mend


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("BOT_GCHAT__SPACES__THE_PAGER", CHAT, "gchat"),
        ("BOT_GCHAT__SPACES__DEANS", CHAT, "gchat"),
        ("BOT_WEBHOOKS__LEADS", f'{{"url": "{HOOK}", "secret": "{SIGNED}"}}', "webhook"),
    ],
)
def test_an_address_of_another_kind_than_the_space_is_refused(name: str, value: str, kind: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, **ON, **{name: value})
    assert problem.place == f"environment variable {name}"
    assert "is of the kind" in problem.wrong
    assert f'kind = "{kind}"' in problem.mend


@pytest.mark.parametrize(
    ("table", "key", "variable"),
    [
        (f'[webhooks.the-pager]\nurl = "{HOOK}"\nsecret = "{SIGNED}"\n', "webhooks", "BOT_WEBHOOKS__<KEY>__SECRET"),
        (f'[email]\nsmtp_url = "{SMTP}"\n', "email.smtp_url", "BOT_EMAIL__SMTP_URL"),
    ],
)
def test_a_secret_in_the_file_is_refused(table: str, key: str, variable: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE + table, **ON)
    assert problem.key == key
    assert "does not belong in this file" in problem.wrong
    assert variable in problem.mend


# --- what is wrong in shape ----------------------------------------------------------------------------------------

VALUES = [
    # the variable, its value, the key, words of what is wrong and of the mend
    ("WEBHOOKS__THE_PAGER__URL", "hush-hush", "webhooks.the_pager.url", "not a web address", "the receiver"),
    ("WEBHOOKS__THE_PAGER__URL", "http://example.edu/hush-hush", "webhooks.the_pager.url", "unencrypted", "receiver"),
    ("WEBHOOKS__THE_PAGER__URL", "", "webhooks.the_pager.url", "not a web address", "the receiver"),
    ("WEBHOOKS__THE_PAGER__SECRET", "hush-hush", "webhooks.the_pager.secret", "base64", "os.urandom(32)"),
    ("WEBHOOKS__THE_PAGER__SECRET", "whsec_aHVzaA==", "webhooks.the_pager.secret", "24 to 64 bytes", "os.urandom(32)"),
    ("WEBHOOKS__THE_PAGER__SECRET", "", "webhooks.the_pager.secret", "not a webhook's secret", "os.urandom(32)"),
    ("EMAIL__SMTP_URL", "mail.example.edu:587", "email.smtp_url", "not a mail server's", "take the variable out"),
    ("EMAIL__SMTP_URL", "https://hush-hush", "email.smtp_url", "not a mail server's", "take the variable out"),
    ("EMAIL__SMTP_URL", "smtp://a:hush-hush@x:25?starttls=no", "email.smtp_url", "unencrypted", "%40"),
    ("EMAIL__SMTP_URL", "", "email.smtp_url", "not a mail server's", "take the variable out"),
    ("EMAIL__SENDER", "the desk", "email.sender", "not a sender", "may send from"),
    ("EMAIL__SENDER", "a@b.edu\nBcc: c@d.edu", "email.sender", "not a sender", "may send from"),
    ("ALERTS__ACKNOWLEDGE", "nobody", "alerts.acknowledge", "“nobody” is not", "link, sign_in"),
    ("ALERTS__STORM_LIMIT", "1001", "alerts.storm_limit", "too large", "1000"),
    ("ALERTS__STORM_LIMIT", "-1", "alerts.storm_limit", "too small", "0"),
]


@pytest.mark.parametrize(("name", "value", "key", "wrong", "mend"), VALUES)
def test_a_wrong_address_is_told_by_what_it_is_and_not_repeated(
    name: str, value: str, key: str, wrong: str, mend: str, tmp_path: Path
) -> None:
    problem = refused(tmp_path, **{**ON, f"BOT_{name}": value})
    assert (problem.key, problem.place) == (key, f"environment variable BOT_{name}")
    assert wrong in problem.wrong
    assert mend in problem.mend


SPACES = [
    # the change, the key and its line, words of what is wrong and of the mend
    ('kind = "webhook"', 'kind = "slack"', "alerts.spaces[1].kind", 18, "“slack” is not", "gchat, webhook, email"),
    ('\nto = ["Dean@Example.edu", "warden@example.edu"]', "", "alerts.spaces[2].to", 20, "names nobody", "to = ["),
    ('kind = "webhook"', 'kind = "webhook"\nto = ["a@b.edu"]', "alerts.spaces[1].to", 19, "Only a space", "email"),
    ('"warden@example.edu"', '"dean@example.edu"', "alerts.spaces[2].to", 23, "the same", "Take one out"),
    ('"warden@example.edu"', '"warden"', "alerts.spaces[2].to[1]", 23, "not an email", "agent@example.com"),
    ('"warden@example.edu"', '"w,x@example.edu"', "alerts.spaces[2].to[1]", 23, "do not take", "dean@example.edu"),
    ('key = "deans"', 'key = "the_pager"', "alerts.spaces[2].key", 21, "“the_pager” is taken", "another"),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "wrong", "mend"), SPACES)
def test_a_wrong_space_is_told_with_its_key_its_line_and_the_mend(
    old: str, new: str, key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    assert old in BASE
    problems = all_refused(tmp_path, BASE.replace(old, new, 1), **ON)
    told = next(problem for problem in problems if problem.key == key)
    assert told.place == f"bot.toml line {line}"
    assert wrong in told.wrong
    assert mend in told.mend
