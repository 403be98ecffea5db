"""``threaddesk index``: what search and similarity look in, made anew or brought up to date, with a bar of its way.

A desk may run meanwhile, and takes its part of the work.
"""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.chat.reports import Reports
from bot.indexer import Indexer
from bot.knowing import model_of
from bot.unread import Unread
from bot.wiring import Office


async def reindex(office: Office, console: Console, *, rebuild: bool) -> str:
    """``rebuild``: everything is looked at again, not only what is marked. What it came to, in a sentence."""
    found = model_of(office.settings.similar)
    model = found.parts[0] if found.parts is not None else None
    async with office.store.write() as work:
        waiting = await (work.index.mark_all() if rebuild else work.index.waiting())
    unread = Unread(office.store, Reports(office.engine, office.store))
    indexer = Indexer(store=office.store, clock=office.clock, owner="", embedder=lambda: model, unread=unread)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        words = progress.add_task("words", total=waiting)
        meaning = progress.add_task("meaning", total=None, visible=model is not None)
        await indexer.drain(lambda done: progress.advance(words, done), lambda done: progress.advance(meaning, done))
    sentence = f"{waiting} tickets and FAQs were looked at."
    return f"{sentence} By words alone: {found.why}" if found.why else sentence
