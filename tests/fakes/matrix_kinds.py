"""The kinds of things that people say, in the notation of each door that can say them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.web_desk import png

LONG = " ".join(f"word{number}" for number in range(1, 901))
TXT = ("notes.txt", b"hello")
SORTS = ("paper.pdf", "page.html", "drawing.svg", "all.zip", "film.mp4", "table.csv")
MB = 1 << 20
EDITED = "The *last* word"
PARTY, PARTY_ON_SLACK = "🎉", "tada"
OWN, OWN_ON_SLACK = "hop:123456789012345678", "blob"


@dataclass(frozen=True)
class Kind:
    """``USER``, ``ROLE``, ``CHANNEL`` and ``HIDDEN``, a channel whose name is not told, are ids."""

    name: str
    discord: str | None = None
    slack: str | None = None
    web: str | None = None
    files: Sequence[tuple[str, bytes]] = ()
    is_many: bool = False
    """Whether it may become more messages than one, or none."""
    then: str = ""
    """What its author does with it afterwards: edited, deleted, reacted."""


def same(name: str, words: str, **more: Any) -> Kind:
    return Kind(name, words, words, words, **more)


KINDS = (
    same("Plain words", "Good morning"),
    same("Lines and paragraphs", "one\ntwo\n\nthree"),
    Kind("Bold", "**bold**", "*bold*", "**bold**"),
    Kind("Italic", "*italic*", "_italic_", "*italic*"),
    Kind("Bold italic", "***both***", "*_both_*", "***both***"),
    Kind("Struck out", "~~gone~~", "~gone~", "~~gone~~"),
    Kind("Underlined", "__under__"),
    Kind("Spoiler", "||the end||"),
    same("Code", "`x < y`"),
    same("Block of code", "```\nif x:\n    y\n```"),
    Kind("Block of code in a language", "```py\nprint(1)\n```", None, "```py\nprint(1)\n```"),
    same("Quote", "> asked\n> twice\nanswered"),
    same("List", "- one\n- two"),
    same("Numbered list", "1. one\n2. two"),
    same("List that begins with 3", "3. three\n4. four"),
    Kind("List whose items have lines", "1. one\n   more\n2. two", None, "3. one\n\n   more\n4. two"),
    Kind("List in a list", "- one\n  - inner\n- two", None, "- one\n  - inner\n- two"),
    Kind("Heading", "# Title\nwords", None, "# Title\nwords"),
    Kind("Small print", "-# small"),
    Kind("Table", None, None, "| a | b |\n|---|---|\n| 1 | 2 |"),
    same("Address", "https://example.org/a_b"),
    Kind("Address with a preview", "https://example.org/page", "https://example.org/page", then="previewed"),
    Kind("Link", "[here](https://example.org)", "<https://example.org|here>", "[here](https://example.org)"),
    Kind(
        "Link that shows another address",
        "[https://bank.example](https://example.org)",
        "<https://example.org|https://bank.example>",
        "[https://bank.example](https://example.org)",
    ),
    same("Address that is no web address", "[x](javascript:alert(1))"),
    Kind("Somebody named", "<@USER> knows", "<@USER> knows", "@Lee knows"),
    Kind("A role or a group", "<@&ROLE> know", "<!subteam^ROLE> know"),
    Kind("A channel", "see <#CHANNEL>"),
    Kind("A channel whose name is not told", "see <#HIDDEN>", "see <#HIDDEN>"),
    same("Everybody", "@everyone @here @channel"),
    same("Emoji", "👍🏽 🎉"),
    same("Emoji by its name", ":tada:"),
    Kind("Emoji of one's own", "<:blob:123456789012345678>", ":blob:"),
    Kind("Emoji that moves", "<a:dance:123456789012345678>"),
    Kind("Time", "<t:1772442000:F>"),
    same("Marks of another door", "**a** *b* __c__ ||d|| <https://example.org|e> [f](https://example.org)"),
    same("HTML", "<b>bold</b> &amp; <script>"),
    same("Right to left", "שלום עולם"),
    same("Very long", LONG, is_many=True),
    same("File", "see this", files=(TXT,), is_many=True),
    same("Picture without words", "", files=(("photo.png", png()),), is_many=True),
    same("Files of other sorts", "these", files=tuple((name, b"\0\1") for name in SORTS), is_many=True),
    same("Ten files", "all of them", files=tuple((f"{n}.txt", b"%d" % n) for n in range(10)), is_many=True),
    Kind("Voice message", "", files=(("voice-message.ogg", b"OggS" + bytes(40)),), is_many=True),
    Kind("File of 25 MB", None, "large", "large", files=(("large.bin", bytes(25 * MB)),), is_many=True),
    same("Edited", "frst", then="edited"),
    same("Deleted", "hunter2", is_many=True, then="deleted"),
    same("Reacted to", "well done", then="reacted"),
    Kind("Reacted to with an emoji of one's own", "well danced", "well danced", then="reacted with its own"),
    Kind("Sticker", "(the sticker Wumpus)"),
    Kind("Poll", "(a poll: When? Today, tomorrow)"),
    Kind("Forwarded", "(forwarded: Said **before**)", "(shared: Said *before*)"),
    Kind("Answer to a message", "To that"),
    Kind("Also sent to the channel", None, "For all here"),
)
NOTE = Kind("Note of the staff's", "tutors **only**", "//tutors *only*", "tutors **only**")
"""Said in their own threads."""
