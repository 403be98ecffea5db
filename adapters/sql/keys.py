"""The keys under which names and addresses are looked up, case not counted."""

import unicodedata


def name_key(name: str) -> str:
    """Equal for names that differ in case or in how their letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def email_key(email: str) -> str:
    """Only A to Z lose their case. Unicode's folding would make one address of two people's: the Kelvin sign becomes k,
    ß becomes ss, and whoever owns the one mailbox would pass for the owner of the other.
    """
    return "".join(letter.lower() if letter.isascii() else letter for letter in email)
