"""A small bot.toml, and what becomes of it: settings, or the problems that are told."""

from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, load

WEBHOOK = "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=hush-hush-key&token=hush-hush-token"
SECRET = "hush-hush-" + "x" * 32
BASE = """\
[desk]
name = "Desk"
demo = true

[quotas]
cooldown = "0s"

[[teams]]
key = "academics"
name = "Academics"
members = ["agent@example.com"]

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
escalation = "urgent"
questions = [
  { key = "course", label = "Course" },
  { key = "term", label = "Term", kind = "choice", choices = ["Jan", "May"] },
]

[[escalations]]
key = "urgent"
steps = [{ after = "0s", notify = ["space:leads"] }]

[alerts]
priorities = ["high", "urgent"]

[[alerts.spaces]]
key = "leads"

[web]
port = 8080
"""


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert old in BASE, old
    return BASE.replace(old, new, 1)


def many_categories(count: int) -> str:
    rows = [f'{{ key = "c{n}", name = "C", team = "academics" }},' for n in range(count)]
    head, tail = BASE.split("[[categories]]\n")
    return "categories = [\n" + "\n".join(rows) + "\n]\n" + head + "[[escalations]]" + tail.split("[[escalations]]")[1]
