"""What people type on Discord is read there as the same once it is written there again: parse and render agree."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.words.markup import markup
from adapters.discord.words.parse import parse_typed
from core.text import Block, Bold, Code, CodeBlock, Italic, Link, ListBlock, Paragraph, Plain, Quote, Span, Strike, Text
from tests.fakes.outline import outline

_TYPED = [
    *(
        "*",
        "**",
        "***",
        "_",
        "__",
        "~~",
        "||",
        "`",
        "``",
        "```",
        "```py\n",
        "\n",
        "\n\n",
        " ",
        "\\",
        "|",
        "!",
        "<",
        ">",
    ),
    *("> ", ">>> ", "- ", "  - ", "1. ", "3. ", "# ", "-# ", "[", "](", ")", "(", "@everyone", "<:a:1>", "<t:1>"),
    *("[a](https://a.example)", "https://a.example/b_c", "snake_case", "word", "a", "1", ".", "שלום"),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_TYPED), max_size=8).map("".join))
def test_what_was_typed_is_read_with_the_same_structure_once_it_is_written_again(typed: str) -> None:
    text = parse_typed(typed)
    assert outline(as_discord_holds(parse_typed(markup(text)))) == outline(as_discord_holds(text))


def as_discord_holds(text: Text) -> Text:
    """Without what Discord cannot hold: code of white space alone, or that ends with it; code of several lines within a
    paragraph, each of which is code of its own; whether an empty line parts two paragraphs or stands in one; whether a
    link's words are the link, or stand beside it."""
    return Text(_blocks(text.blocks))


def _blocks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    found: list[Block] = []
    for block in map(_block, blocks):
        match found, block:
            case [*_, Paragraph(before)], Paragraph(spans):
                found[-1] = Paragraph((*before, *spans))
            case _, CodeBlock(code) if not code.strip():
                pass
            case _:
                found.append(block)
    return tuple(found)


def _block(block: Block) -> Block:
    match block:
        case CodeBlock(code):
            return replace(block, code=code.rstrip())
        case Paragraph(spans):
            return Paragraph(_spans(spans))
        case Quote(blocks):
            return Quote(_blocks(blocks))
        case ListBlock(items):
            return replace(block, items=tuple(map(_blocks, items)))


def _spans(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    found: list[Span] = []
    for span in spans:
        match span:
            case Code(words):
                found += [Code(line) if line.strip() else Plain("") for line in words.split("\n")]
            case Link(url, inner):
                found += _beside(url, Text((Paragraph(inner),)).plain())
            case Bold(inner) | Italic(inner) | Strike(inner):
                found.append(type(span)(_spans(inner)))
            case _:
                found.append(span)
    return tuple(found)


def _beside(url: str, words: str) -> list[Span]:
    bare = Link(url, ())
    return [bare] if words in (url, "") else [Plain(f"{words} ("), bare, Plain(")")]
