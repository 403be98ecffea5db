"""A Slack that only tells how it is set up: right, until a test says otherwise. For ``threaddesk check``."""

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.slack.manifest import SCOPES

BOT_TOKEN = "xoxb-1-hush-hush"
APP_TOKEN = "xapp-1-A0000000001-2-hush-hush"
SIGNING_SECRET = "0123456789abcdef" * 2
APP, BOT, TRIAGE, SECOND = "A0000000001", "B0000000001", "C0000000001", "G0000000002"
AGENTS, LEADS = "S0000000001", "S0000000002"


class SmallSlack:
    """``said`` may be changed: what a method answers, where a word is an error's code, a number a status, and bytes are
    no JSON. ``scopes``: None for no header. ``busy``: how many calls of any method are answered by a rate limit."""

    def __init__(self) -> None:
        self.scopes: list[str] | None = list(SCOPES)
        self.busy = 0
        self.retry_after = "0"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.said: dict[str, Any] = {
            "auth.test": {
                "url": "https://college.slack.com/",
                "team": "College",
                "user": "helper",
                "team_id": "T0000000001",
                "user_id": "U0000000001",
                "bot_id": BOT,
            },
            "bots.info": {"bot": {"id": BOT, "app_id": APP}},
            "apps.connections.open": {"url": "wss://127.0.0.1/link/?ticket=hush-hush"},
            "usergroups.list": {
                "usergroups": [
                    {"id": AGENTS, "handle": "agents", "date_delete": 0, "user_count": "4"},
                    {"id": LEADS, "handle": "leads", "date_delete": 0, "user_count": 1},
                ]
            },
        }
        self.channels: dict[str, Any] = {
            TRIAGE: {"id": TRIAGE, "name": "triage", "is_private": True, "is_member": True},
            SECOND: {"id": SECOND, "name": "finance", "is_private": True, "is_member": True},
        }
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        self.server = TestServer(app)

    @property
    def base(self) -> str:
        return str(self.server.make_url("/api/"))

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = {**request.query, **await request.post()}
        self.asked.append((method, {key: str(value) for key, value in given.items()}))
        if self.busy:
            self.busy -= 1
            headers = {"Retry-After": self.retry_after}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        token = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization") != f"Bearer {token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return self._shown(method, self._of(method, given))

    def _of(self, method: str, given: dict[str, Any]) -> Any:
        if method == "conversations.info":
            channel = self.channels.get(given["channel"], "channel_not_found")
            return {"channel": channel} if isinstance(channel, dict) and "error" not in channel else channel
        return self.said.get(method, "unknown_method")

    def _shown(self, method: str, said: Any) -> web.Response:
        match said:
            case int():
                return web.Response(status=said, text="oh dear")
            case bytes():
                return web.Response(body=said, content_type="text/html")
            case str():
                said = {"error": said}
        headers = {"x-oauth-scopes": ",".join(self.scopes)} if method == "auth.test" and self.scopes is not None else {}
        body = said if isinstance(said, list) else {"ok": "error" not in said, **said}
        return web.json_response(body, headers=headers)
