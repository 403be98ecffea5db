"""Files on their way out: whole, in part, not again, and to whoever has a link."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData

from core.filelinks import LINK_LIFE, FileLinks
from core.model.ids import FileId
from core.storage.blobs import PIECE
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import Answer, Visitor, WebDesk, png, running_web_desk

WORDS = b"0123456789"


async def kept(by: Visitor, data: bytes = WORDS, name: str = "log.txt") -> int:
    form = FormData()
    form.add_field("file", BytesIO(data), filename=name)
    return int((await by.upload("/api/files", form)).body["id"])


async def said(web_desk: WebDesk, by: Visitor, *files: int, kind: str = "reply") -> int:
    await web_desk.ticket("student")
    answer = await by.post("/api/threads/T-1/messages", {"text": "See this.", "files": list(files), "kind": kind})
    assert answer.status == 201, answer.text
    return int(answer.body["entry"]["message"])


async def link(web_desk: WebDesk, file: int) -> str:
    async with web_desk.store.read() as work:
        found = await work.files.get(FileId(file))
    assert found is not None
    return FileLinks(SIGNER, "").of(found)


@pytest.mark.parametrize(
    ("asked", "status", "data", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 200, WORDS, None),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-", 200, WORDS, None),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, WORDS, None),
        ("bytes=3-1", 200, WORDS, None),
        ("lines=1-2", 200, WORDS, None),
        ("bytes=x", 200, WORDS, None),
    ],
)
async def test_a_part_is_sent_where_one_is_asked_for(
    web_desk: WebDesk, asked: str, status: int, data: bytes, told: str | None
) -> None:
    student = await web_desk.browser("student")
    answer = await student.get(f"/api/files/{await kept(student)}", headers={"Range": asked})
    assert (answer.status, answer.data, answer.headers.get("Content-Range")) == (status, data, told)
    assert answer.headers["Accept-Ranges"] == "bytes"


async def test_a_part_of_what_has_changed_is_not_sent(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    url = f"/api/files/{await kept(student)}"
    etag = (await student.get(url)).headers["ETag"]
    for given, status in ((etag, 206), ('"another"', 200)):
        assert (await student.get(url, headers={"Range": "bytes=1-2", "If-Range": given})).status == status


async def test_what_a_browser_has_is_not_sent_again_and_never_to_another(web_desk: WebDesk) -> None:
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    url = f"/api/files/{await kept(student)}"
    etag = (await student.get(url)).headers["ETag"]
    again = await student.get(url, headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status, again.data) == (304, b"")
    assert (await other.get(url, headers={"If-None-Match": etag})).status == 404


def assert_harmless(answer: Answer) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("name", "data", "kind", "shown"),
    [
        ("a.html", b"<script>alert(1)</script>", "text/plain; charset=utf-8", "attachment"),
        ("a.svg", b"<svg onload=alert(1)>", "text/plain; charset=utf-8", "attachment"),
        ("a.pdf", b"%PDF-1.7", "application/pdf", "attachment"),
        ("a.png", png(), "image/png", "inline"),
    ],
)
async def test_nothing_that_is_sent_runs_in_a_browser(
    web_desk: WebDesk, name: str, data: bytes, kind: str, shown: str
) -> None:
    student = await web_desk.browser("student")
    file = await kept(student, data, name)
    await said(web_desk, student, file)
    for url in (f"/api/files/{file}", await link(web_desk, file)):
        answer = await student.get(url)
        assert (answer.status, answer.data, answer.headers["Content-Type"]) == (200, data, kind)
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert_harmless(answer)


async def test_a_file_of_several_pieces_comes_whole(tmp_path: Path, empty_database: Path) -> None:
    async with running_web_desk(tmp_path, empty_database, max_file_bytes=2_000_000) as desk:
        student = await desk.browser("student")
        data = bytes(range(256)) * 5_000
        assert len(data) > 4 * PIECE
        file = await kept(student, data, "a.bin")
        assert (await student.get(f"/api/files/{file}")).data == data


async def test_a_link_is_good_for_its_file_without_signing_in(web_desk: WebDesk) -> None:
    student, nobody = await web_desk.browser("student"), await web_desk.nobody()
    file, other = await kept(student), await kept(student, b"other")
    await said(web_desk, student, file)
    url = await link(web_desk, file)
    answer = await nobody.get(url)
    assert (answer.status, answer.data) == (200, WORDS)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert (await nobody.get(f"/api/files/{file}")).status == 401
    assert (await nobody.get(await link(web_desk, other))).status == 404


async def test_a_link_ends_with_its_time_and_with_its_message(web_desk: WebDesk) -> None:
    student, nobody = await web_desk.browser("student"), await web_desk.nobody()
    files = [await kept(student), await kept(student, b"other")]
    message = await said(web_desk, student, files[0])
    url = await link(web_desk, files[0])
    await student.call("DELETE", f"/api/threads/T-1/messages/{message}")
    assert (await nobody.get(url)).status == 404
    await student.post("/api/threads/T-1/messages", {"text": "Again.", "files": files[1:]})
    url = await link(web_desk, files[1])
    web_desk.clock.advance(LINK_LIFE - timedelta(seconds=1))
    assert (await nobody.get(url)).status == 200
    web_desk.clock.advance(timedelta(seconds=2))
    over = await nobody.get(url)
    assert over.status == 410 and "time is over" in over.text


async def test_a_link_that_was_made_up_or_is_for_something_else_opens_nothing(web_desk: WebDesk) -> None:
    student, nobody = await web_desk.browser("student"), await web_desk.nobody()
    file = await kept(student)
    await said(web_desk, student, file)
    good = (await link(web_desk, file)).removeprefix("/file/")
    mac, what, until = good.split(".")
    later = web_desk.clock.now() + timedelta(days=1)
    for token in (
        f"{mac}.{what}.{int(until, 16) + 1:x}",
        f"{mac}.Mg.{until}",
        f"{'A' * 43}.{what}.{until}",
        SIGNER.sign("transcript", str(file), later),
        "x",
        good + "0",
    ):
        assert (await nobody.get(f"/file/{token}")).status == 404, token


async def test_guessing_links_is_slowed_down(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    answers = [(await nobody.get(f"/file/{'A' * 43}.MQ.{number:x}")).status for number in range(40)]
    assert answers[0] == 404 and answers[-1] == 429
