"""The keys under which names and addresses are looked up, case not counted."""

import unicodedata

from core.model.people import email_key as email_key


def name_key(name: str) -> str:
    """Equal for names that differ in case or in how their letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
