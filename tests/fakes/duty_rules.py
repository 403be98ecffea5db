"""For a desk on a stand-in platform: academics who are asked by name, and urgent tickets that call until answered."""

_STEPS = """
[[alerts.spaces]]
key = "leads"

[[escalations]]
key = "urgent"
steps = [
  {{ after = "0s", notify = ["space:leads", "assignee"] }},
  {{ after = "1s", notify = ["lead"] }},
  {{ after = "LASTs", notify = ["team_on_duty"] }},
]
"""


def with_duty(config: str, *, last: int) -> str:
    """``config``: a template of ``bot.toml``, as ``discord_desk`` and ``slack_desk`` have it. ``last``: after how many
    seconds the team on duty is called; the lead is after one."""
    asked = 'name = "Academics"\nassignment = "least_loaded"\noffer_timeout = "1h"\n'
    escalates = 'name = "Exams and grades"\nescalation = "urgent"\n'
    made = config.replace('name = "Academics"\n', asked).replace('name = "Exams and grades"\n', escalates)
    return made + _STEPS.replace("LAST", str(last))
