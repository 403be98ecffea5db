"""Addresses of the web: found in words, told from what is none, and never hidden behind words that name another."""

import re

from adapters.chat.addresses import is_web_address
from adapters.slack.words.fit import units

FOUND = re.compile(r"https?://[^\s<>\"`\\|\[\]]+[^\s<>\"`\\.,:;'!?*_~|)\[\]]", re.IGNORECASE)
"""An address in words that know no markup."""
_ADDRESS_IN_WORDS = re.compile(r"://|\w\.\w")
_BEFORE_HOST = re.compile(r"\Ahttps?://", re.IGNORECASE)


def is_web_link(url: str, room: int) -> bool:
    """Whether Slack takes ``url`` as a link: http or https, with a host, and at most ``room`` units long."""
    return units(url) <= room and is_web_address(url)


def names_another(words: str, url: str) -> bool:
    """Whether ``words`` look like an address, and not like ``url``: a reader would think that they lead there."""
    if not _ADDRESS_IN_WORDS.search(words):
        return False
    bare, named = _BEFORE_HOST.sub("", url), _BEFORE_HOST.sub("", words).rstrip("/")
    return bare != named and not bare.startswith((f"{named}/", f"{named}?", f"{named}#"))
