"""Cards, forms, threads and files as the JSON that ``docs/api.md`` describes."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from aiohttp import web

from core.cards.card import Button, Card, Field, Form, Input, Reader, Row
from core.errors import N_
from core.model.desk import Desk
from core.model.ids import PersonId, ref_of
from core.model.people import Person, Role
from core.model.thread import File
from core.model.ticket import PRIORITY_WORDS, WORDS
from core.rules.snippets import Snippet
from core.text import Json, to_json
from core.vocabulary import (
    Choice,
    Entry,
    LastWords,
    Notice,
    Parameter,
    Reactions,
    Reply,
    SlashCommand,
    Summary,
    ThreadView,
    Trace,
    Vocabulary,
)

JsonObject = dict[str, Json]
_PACKET = 1_400
"""Bytes."""


def answer(value: Json, status: int = 200) -> web.Response:
    """``value`` as an answer that is kept nowhere on its way; compressed where that saves a packet."""
    response = web.json_response(value, status=status, headers={"Cache-Control": "no-store"})
    if response.content_length is not None and response.content_length > _PACKET:
        response.enable_compression()
    return response


def done() -> web.Response:
    """That a thing was done, where there is nothing to say about it."""
    return web.Response(status=204, headers={"Cache-Control": "no-store"})


def time_json(at: datetime) -> str:
    """``2026-03-02T09:00:00Z``; parts of a second are left out."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def card_json(card: Card) -> JsonObject:
    return {
        "title": card.title,
        "subtitle": card.subtitle,
        "body": to_json(card.body),
        "tone": card.tone.value,
        "fields": [_field_json(field) for field in card.fields],
        "progress": [{"label": step.label, "state": step.state.value} for step in card.progress],
        "rows": [row_json(row) for row in card.rows],
        "buttons": _buttons_json(card.buttons),
        "footer": card.footer,
        "url": card.url,
    }


def _field_json(field: Field) -> JsonObject:
    value = {"at": time_json(field.value)} if isinstance(field.value, datetime) else {"value": field.value}
    return {"label": field.label, **value, **({"key": field.key} if field.key else {})}


def row_json(row: Row) -> JsonObject:
    return {
        "title": row.title,
        "detail": row.detail,
        "url": row.url,
        "ref": row.ref,
        "buttons": _buttons_json(row.buttons),
        "snippet": _snippet_json(row.snippet) if row.snippet is not None else None,
    }


def _buttons_json(buttons: Iterable[Button]) -> Json:
    return [
        {"label": button.label, "action": button.action, "url": button.url, "style": button.style.value}
        for button in buttons
    ]


def form_json(form: Form) -> JsonObject:
    return {
        "action": form.action,
        "title": form.title,
        "submit": form.submit,
        "intro": form.intro,
        "problem": form.problem,
        "inputs": [_input_json(input_) for input_ in form.inputs],
    }


def _input_json(input_: Input) -> JsonObject:
    return {
        "key": input_.key,
        "label": input_.label,
        "kind": input_.kind.value,
        "required": input_.required,
        "hint": input_.hint,
        "value": input_.value,
        "choices": [{"value": choice.value, "label": choice.label} for choice in input_.choices],
        "max_length": input_.max_length,
        "when": {"field": input_.when.field, "value": input_.when.value} if input_.when is not None else None,
    }


def reply_json(reply: Reply) -> JsonObject:
    ref = ref_of(reply.ticket) if reply.ticket is not None else None
    return {
        "card": card_json(reply.card) if reply.card is not None else None,
        "form": form_json(reply.form) if reply.form is not None else None,
        "ticket": {"ref": ref, "url": f"/t/{ref}"} if ref is not None else None,
    }


def file_json(file: File) -> JsonObject:
    return {
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "is_image": file.is_image,
        "width": file.width,
        "height": file.height,
        "url": f"/api/files/{file.id}",
    }


def files_json(files: Iterable[File]) -> Json:
    return [file_json(file) for file in files]


