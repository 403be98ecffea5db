"""The JSON shapes of both APIs, as JSON Schema (2020-12) for ``/api/openapi.json``."""

from collections.abc import Mapping, Sequence

from core.cards.card import ButtonStyle, InputKind, StepState, Tone
from core.model.faq import FaqState
from core.model.people import Platform
from core.model.similar import Kind
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.text import Json
from core.vocabulary import ParameterKind

Schema = Mapping[str, Json]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(values: Sequence[str]) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def shape(optional: Mapping[str, Schema] | None = None, **fields: Schema) -> Schema:
    """An object whose ``fields`` are always there."""
    return {"type": "object", "required": list(fields), "properties": {**fields, **(optional or {})}}


_CHOSEN = shape(choice=TEXT, label=TEXT)
_SNIPPET = shape(pieces=listed(shape(text=TEXT, found=FLAG)), of_notes=FLAG)

SCHEMAS: Mapping[str, Schema] = {
    "Problem": shape(type=TEXT, title=TEXT, status=NUMBER, detail=TEXT, message=TEXT, reason=TEXT),
    "Text": shape(v=NUMBER, blocks=listed({"type": "object", "required": ["type"]})),
    "Button": shape(label=TEXT, action=maybe(TEXT), url=maybe(TEXT), style=one_of(list(ButtonStyle))),
    "Card": shape(
        title=TEXT,
        subtitle=TEXT,
        body=ref("Text"),
        tone=one_of(list(Tone)),
        fields=listed(shape({"value": TEXT, "at": TIME, "key": TEXT}, label=TEXT)),
        progress=listed(shape(label=TEXT, state=one_of(list(StepState)))),
        rows=listed(ref("Row")),
        buttons=listed(ref("Button")),
        footer=TEXT,
        url=maybe(TEXT),
    ),
    "Row": shape(
        title=TEXT,
        detail=TEXT,
        url=maybe(TEXT),
        ref=maybe(TEXT),
        buttons=listed(ref("Button")),
        snippet=maybe(_SNIPPET),
    ),
    "Choice": shape(value=TEXT, label=TEXT),
    "Form": shape(
        action=TEXT,
        title=TEXT,
        submit=TEXT,
        intro=TEXT,
        problem=TEXT,
        inputs=listed(
            shape(
                key=TEXT,
                label=TEXT,
                kind=one_of(list(InputKind)),
                required=FLAG,
                hint=TEXT,
                value=TEXT,
                choices=listed(ref("Choice")),
                max_length=maybe(NUMBER),
                when=maybe(shape(field=TEXT, value=TEXT)),
            )
        ),
    ),
    "Reply": shape(card=maybe(ref("Card")), form=maybe(ref("Form")), ticket=maybe(shape(ref=TEXT, url=TEXT))),
    "Similar": shape(
        title=TEXT,
        own=TEXT,
        items=listed(
            shape(
                kind=one_of(list(Kind)),
                ref=TEXT,
                title=TEXT,
                why=listed(TEXT),
                state=TEXT,
                followed=listed(TEXT),
                answer=TEXT,
                is_solved=FLAG,
                choice=maybe(_CHOSEN),
                url=TEXT,
            )
        ),
        others=maybe(shape(line=TEXT, detail=TEXT, choice=maybe(_CHOSEN))),
    ),
    "File": shape(
        id=NUMBER,
        name=TEXT,
        media_type=TEXT,
        size=NUMBER,
        is_image=FLAG,
        width=maybe(NUMBER),
        height=maybe(NUMBER),
        url=TEXT,
    ),
    "Summary": shape(
        ref=TEXT,
        number=NUMBER,
        title=TEXT,
        status=one_of(list(Status)),
        status_label=TEXT,
        priority=one_of(list(Priority)),
        priority_label=TEXT,
        category=TEXT,
        category_label=TEXT,
        team=TEXT,
        team_label=TEXT,
        requester=TEXT,
        assignee=maybe(TEXT),
        is_mine=FLAG,
        visibility=one_of(list(Visibility)),
        tags=listed(TEXT),
        unread=NUMBER,
        snippet=maybe(_SNIPPET),
        last=maybe(shape(who=TEXT, mine=FLAG, text=TEXT, at=TIME, kind=one_of(list(MessageKind)))),
        opened_at=TIME,
        updated_at=TIME,
    ),
    "Entry": shape(
        event=NUMBER,
        at=TIME,
        who=TEXT,
        person=maybe(NUMBER),
        by_staff=FLAG,
        mine=FLAG,
        kind=one_of(["line", "reply", "note", "changed", "undone"]),
        line=TEXT,
        message=maybe(NUMBER),
        text=maybe(ref("Text")),
        files=listed(ref("File")),
        edited_at=maybe(TIME),
        reactions=listed(shape(emoji=TEXT, count=NUMBER, people=listed(TEXT), mine=FLAG)),
        about=maybe(NUMBER),
        door=maybe(one_of(list(Platform))),
        may_edit=FLAG,
        may_remove=FLAG,
    ),
    "Thread": shape(
        ref=TEXT,
        ticket=ref("Summary"),
        card=ref("Card"),
        files=listed(ref("File")),
        entries=listed(ref("Entry")),
        cursor=NUMBER,
        first=maybe(NUMBER),
        has_before=FLAG,
        more_after=FLAG,
        read_to=NUMBER,
        may_reply=FLAG,
        may_note=FLAG,
        may_transcript=FLAG,
        goes_on=maybe(ref("Card")),
    ),
    "Trace": shape(event=NUMBER, at=TIME, who=TEXT, line=TEXT, door=one_of(list(Platform))),
    "Said": shape(entry=ref("Entry")),
    "Posted": shape(entry=ref("Entry"), take_back=maybe(shape(action=TEXT, seconds=NUMBER))),
    "Notice": shape(id=NUMBER, at=TIME, card=ref("Card")),
    "Me": shape(
        id=NUMBER,
        name=TEXT,
        roles=listed(TEXT),
        is_staff=FLAG,
        csrf=TEXT,
        desk=shape(name=TEXT, demo=FLAG),
        limits=shape(files=NUMBER, file_bytes=NUMBER),
        commands=listed(
            shape(
                name=TEXT,
                noun=TEXT,
                verb=TEXT,
                help=TEXT,
                usage=TEXT,
                parameters=listed(
                    shape(
                        name=TEXT,
                        kind=one_of(list(ParameterKind)),
                        help=TEXT,
                        required=FLAG,
                        is_named=FLAG,
                        choices=listed(ref("Choice")),
                    )
                ),
            )
        ),
    ),
    "User": shape(id=NUMBER, username=TEXT, email=TEXT, role=one_of(["customer", "agent", "admin"])),
    "Token": shape(token=TEXT),
    "Faq": shape(
        {
            "state": one_of(list(FaqState)),
            "version": NUMBER,
            "published_version": maybe(NUMBER),
            "review_at": maybe(TIME),
            "helpful": NUMBER,
            "unhelpful": NUMBER,
        },
        id=NUMBER,
        ref=TEXT,
        question=TEXT,
        answer=ref("Text"),
        plain=TEXT,
        category=TEXT,
        category_label=TEXT,
        updated_at=TIME,
        url=TEXT,
    ),
    "Ticket": shape(
        id=NUMBER,
        title=TEXT,
        description=TEXT,
        status=one_of(["open", "in_progress", "closed"]),
        author_id=NUMBER,
        created_at=TIME,
        image_ids=listed(NUMBER),
        category=TEXT,
        priority=one_of(list(Priority)),
        tags=listed(TEXT),
    ),
    "Comment": shape(id=NUMBER, text=TEXT, author_id=NUMBER, ticket_id=NUMBER, created_at=TIME),
}
