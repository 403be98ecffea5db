"""Mail in the settings: who is written to, where answers arrive, and what is wrong with either."""

import traceback
from pathlib import Path

import pytest

from bot.mailbox import place_of
from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load

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
questions = [{ key = "course", label = "Course", required = true }]

[[categories]]
key = "other"
name = "Anything else"
team = "academics"

[alerts]
priorities = []
"""
OUT = {"BOT_EMAIL__SMTP_URL": "smtp://localhost:25", "BOT_EMAIL__SENDER": "Desk <desk@example.edu>"}
ADDRESS = {"BOT_EMAIL__INBOX__ADDRESS": "desk@example.edu"}
URL = {"BOT_EMAIL__INBOX__URL": "imaps://desk%40example.edu:hush-hush@imap.example.edu"}
INBOX = {**OUT, **ADDRESS, **URL}
OPENS = {"BOT_EMAIL__INBOX__UNKNOWN": "open"}


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    assert "hush-hush" not in "".join(traceback.format_exception(caught.value))
    (problem,) = caught.value.problems
    return problem


def test_with_a_mail_server_persons_are_written_to_unless_that_is_off(tmp_path: Path) -> None:
    assert not desk_of(start(tmp_path), "").by_mail
    desk = desk_of(start(tmp_path, **OUT), "")
    assert desk.by_mail and not desk.answered_by_mail
    assert not desk_of(start(tmp_path, **OUT, BOT_EMAIL__NOTICES="false"), "").by_mail
    assert desk_of(start(tmp_path, **OUT, **ADDRESS), "").answered_by_mail


def test_a_demo_s_people_have_no_mailboxes(tmp_path: Path) -> None:
    settings = start(tmp_path, BASE.replace('name = "Desk"', 'name = "Desk"\ndemo = true', 1), **INBOX)
    assert not desk_of(settings, "").by_mail and place_of(settings) is None


def test_an_inbox_is_fetched_from_and_its_password_is_shown_nowhere(tmp_path: Path) -> None:
    settings = start(tmp_path, **INBOX)
    place = place_of(settings)
    assert place is not None
    assert (place.server.host, place.server.port, place.server.user) == ("imap.example.edu", 993, "desk@example.edu")
    assert (place.folder, place.aside, place.max_bytes) == ("INBOX", "Threaddesk", 30 * 1024 * 1024)
    assert "hush-hush" not in repr(place) and "hush-hush" not in repr(effective(settings))


def test_mail_opens_tickets_of_a_category_that_asks_nothing(tmp_path: Path) -> None:
    inbox = start(tmp_path, **INBOX, **OPENS, BOT_EMAIL__INBOX__CATEGORY="other").email.inbox
    assert (inbox.unknown.value, inbox.category) == ("open", "other")


WRONG = [
    # what is set; which key, and what is said
    (ADDRESS, "email.inbox.address", "no mail server to answer with"),
    ({**OUT, **URL}, "email.inbox.url", "no address that leads to it"),
    ({**INBOX, **OPENS}, "email.inbox.unknown", "of no category"),
    ({**INBOX, **OPENS, "BOT_EMAIL__INBOX__CATEGORY": "exam"}, "email.inbox.category", "no category “exam”"),
    ({**INBOX, **OPENS, "BOT_EMAIL__INBOX__CATEGORY": "exams"}, "email.inbox.category", "must be answered"),
    ({**OUT, "BOT_EMAIL__INBOX__ADDRESS": "desk+x@example.edu"}, "email.inbox.address", "no + and 16 characters"),
    ({**OUT, "BOT_EMAIL__INBOX__ADDRESS": "a.very.long.name.of.a.desk@b.example"}, "email.inbox.address", "16"),
    ({**INBOX, "BOT_EMAIL__INBOX__URL": "https://hush-hush"}, "email.inbox.url", "not an IMAP server's address"),
    ({**INBOX, "BOT_EMAIL__INBOX__URL": "imaps://imap.example.edu"}, "email.inbox.url", "user and a password"),
    ({**INBOX, "BOT_EMAIL__INBOX__URL": "imaps://a:hush-hush@b.example/x"}, "email.inbox.url", "behind the host"),
    ({**INBOX, "BOT_EMAIL__INBOX__EVERY": "1s"}, "email.inbox.every", "now and then"),
    ({**INBOX, "BOT_EMAIL__INBOX__UNKNOWN": "drop"}, "email.inbox.unknown", ""),
]


@pytest.mark.parametrize(("environ", "key", "words"), WRONG)
def test_what_is_wrong_is_said_with_its_mend(tmp_path: Path, environ: dict[str, str], key: str, words: str) -> None:
    problem = refused(tmp_path, **environ)
    assert (problem.key, words in problem.wrong) == (key, True), problem
    assert problem.mend


def test_the_inbox_s_password_does_not_stand_in_bot_toml(tmp_path: Path) -> None:
    toml = f'{BASE}\n[email.inbox]\nurl = "imaps://a:hush-hush@b.example"\n'
    assert refused(tmp_path, toml, **OUT, **ADDRESS).key == "email.inbox.url"