def summary_json(summary: Summary, desk: Desk, reader: Reader, me: PersonId) -> JsonObject:
    """``is_mine``: I asked it, have it or was added to it."""
    _ = reader.gettext
    ticket = summary.ticket
    return {
        "ref": ticket.ref,
        "number": ticket.id,
        "title": ticket.title,
        "status": ticket.status.value,
        "status_label": _(WORDS[ticket.status]).capitalize(),
        "priority": ticket.priority.value,
        "priority_label": _(PRIORITY_WORDS[ticket.priority]).capitalize(),
        "category": ticket.category,
        "category_label": desk.category_name(ticket.category),
        "team": ticket.team,
        "team_label": desk.team_name(ticket.team),
        "requester": summary.requester,
        "assignee": summary.assignee,
        "is_mine": me in {ticket.requester, ticket.assignee, *ticket.participants},
        "visibility": ticket.visibility.value,
        "tags": list(ticket.tags),
        "unread": summary.unread,
        "last": _last_json(summary.last, reader, me) if summary.last is not None else None,
        "snippet": _snippet_json(summary.snippet) if summary.snippet is not None else None,
        "opened_at": time_json(ticket.opened_at),
        "updated_at": time_json(summary.changed_at),
    }


def _snippet_json(snippet: Snippet) -> JsonObject:
    pieces: list[Json] = [{"text": piece.text, "found": piece.is_found} for piece in snippet.pieces]
    return {"pieces": pieces, "of_notes": snippet.of_notes}


def _last_json(last: LastWords, reader: Reader, me: PersonId) -> JsonObject:
    return {
        "who": last.who,
        "mine": last.person == me,
        "text": last.text or reader.gettext(N_("sent a file")),
        "at": time_json(last.at),
        "kind": last.kind.value,
    }


def thread_json(view: ThreadView, desk: Desk, reader: Reader, me: PersonId) -> JsonObject:
    return {
        "ref": view.ticket.ref,
        "ticket": summary_json(view.summary, desk, reader, me),
        "card": card_json(view.card),
        "files": files_json(view.files),
        "entries": [entry_json(entry, me) for entry in view.entries],
        "cursor": view.cursor,
        "first": view.first,
        "has_before": view.has_before,
        "more_after": view.more_after,
        "read_to": view.read_to,
        "may_reply": view.may_reply,
        "may_note": view.may_note,
        "may_transcript": view.may_transcript,
        "goes_on": card_json(view.goes_on) if view.goes_on is not None else None,
    }


def entry_json(entry: Entry, me: PersonId) -> JsonObject:
    """``message`` only where the entry is the message itself; one that tells of a change names it in ``about``."""
    message = entry.message
    said = message if message is not None and message.undone_at is None else None
    return {
        "event": entry.event,
        "at": time_json(entry.at),
        "who": entry.who,
        "person": entry.person,
        "by_staff": entry.by_staff,
        "mine": entry.person == me,
        "kind": _entry_kind(entry),
        "line": entry.line,
        "message": message.id if message is not None and entry.about is None else None,
        "text": to_json(said.text) if said is not None else None,
        "files": files_json(entry.files) if said is not None or message is None else [],
        "edited_at": time_json(said.edited_at) if said is not None and said.edited_at is not None else None,
        "reactions": [_reactions_json(one, me) for one in entry.reactions] if said is not None else [],
        "about": entry.about,
        "door": entry.door.value if entry.door is not None else None,
        "may_edit": entry.may_edit,
        "may_remove": entry.may_remove,
    }


def _reactions_json(reactions: Reactions, me: PersonId) -> JsonObject:
    return {
        "emoji": reactions.emoji,
        "count": len(reactions.people),
        "people": list(reactions.people),
        "mine": me in reactions.by,
    }


def _entry_kind(entry: Entry) -> str:
    if entry.message is not None and entry.message.undone_at is None:
        return entry.message.kind.value if entry.about is None else "changed"
    return "line" if entry.message is None and entry.about is None else "undone"


def trace_json(trace: Trace) -> JsonObject:
    return {
        "event": trace.event,
        "at": time_json(trace.at),
        "who": trace.who,
        "line": trace.line,
        "door": trace.door.value,
    }


def notice_json(notice: Notice) -> JsonObject:
    return {"id": notice.id, "at": time_json(notice.at), "card": card_json(notice.card)}


def role_names(person: Person) -> list[str]:
    """From requester to admin."""
    return [role.value for role in Role if role in person.roles]


def command_json(command: SlashCommand, vocabulary: Vocabulary) -> JsonObject:
    return {
        "name": command.name,
        "noun": command.noun,
        "verb": command.verb,
        "help": command.help,
        "usage": command.usage,
        "parameters": [
            _parameter_json(parameter, vocabulary.choices.get(parameter.kind, ())) for parameter in command.shown
        ],
    }


def _parameter_json(parameter: Parameter, choices: Sequence[Choice]) -> JsonObject:
    return {
        "name": parameter.name,
        "kind": parameter.kind.value,
        "help": parameter.help,
        "required": parameter.required,
        "is_named": parameter.is_named,
        "choices": [{"value": choice.value, "label": choice.label} for choice in choices],
    }
