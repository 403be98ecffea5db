"""/desk webhooks, replay and enable: what an admin reads of endpoints, and what they may write."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.endpoints import NotReplayable, since_of
from core.cards.card import Row
from core.commands import ClaimTicket
from core.errors import NotAllowed
from core.model.endpoint import Endpoint
from core.model.outbox import Delivery, DeliveryState, Intent
from core.usecases.endpoints import EndpointOff, EndpointOn, NoSuchEndpoint, NothingToReplay
from tests.fakes.clock import START
from tests.fakes.front import Front, posted, shown, switched_off

KOLKATA = ZoneInfo("Asia/Kolkata")


async def rows(front: Front, line: str = "/desk webhooks") -> Sequence[Row]:
    return shown(await front.type("ada", line)).rows


async def events(front: Front) -> list[Delivery]:
    return [one for one in await front.office.owed() if one.intent is Intent.EVENT]


async def end(front: Front, delivery: Delivery, *, answered: int, reason: str = "") -> None:
    """The delivery's only call: taken where there is no ``reason``, else tried again in a minute."""
    now = front.office.clock.now()
    async with front.office.store.write() as work:
        await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=100)
        if reason:
            again = now + timedelta(minutes=1)
            await work.outbox.retry(delivery.id, "me", due_at=again, reason=reason, uncertain=False, answered=answered)
        else:
            await work.outbox.done(delivery.id, "me", receipt=None, at=now, answered=answered)


async def test_without_endpoints_the_card_says_where_they_are_named(front: Front) -> None:
    card = shown(await front.type("ada", "/desk webhooks"))
    assert card.rows == ()
    assert "[[endpoints]] in bot.toml" in card.body.plain()


async def test_each_delivery_is_shown_with_what_came_of_it(front: Front) -> None:
    ticket = await posted(front.office)
    await front.office.do(ClaimTicket(ticket=ticket), "asha")
    taken, claimed, changed = (await events(front))[-3:]
    await end(front, claimed, answered=503, reason="The endpoint “crm” answered 503 Service Unavailable.")
    found = await rows(front)
    assert (found[0].title, found[0].detail) == ("crm", "events: *")
    assert [row.title for row in found[1:4]] == [
        f"{changed.id}: ticket.status_changed (T-{ticket})",
        f"{claimed.id}: ticket.claimed (T-{ticket})",
        f"{taken.id}: ticket.opened (T-{ticket})",
    ]
    assert found[1].detail == "waits · just now"
    assert found[2].detail == (
        "waits · answered 503 · just now · The endpoint “crm” answered 503 Service Unavailable. · next try in 1 min"
    )
    assert found[3].detail.startswith("taken")
    assert [bool(row.buttons) for row in found[1:4]] == [False, False, True]


async def test_a_number_is_sent_again_and_what_waits_is_not(front: Front) -> None:
    await posted(front.office)
    delivery = (await events(front))[0]
    await front.type("ada", f"/desk replay {delivery.id}")
    again = (await events(front))[0]
    assert (again.state, again.key) == (DeliveryState.PENDING, delivery.key)
    for number in (str(delivery.id), "999", "9" * 30):
        with pytest.raises(NothingToReplay):
            await front.type("ada", f"/desk replay {number}")


async def test_all_of_the_last_hours_are_sent_again(front: Front) -> None:
    await posted(front.office)
    old = {one.id for one in await events(front)}
    front.office.clock.advance(timedelta(hours=3))
    await posted(front.office)
    await front.type("ada", "/desk replay 2h CRM")
    waiting = {one.id for one in await events(front) if one.state is DeliveryState.PENDING}
    assert waiting
    assert not waiting & old


@pytest.mark.parametrize("line", ["/desk replay 2h", "/desk replay yesterday crm", "/desk replay 2026-13-01 crm"])
async def test_what_cannot_be_read_is_said_with_what_can(front: Front, line: str) -> None:
    await posted(front.office)
    with pytest.raises(NotReplayable, match="Write the number that /desk webhooks shows"):
        await front.type("ada", line)


async def test_one_that_is_off_has_its_reason_and_a_button(front: Front) -> None:
    await switched_off(front.office)
    [head, *_] = await rows(front, "/desk webhooks crm")
    assert (head.title, [button.label for button in head.buttons]) == ("crm: switched off", ["Switch on"])
    assert "It is gone." in head.detail
    with pytest.raises(EndpointOff):
        await front.type("ada", "/desk replay 1h crm")
    await front.type("ada", "/desk enable crm")
    with pytest.raises(EndpointOn):
        await front.type("ada", "/desk enable crm")


async def test_of_many_one_is_shown_longer(front: Front) -> None:
    ticket = await posted(front.office)
    endpoints = front.office.desk.endpoints
    assert isinstance(endpoints, dict)
    endpoints["other"] = Endpoint(key="other", events=("ticket.opened",))
    for number in range(8):
        await front.office.say(ticket, "sam", f"Hello {number}")
    assert [row.title for row in await rows(front)].count("other") == 1
    assert len(await rows(front)) == 1 + 5 + 1
    assert len(await rows(front, "/desk webhooks crm")) == 1 + 9
    with pytest.raises(NoSuchEndpoint, match="“nothing”"):
        await rows(front, "/desk webhooks nothing")


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
@pytest.mark.parametrize("line", ["/desk webhooks", "/desk replay 1", "/desk replay 1h crm", "/desk enable crm"])
async def test_they_are_the_admins(front: Front, who: str, line: str) -> None:
    await posted(front.office)
    with pytest.raises(NotAllowed):
        await front.type(who, line)


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ("2h", START - timedelta(hours=2)),
        ("30M", START - timedelta(minutes=30)),
        ("1d", START - timedelta(days=1)),
        ("2026-03-01T09:00", datetime(2026, 3, 1, 3, 30, tzinfo=UTC)),
        ("2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, 0, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 18, 30, tzinfo=UTC)),
        ("0001-01-01", None),
        ("h", None),
        ("2w", None),
        ("٢h", None),
        ("", None),
    ],
)
def test_since_when(words: str, since: datetime | None) -> None:
    assert since_of(words, START, KOLKATA) == since
