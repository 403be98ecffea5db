"""What search and similarity cannot take: told to the admins with its reason, until it is taken after all."""

from collections.abc import Collection, Mapping
from typing import Protocol

from core.model.faq import faq_ref
from core.model.ids import FaqId, TicketId, ref_of
from core.model.similar import Item, Kind
from core.storage import Store

_OF_ONE = "unread:"
_MORE = f"{_OF_ONE}more"
_MOST = 10
"""Troubles of one ticket or FAQ each; what is beyond them is one trouble more, not a storm of messages."""
_STALLED = "index:stalled"


class Reports(Protocol):
    async def report(self, key: str, sentence: str) -> None: ...

    async def mended(self, key: str) -> None: ...


class Unread:
    def __init__(self, store: Store, reports: Reports) -> None:
        self._store = store
        self._reports = reports
        self._stalls: bool | None = None
        """Unknown at the start: a process before this one may have said so."""

    async def indexed(self, failed: Mapping[Item, str], done: Collection[Item]) -> None:
        """``failed``: why the words of each could not be read; ``done``: those that were, or that are gone."""
        sentences = {
            _key("words", item): f"{_ref(item)} cannot be read for search ({why}): neither its words nor what is like "
            "it are found. The log has it as “cannot be indexed”. After the mend, threaddesk index --rebuild reads it."
            for item, why in failed.items()
        }
        await self._told(sentences, {_key("words", item) for item in done})

    async def embedded(self, failed: Mapping[Item, str], done: Collection[Item]) -> None:
        """The same of vectors."""
        sentences = {
            _key("meaning", item): f"The model of meaning cannot take {_ref(item)} ({why}): it is found by its words "
            "alone. The log has it as “cannot be embedded”. It is tried again when its words change."
            for item, why in failed.items()
        }
        await self._told(sentences, {_key("meaning", item) for item in done})

    async def gone(self, items: Collection[Item]) -> None:
        """None of their words is looked in any more."""
        await self._told({}, {_key("meaning", item) for item in items})

    async def _told(self, failed: Mapping[str, str], done: Collection[str]) -> None:
        standing = await self._standing() if failed or done else set()
        for key in sorted(standing.intersection(done)):
            await self._reports.mended(key)
        left = standing.difference(done, {_MORE})
        for key, sentence in failed.items():
            if key in left or len(left) < _MOST:
                left.add(key)
                await self._reports.report(key, sentence)
            else:
                await self._reports.report(_MORE, _more())
        if _MORE in standing and not left and not failed:
            await self._reports.mended(_MORE)

    async def _standing(self) -> set[str]:
        async with self._store.read() as work:
            return {trouble.key for trouble in await work.troubles.all() if trouble.key.startswith(_OF_ONE)}

    async def stalled(self, why: str) -> None:
        """Nothing at all is taken."""
        if not self._stalls:
            sentence = (
                f"Search and similarity do not follow what is written ({why}). It is tried again by itself; the log "
                "has it as “indexing stumbled”."
            )
            await self._reports.report(_STALLED, sentence)
        self._stalls = True

    async def goes_on(self) -> None:
        if self._stalls is not False:
            await self._reports.mended(_STALLED)
        self._stalls = False


def _more() -> str:
    return (
        f"Search or similarity cannot take more than {_MOST} tickets and FAQs: the log has each, as “cannot be "
        "indexed” or “cannot be embedded”."
    )


def _key(what: str, item: Item) -> str:
    return f"{_OF_ONE}{what}:{item.kind}:{item.id}"


def _ref(item: Item) -> str:
    return ref_of(TicketId(item.id)) if item.kind is Kind.TICKET else faq_ref(FaqId(item.id))
