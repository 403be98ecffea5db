"""Somebody who wants the desk to stand still: for everybody, or for good."""

import asyncio
import gzip
import json
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import FormData

from adapters.files.inspector import Inspector, NoImage, TooManyFrames
from adapters.web import bodies, gate, uploads
from adapters.web.accounts import Accounts
from adapters.web.parse import parse_markdown
from adapters.web.problems import TooManyAttempts, WrongLogin
from core import limits
from core.commands import Actor, AddParticipant
from core.model.draft import Draft
from core.model.ids import DraftId
from core.model.people import Platform
from core.text import clean, to_json
from tests.fakes.web_desk import WebDesk, picture

ACCENTS = "\u0301\u0323"


@pytest.mark.parametrize("pile", ["a" + ACCENTS * 60_000, "\u0f73" * 40_000, "a" + "\u0344" * 40_000])
def test_accents_piled_on_one_letter_are_not_sorted_for_minutes(pile: str) -> None:
    assert len(clean(pile)) < 100


@pytest.mark.parametrize("words", ["Việt Nam", "ཧཱུྃ", "נִקּוּד", "e" + ACCENTS * 10, "é\n\nn\u0303"])
def test_accents_that_write_something_stay(words: str) -> None:
    assert clean(clean(words)) == clean(words)
    assert len(clean(words)) >= 4


async def test_a_stranger_cannot_stop_the_desk_with_an_address_of_accents(web_desk: WebDesk) -> None:
    nobody, pile = await web_desk.nobody(), "a" + ACCENTS * 19_000
    assert (await nobody.post("/api/auth/login", {"email": pile, "password": "x"})).status == 401
    assert (await nobody.call("POST", "/session", data={"email": pile * 2, "password": "x"})).status == 401


