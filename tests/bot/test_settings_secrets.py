"""Secrets among the settings: in no repr, no list, no traceback and no log."""

import logging
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, effective
from tests.fakes.bot_toml import BASE, SECRET, WEBHOOK, refused, start


def test_a_secret_is_in_no_repr_and_in_no_list_of_settings(tmp_path: Path) -> None:
    environ = {
        "BOT_WEB__SECRET_KEY": SECRET,
        "BOT_GCHAT__SPACES__LEADS": WEBHOOK,
        "BOT_DATABASE__URL": "postgresql://desk:hush-hush@db/desk",
    }
    settings = start(tmp_path, **environ)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {effective(settings)} {vars(settings)}"
    assert "hush-hush" not in shown
    values = {key: (value, source) for key, value, source in effective(settings)}
    assert values["web.secret_key"] == ("(set)", "environment variable BOT_WEB__SECRET_KEY")
    assert values["gchat.spaces.leads"] == ("(set)", "environment variable BOT_GCHAT__SPACES__LEADS")
    assert values["database.url"] == ("(set)", "environment variable BOT_DATABASE__URL")


@pytest.mark.parametrize(
    "environ",
    [
        {"BOT_WEB__SECRET_KEY": "hush-hush"},
        {"BOT_WEB": '{"secret_key": "hush-hush"}'},
        {"BOT_WEB": '{"secret_key": ["hush-hush"]}'},
        {"BOT_WEB": '{"secret_key": {"hush-hush": "hush-hush"}}'},
        {"BOT_WEB": '"hush-hush"'},
        {"BOT_GCHAT": '{"spaces": {"leads": "hush-hush"}}'},
        {"BOT_DATABASE__URL": "oracle://hush-hush@x/y"},
        {"BOT_WEB__PORT": SECRET},
        {"BOT_DESK__TIME_ZONE": SECRET},
        {"BOT_LOG__LEVEL": SECRET},
    ],
)
def test_a_refused_secret_is_not_repeated_even_in_a_traceback(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, **environ)
    assert "hush-hush" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert repr(caught.value).count("hush-hush") == 0


def test_the_log_of_the_settings_library_holds_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.MonkeyPatch.context() as process:
        process.setenv("PYDANTIC_SETTINGS_DEBUG", "1")
        start(tmp_path, BOT_WEB__SECRET_KEY=SECRET, BOT_GCHAT__SPACES__LEADS=WEBHOOK)
        refused(tmp_path, BASE + '[discord]\ntoken = "hush-hush"\n')
    assert caplog.text.count("Resolving settings") == 2
    assert "hush-hush" not in caplog.text


def test_the_process_itself_is_not_looked_at(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as process:
        process.setenv("BOT_WEB__PORT", "1")
        process.setenv("BOT_NONSENSE", "1")
        assert start(tmp_path).web.port == 8080
