"""Holds every answer of the REST API against its description: ours, and the file that the paths were taken from.

That file lies outside the repository; where it is absent, ours alone is checked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

HELPDESK = Path(__file__).resolve().parents[3] / "shared" / "specs" / "helpdesk-openapi.yml"


@dataclass(frozen=True)
class Described:
    """One description's view of a request."""

    responses: Mapping[str, Any]
    components: Mapping[str, Any]


class Contracts:
    """``own``: the document of ``/api/openapi.json``."""

    def __init__(self, own: Mapping[str, Any]) -> None:
        self._own = own
        self._helpdesk = _helpdesk()

    def check(self, method: str, path: str, status: int, media_type: str, body: Any) -> None:
        """Raises AssertionError for an answer that the description does not have."""
        if not path.startswith("/api/"):
            return
        described = _find(self._own, method, path)
        if described is None:
            assert status in (404, 405), f"{method} {path} is described nowhere"
            return
        response = described.responses.get(str(status))
        assert response is not None, f"{method} {path} answered {status}, which is not described"
        _check_body(response, described.components, media_type, body)
        theirs = _find(self._helpdesk, method, path) if self._helpdesk is not None else None
        if theirs is not None and str(status) in theirs.responses:
            _check_body(theirs.responses[str(status)], theirs.components, media_type, body)


@cache
def _helpdesk() -> Mapping[str, Any] | None:
    return yaml.safe_load(HELPDESK.read_text()) if HELPDESK.exists() else None


def _find(document: Mapping[str, Any], method: str, path: str) -> Described | None:
    for template, operations in sorted(document["paths"].items(), key=lambda item: item[0].count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return Described(operations[method.lower()]["responses"], document["components"])
    return None


def _check_body(response: Mapping[str, Any], components: Mapping[str, Any], media_type: str, body: Any) -> None:
    content = response.get("content", {})
    schema = content.get(media_type, {}).get("schema")
    if schema is None or body is None:
        return
    validator = Draft202012Validator({**schema, "components": components}, format_checker=FormatChecker())
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not problems, problems
