"""A model of meaning for tests: texts are near that have words in common; and a desk that finds things by it."""

import re
from collections.abc import Sequence
from zlib import crc32

from adapters.semantic.index import VectorIndex
from bot.indexer import Indexer
from bot.knowing import Found, Knowing
from core.commands import CreateFaq, PublishFaq
from core.model.ids import FaqId, TicketId
from core.suggesting import Suggesting
from core.text import Text
from tests.fakes.office import Office


class BagOfWords:
    """``core.ports.Embedder``, by nothing but which words occur: small ones aside."""

    name = "bag of words"
    dimensions = 256

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> bytes:
        found = bytearray(self.dimensions)
        for word in re.findall(r"\w{4,}", text.casefold()):
            found[crc32(word.encode()) % self.dimensions] = 50
        return bytes(found)


class Known:
    """What is similar at an office. ``by_meaning`` False: by words alone."""

    def __init__(self, office: Office, *, by_meaning: bool = True) -> None:
        self.office = office
        model = BagOfWords()
        found = Found((model, VectorIndex(model.dimensions))) if by_meaning else Found(why="a test wants none")
        self.knowing = Knowing(office.store, lambda: found)
        self.indexer = Indexer(store=office.store, clock=office.clock, owner="test", embedder=self.knowing.embedder)
        self.suggesting = Suggesting(office.store, office.desk, office.clock, self.knowing.meaning)

    async def catch_up(self) -> None:
        """Everything that was written is found from now on."""
        await self.knowing.begin()
        await self.indexer.drain()
        await self.knowing.follow()

    async def faq(
        self,
        question: str,
        answer: str,
        *,
        category: str = "",
        published: bool = True,
        source: TicketId | None = None,
    ) -> FaqId:
        creating = CreateFaq(question=question, answer=Text.of(answer), category=category, source=source)
        made = await self.office.do(creating, "lee")
        assert made.faq is not None
        if published:
            await self.office.do(PublishFaq(faq=made.faq, cleared=True), "lee")
        return made.faq
