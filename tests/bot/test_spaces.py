"""Which way out what is for an alert space or an email address goes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.email.channel import Mail
from adapters.gchat.channel import GoogleChat
from adapters.webhook.channel import Webhook
from bot.settings import Settings, load
from bot.spaces import Spaces, open_spaces
from core.model.outbox import ToEmail, ToSpace
from tests.fakes.clock import FakeClock

TOML = """
[desk]
name = "Desk"
demo = {demo}
time_zone = "UTC"
[[teams]]
key = "t"
name = "T"
[[categories]]
key = "c"
name = "C"
team = "t"
escalation = "e"
[[escalations]]
key = "e"
steps = [{{ after = "0s", notify = ["space:leads", "space:hook", "space:deans"] }}]
[alerts]
[[alerts.spaces]]
key = "leads"
[[alerts.spaces]]
key = "hook"
kind = "webhook"
[[alerts.spaces]]
key = "deans"
kind = "email"
to = ["dean@example.edu"]
[email]
sender = "Desk <desk@example.edu>"
"""
ENVIRONMENT = {
    "BOT_GCHAT__SPACES__LEADS": "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
    "BOT_WEBHOOKS__HOOK__URL": "https://alerts.example.edu/hook",
    "BOT_WEBHOOKS__HOOK__SECRET": "whsec_" + "A" * 32,
    "BOT_EMAIL__SMTP_URL": "smtp://localhost:2525",
}
INBOX = {key: f"http://127.0.0.1:8080/demo/gchat/spaces/{key}/messages" for key in ("leads", "hook", "deans")}


def settings(folder: Path, *, demo: bool, environment: dict[str, str]) -> Settings:
    (folder / "bot.toml").write_text(TOML.format(demo=str(demo).lower()), encoding="utf-8")
    return load(environment, folder)


@pytest.fixture
async def spaces(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Spaces]:
    demo, environment = request.param
    opened = open_spaces(settings(tmp_path, demo=demo, environment=environment), INBOX if demo else {}, FakeClock())
    yield opened
    await opened.close()


@pytest.mark.parametrize("spaces", [(False, ENVIRONMENT), (True, ENVIRONMENT)], indirect=True)
def test_each_kind_has_its_own_way_and_its_own_pace(spaces: Spaces) -> None:
    ways = [spaces.of(ToSpace(key)) for key in ("leads", "hook", "deans")] + [spaces.of(ToEmail("x@example.edu"))]
    assert [type(way) for way in ways] == [GoogleChat, Webhook, Mail, Mail]
    assert [way is not None and way.pace is not None for way in ways] == [True, False, False, False]


@pytest.mark.parametrize("spaces", [(True, {})], indirect=True)
def test_a_demo_without_addresses_hears_every_space_in_its_own_inbox(spaces: Spaces) -> None:
    assert {type(spaces.of(ToSpace(key))) for key in ("leads", "hook", "deans")} == {GoogleChat}


@pytest.mark.parametrize("spaces", [(True, {})], indirect=True)
def test_without_a_mail_server_nothing_goes_to_an_address(spaces: Spaces) -> None:
    assert spaces.of(ToEmail("x@example.edu")) is None


@pytest.mark.parametrize("spaces", [(False, ENVIRONMENT)], indirect=True)
def test_what_is_for_a_space_that_bot_toml_no_longer_has_is_refused_by_google_chat(spaces: Spaces) -> None:
    assert isinstance(spaces.of(ToSpace("gone")), GoogleChat)