@pytest.mark.parametrize("mark", ["*a* ", "_a_ ", "`a` ", "~~a~~ ", "**a *a ", "*_", "_*a"])
def test_markup_without_end_is_taken_as_words_and_costs_no_more_than_they_do(mark: str) -> None:
    words = mark * (bodies.MAX_WORDS // len(mark))
    text = parse_markdown(words)
    assert text.plain().strip() == words.strip()
    assert len(json.dumps(to_json(text))) < 2 * len(words)


def test_a_long_listing_of_code_is_code_all_the_same() -> None:
    code = "some_name = other_name * _third\n" * 500
    assert to_json(parse_markdown(f"```python\n{code}```"))["blocks"] == [
        {"type": "code_block", "code": code.removesuffix("\n"), "language": "python"}
    ]


def test_a_hundred_thousand_tags_are_refused_before_they_are_read() -> None:
    with pytest.raises(limits.TooManyOf):
        limits.tags(("a",) * 100_000)


def png_chunk() -> bytes:
    return struct.pack(">I", 0) + b"teXt" + struct.pack(">I", zlib.crc32(b"teXt"))


def in_crumbs() -> dict[str, bytes]:
    """Pictures of 2 MB that any viewer shows, cut so small that walking through them takes seconds."""
    size = 2_000_000
    jpeg, png, gif = picture("JPEG"), picture("PNG"), picture("GIF")
    table = 13 + (3 << ((gif[10] & 7) + 1))
    return {
        "filling": jpeg[:2] + b"\xff" * size + jpeg[2:],
        "segments": jpeg[:2] + b"\xff\xe1\x00\x02" * (size // 4) + jpeg[2:],
        "stuffing": jpeg[:2] + b"\xff\x00\xff\xff" + b"x" * 65_533 + jpeg[2:],
        "reserved": jpeg[:2] + b"\xff\xf0\xff\xff" + b"x" * 65_533 + jpeg[2:],
        "chunks": png[:33] + png_chunk() * (size // 12) + png[33:],
        "blocks": gif[:table] + b"!\xfe" + b"\x01a" * (size // 2) + b"\x00" + gif[table:],
        "extensions": gif[:table] + b"!\xfe\x00" * (size // 3) + gif[table:],
    }


@pytest.mark.parametrize("how", list(in_crumbs()))
def test_a_picture_in_crumbs_is_refused_before_it_is_walked_through(how: str) -> None:
    with pytest.raises((NoImage, TooManyFrames)):
        Inspector(10_000_000, 20).inspect("a.png", in_crumbs()[how], image_only=False)


async def test_who_asks_for_change_upon_change_waits_and_the_others_do_not(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    taken = 0
    while (answer := await student.post("/api/commands", {"text": "/help"})).status == 200:
        taken += 1
    assert gate._BURST * 0.9 < taken < gate._BURST
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert "Please wait 1 s" in answer.message
    assert (await student.get("/api/threads/T-1")).status == 200
    assert (await other.post("/api/commands", {"text": "/help"})).status == 200
    web_desk.clock.advance(timedelta(seconds=1))
    assert (await student.post("/api/commands", {"text": "/help"})).status == 200


async def test_nobody_fills_a_thread_with_so_many_words_that_it_cannot_be_opened(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    taken = 0
    while (await student.post("/api/threads/T-1/messages", {"text": "word " * 3_900})).status == 201:
        taken += 1
    assert taken < 10
    web_desk.clock.advance(timedelta(seconds=30))
    assert (await student.post("/api/threads/T-1/messages", {"text": "word " * 3_900})).status == 201


def a_file(data: bytes) -> FormData:
    form = FormData()
    form.add_field("file", data, filename="a.txt")
    return form


async def test_nobody_fills_the_disk_with_files_that_are_never_sent(web_desk: WebDesk) -> None:
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    largest = b"x" * web_desk.config.max_file_bytes
    taken = 0
    while (answer := await student.upload("/api/files", a_file(largest))).status == 201:
        taken += 1
    assert taken == 5 * web_desk.config.max_files
    assert answer.status == 429
    assert "very many files" in answer.message
    assert (await other.upload("/api/files", a_file(largest))).status == 201
    web_desk.clock.advance(timedelta(minutes=5))
    assert (await student.upload("/api/files", a_file(largest))).status == 201


async def test_one_persons_uploads_that_never_end_are_few(web_desk: WebDesk, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "_AT_ONCE", 2)
    program, other, end = await web_desk.program("student"), await web_desk.program("other"), asyncio.Event()
    begun = asyncio.Semaphore(0)

    async def dribble() -> AsyncIterator[bytes]:
        yield b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx'
        begun.release()
        await end.wait()
        yield b"\r\n--B--\r\n"

    async def send(who):
        kind = {"Content-Type": "multipart/form-data; boundary=B"}
        return await who.call("POST", "/api/files", headers=kind, data=dribble())

    slow = [asyncio.create_task(send(program)) for _ in range(2)]
    for _ in slow:
        await begun.acquire()
    while web_desk.door._api._uploads._under_way[web_desk.people["student"]] < 2:  # noqa: ASYNC110 - it sets no event
        await asyncio.sleep(0)
    assert (await program.upload("/api/files", a_file(b"words"))).status == 429
    assert (await other.upload("/api/files", a_file(b"words"))).status == 201
    end.set()
    assert {answer.status for answer in await asyncio.gather(*slow)} == {201}
    assert (await program.upload("/api/files", a_file(b"words"))).status == 201


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/commands", "/api/files"])
async def test_a_body_that_does_not_come_is_not_waited_for(web_desk: WebDesk, monkeypatch, path: str) -> None:
    monkeypatch.setattr(bodies, "SLOWEST", 0.02)
    monkeypatch.setattr(uploads, "SLOWEST_UPLOAD", 0.02)
    program, end = await web_desk.program("student"), asyncio.Event()

    async def dribble() -> AsyncIterator[bytes]:
        yield b"{"
        await end.wait()

    kind = "multipart/form-data; boundary=B" if path == "/api/files" else "application/json"
    sent = asyncio.create_task(program.call("POST", path, headers={"Content-Type": kind}, data=dribble()))
    answer = await asyncio.wait_for(sent, 5)
    end.set()
    assert answer.status == 408
    assert "took too long to arrive" in answer.message


async def test_a_body_that_unpacks_to_gigabytes_is_cut_off(web_desk: WebDesk) -> None:
    bomb = gzip.compress(b'{"email":"' + b"a" * 20_000_000 + b'"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await (await web_desk.nobody()).call("POST", "/api/auth/login", headers=headers, data=bomb)
    assert answer.status == 413


@pytest.mark.parametrize("length", ["-5", "-1", "99999999999", "x"])
async def test_a_part_that_lies_about_its_length_is_refused_or_bounded(web_desk: WebDesk, length: str) -> None:
    program = await web_desk.program("student")
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Length: {length}\r\n\r\n'
    body = BytesIO(head.encode() + b"x" * 3_000_000 + b"\r\n--B--\r\n")
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    answer = await program.call("POST", "/api/files", headers=headers, data=body)
    assert answer.status in (400, 413)


async def draft_of(web_desk: WebDesk, action: str) -> Draft:
    async with web_desk.store.read() as work:
        draft = await work.drafts.get(DraftId(action.rpartition("!")[2]))
    assert draft is not None
    return draft


async def test_a_draft_keeps_what_the_form_asks_and_does_not_grow(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    action = (await student.post("/api/commands", {"text": "/ticket open"})).body["form"]["action"]
    for turn in range(3):
        values = {f"junk {turn} {n}": "x" * 4_000 for n in range(98)} | {"title": "", "exams:course": "CS1"}
        assert (await student.post("/api/forms", {"action": action, "values": values})).status == 200
    assert dict((await draft_of(web_desk, action)).values) == {"title": "", "exams:course": "CS1"}


async def test_a_draft_takes_no_more_files_than_a_ticket_so_that_it_can_always_be_sent(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    action = (await student.post("/api/commands", {"text": "/ticket open"})).body["form"]["action"]
    ids = [(await student.upload("/api/files", a_file(b"words"))).body["id"] for _ in range(15)]
    form = {"action": action, "values": {"title": "", "category": "platform", "description": "d"}}
    for some in (ids[:6], ids[6:12]):
        assert (await student.post("/api/forms", {**form, "files": some})).body["form"]
    whole = {**form["values"], "title": "With the last six files", "priority": ""}
    assert (await student.post("/api/forms", {"action": action, "values": whole})).body["ticket"]["ref"] == "T-1"
    assert [file["id"] for file in (await student.get("/api/threads/T-1")).body["files"]] == ids[6:12]


async def test_a_ticket_has_so_many_participants_and_no_more(web_desk: WebDesk, monkeypatch) -> None:
    monkeypatch.setattr(limits, "PARTICIPANTS", 1)
    ticket = await web_desk.ticket("student")
    student = await web_desk.browser("student")
    requester = Actor(person=web_desk.people["student"], door=Platform.WEB)
    await web_desk.engine.handle(AddParticipant(ticket=ticket, person=web_desk.people["admin"]), requester)
    answer = await student.post("/api/commands", {"text": f"/ticket add T-{ticket} Other"})
    assert (answer.status, "2 are too many, 1 is the most" in answer.message) == (422, True)


async def test_a_flood_of_sign_ins_from_one_address_leaves_the_others_in(web_desk: WebDesk) -> None:
    people = Accounts(web_desk.engine, web_desk.store, web_desk.clock)
    for _ in range(500):
        people._addresses.take("192.0.2.6")
    with pytest.raises(TooManyAttempts):
        await people.sign_in("anybody@example.org", "x", address="192.0.2.6")
    with pytest.raises(WrongLogin):
        await people.sign_in("anybody@example.org", "x", address="192.0.2.7")
    people.close()


async def test_what_cannot_be_read_is_not_said_back_at_length(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    await web_desk.ticket("student")
    long = "x" * 39_000
    for line in (f"/{long}", f"/ticket {long}", f"/ticket close T-1 {long}", f"/ticket visibility T-1 {long}"):
        answer = await student.post("/api/commands", {"text": line})
        assert answer.status == 422
        assert len(answer.message) < 400
    assert len((await student.post("/api/commands", {"text": f"/ticket add T-1 {long}"})).message) < 400
