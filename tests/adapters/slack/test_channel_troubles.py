"""What stands in the way on Slack: which refusals wait, which are final, what the admins are told, when it is over."""

import pytest

from core.model.outbox import Intent
from core.model.thread import Audience, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Gone, Marked, Retry, Undeliverable
from tests.adapters.slack.outbound import Scene, again, card_of, spoken

POST = "chat.postMessage"
TOKEN, WORKSPACE, CHANNEL = "slack:token", "slack:workspace", "slack:channel:"


@pytest.mark.parametrize(
    ("error", "raised", "key", "says"),
    [
        ("invalid_auth", Retry, TOKEN, "Install App"),
        ("not_authed", Retry, TOKEN, "BOT_SLACK__BOT_TOKEN"),
        ("token_revoked", Retry, TOKEN, "token_revoked"),
        ("token_expired", Retry, TOKEN, "Install App"),
        ("account_inactive", Retry, TOKEN, "account_inactive"),
        ("ekm_access_denied", Retry, WORKSPACE, "ekm_access_denied"),
        ("org_login_required", Retry, WORKSPACE, "workspace owner"),
        ("team_access_not_granted", Retry, WORKSPACE, "Manage apps"),
        ("team_added_to_org", Retry, WORKSPACE, "keeps the app out"),
        ("accesslimited", Retry, WORKSPACE, "keeps the app out"),
        ("not_in_channel", Retry, CHANNEL, "type /invite @Threaddesk"),
        ("channel_not_found", Retry, CHANNEL, "type /invite @Threaddesk"),
        ("no_permission", Retry, CHANNEL, "type /invite @Threaddesk"),
        ("is_archived", Retry, CHANNEL, "Unarchive"),
        ("restricted_action", Retry, CHANNEL, "let @Threaddesk post"),
        ("restricted_action_read_only_channel", Retry, CHANNEL, "Permissions"),
        ("restricted_action_thread_locked", Retry, CHANNEL, "in its threads"),
        ("thread_not_found", Gone, None, ""),
        ("cannot_reply_to_message", Gone, None, ""),
        ("msg_too_long", Undeliverable, None, ""),
        ("invalid_blocks", Undeliverable, None, ""),
        ("something_new", Undeliverable, None, ""),
        ("missing_scope", Retry, "slack:scope:that chat.postMessage needs", "chat.postMessage"),
    ],
)
async def test_each_refusal_in_triage_means_what_it_says(
    desk: Scene,
    ticket: Ticket,
    staff: Thread,
    error: str,
    raised: type[Exception],
    key: str | None,
    says: str,
) -> None:
    desk.server.faults.refuse(POST, error)
    parcel = desk.parcel(Intent.MESSAGE, spoken(), ticket, staff)
    with pytest.raises(raised) as caught:
        await desk.deliver(parcel)
    if isinstance(caught.value, Retry):
        assert caught.value.after == 300
    full = f"{key}{desk.triage.id}" if key == CHANNEL else key
    assert desk.keys == ([] if full is None else [full])
    assert full is None or says in desk.reported[0][1]
    if full is not None and error != "missing_scope":
        await desk.deliver(again(parcel), desk.another_process())
        assert full in desk.mended and desk.texts(staff) == ["Look at page 3."]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("user_disabled", Undeliverable),
        ("channel_not_found", Undeliverable),
        ("is_archived", Undeliverable),
        ("restricted_action", Undeliverable),
        ("thread_not_found", Gone),
        ("something_new", Undeliverable),
    ],
)
async def test_each_refusal_in_a_persons_own_thread_is_theirs_alone(
    desk: Scene, ticket: Ticket, thread: Thread, error: str, raised: type[Exception]
) -> None:
    desk.server.faults.refuse(POST, error)
    with pytest.raises(raised):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread))
    assert desk.reported == []


@pytest.mark.parametrize(
    ("scope", "intent", "audience"),
    [
        ("chat:write", Intent.CREATE_THREAD, Audience.STAFF),
        ("im:write", Intent.CREATE_THREAD, Audience.REQUESTER),
        ("chat:write.customize", Intent.MESSAGE, Audience.REQUESTER),
    ],
)
async def test_a_missing_scope_is_named_and_what_needs_it_waits(
    desk: Scene, ticket: Ticket, scope: str, intent: Intent, audience: Audience
) -> None:
    there = await desk.thread(ticket, audience) if intent is Intent.MESSAGE else await desk.bound(ticket, audience)
    content = spoken() if intent is Intent.MESSAGE else card_of(ticket)
    desk.server.installed.scopes.remove(scope)
    parcel = desk.parcel(intent, content, ticket, there)
    with pytest.raises(Retry) as caught:
        await desk.deliver(parcel)
    assert caught.value.after == 300
    [(key, sentence)] = desk.reported
    assert key == f"slack:scope:{scope}"
    assert f"the scope {scope} on Slack" in sentence and "then Reinstall to Workspace" in sentence
    desk.server.installed.scopes.add(scope)
    await desk.deliver(again(parcel))
    assert key in desk.mended


@pytest.mark.parametrize(
    ("audience", "scope"), [(Audience.REQUESTER, "im:history"), (Audience.STAFF, "groups:history")]
)
async def test_where_an_earlier_attempt_cannot_be_looked_for_nothing_is_doubled(
    desk: Scene, ticket: Ticket, audience: Audience, scope: str
) -> None:
    thread = await desk.thread(ticket, audience)
    desk.server.installed.scopes.remove(scope)
    parcel = again(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread), uncertain=True)
    with pytest.raises(Retry):
        await desk.deliver(parcel)
    assert desk.keys == [f"slack:scope:{scope}"] and desk.said(thread) == []
    desk.server.installed.scopes.add(scope)
    await desk.deliver(again(parcel, uncertain=True))
    assert f"slack:scope:{scope}" in desk.mended and len(desk.said(thread)) == 1


@pytest.mark.parametrize("how", ["kick", "archive", "delete"])
async def test_a_triage_channel_that_is_closed_holds_up_its_threads_alone(
    desk: Scene, ticket: Ticket, staff: Thread, thread: Thread, how: str
) -> None:
    getattr(desk.triage, how)()
    with pytest.raises(Retry):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread))
    assert desk.keys == [f"slack:channel:{desk.triage.id}"]


async def test_what_works_is_said_once_and_again_after_it_did_not(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    key = f"slack:channel:{desk.triage.id}"
    for _ in range(3):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))
    assert desk.mended.count(key) == 1
    desk.server.faults.refuse(POST, "is_archived")
    with pytest.raises(Retry):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))
    assert desk.mended.count(key) == 2


async def test_a_sign_proves_nothing_about_what_is_said(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    desk.mended.clear()
    message, _ = await desk.say(ticket, staff)
    copy = await desk.copy(message, staff)
    channel = desk.another_process()
    desk.mended.clear()
    await desk.deliver(desk.parcel(Intent.MARK, Marked(MessageKind.REPLY), ticket, staff, copy=copy), channel)
    assert set(desk.mended) == {TOKEN, WORKSPACE, "slack:scope:reactions:write"}
