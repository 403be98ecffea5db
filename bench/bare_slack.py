"""What bench/slack.py holds the desk against: the same calls by slack_bolt alone, keeping nothing."""

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

_FIELDS = ("Status", "Priority", "Category", "With", "Team", "Asked by")
_BUTTONS = ("Claim", "Resolve", "Urgent", "Priority", "Close")


def _words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def _input(label: str, *, multiline: bool) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "typed", "multiline": multiline}
    return {"type": "input", "block_id": label, "label": _words(label), "element": element}


VIEW = {
    "type": "modal",
    "callback_id": "open",
    "title": _words("Open a ticket"),
    "submit": _words("Open the ticket"),
    "blocks": [_input("What is the matter?", multiline=False), _input("Tell us more", multiline=True)],
}


def _card(title: str, words: str) -> list[dict[str, Any]]:
    return [
        {"type": "header", "text": _words(title)},
        {"type": "section", "text": _words(words)},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*{name}*\nas it is"} for name in _FIELDS]},
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": name, "text": _words(name)} for name in _BUTTONS],
        },
    ]


def bare(client: AsyncWebClient, triage: str) -> AsyncApp:
    app = AsyncApp(client=client)
    places: dict[str, str] = {}

    @app.command("/ticket")
    async def ask(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=VIEW)
        place = await client.conversations_open(users=body["user_id"])
        places[body["user_id"]] = place["channel"]["id"]

    @app.view("open")
    async def open_ticket(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        typed = {key: inputs["typed"]["value"] for key, inputs in body["view"]["state"]["values"].items()}
        title, card = typed["What is the matter?"], _card(typed["What is the matter?"], typed["Tell us more"])
        user = body["user"]["id"]
        if user not in places:
            places[user] = (await client.conversations_open(users=user))["channel"]["id"]
        await client.chat_postMessage(channel=places[user], text=title, blocks=card)
        await client.chat_postMessage(channel=triage, text=title, blocks=card)

    return app


async def main() -> None:
    api_base, bot_token, app_token, triage = sys.argv[1:]
    app = bare(AsyncWebClient(token=bot_token, base_url=api_base), triage)
    await AsyncSocketModeHandler(app, app_token).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
