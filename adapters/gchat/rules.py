"""What Google Chat refuses of an incoming webhook's call, for the stand-ins that play its part.

Only what such a webhook can use is allowed: no accessory widgets, which need a Chat app's own authentication, nothing
that calls an app back, and none of the deprecated or output-only fields. Google takes some of that and ignores it; a
stand-in that did so too would hide our mistake.

Shapes: https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages and .../v1/cards.
Queries: https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create.
Refusals look like https://cloud.google.com/apis/design/errors#http_mapping.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from core.text import Json

MAX_MESSAGE_BYTES: Final = 32_000
MAX_CARD_WIDGETS: Final = 100
MAX_THREAD_KEY: Final = 4_000

REPLY_OR_NEW: Final = "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
REPLY_OR_FAIL: Final = "REPLY_MESSAGE_OR_FAIL"
_NEW_THREAD: Final = "MESSAGE_REPLY_OPTION_UNSPECIFIED"

_PARAMETERS = frozenset(
    {"key", "token", "messageReplyOption", "requestId", "messageId", "threadKey", "alt", "prettyPrint"}
)
_MESSAGE_ID = re.compile(r"client-[a-z0-9-]{1,56}")

_SHAPES: Mapping[str, Mapping[str, str]] = {
    "Message": {
        "text": "string",
        "fallbackText": "string",
        "markupSyntax": "MarkupSyntax",
        "cardsV2": "CardWithId*",
        "thread": "Thread",
    },
    "Thread": {"name": "string", "threadKey": "string"},
    "CardWithId": {"cardId": "string", "card": "Card"},
    "Card": {"header": "CardHeader", "sections": "Section*", "sectionDividerStyle": "DividerStyle"},
    "CardHeader": {
        "title": "string",
        "subtitle": "string",
        "imageUrl": "string",
        "imageType": "ImageType",
        "imageAltText": "string",
    },
    "Section": {
        "header": "string",
        "widgets": "Widget*",
        "collapsible": "boolean",
        "uncollapsibleWidgetsCount": "integer",
    },
    "Widget": {
        "textParagraph": "TextParagraph",
        "decoratedText": "DecoratedText",
        "buttonList": "ButtonList",
        "image": "Image",
        "divider": "Divider",
        "columns": "Columns",
        "horizontalAlignment": "Alignment",
    },
    "TextParagraph": {"text": "string", "maxLines": "integer", "textSyntax": "TextSyntax"},
    "DecoratedText": {
        "startIcon": "Icon",
        "topLabel": "string",
        "text": "string",
        "wrapText": "boolean",
        "bottomLabel": "string",
        "onClick": "OnClick",
        "button": "Button",
        "endIcon": "Icon",
    },
    "ButtonList": {"buttons": "Button*"},
    "Button": {
        "text": "string",
        "icon": "Icon",
        "color": "Color",
        "type": "ButtonType",
        "onClick": "OnClick",
        "disabled": "boolean",
        "altText": "string",
    },
    "OnClick": {"openLink": "OpenLink"},
    "OpenLink": {"url": "string"},
    "Icon": {
        "knownIcon": "string",
        "iconUrl": "string",
        "materialIcon": "MaterialIcon",
        "altText": "string",
        "imageType": "ImageType",
    },
    "MaterialIcon": {"name": "string", "fill": "boolean", "weight": "integer", "grade": "integer"},
    "Image": {"imageUrl": "string", "onClick": "OnClick", "altText": "string"},
    "Divider": {},
    "Columns": {"columnItems": "Column*"},
    "Column": {"widgets": "NestedWidget*", "horizontalAlignment": "Alignment"},
    "NestedWidget": {
        "textParagraph": "TextParagraph",
        "decoratedText": "DecoratedText",
        "buttonList": "ButtonList",
        "image": "Image",
    },
    "Color": {"red": "number", "green": "number", "blue": "number", "alpha": "number"},
}
"""Field by field: a scalar, an enumeration or another shape; ``*`` marks a list."""

_ENUMS: Mapping[str, frozenset[str]] = {
    "MarkupSyntax": frozenset({"MARKUP_SYNTAX_UNSPECIFIED", "MARKUP_SYNTAX_CHAT", "MARKUP_SYNTAX_MARKDOWN"}),
    "DividerStyle": frozenset({"DIVIDER_STYLE_UNSPECIFIED", "SOLID_DIVIDER", "NO_DIVIDER"}),
    "ImageType": frozenset({"SQUARE", "CIRCLE"}),
    "Alignment": frozenset({"HORIZONTAL_ALIGNMENT_UNSPECIFIED", "START", "CENTER", "END"}),
    "TextSyntax": frozenset({"TEXT_SYNTAX_UNSPECIFIED", "HTML", "MARKDOWN"}),
    "ButtonType": frozenset({"TYPE_UNSPECIFIED", "OUTLINED", "FILLED", "FILLED_TONAL", "BORDERLESS"}),
    "ReplyOption": frozenset({_NEW_THREAD, REPLY_OR_NEW, REPLY_OR_FAIL}),
}

_UNIONS: Mapping[str, tuple[frozenset[str], bool]] = {
    "Widget": (frozenset({"textParagraph", "decoratedText", "buttonList", "image", "divider", "columns"}), True),
    "NestedWidget": (frozenset({"textParagraph", "decoratedText", "buttonList", "image"}), True),
    "OnClick": (frozenset({"openLink"}), True),
    "Icon": (frozenset({"knownIcon", "iconUrl", "materialIcon"}), True),
    "DecoratedText": (frozenset({"button", "endIcon"}), False),
}
"""Members of which one may stand, and whether one must."""

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "CardWithId": ("card",),
    "CardHeader": ("title",),
    "Section": ("widgets",),
    "DecoratedText": ("text",),
    "ButtonList": ("buttons",),
    "Button": ("onClick",),
    "OpenLink": ("url",),
    "Image": ("imageUrl",),
}

_TWO_WAY: Mapping[str, frozenset[str]] = {
    "Message": frozenset({"accessoryWidgets", "actionResponse", "privateMessageViewer", "attachment"}),
    "Widget": frozenset({"textInput", "selectionInput", "dateTimePicker"}),
    "DecoratedText": frozenset({"switchControl"}),
    "OnClick": frozenset({"action", "card", "openDynamicLinkAction", "overflowMenu"}),
}
"""What there is, and what a webhook has no use for."""

_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


class Refused(Exception):
    """Google's answer to a call that it does not take."""

    def __init__(self, code: int, status: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.retry_after = retry_after
        """Seconds."""

    def json(self) -> Json:
        return {"error": {"code": self.code, "message": self.message, "status": self.status}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    request_id: str | None
    thread_key: str | None
    """The deprecated way to name a thread: the body's own goes before it."""
    reply_option: str


def invalid(message: str) -> NoReturn:
    raise Refused(400, "INVALID_ARGUMENT", message)


def check_query(given: Sequence[tuple[str, str]]) -> Query:
    """The call's query, ``key`` and ``token`` apart, which are the server's to compare. Raises Refused."""
    query = dict(given)
    if len(query) != len(given):
        invalid("Invalid value: a query parameter that is no list was given twice.")
    for name in query.keys() - _PARAMETERS:
        invalid(
            f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
            f"Field '{name}' could not be found in request message."
        )
    option = query.get("messageReplyOption", _NEW_THREAD)
    if option not in _ENUMS["ReplyOption"]:
        invalid(f"Invalid value at 'message_reply_option' (CreateMessageRequest.MessageReplyOption), \"{option}\"")
    message_id = query.get("messageId")
    if message_id is not None and not _MESSAGE_ID.fullmatch(message_id):
        invalid("messageId must begin with client- and hold up to 63 lower-case letters, digits and hyphens.")
    if len(query.get("threadKey", "")) > MAX_THREAD_KEY:
        invalid("threadKey holds up to 4000 characters.")
    return Query(
        request_id=query.get("requestId") or None, thread_key=query.get("threadKey") or None, reply_option=option
    )


def check_message(content_type: str, body: bytes) -> Mapping[str, Json]:
    """The message in ``body``, or at least 32,001 bytes of it. Raises Refused."""
    if content_type != "application/json":
        invalid(f"Invalid JSON payload received: its content type is {content_type}, not application/json.")
    if len(body) > MAX_MESSAGE_BYTES:
        invalid("Message is too long: at most 32000 bytes.")
    try:
        message = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        invalid("Invalid JSON payload received. Unexpected token.")
    _check(message, "Message", "message")
    if not any(message.get(part) for part in ("text", "cardsV2")):
        invalid("Message cannot be empty. Please add text or a card.")
    _check_cards(message.get("cardsV2", []))
    if len(message.get("thread", {}).get("threadKey", "")) > MAX_THREAD_KEY:
        invalid("thread.threadKey holds up to 4000 characters.")
    return dict(message)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_cards(cards: Sequence[Mapping[str, Json]]) -> None:
    names = [card.get("cardId") for card in cards]
    if len(cards) > 1 and (None in names or len(set(names)) < len(names)):
        invalid("Each card of a message with more than one needs a cardId of its own.")
    for card in cards:
        if _widgets(card) > MAX_CARD_WIDGETS:
            invalid("A card holds up to 100 widgets: the section that goes over, and all after it, would not be shown.")


def _widgets(value: Json) -> int:
    """How many widgets there are anywhere in ``value``, those in columns too."""
    if isinstance(value, Mapping):
        own = value.get("widgets", ())
        return (len(own) if isinstance(own, list) else 0) + sum(map(_widgets, value.values()))
    return sum(map(_widgets, value)) if isinstance(value, list) else 0


def _check(value: Json, kind: str, path: str) -> None:
    if kind.endswith("*"):
        if not isinstance(value, list):
            invalid(f"Invalid value at '{path}': a list was expected.")
        for index, item in enumerate(value):
            _check(item, kind[:-1], f"{path}[{index}]")
    elif kind in _SHAPES:
        _check_object(value, kind, path)
    elif kind in _ENUMS:
        if not isinstance(value, str) or value not in _ENUMS[kind]:
            invalid(f"Invalid value at '{path}' ({kind}), {json.dumps(value)}")
    elif not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        invalid(f"Invalid value at '{path}' ({kind}), {json.dumps(value)}")


def _check_object(value: Json, kind: str, path: str) -> None:
    if not isinstance(value, Mapping):
        invalid(f"Invalid value at '{path}': an object was expected.")
    shape = _SHAPES[kind]
    for name, inner in value.items():
        if name in _TWO_WAY.get(kind, ()):
            invalid(f"'{path}.{_snake(name)}' is not for an incoming webhook, which hears no answer.")
        if name not in shape:
            invalid(f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field.")
        _check(inner, shape[name], f"{path}.{_snake(name)}")
    for name in _NEEDED.get(kind, ()):
        if not value.get(name):
            invalid(f"'{path}.{_snake(name)}' is required.")
    members, must = _UNIONS.get(kind, (frozenset(), False))
    present = members & value.keys()
    if len(present) > 1 or (must and not present):
        invalid(f"'{path}' holds {len(present)} of {', '.join(sorted(members))}: it takes one.")
    if kind in _LINKS:
        _LINKS[kind](value, path)


def _check_open_link(value: Mapping[str, Json], path: str) -> None:
    if not re.match(r"https?://[^/\s]", str(value["url"]), re.IGNORECASE):
        invalid(f"'{path}.url' is no web address.")


def _check_image(value: Mapping[str, Json], path: str) -> None:
    if not str(value["imageUrl"]).startswith("https://"):
        invalid(f"'{path}.image_url' is no https address.")


def _check_button(value: Mapping[str, Json], path: str) -> None:
    if not (value.get("text") or value.get("icon")):
        invalid(f"'{path}' has neither text nor icon.")


_LINKS: Mapping[str, Callable[[Mapping[str, Json], str], None]] = {
    "OpenLink": _check_open_link,
    "Image": _check_image,
    "Button": _check_button,
}


def _snake(name: str) -> str:
    """Google names fields in its refusals as its own schemas do."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", name).lower()
