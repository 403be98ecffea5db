"""The stand-in itself, with the real slack_bolt and slack_sdk: commands, forms, buttons, home, and who may call."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack.scene import Json, Scene, card, line, listening, modal, plain, refused, select, unheard
from tests.fakes.slack.small_app import client_of, over_sockets
from tests.fakes.slack_server import File, Person, View, buttons

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)


@pytest.fixture(params=["socket", "http"])
async def scene(request: pytest.FixtureRequest) -> AsyncGenerator[Scene]:
    """In either mode, listening."""
    async with listening(request.param) as made:
        yield made


@pytest.fixture
async def quiet() -> AsyncGenerator[Scene]:
    async with unheard() as made:
        yield made


async def test_a_command_opens_a_form_that_is_filled_in_and_sent(scene: Scene) -> None:
    files = {"type": "input", "block_id": "Files", "label": plain("Files"), "optional": True}
    files["element"] = {"type": "file_input", "action_id": "value", "filetypes": ["txt"]}
    scene.opens(modal(line("Title", element={"max_length": 10}), files))
    asked = await scene.sam.slash(scene.sam.dm, f"/ticket open <b> {scene.asha.mention}")
    assert asked.payload["text"] == f"open &lt;b&gt; <@{scene.asha.id}|asha>"
    assert asked.acked_after < 1
    view = await asked.modal()
    assert (view.title, view.labels) == ("A form", ["Title", "Files"])
    for values, given in (({}, "must be filled in"), ({"Title": "x" * 11}, "more than 10"), ({"Title": "a\nb"}, "one")):
        with pytest.raises(AssertionError, match=given):
            await scene.sam.submit(view, values)
    with pytest.raises(AssertionError, match="does not take"):
        await scene.sam.submit(view, {"Title": "My grade"}, files={"Files": [File("a.exe", b"proof")]})
    sent = await scene.sam.submit(view, {"Title": "My grade"}, files={"Files": [File("a.txt", b"proof")]})
    assert (sent.closed, view.open) == (True, False)
    values = scene.sent[0]
    assert values["Title"]["value"] == {"type": "plain_text_input", "value": "My grade"}
    link = values["Files"]["value"]["files"][0]["url_private_download"]
    headers = {"Authorization": f"Bearer {scene.server.bot_token}"}
    async with aiohttp.request("GET", link, headers=headers) as answer:
        assert await answer.read() == b"proof"


async def test_a_form_may_be_answered_with_errors_another_form_or_none(scene: Scene) -> None:
    scene.opens(modal(line("Title")), then={"response_action": "errors", "errors": {"Title": "Too short"}})
    view = await (await scene.sam.slash(scene.sam.dm, "/ticket")).modal()
    sent = await scene.sam.submit(view, {"Title": "x"})
    assert (sent.errors, sent.closed, view.open) == ({"Title": "Too short"}, False, True)


@pytest.mark.parametrize("action", ["update", "push", "clear"])
async def test_a_form_may_lead_to_another(scene: Scene, action: str) -> None:
    more = {} if action == "clear" else {"view": modal(line("Second"), callback_id="second")}
    scene.opens(modal(line("Title")), then={"response_action": action} | more)
    view = await (await scene.sam.slash(scene.sam.dm, "/ticket")).modal()
    sent = await scene.sam.submit(view, {"Title": "x"})
    if action == "clear":
        assert (sent.closed, view.open) == (True, False)
    elif action == "update":
        assert sent.view is view
        assert view.labels == ["Second"]
    else:
        assert (sent.view.labels, sent.view.previous_id, view.open) == (["Second"], view.id, True)
        await scene.sam.close(sent.view)
        assert view.open


async def test_choosing_changes_the_form_and_what_was_typed_stays(scene: Scene) -> None:
    first = modal(select("Category", "Exams", "Housing", dispatch_action=True), line("Title"))
    scene.opens(first)

    async def chosen(ack: Any, body: Json) -> None:
        await ack()
        picked = body["actions"][0]["selected_option"]["text"]["text"]
        view = modal(*first["blocks"], line(f"About {picked}"))
        known = body["view"]
        await scene.client.views_update(view_id=known["id"], hash=known["hash"], view=view)
        assert await refused(scene.client.views_update(view_id=known["id"], hash=known["hash"], view=view)) == (
            "hash_conflict"
        )

    scene.app.bolt.action("value")(chosen)
    view = await (await scene.sam.slash(scene.sam.dm, "/ticket")).modal()
    scene.sam.fill(view, {"Title": "My grade"})
    changed = await scene.sam.choose(view, "Category", "Exams")
    assert changed.labels == ["Category", "Title", "About Exams"]
    assert (changed.value("Title"), changed.value("Category")) == ("My grade", "Exams")
    with pytest.raises(AssertionError, match="not offered"):
        await scene.sam.choose(view, "Category", "Parking")
    await scene.sam.close(view)
    gone = scene.client.views_update(view_id=view.id, view=first)
    assert await refused(gone) == "not_found"


async def test_a_trigger_lives_three_seconds_and_opens_one_form(quiet: Scene) -> None:
    triggers: list[str] = []

    async def keep(ack: Any, body: Json) -> None:
        await ack()
        triggers.append(body["trigger_id"])

    quiet.app.bolt.command("/ticket")(keep)
    async with over_sockets(quiet.app):
        for _ in range(2):
            await quiet.sam.slash(quiet.sam.dm, "/ticket")
    opened = await quiet.client.views_open(trigger_id=triggers[0], view=modal(line("Title")))
    assert opened["view"]["id"] in quiet.server.world.views
    assert await refused(quiet.client.views_open(trigger_id=triggers[0], view=modal())) == "exchanged_trigger_id"
    quiet.server.advance(3.1)
    assert await refused(quiet.client.views_open(trigger_id=triggers[1], view=modal())) == "expired_trigger_id"


async def test_no_more_than_three_forms_lie_on_one_another(scene: Scene) -> None:
    problems: list[str] = []

    async def another(ack: Any, body: Json) -> None:
        await ack()
        try:
            await scene.client.views_push(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as refusal:
            problems.append(refusal.response["error"])

    view = modal(*card("Deeper?", "More"))
    scene.opens(view)
    scene.app.bolt.action("more")(another)
    top = await (await scene.sam.slash(scene.sam.dm, "/ticket")).modal()
    for _ in range(2):
        top = await (await scene.sam.press(top, "More")).modal()
    await scene.sam.press(top, "More")
    await scene.server.until(lambda: problems)
    assert (problems, len(top.stack)) == (["push_limit_reached"], 3)


async def test_buttons_and_menus_reach_the_app_and_are_answered_for_one_alone(scene: Scene) -> None:
    entries = [{"text": plain(one), "value": one} for one in ("Resolve", "Move")]
    menu = {"type": "overflow", "action_id": "menu", "options": entries}
    blocks = card("*T-1* My grade", "Claim")
    blocks[0]["accessory"] = menu
    pressed: list[Json] = []

    async def answer(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        pressed.append(body)
        await respond("Done", replace_original=False)

    scene.app.bolt.action("claim")(answer)
    scene.app.bolt.action("menu")(answer)
    shown = await scene.says(scene.triage, "T-1", blocks=blocks)
    assert (buttons(shown), shown.menu) == (["Claim"], ["Resolve", "Move"])
    assert shown.text_shown == "T-1 My grade\nResolve\nMove\nClaim"
    asked = await scene.asha.press(shown, "Claim")
    assert (await asked.answered()).text_shown == "Done"
    assert scene.asha.ephemerals(scene.triage) == asked.answers
    await scene.asha.press(shown, "Resolve")
    await scene.server.until(lambda: len(pressed) == 2)
    assert pressed[0]["actions"][0]["value"] == "Claim"
    assert pressed[0]["message"]["ts"] == pressed[0]["container"]["message_ts"] == shown.ts
    assert pressed[1]["actions"][0]["selected_option"]["value"] == "Resolve"
    with pytest.raises(AssertionError, match="does not see"):
        await scene.sam.press(shown, "Claim")


async def test_a_response_url_replaces_deletes_and_wears_out(scene: Scene) -> None:
    urls: list[str] = []

    async def keep(ack: Any, body: Json) -> None:
        await ack()
        urls.append(body["response_url"])

    scene.app.bolt.action("claim")(keep)
    shown = await scene.says(scene.triage, "T-1", blocks=card("T-1", "Claim"))
    await scene.asha.press(shown, "Claim")
    await scene.server.until(lambda: urls)

    async def send(**body: Any) -> tuple[int, str]:
        async with aiohttp.request("POST", urls[-1], json=body) as answer:
            return answer.status, await answer.text()

    assert (await send(text="Now T-2", replace_original=True))[0] == 200
    assert shown.text_shown == "Now T-2"
    assert (await send(text="For all", response_type="in_channel"))[0] == 200
    assert scene.asha.reads(scene.triage)[-1].text_shown == "For all"
    assert (await send(delete_original=True))[0] == 200
    assert shown not in scene.asha.reads(scene.triage)
    assert await send(text="gone", replace_original=True) == (404, '{"ok": false, "error": "message_not_found"}')
    assert (await send(text="fifth"))[0] == 200
    assert await send(text="sixth") == (404, '{"ok": false, "error": "used_url"}')
    again = await scene.says(scene.triage, "T-1", blocks=card("T-1", "Claim"))
    await scene.asha.press(again, "Claim")
    await scene.server.until(lambda: len(urls) == 2)
    scene.server.advance(1801)
    assert await send(text="late") == (404, '{"ok": false, "error": "expired_url"}')


async def test_shortcuts_are_those_that_the_app_declares(scene: Scene) -> None:
    scene.opens(modal(line("Title")))
    heard: list[Json] = []

    async def take(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        heard.append(body)
        await respond("Seen")

    scene.app.bolt.shortcut("add_to_ticket")(take)
    assert (await (await scene.sam.shortcut("Open a ticket")).modal()).labels == ["Title"]
    elsewhere = scene.server.add_channel("course", members=[scene.sam])
    message = await scene.sam.write(elsewhere, "The lift is broken", files=[File("lift.png", b"x")])
    asked = await scene.sam.message_shortcut(message, "add_to_ticket")
    assert (await asked.answered()).text_shown == "Seen"
    assert heard[0]["message"]["text"] == "The lift is broken"
    assert heard[0]["message"]["files"][0]["name"] == "lift.png"
    assert heard[0]["channel"] == {"id": elsewhere.id, "name": "privategroup"}
    with pytest.raises(AssertionError, match="no shortcut"):
        await scene.sam.shortcut("close_everything")
    with pytest.raises(AssertionError, match="not a valid command"):
        await scene.sam.slash(scene.sam.dm, "/other")


async def test_home_is_published_for_one_and_its_buttons_work(scene: Scene) -> None:
    async def show(event: Json) -> None:
        view = {"type": "home", "blocks": card(f"Hello {event['tab']}", "Open")}
        await scene.client.views_publish(user_id=event["user"], view=view)

    scene.app.works["app_home_opened"] = show
    scene.opens(modal(line("Title")))

    async def opened(ack: Any, body: Json) -> None:
        await ack()
        await scene.client.views_open(trigger_id=body["trigger_id"], view=modal(line("Title")))

    scene.app.bolt.action("open")(opened)
    home = await scene.sam.open_home()
    assert home.text_shown == "Hello home\nOpen"
    assert scene.server.homes == {scene.sam.id: home}
    assert (await (await scene.sam.press(home, "Open")).modal()).labels == ["Title"]
    stale = scene.client.views_publish(user_id=scene.sam.id, view={"type": "home", "blocks": []}, hash="old")
    assert await refused(stale) == "hash_conflict"


async def test_the_app_reads_who_people_are_as_far_as_it_may(quiet: Scene) -> None:
    told = await quiet.client.users_info(user=quiet.sam.id, include_locale=True)
    assert (told["user"]["profile"]["email"], told["user"]["locale"]) == ("sam@example.edu", "en-US")
    quiet.server.installed.scopes.discard("users:read.email")
    assert "email" not in (await quiet.client.users_info(user=quiet.sam.id))["user"]["profile"]
    assert await refused(quiet.client.users_lookupByEmail(email="sam@example.edu")) == "missing_scope"
    me = await quiet.client.auth_test()
    assert (me["team_id"], me["user_id"]) == (quiet.server.team, quiet.server.bot_user)
    assert "chat:write" in me.headers["x-oauth-scopes"]
    assert (await quiet.client.conversations_open(users=quiet.sam.id))["channel"]["id"] == quiet.sam.dm.id


async def test_a_token_that_was_taken_away_opens_nothing(quiet: Scene) -> None:
    quiet.server.revoke()
    assert quiet.server.events("tokens_revoked")
    assert await refused(quiet.client.auth_test()) == "token_revoked"
    quiet.server.revoke("account_inactive")
    assert await refused(quiet.client.auth_test()) == "account_inactive"
    assert await refused(client_of(quiet.server, "xoxb-other").auth_test()) == "invalid_auth"
    assert await refused(client_of(quiet.server, quiet.server.app_token).users_list()) == "not_allowed_token_type"


async def test_200_people_at_once_are_no_trouble(quiet: Scene) -> None:
    quiet.opens(modal(line("Title")))
    people: list[Person] = [quiet.server.add_user(f"u{number}") for number in range(200)]
    quiet.server.settings.acknowledge_within = quiet.server.settings.trigger_life = 60.0
    async with over_sockets(quiet.app, 2):
        asked = await asyncio.gather(*(one.slash(one.dm, "/ticket") for one in people))
        views: list[View] = await asyncio.gather(*(one.modal(20) for one in asked))
        sent = await asyncio.gather(
            *(one.submit(view, {"Title": one.name}) for one, view in zip(people, views, strict=True))
        )
    assert all(one.closed for one in sent)
    spent = [one.seconds for one in quiet.server.called("views.open")]
    assert len(spent) == 200
