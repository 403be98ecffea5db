"""Any method called as it comes, and blocks to call it with."""

from typing import Any

import aiohttp

from tests.fakes.slack_server import SlackServer

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def markup(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": markup(text)} | more


def button(name: str = "go", **more: Any) -> Json:
    return {"type": "button", "action_id": name, "text": plain(name)} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(text: str = "a", value: str = "a", **more: Any) -> Json:
    return {"text": plain(text), "value": value} | more


def select(count: int = 1, **more: Any) -> Json:
    return {"type": "static_select", "options": [option(value=str(one)) for one in range(count)]} | more


def overflow(*options: Json) -> Json:
    return {"type": "overflow", "options": list(options)}


def words(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def line(label: str = "Title", **more: Any) -> Json:
    return {"type": "input", "label": plain(label), "element": {"type": "plain_text_input"} | more}


def holding(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Title"), "element": element} | more


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("T"), "submit": plain("Send"), "blocks": list(blocks)} | more


class Caller:
    """Any method, as JSON; the answer as it comes."""

    def __init__(self, server: SlackServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.sam = server.add_user("sam")
        self.asha = server.add_user("asha")
        self.triage = server.add_channel("triage", members=[self.asha], with_app=True)
        self.hidden = server.add_channel("hidden", members=[self.asha])
        self.town = server.add_channel("town", members=[self.asha], private=False)

    async def __call__(self, method: str, *, token: str | None = None, **args: Any) -> Json:
        url = f"{self.server.api_base}{method}"
        headers = {"Authorization": f"Bearer {token or self.server.bot_token}"}
        async with self.session.post(url, json=args, headers=headers) as answer:
            return dict(await answer.json())

    async def form(self, method: str, **args: str) -> Json:
        headers = {"Authorization": f"Bearer {self.server.bot_token}"}
        async with self.session.post(f"{self.server.api_base}{method}", data=args, headers=headers) as answer:
            return dict(await answer.json())

    async def post(self, **args: Any) -> Json:
        return await self("chat.postMessage", **({"channel": self.triage.id, "text": "x"} | args))
