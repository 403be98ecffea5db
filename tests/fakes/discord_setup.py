"""A Discord that only tells how it is set up: right, until a test says otherwise. For ``threaddesk check``."""

import copy
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.discord.permissions import INVITE, STAFF, STUDENT, Permission

TOKEN = "MTIz.hush.hush-hush"
APP, BOT, GUILD, OWNER, AGENTS, BOTS, STUDENTS, EXAMS, WELFARE, TRIAGE, VOICE, UNKNOWN = (
    str(900_000_000_000_000_000 + number) for number in range(12)
)
VIEW = int(Permission.VIEW_CHANNEL)


def over(target: str, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    return {"id": target, "type": 0, "allow": str(int(allow)), "deny": str(int(deny))}


def channel(id: str, name: str, *overwrites: dict[str, Any], type: int = 0) -> dict[str, Any]:
    return {"id": id, "type": type, "name": name, "permission_overwrites": list(overwrites)}


RIGHT: dict[str, Any] = {
    "/users/@me": {"id": BOT, "username": "helper"},
    "/applications/@me": {"id": APP, "name": "Helper", "flags": 1 << 19 | 1 << 15, "bot_require_code_grant": False},
    "/users/@me/guilds": [{"id": GUILD, "name": "College"}],
    f"/guilds/{GUILD}": {
        "id": GUILD,
        "name": "College",
        "owner_id": OWNER,
        "roles": [
            {"id": GUILD, "name": "@everyone", "permissions": str(int(STUDENT)), "managed": False},
            {"id": AGENTS, "name": "Agents", "permissions": "0", "managed": False},
            {"id": BOTS, "name": "Helper", "permissions": str(int(INVITE)), "managed": True},
            {"id": STUDENTS, "name": "Students", "permissions": "0", "managed": False},
        ],
    },
    f"/guilds/{GUILD}/channels": [
        channel(EXAMS, "exams", over(AGENTS, STAFF)),
        channel(WELFARE, "welfare"),
        channel(TRIAGE, "triage", over(GUILD, deny=VIEW), over(AGENTS, VIEW), over(BOTS, VIEW)),
        channel(VOICE, "lounge", type=2),
    ],
    f"/guilds/{GUILD}/members/{BOT}": {"user": {"id": BOT}, "roles": [BOTS]},
    f"/applications/{APP}/guilds/{GUILD}/commands": [{"name": "ticket"}, {"name": "staff"}],
    f"/applications/{APP}/commands": [],
}
"""What each address answers; a number is an error's status."""


class SmallDiscord:
    """``answers`` may be changed; an answer that is text is no JSON."""

    def __init__(self) -> None:
        self.answers = copy.deepcopy(RIGHT)
        self.busy = 0
        self.asked: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/api/v10/{path:.*}", self._answer)
        self.server = TestServer(app)

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v10")
        self.asked.append(f"{request.method} {path}")
        if request.headers["Authorization"] != f"Bot {TOKEN}":
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        if self.busy:
            self.busy -= 1
            return web.json_response({"message": "slow down", "retry_after": 0.001, "global": False}, status=429)
        answer = self.answers.get(path, 404)
        if isinstance(answer, str):
            return web.Response(text=answer, content_type="text/html")
        if isinstance(answer, int):
            return web.json_response({"message": "Missing Access", "code": 50001}, status=answer)
        return web.json_response(answer)

    @property
    def base(self) -> str:
        return str(self.server.make_url("/api/v10"))

    def channel(self, id: str) -> dict[str, Any]:
        return next(one for one in self.answers[f"/guilds/{GUILD}/channels"] if one["id"] == id)
