"""What a browser is, in plain words, from what it says of itself: for the list of one's own sign-ins.

By the rules of https://github.com/ua-parser/uap-core, matched by an engine whose time is linear in what it reads.
"""

from ua_parser import parse

from core.text import clean_line, shorten

_LONGEST = 500
_MOST = 60


def browser_of(user_agent: str) -> str:
    """Such as “Firefox on Linux”; "" where nothing is known of it. The first call reads the rules, for a moment."""
    # What is no UTF-8 in a header arrives as lone surrogates, which the rules' engine does not take.
    found = parse(user_agent[:_LONGEST].encode("utf-8", "replace").decode())
    names = [part.family for part in (found.user_agent, found.os) if part is not None]
    return shorten(clean_line(" on ".join(names)), _MOST)
