"""A transcript as JSON, whose shape ``docs/transcripts.md`` describes; the page is painted from it."""

from base64 import b64encode
from collections.abc import Iterable, Mapping

from adapters.web.render import JsonObject, card_json, file_json, time_json
from core.model.desk import Desk
from core.model.ids import FileId, MessageId, PersonId
from core.model.thread import File
from core.model.ticket import PRIORITY_WORDS, WORDS
from core.text import Json, to_json
from core.transcript import Account, Part, Transcript
from core.vocabulary import Entry, ThreadView

NAME, VERSION = "threaddesk.transcript", 1
"""The version is another when something is taken away or means something else; what is new is only added."""


def transcript_json(transcript: Transcript, desk: Desk) -> JsonObject:
    reader, accounts = transcript.reader, _Accounts(transcript, desk)
    return {
        "schema": NAME,
        "version": VERSION,
        "desk": {"name": desk.name, "url": desk.public_url},
        "made_at": time_json(reader.now),
        "made_for": transcript.person.name,
        "time_zone": str(reader.zone),
        "with_notes": transcript.with_notes,
        **accounts.shown(transcript.whole),
        "merged": [accounts.shown(one) for one in transcript.merged],
    }


class _Accounts:
    """Tickets of one transcript, as its reader is shown them."""

    def __init__(self, transcript: Transcript, desk: Desk) -> None:
        self._reader = transcript.reader
        self._data: Mapping[FileId, bytes] = transcript.data
        self._desk = desk

    def shown(self, account: Account) -> JsonObject:
        parts, view = account.parts, account.view
        removals = {entry.about: entry for entry in view.entries if entry.about is not None and entry.message is None}
        there = {entry.message.id for entry in view.entries if entry.message is not None and entry.about is None}
        return {
            "ticket": self._ticket(view),
            "people": [{"person": one.person, "name": one.name, "part": one.part.value} for one in account.people],
            "entries": [self._entry(entry, parts, removals) for entry in view.entries if entry.about not in there],
        }

    def _ticket(self, view: ThreadView) -> JsonObject:
        ticket, card, _ = view.ticket, card_json(view.card), self._reader.gettext
        return {
            "ref": ticket.ref,
            "url": f"{self._desk.public_url}/t/{ticket.ref}",
            "title": ticket.title,
            "description": card["body"],
            "plain": ticket.description.plain(),
            "status": ticket.status.value,
            "status_label": _(WORDS[ticket.status]).capitalize(),
            "priority": ticket.priority.value,
            "priority_label": _(PRIORITY_WORDS[ticket.priority]).capitalize(),
            "category": ticket.category,
            "team": ticket.team,
            "visibility": ticket.visibility.value,
            "tags": list(ticket.tags),
            "opened_at": time_json(ticket.opened_at),
            "fields": card["fields"],
            "progress": card["progress"],
            "files": self._files(view.files),
        }

    def _entry(self, entry: Entry, parts: Mapping[PersonId | None, Part], removals: Mapping[int, Entry]) -> JsonObject:
        message = entry.message
        said = message if message is not None and message.undone_at is None else None
        return {
            "event": entry.event,
            "at": time_json(entry.at),
            "kind": "news" if message is None else message.kind.value if said is not None else "removed",
            "who": entry.who,
            "person": entry.person,
            "part": parts.get(entry.person, Part.STAFF if entry.by_staff else Part.OTHER).value,
            "line": entry.line if message is None else "",
            "message": message.id if message is not None else None,
            "text": to_json(said.text) if said is not None else None,
            "plain": said.text.plain() if said is not None else "",
            "edited_at": time_json(said.edited_at) if said is not None and said.edited_at is not None else None,
            "removed_at": time_json(message.undone_at)
            if message is not None and message.undone_at is not None
            else None,
            "removed_by": _remover(message.id, entry, removals) if message is not None and said is None else None,
            "door": entry.door.value if entry.door is not None else None,
            "files": self._files(entry.files) if said is not None else [],
            "reactions": [{"emoji": one.emoji, "people": list(one.people)} for one in entry.reactions]
            if said is not None
            else [],
        }

    def _files(self, files: Iterable[File]) -> Json:
        return [self._file(file) for file in files]

    def _file(self, file: File) -> JsonObject:
        data = self._data.get(file.id)
        return {
            **file_json(file),
            "url": f"{self._desk.public_url}/api/files/{file.id}",
            "sha256": file.sha256,
            "data": b64encode(data).decode() if data is not None else None,
        }


def _remover(message: MessageId, entry: Entry, removals: Mapping[int, Entry]) -> str | None:
    """Who removed it, where that was not its author."""
    removal = removals.get(message)
    return removal.who if removal is not None and removal.person != entry.person else None
