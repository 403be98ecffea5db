"""Who goes first: acknowledgements before answers."""

import asyncio

import pytest

from adapters.slack.turns import Turns
from tests.fakes.patience import patience


async def test_an_answer_to_the_only_request_begins_at_once() -> None:
    turns = Turns(patience=60)
    with turns.acknowledging():
        async with patience(5):
            await turns.answering()


async def test_an_answer_waits_until_no_other_request_is_to_be_acknowledged() -> None:
    turns = Turns(patience=60)
    with turns.acknowledging():
        with turns.acknowledging():
            waiting = asyncio.create_task(turns.answering())
            await asyncio.sleep(0.01)
            assert not waiting.done()
        async with patience(5):
            await waiting


async def test_an_answer_waits_no_longer_than_its_patience() -> None:
    turns = Turns(patience=0.01)
    with turns.acknowledging(), turns.acknowledging():
        async with patience(5):
            await turns.answering()


async def test_a_request_that_stumbles_holds_nobody_up() -> None:
    turns = Turns(patience=60)
    with turns.acknowledging():
        with pytest.raises(LookupError), turns.acknowledging():
            raise LookupError
        async with patience(5):
            await turns.answering()
