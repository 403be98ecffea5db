from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.commands import DisableEndpoint
from core.model.endpoint import Endpoint
from core.model.outbox import Delivery, DeliveryState
from core.model.people import Platform
from tests.fakes.web_desk import Actor, WebDesk, desk_of, running_web_desk

SYSTEM = Actor(person=None, door=Platform.SYSTEM)
CRM = Endpoint(key="crm", events=("ticket.*",), categories=frozenset({"exams", "platform"}), with_text=True)
PLAIN = Endpoint(key="plain", events=("message.posted",))


@pytest.fixture
async def telling(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    setup = replace(desk_of(), endpoints={"crm": CRM, "plain": PLAIN})
    async with running_web_desk(tmp_path, empty_database, setup=setup) as running:
        yield running


async def owed(desk: WebDesk) -> list[Delivery]:
    async with desk.store.read() as work:
        return [one.delivery for one in reversed(await work.delivery_log.of("crm", limit=100))]


async def answered(desk: WebDesk, status: int) -> None:
    """What was posted first is over."""
    now = desk.clock.now()
    async with desk.store.write() as work:
        await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=100)
        [first, *_] = [one.delivery for one in reversed(await work.delivery_log.of("crm", limit=100))]
        if status < 300:
            assert await work.outbox.done(first.id, "me", receipt=None, at=now, answered=status)
        else:
            reason = f"The endpoint “crm” answered {status}."
            dead = DeliveryState.DEAD
            assert await work.outbox.give_up(first.id, "me", state=dead, reason=reason, at=now, answered=status)


async def test_each_endpoint_is_shown_with_what_it_was_sent(telling: WebDesk) -> None:
    await telling.ticket()
    await answered(telling, 404)
    crm, plain = (await (await telling.browser("admin")).get("/api/admin/webhooks")).body["endpoints"]
    assert (crm["key"], crm["events"], crm["categories"]) == ("crm", ["ticket.*"], ["exams", "platform"])
    assert (crm["reads"], crm["off"]) == (["text"], None)
    [sent] = crm["deliveries"]
    [delivery] = await owed(telling)
    assert (sent["id"], sent["webhook_id"], sent["type"], sent["ref"]) == (
        delivery.id,
        delivery.key,
        "ticket.opened",
        "T-1",
    )
    assert (sent["state"], sent["status"], sent["attempts"], sent["next_try"]) == ("failed", 404, 1, None)
    assert sent["reason"] == "The endpoint “crm” answered 404."
    assert sent["may_replay"]
    assert (plain["reads"], plain["categories"], plain["deliveries"]) == ([], None, [])


async def test_one_is_sent_again_and_what_is_not_there_is_refused(telling: WebDesk) -> None:
    await telling.ticket()
    await answered(telling, 204)
    [delivery] = await owed(telling)
    admin = await telling.browser("admin")
    assert (await admin.post(f"/api/admin/webhooks/{delivery.id}/replay")).status == 204
    [again] = await owed(telling)
    assert (again.state, again.key) == (DeliveryState.PENDING, delivery.key)
    for word, status in ((str(delivery.id), 422), ("999", 422), ("x", 404)):
        assert (await admin.post(f"/api/admin/webhooks/{word}/replay")).status == status


@pytest.mark.parametrize("since", ["2h", "2026-03-01T00:00:00Z"])
async def test_all_since_a_time_are_sent_again(telling: WebDesk, since: str) -> None:
    await telling.ticket()
    await answered(telling, 204)
    admin = await telling.browser("admin")
    assert (await admin.post("/api/admin/endpoints/crm/replay", json={"since": since})).status == 204
    assert [one.state for one in await owed(telling)] == [DeliveryState.PENDING]


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("crm", {"since": "tomorrow"}, 422),
        ("crm", {}, 422),
        ("crm", {"since": 7}, 422),
        ("crm", {"since": "1h"}, 422),
        ("nothing", {"since": "1h"}, 404),
    ],
)
async def test_what_cannot_be_sent_again_is_refused(telling: WebDesk, key: str, body: object, status: int) -> None:
    admin = await telling.browser("admin")
    assert (await admin.post(f"/api/admin/endpoints/{key}/replay", json=body)).status == status


async def test_one_that_is_off_says_why_and_is_switched_on(telling: WebDesk) -> None:
    await telling.engine.handle(DisableEndpoint(endpoint="crm", reason="It is gone."), SYSTEM)
    admin = await telling.browser("admin")
    page = (await admin.get("/admin/webhooks")).text
    assert "Switched off" in page and 'data-enable="crm"' in page and "It is gone." in page
    assert (await admin.post("/api/admin/endpoints/crm/replay", json={"since": "1h"})).status == 409
    assert (await admin.post("/api/admin/endpoints/crm/enable")).status == 204
    assert (await admin.post("/api/admin/endpoints/crm/enable")).status == 409
    assert (await admin.post("/api/admin/endpoints/nothing/enable")).status == 404
    page = (await admin.get("/admin/webhooks")).text
    assert "Switched off" not in page and 'data-since="crm 1h"' in page


@pytest.mark.parametrize("who", ["student", "agent", "lead"])
async def test_for_anybody_but_an_admin_there_is_nothing_here(telling: WebDesk, who: str) -> None:
    await telling.ticket()
    await answered(telling, 204)
    visitor = await telling.browser(who)
    answers = [
        await visitor.get("/api/admin/webhooks"),
        await visitor.post("/api/admin/webhooks/1/replay"),
        await visitor.post("/api/admin/endpoints/crm/replay", json={"since": "1h"}),
        await visitor.post("/api/admin/endpoints/crm/enable"),
    ]
    assert {(answer.status, answer.message) for answer in answers} == {(404, "There is nothing here.")}
    assert [one.state for one in await owed(telling)] == [DeliveryState.DONE]
