"""The shape of a transcript's JSON, for ``/api/openapi.json``; ``docs/transcripts.md`` says what each thing is."""

from collections.abc import Mapping

from adapters.web.schemas import FLAG, NUMBER, TEXT, TIME, Schema, listed, maybe, one_of, ref, shape
from core.model.people import Platform
from core.model.ticket import Priority, Status, Visibility
from core.transcript import Part

_FILE = shape(
    id=NUMBER,
    name=TEXT,
    media_type=TEXT,
    size=NUMBER,
    is_image=FLAG,
    width=maybe(NUMBER),
    height=maybe(NUMBER),
    url=TEXT,
    sha256=TEXT,
    data=maybe({"type": "string", "contentEncoding": "base64"}),
)
_TICKET = shape(
    ref=TEXT,
    url=TEXT,
    title=TEXT,
    description=ref("Text"),
    plain=TEXT,
    status=one_of(list(Status)),
    status_label=TEXT,
    priority=one_of(list(Priority)),
    priority_label=TEXT,
    category=TEXT,
    team=TEXT,
    visibility=one_of(list(Visibility)),
    tags=listed(TEXT),
    opened_at=TIME,
    fields=listed(shape({"value": TEXT, "at": TIME, "key": TEXT}, label=TEXT)),
    progress=listed(shape(label=TEXT, state=one_of(["done", "now", "to_come"]))),
    files=listed(ref("TranscriptFile")),
)
_ENTRY = shape(
    event=NUMBER,
    at=TIME,
    kind=one_of(["reply", "note", "news", "removed"]),
    who=TEXT,
    person=maybe(NUMBER),
    part=one_of(list(Part)),
    line=TEXT,
    message=maybe(NUMBER),
    text=maybe(ref("Text")),
    plain=TEXT,
    edited_at=maybe(TIME),
    removed_at=maybe(TIME),
    removed_by=maybe(TEXT),
    door=maybe(one_of(list(Platform))),
    files=listed(ref("TranscriptFile")),
    reactions=listed(shape(emoji=TEXT, people=listed(TEXT))),
)


def _account(**more: Schema) -> Schema:
    """One ticket with its thread."""
    return shape(
        None,
        ticket=ref("TranscriptTicket"),
        people=listed(shape(person=NUMBER, name=TEXT, part=one_of(list(Part)))),
        entries=listed(ref("TranscriptEntry")),
        **more,
    )


TRANSCRIPT_SCHEMAS: Mapping[str, Schema] = {
    "TranscriptFile": _FILE,
    "TranscriptTicket": _TICKET,
    "TranscriptEntry": _ENTRY,
    "Transcript": _account(
        schema=one_of(["threaddesk.transcript"]),
        version=NUMBER,
        desk=shape(name=TEXT, url=TEXT),
        made_at=TIME,
        made_for=TEXT,
        time_zone=TEXT,
        with_notes=FLAG,
        merged=listed(_account()),
    ),
}
