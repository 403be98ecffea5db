"""The languages that the desk speaks: gettext catalogues under ``core/locale``, English where there is none."""

import gettext
from functools import cache
from pathlib import Path

from core.cards.card import Gettext

_LOCALE = Path(__file__).resolve().parent.parent / "locale"


@cache
def words_of(language: str) -> Gettext:
    """The translator into ``language`` (a BCP 47 tag such as ``hi``); what a catalogue lacks stays English."""
    catalogue = gettext.translation("threaddesk", _LOCALE, [language.replace("-", "_"), "en"], fallback=True)

    def words(message: str) -> str:
        # A catalogue's own header stands under the empty message.
        return catalogue.gettext(message) if message else ""

    return words
