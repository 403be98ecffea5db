"""The words of a transcript, and of the answer that leads to it."""

from collections.abc import Mapping

from core.cards.card import Button, ButtonStyle, Card, Reader
from core.errors import N_
from core.text import Text

_LABELS = {
    "skip": N_("Skip to the messages"),
    "made": N_("Transcript made for {name} on {time}."),
    "zone": N_("Times are of {zone}."),
    "with_notes": N_("The staff's notes are in it: keep it among the staff."),
    "without_notes": N_("It holds what {name} may read."),
    "ticket": N_("The ticket"),
    "people": N_("People"),
    "entries": N_("What was said and done"),
    "nothing": N_("Nothing was said yet."),
    "progress": N_("Progress"),
    "done": N_("done"),
    "now": N_("now"),
    "to_come": N_("to come"),
    "files": N_("Files"),
    "at_the_desk": N_("at the desk, signed in"),
    "note": N_("Note, staff only"),
    "reply_by": N_("Reply by {name}"),
    "note_by": N_("Note by {name}, staff only"),
    "edited": N_("edited"),
    "removed": N_("This message was taken back."),
    "removed_by": N_("This message was removed by {name}."),
    "reacted": N_("{emoji} by {names}"),
    "reactions": N_("Reactions"),
    "by_door": N_("on {platform}"),
    "merged": N_("{ref} was merged into it"),
    "open": N_("Open {ref} at the desk"),
    "code": N_("Code"),
    "requester": N_("requester"),
    "participant": N_("takes part"),
    "staff": N_("staff"),
    "other": N_("was part of it"),
    "desk": N_("the desk"),
}


def transcript_words(reader: Reader) -> Mapping[str, str]:
    """By what each is for, in the reader's language."""
    return {key: reader.gettext(words) for key, words in _LABELS.items()}


def transcript_card(ref: str, page: str, data: str, reader: Reader, *, minutes: int | None, is_near: bool) -> Card:
    """``page`` and ``data``: where it is fetched. ``minutes``: for how long, where whoever has the link may; None where
    one has to be signed in. ``is_near``: whether the addresses are good on the desk's own computer alone."""
    _ = reader.gettext
    if minutes is None:
        how = _("As a page to read, print and keep, or as JSON for programs.")
    else:
        how = _(
            "As a page to read, print and keep, or as JSON for programs. The links are yours, good for {count} "
            "minutes, and need no sign-in: whoever has one reads what you may."
        ).format(count=minutes)
    near = _("This desk has no public address, so the links open only on the computer that it runs on.")
    return Card(
        title=_("The transcript of {ref}").format(ref=ref),
        body=Text.of(how),
        buttons=(
            Button(label=_("Page (HTML)"), url=page, style=ButtonStyle.PRIMARY),
            Button(label=_("Data (JSON)"), url=data),
        ),
        footer=near if is_near else "",
    )
