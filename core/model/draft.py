"""A ticket in the making: what a form has gathered so far, kept so that a restart loses nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model.ids import DraftId, FileId, PersonId

DRAFT_LIFE = timedelta(days=7)
SIMILAR, SHOWN = "similar", "shown"
"""The key and the content of a value that says that what is similar to it was shown already."""

HELD_BACK = "held_back"
"""The key of words that a command did not send because they look like a secret."""
HELD_BACK_LIFE = timedelta(days=1)
"""Of a draft with such words: what may be a secret lies about for no longer than its author may need to decide."""
HELD_TITLE = "held_title"
"""The key of a title beside such words."""
ABOUT = "about"
"""The key of the ref of the ticket that such words are about."""
SOURCE, FAQ = "source", "faq"
"""Of a FAQ being written: the keys of the ref of the ticket that it is made from, and of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    id: DraftId
    person: PersonId
    values: Mapping[str, str]
    """Field key -> what was typed; "" for a field that was shown and left empty."""
    files: tuple[FileId, ...] = ()
    updated_at: datetime
