"""What Slack is told of files that it does not take."""

from typing import Any, cast

from adapters.slack.sending.files import Files
from core.filelinks import FileLinks
from core.text import Text
from tests.adapters.slack.outbound import Scene
from tests.fakes.signer import SIGNER


def files_of(desk: Scene, links: FileLinks | None) -> Files:
    nothing = cast(Any, None)  # the line is made of what the desk knows itself
    return Files(desk.slack, desk.store, desk.config, history=nothing, posts=nothing, troubles=nothing, links=links)


async def test_a_file_that_slack_does_not_take_stands_there_with_a_link(desk: Scene) -> None:
    links = FileLinks(SIGNER, desk.config.public_url)
    files = [await desk.file("film.png"), await desk.file("<!channel>.png")]
    line = files_of(desk, links).elsewhere(files, "T-1")
    assert line.plain().startswith("Not on Slack: film.png (open")
    assert all(links.of(file) in str(line) for file in files)
    assert desk.config.page_of("T-1") in str(line)


async def test_without_links_the_tickets_page_is_the_way(desk: Scene) -> None:
    line = files_of(desk, None).elsewhere([await desk.file("film.png")], "T-1")
    assert line.plain().startswith("Not on Slack: film.png. On the ticket's page")
    assert files_of(desk, None).elsewhere([], "T-1") == Text()
