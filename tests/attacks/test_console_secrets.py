"""Somebody who reads the settings of the desk over an admin's shoulder, and hopes for a secret among them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from adapters.web.admin import Setting
from bot.settings import Settings, effective, load
from tests.fakes.web_desk import running_web_desk

TOML = """\
[desk]
name = "Desk"

[[teams]]
key = "life"
name = "Student life"

[[categories]]
key = "welfare"
name = "Welfare"
team = "life"

[[alerts.spaces]]
key = "leads"

[[alerts.spaces]]
key = "pager"
kind = "webhook"

[email]
sender = "desk@example.edu"

[email.inbox]
address = "desk@example.edu"
"""
SECRETS = {
    "BOT_WEB__SECRET_KEY": "hush-hush-" + "x" * 32,
    "BOT_DATABASE__URL": "postgresql://desk:hush-hush@db/desk",
    "BOT_GCHAT__SPACES__LEADS": "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=hush-key&token=hush-token",
    "BOT_DISCORD__TOKEN": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhUsHh.hush-hush_hush-hush_hush-hush_hush-hus",
    "BOT_SLACK__BOT_TOKEN": "xoxb-123456789012-1234567890123-hushHushHushHushHushHush",
    "BOT_SLACK__APP_TOKEN": "xapp-1-A0123456789-1234567890123-hushhushhushhush",
    "BOT_SLACK__SIGNING_SECRET": "0123456789abcdef" * 2,
    "BOT_WEBHOOKS__PAGER__URL": "https://alerts.example.edu/hush-hush",
    "BOT_WEBHOOKS__PAGER__SECRET": "whsec_" + "hush" * 8,
    "BOT_EMAIL__SMTP_URL": "smtp://desk:hush-hush@mail.example.edu:587",
    "BOT_EMAIL__INBOX__URL": "imaps://desk:hush-hush-too@mail.example.edu:993",
}


def secrets_in(value: object) -> Iterator[str]:
    """Every secret that the settings hold, wherever it is."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for inside in value.values():
            yield from secrets_in(inside)
    elif isinstance(value, tuple):
        for inside in value:
            yield from secrets_in(inside)


def places_of_secrets(kind: type[BaseModel]) -> Iterator[str]:
    """Every key of bot.toml that may hold one."""
    for name, field in kind.model_fields.items():
        inner = [kind for kind in _within(field.annotation) if isinstance(kind, type)]
        if SecretStr in inner:
            yield name
        for table in inner:
            if issubclass(table, BaseModel):
                yield from (f"{name}.{deeper}" for deeper in places_of_secrets(table))


def _within(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inside in get_args(annotation):
        yield from _within(inside)


async def test_the_configuration_shows_no_secret_however_many_are_set(tmp_path: Path, empty_database: Path) -> None:
    (tmp_path / "bot.toml").write_text(TOML, encoding="utf-8")
    settings = load(SECRETS, tmp_path)
    held = set(secrets_in(settings))
    assert len(held) == len(SECRETS) == len(set(places_of_secrets(Settings))), "a new secret is tried here too"
    shown = [Setting(*one) for one in effective(settings)]
    async with running_web_desk(tmp_path, empty_database, configuration=shown) as web_desk:
        admin = await web_desk.browser("admin")
        answers = [await admin.get(path) for path in ("/api/admin/configuration", "/admin/configuration")]
    tables = {one["table"]: one["settings"] for one in answers[0].body["tables"]}
    hidden = [one for settings in tables.values() for one in settings if one["secret"]]
    assert [one["value"] for one in hidden] == ["••• set"] * len(SECRETS)
    assert {one["from"] for one in hidden} == {f"environment variable {name}" for name in SECRETS}
    for answer in answers:
        assert answer.status == 200
        assert "hush" not in answer.text.casefold()
        assert not any(secret in answer.text for secret in held)
