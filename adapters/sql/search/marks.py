"""Whose words changed, written in the transaction that changed them."""

from functools import cache

from sqlalchemy import Insert, Select, select

from adapters.sql.database import Inserting
from adapters.sql.tables import index_marks
from core.model.similar import Kind


@cache
def marking(insert: Inserting) -> Insert:
    """Takes ``kind`` and ``subject``. A mark that is there is written all the same: whoever takes it then waits for
    this transaction, and does not miss what it changed."""
    put = insert(index_marks).values(times=1)
    return put.on_conflict_do_update(
        index_elements=[index_marks.c.kind, index_marks.c.subject], set_={"times": index_marks.c.times + 1}
    )


def marked(kind: Kind) -> Select[tuple[int]]:
    """The tickets or FAQs whose documents may hold words that are there no more."""
    return select(index_marks.c.subject).where(index_marks.c.kind == kind.value)
