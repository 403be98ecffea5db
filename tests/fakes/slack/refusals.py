"""What Slack says no with: its own error codes.

https://docs.slack.dev/reference/methods (each method's page lists its errors)
"""

from typing import Any


class Refused(Exception):
    """``error``: Slack's code. ``fault``: whether the request could never have been right, as a block too many is."""

    def __init__(self, error: str, *, fault: bool = False, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(error if not messages else f"{error}: {'; '.join(messages)}")
        self.error = error
        self.fault = fault or bool(messages)
        self.messages = messages or []
        self.more = more

    def json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"ok": False, "error": self.error} | self.more
        if self.messages:
            if self.error == "invalid_blocks":
                made["errors"] = [one.removeprefix("[ERROR] ") for one in self.messages]
            made["response_metadata"] = {"messages": self.messages}
        return made


def invalid(*problems: str) -> Refused:
    """``invalid_arguments`` with its reasons."""
    return Refused("invalid_arguments", fault=True, messages=[f"[ERROR] {one}" for one in problems])


def missing(name: str) -> Refused:
    return invalid(f"missing required field: {name}")
