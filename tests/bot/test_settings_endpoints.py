"""Endpoints in the settings: what each hears, and where its address comes from."""

import base64
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.endpoint import Endpoint

HOOK = "https://crm.example.edu/in?hush-hush"
SIGNED = "whsec_" + base64.b64encode(b"hush-hush" * 3).decode()
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

[alerts]
priorities = []

[[endpoints]]
key = "the-crm"
"""
ON = {"BOT_WEBHOOKS__THE_CRM__URL": HOOK, "BOT_WEBHOOKS__THE_CRM__SECRET": SIGNED}


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    told = "".join(traceback.format_exception(caught.value))
    assert "hush-hush" not in told and SIGNED.removeprefix("whsec_") not in told
    (problem,) = caught.value.problems
    return problem


def test_by_default_an_endpoint_hears_everything_and_reads_no_word(tmp_path: Path) -> None:
    settings = start(tmp_path, **ON)
    assert settings.endpoint_hooks() == {"the-crm": (HOOK, SIGNED)}
    assert settings.webhook_spaces() == {}
    found = desk_of(settings, "").endpoints
    assert found == {"the-crm": Endpoint(key="the-crm")}
    endpoint = found["the-crm"]
    assert (endpoint.with_text, endpoint.with_notes, endpoint.with_sensitive) == (False, False, False)


def test_what_it_hears_is_set(tmp_path: Path) -> None:
    more = 'events = ["ticket.*", "message.posted"]\ncategories = ["exams"]\nwith_text = true\nwith_notes = true\n'
    settings = start(tmp_path, BASE + more + "with_sensitive = true\n", **ON)
    assert desk_of(settings, "").endpoints["the-crm"] == Endpoint(
        key="the-crm",
        events=("ticket.*", "message.posted"),
        categories=frozenset({"exams"}),
        with_text=True,
        with_notes=True,
        with_sensitive=True,
    )


def test_neither_the_address_nor_the_secret_is_shown(tmp_path: Path) -> None:
    shown = {key: value for key, value, _ in effective(start(tmp_path, **ON))}
    assert shown["webhooks.the_crm.url"] == shown["webhooks.the_crm.secret"] == "(set)"
    assert shown["endpoints[0].key"] == '"the-crm"'


@pytest.mark.parametrize(
    ("more", "key", "wrong", "mend"),
    [
        ('events = ["ticket.opend"]', "endpoints[0].events[0]", "no such event", "ticket.opened"),
        ('events = ["tickets.*"]', "endpoints[0].events[0]", "no such event", "ticket.*"),
        ("events = []", "endpoints[0].events", "There are 0", "Add some"),
        ('events = ["*", "*"]', "endpoints[0].events", "Two of these are the same", "Take one out"),
        ('categories = ["exam"]', "endpoints[0].categories[0]", "exam", "exams"),
        ("with_words = true", "endpoints[0].with_words", "no such key", "with_notes"),
        ('url = "https://x.example"', "endpoints[0].url", "no such key", "Take it out"),
    ],
)
def test_what_is_wrong_is_told_with_its_mend(tmp_path: Path, more: str, key: str, wrong: str, mend: str) -> None:
    problem = refused(tmp_path, f"{BASE}{more}\n", **ON)
    assert problem.key == key
    assert wrong in problem.wrong
    assert mend in problem.mend


def test_an_endpoint_without_an_address_is_told_unless_it_is_a_demo(tmp_path: Path) -> None:
    problem = refused(tmp_path)
    assert problem.wrong == "The endpoint “the-crm” has no URL, so nothing can be posted there."
    assert "BOT_WEBHOOKS__THE_CRM__URL" in problem.mend and "BOT_WEBHOOKS__THE_CRM__SECRET" in problem.mend
    demo = start(tmp_path, BASE.replace('"Desk"', '"Desk"\ndemo = true'))
    assert desk_of(demo, "").endpoints == {}


def test_an_address_of_nobodys_is_told(tmp_path: Path) -> None:
    stranger = {name.replace("THE_CRM", "THE_CMR"): value for name, value in ON.items()}
    problem = refused(tmp_path, **ON, **stranger)
    assert problem.wrong == "bot.toml has no alert space or endpoint “the_cmr” for this URL."
    assert "BOT_WEBHOOKS__THE_CRM__URL" in problem.mend


@pytest.mark.parametrize("key", ["the-crm", "the_crm"])
def test_two_of_one_name_are_told(tmp_path: Path, key: str) -> None:
    space = f'[[alerts.spaces]]\nkey = "{key}"\nkind = "webhook"\n'
    problem = refused(tmp_path, BASE.replace("[[endpoints]]", f"{space}\n[[endpoints]]"), **ON)
    assert (problem.key, problem.mend) == ("endpoints[0].key", "Give this one another.")
    problem = refused(tmp_path, f'{BASE}\n[[endpoints]]\nkey = "{key}"\n', **ON)
    assert problem.key == "endpoints[1].key"
