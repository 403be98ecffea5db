import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from adapters.web.openapi import document
from tests.fakes.contracts import HELPDESK, _helpdesk

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def described() -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, operations in document("Desk", "http://127.0.0.1:8080")["paths"].items()
        for method in operations
    }


def test_the_description_is_valid_openapi():
    validate(document("Desk", "http://127.0.0.1:8080"), cls=OpenAPIV31SpecValidator)


async def test_every_route_is_described_and_every_description_has_its_route(web_desk):
    routes = {
        (route.method, route.path)
        for route in web_desk.door.routes()
        if route.path.startswith("/api/") and route.method in METHODS
    }
    assert routes == described()


async def test_the_desk_serves_its_description_to_anybody(web_desk):
    answer = await (await web_desk.nobody()).get("/api/openapi.json")
    assert answer.status == 200
    assert answer.body == document("Student Support", "http://127.0.0.1:8080")


def test_every_refusal_is_a_problem_with_its_message():
    problem = document("Desk", "http://x")["components"]["schemas"]["Problem"]
    assert "message" in problem["required"]


@pytest.mark.parametrize("method_and_path", sorted(described()))
def test_what_wants_a_sign_in_says_401(method_and_path):
    method, path = method_and_path
    operation = document("Desk", "http://x")["paths"][path][method.lower()]
    assert ("401" in operation["responses"]) is (bool(operation["security"]) or path == "/api/auth/login")


def test_the_paths_of_the_help_desk_before_us_are_all_there():
    """Of the file that they were taken from; where that is absent, of this list."""
    theirs = _helpdesk()
    paths = set(theirs["paths"]) if HELPDESK.exists() else {"/api/tickets/{ticket_id}", "/api/images/{image_id}"}
    ours = {path for _, path in described()}
    assert {path.replace("{ticket_id}", "{id}").replace("{image_id}", "{id}") for path in paths} <= ours
