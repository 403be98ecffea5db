"""Block Kit's rules, case by case. https://docs.slack.dev/reference/block-kit"""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from tests.fakes.slack.caller import (
    Caller,
    Json,
    actions,
    button,
    holding,
    line,
    markup,
    modal,
    option,
    overflow,
    plain,
    section,
    select,
    words,
)
from tests.fakes.slack_server import SlackServer


@pytest.fixture
async def call() -> AsyncGenerator[Caller]:
    async with SlackServer() as server, aiohttp.ClientSession() as session:
        yield Caller(server, session)


RIGHT: list[list[Json]] = [
    [section("x" * 3000)] * 50,
    [{"type": "section", "fields": [markup("x" * 2000)] * 10}],
    [{"type": "header", "text": plain("x" * 150)}, {"type": "divider"}],
    [{"type": "context", "elements": [markup("x")] * 10}],
    [actions(*(button(str(one)) for one in range(25)))],
    [actions(button("same")), actions(button("same"))],
    [section(accessory=overflow(*[option("x" * 75, "y" * 75)] * 5))],
    [actions(select(100))],
    [actions(button("x" * 75, value="y" * 2000, url="https://x.org", style="danger"))],
    [words({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "emoji", "name": "tada"})],
    [words({"type": "link", "url": "https://x.org"}, {"type": "user", "user_id": "U1"})],
]


@pytest.mark.parametrize("blocks", RIGHT)
async def test_what_block_kit_allows_is_taken(call: Caller, blocks: list[Json]) -> None:
    call.server.settings.words_of_blocks = 200_000
    assert (await call.post(blocks=blocks))["ok"]
    assert call.server.violations == []


WRONG: list[tuple[list[Json], str]] = [
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text or fields"),
    ([{"type": "section", "fields": [markup("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "section", "fields": [markup("x" * 2001)]}], "must be less than 2001"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151"),
    ([{"type": "header", "text": markup("x")}], "unsupported type: mrkdwn"),
    ([{"type": "context", "elements": [markup("x")] * 11}], "no more than 10 items"),
    ([{"type": "context", "elements": []}], "must not be empty"),
    ([actions(*(button(str(one)) for one in range(26)))], "no more than 25 items"),
    ([actions(button("same"), button("same"))], "`action_id` 'same' already exists"),
    ([section(block_id="b"), section(block_id="b")], "`block_id` 'b' already exists"),
    ([section(block_id="b" * 256)], "must be less than 256"),
    ([actions(button("x" * 76))], "must be less than 76"),
    ([actions(button(value="x" * 2001))], "must be less than 2001"),
    ([actions(button(action_id="x" * 256))], "must be less than 256"),
    ([actions(button(style="blue"))], "must be a valid enum value"),
    ([actions(button(url="javascript:x"))], "invalid_url"),
    ([actions(button(text=markup("x")))], "unsupported type: mrkdwn"),
    ([actions(overflow(*[option()] * 6))], "no more than 5 items"),
    ([actions(overflow(option(value="x" * 151)))], "must be less than 151"),
    ([actions(overflow(option("x" * 76)))], "must be less than 76"),
    ([actions(select(101))], "no more than 100 items"),
    ([actions(select(1, initial_option=option("other")))], "must match an option exactly"),
    ([actions({"type": "static_select"})], "must provide either options or option_groups"),
    ([actions({"type": "file_input"})], "unsupported type: file_input"),
    ([actions(button(confirm={"title": plain("x" * 101)}))], "must be less than 101"),
    ([{"type": "image", "image_url": "https://x.org/a.png"}], "missing required field: alt_text"),
    ([{"type": "nonsense"}], "unsupported type: nonsense"),
    ([words({"type": "text", "text": ""})], "must be more than 0 characters"),
    ([words({"type": "mention", "user": "U1"})], "unsupported type: mention"),
    ([words({"type": "link", "url": "javascript:x"})], "invalid_url"),
    ([words({"type": "text", "text": "x", "style": {"loud": True}})], "must be a valid style"),
    ([words({"type": "broadcast", "range": "all"})], "must be a valid enum value"),
    ([{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}], "must be a valid enum value"),
    ([section("x" * 2000)] * 21, "must hold no more than 40000 characters"),
]


@pytest.mark.parametrize(("blocks", "wanted"), WRONG, ids=[wanted for _, wanted in WRONG])
async def test_what_block_kit_forbids_is_refused_with_its_place(call: Caller, blocks: list[Json], wanted: str) -> None:
    answer = await call.post(blocks=blocks)
    assert (answer["ok"], answer["error"]) == (False, "invalid_blocks")
    assert any(wanted in one for one in answer["response_metadata"]["messages"])
    assert f"[ERROR] {answer['errors'][0]}" == answer["response_metadata"]["messages"][0]
    assert call.server.violations
    assert call.server.messages == []


VIEWS: list[tuple[Any, str]] = [
    (modal(section(), title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(section(), submit=plain("x" * 25)), "must be less than 25"),
    (modal(section(), private_metadata="x" * 3001), "must be less than 3001"),
    (modal(section(), callback_id="x" * 256), "must be less than 256"),
    (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ({"type": "modal", "title": plain("T"), "blocks": [line()]}, "missing required field: submit"),
    ({"type": "modal", "blocks": []}, "missing required field: title"),
    (modal(line("x" * 2001)), "must be less than 2001"),
    (modal(line(max_length=3001)), "must be between 1 and 3000"),
    (modal(line(min_length=5, max_length=4)), "must not be more than max_length"),
    (modal(line(initial_value="x" * 5, max_length=4)), "must be less than 5"),
    (modal(holding({"type": "file_input", "max_files": 11})), "must be between 1 and 10"),
    (modal(holding({"type": "file_input", "filetypes": [".png"]})), "must be a file extension"),
    (modal(holding({"type": "file_input"}) | {"dispatch_action": True}), "unsupported type: file_input"),
    (modal(line(dispatch_action_config={"trigger_actions_on": ["on_blur"]})), "must be a valid enum value"),
    (modal(line(dispatch_action_config={"trigger_actions_on": []})), "must not be empty"),
    (modal(holding({"type": "number_input"})), "missing required field: is_decimal_allowed"),
    (modal(holding(button())), "unsupported type: button"),
    (modal(holding(select(1, placeholder=plain("x" * 151)))), "must be less than 151"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
    ({"type": "home", "blocks": []}, "unsupported type: home"),
    ("{", "must provide an object"),
]


@pytest.mark.parametrize(("view", "wanted"), VIEWS, ids=[wanted for _, wanted in VIEWS])
async def test_views_that_slack_would_not_show_are_refused(call: Caller, view: Any, wanted: str) -> None:
    answer = await call("views.open", trigger_id="1.2.3", view=view)
    assert answer["error"] == "invalid_arguments"
    assert any(wanted in one for one in answer["response_metadata"]["messages"])


async def test_a_view_may_be_too_large_and_a_home_has_no_title(call: Caller) -> None:
    large = modal(*[section("x" * 3000)] * 90)
    assert (await call("views.open", trigger_id="1.2.3", view=large))["error"] == "view_too_large"
    home = {"type": "home", "title": plain("T"), "blocks": []}
    assert (await call("views.publish", user_id=call.sam.id, view=home))["error"] == "invalid_arguments"
    assert (await call("views.publish", user_id=call.sam.id, view={"type": "home", "blocks": []}))["ok"]
    assert (await call("views.update", view_id="V0", view=modal()))["error"] == "not_found"
    assert (await call("views.open", trigger_id="1.2.3", view=modal()))["error"] == "invalid_trigger_id"
