"""What the stand-ins refuse, in Google's words."""

import json
from typing import Any

import pytest

from adapters.gchat.rules import MAX_MESSAGE_BYTES, Refused, check_message, check_query
from tests.fakes.gchat_server import official_problems

_LINK = {"openLink": {"url": "https://example.org/"}}
_TEXT = {"textParagraph": {"text": "x"}}


def _with(*widgets: object, **card: object) -> dict[str, Any]:
    return {"cardsV2": [{"card": {"sections": [{"widgets": list(widgets)}], **card}}]}


def _check(message: object) -> None:
    check_message("application/json", json.dumps(message).encode())


@pytest.mark.parametrize(
    "message",
    [
        {"text": "hello", "markupSyntax": "MARKUP_SYNTAX_CHAT", "thread": {"threadKey": "a"}},
        _with(_TEXT, {"divider": {}}, header={"title": "x"}),
        _with({"decoratedText": {"text": "x", "startIcon": {"knownIcon": "EMAIL"}, "endIcon": {"knownIcon": "STAR"}}}),
        _with({"buttonList": {"buttons": [{"text": "x", "onClick": _LINK, "color": {"red": 1, "green": 0.5}}]}}),
        _with({"columns": {"columnItems": [{"widgets": [_TEXT]}, {"widgets": [_TEXT]}]}}),
        _with({"image": {"imageUrl": "https://example.org/a.png", "onClick": _LINK}}),
        _with(*[_TEXT] * 100),
    ],
)
def test_what_a_webhook_may_send_is_taken_and_google_agrees(message: dict[str, Any]) -> None:
    _check(message)
    assert official_problems(message) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "Message cannot be empty"),
        ({"text": "", "cardsV2": []}, "Message cannot be empty"),
        ({"fallbackText": "x"}, "Message cannot be empty"),
        ([], "'message': an object was expected"),
        ({"text": 5}, "Invalid value at 'message.text'"),
        ({"text": "x", "username": "y"}, "Unknown name \"username\" at 'message': Cannot find field"),
        (_with({"textParagraph": {"txt": "x"}}), "cards_v2[0].card.sections[0].widgets[0].text_paragraph'"),
        (_with(_TEXT | {"divider": {}}), "holds 2 of"),
        (_with({}), "holds 0 of"),
        (_with(), "sections[0].widgets' is required"),
        (_with(_TEXT, header={"subtitle": "x"}), "header.title' is required"),
        (_with({"decoratedText": {"text": ""}}), "text' is required"),
        (_with({"buttonList": {"buttons": [{"text": "x"}]}}), "on_click' is required"),
        (_with({"buttonList": {"buttons": [{"onClick": _LINK}]}}), "neither text nor icon"),
        (
            _with({"buttonList": {"buttons": [{"text": "x", "onClick": {"action": {"function": "f"}}}]}}),
            "on_click.action",
        ),
        (_with({"buttonList": {"buttons": [{"text": "x", "onClick": {}}]}}), "holds 0 of openLink"),
        (
            _with({"buttonList": {"buttons": [{"text": "x", "onClick": {"openLink": {"url": "javascript:x"}}}]}}),
            "no web address",
        ),
        (
            _with(
                {
                    "decoratedText": {
                        "text": "x",
                        "button": {"text": "x", "onClick": _LINK},
                        "endIcon": {"knownIcon": "S"},
                    }
                }
            ),
            "holds 2 of button, endIcon",
        ),
        (_with({"image": {"imageUrl": "http://example.org/a.png"}}), "no https address"),
        (_with({"textInput": {"name": "x"}}), "hears no answer"),
        ({"text": "x", "accessoryWidgets": []}, "hears no answer"),
        (_with({"decoratedText": {"text": "x", "wrapText": 1}}), "wrap_text' (boolean)"),
        (_with({"textParagraph": {"text": "x", "maxLines": True}}), "max_lines' (integer)"),
        (_with({"textParagraph": {"text": "x", "textSyntax": "RTF"}}), "TextSyntax"),
        ({"cardsV2": {}}, "a list was expected"),
        ({"cardsV2": [{"card": {"header": {"title": "x"}}}] * 2}, "cardId of its own"),
        ({"cardsV2": [{"cardId": "a", "card": {"header": {"title": "x"}}}] * 2}, "cardId of its own"),
        (_with(*[_TEXT] * 101), "100 widgets"),
        (_with(*[_TEXT] * 98, {"columns": {"columnItems": [{"widgets": [_TEXT, _TEXT]}]}}), "100 widgets"),
        ({"text": "x", "thread": {"threadKey": "k" * 4_001}}, "4000 characters"),
        ({"text": "x", "markupSyntax": ["MARKUP_SYNTAX_CHAT"]}, "MarkupSyntax"),
    ],
)
def test_what_google_chat_refuses_is_refused_with_the_place(message: object, words: str) -> None:
    with pytest.raises(Refused) as caught:
        _check(message)
    assert words in caught.value.message
    assert caught.value.json() == {
        "error": {"code": 400, "message": caught.value.message, "status": "INVALID_ARGUMENT"}
    }


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"text": NaN}', b"[" * 20_000, b"text=hello"])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="Invalid JSON payload"):
        check_message("application/json", body)


def test_another_content_type_is_refused() -> None:
    with pytest.raises(Refused, match="text/plain"):
        check_message("text/plain", b'{"text": "x"}')


def test_a_message_of_32000_bytes_is_the_longest() -> None:
    body = b'{"text": "' + b"x" * (MAX_MESSAGE_BYTES - 12) + b'"}'
    check_message("application/json", body)
    with pytest.raises(Refused, match="too long"):
        check_message("application/json", body + b" ")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ([("messageReplyOption", "REPLY")], "messageReplyOption|message_reply_option"),
        ([("thread", "x")], 'Unknown name "thread": Cannot bind query parameter'),
        ([("messageId", "mine")], "client-"),
        ([("messageId", "client-" + "x" * 57)], "client-"),
        ([("threadKey", "k" * 4_001)], "4000 characters"),
        ([("requestId", "a"), ("requestId", "b")], "given twice"),
    ],
)
def test_a_wrong_query_is_refused(query: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_query(query)


def test_a_right_query_is_read() -> None:
    query = check_query(
        [("key", "k"), ("token", "t"), ("messageId", "client-a-1"), ("requestId", "r"), ("threadKey", "")]
    )
    assert (query.request_id, query.thread_key) == ("r", None)
    assert query.reply_option == "MESSAGE_REPLY_OPTION_UNSPECIFIED"
