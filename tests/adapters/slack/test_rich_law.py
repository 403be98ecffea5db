"""What people type on Slack is read there as the same once it is written there again: parse and render agree."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.words.parse import parse_message, parse_typed
from adapters.slack.words.rich import rich_text
from core.text import Block, CodeBlock, ListBlock, Quote, Text
from tests.fakes.outline import outline

_TYPED = [
    *("*", "**", "_", "~", "`", "```", "```py\n", "\n", "\n\n", " ", "!", "&lt;", "<", "|", "[", "](", "(", ")"),
    *("&gt; ", "&gt;&gt;&gt; ", "• ", "- ", "  - ", "1. ", "3. ", ":tada:", ":blob:", "<!here>", "<!date^1^x|y>"),
    *("<https://a.example|a>", "https://a.example/b_c ", "snake_case", "word", "a", "1", ".", "שלום"),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_TYPED), max_size=8).map("".join))
def test_what_was_typed_is_read_with_the_same_structure_once_it_is_written_again(typed: str) -> None:
    text = parse_typed(typed)
    again = parse_message({"text": "", "blocks": rich_text(text)}, {}, {}, {})
    assert outline(again) == outline(as_slack_holds(text))


def as_slack_holds(text: Text) -> Text:
    """Without what Slack cannot hold: the language of a block of code."""
    return Text(tuple(map(_block, text.blocks)))


def _block(block: Block) -> Block:
    match block:
        case CodeBlock():
            return replace(block, language="")
        case Quote(blocks):
            return Quote(tuple(map(_block, blocks)))
        case ListBlock(items):
            return replace(block, items=tuple(tuple(map(_block, item)) for item in items))
        case _:
            return block
