import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from adapters.files.inspector import Inspector, gif_frames, safe_name
from core.errors import BadField

INSPECTOR = Inspector(max_bytes=1_000_000, max_megapixels=4)


def picture(kind: str, size=(30, 20), **options) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def film(frames: int, size=(4, 4)) -> bytes:
    out = BytesIO()
    pictures = [Image.new("L", size, color=number * 10 % 256) for number in range(frames)]
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=20)
    return out.getvalue()


def inspect(data: bytes, name: str = "a.bin", *, image_only: bool = False):
    return INSPECTOR.inspect(name, data, image_only=image_only)


def refusal(data: bytes, name: str = "a.bin", *, image_only: bool = False, inspector=INSPECTOR) -> str:
    with pytest.raises(BadField) as refused:
        inspector.inspect(name, data, image_only=image_only)
    return refused.value.sentence()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_an_image_is_known_by_its_bytes_whatever_its_name(kind, media_type):
    found = inspect(picture(kind), "report.exe", image_only=True)
    assert (found.media_type, found.width, found.height) == (media_type, 30, 20)


def test_a_progressive_jpeg_with_something_after_its_end_is_taken():
    exif = Image.Exif()
    exif[0x010E] = "what a phone notes \xff\xd9"
    data = picture("JPEG", progressive=True, exif=exif)
    assert inspect(data + b"a phone's film", "a.jpg").media_type == "image/jpeg"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_an_image_that_was_cut_off_is_refused(kind, part):
    whole = picture(kind)
    assert "no image that can be read" in refusal(whole[: int(len(whole) * part)], f"a.{kind.lower()}")


@pytest.mark.parametrize(
    "data",
    [b"<html><script>alert(1)</script>", b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"GIF89a", b"\xff\xd8\xff" + b"\0" * 40],
)
def test_what_is_called_an_image_and_is_none_is_refused(data):
    assert "photo.png is no image" in refusal(data, "photo.png")
    assert "no image" in refusal(data, "photo", image_only=True)


def test_a_document_is_no_image_where_an_image_is_wanted():
    assert "no image" in refusal(b"%PDF-1.7 words", "a.pdf", image_only=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [2_001, 10_000, 12_000, 60_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_by_its_pixels(side):
    assert "too many pixels: 4 million is the most" in refusal(bomb(side, side), "a.png")


def test_a_bomb_of_words_in_a_png_is_refused():
    words = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 60_000_000))
    data = picture("PNG")
    assert "no image" in refusal(data[:33] + words + data[33:], "a.png")


def test_a_film_of_many_frames_is_bounded_by_frames_and_by_pixels():
    assert inspect(film(20)).media_type == "image/gif"
    data = film(2)
    assert gif_frames(data, 10) == 2
    frame = data[data.index(b"\x21\xf9") : data.rindex(b"\x21\xf9")]
    long = data[: data.index(b"\x21\xf9")] + frame * 600 + b"\x3b"
    assert "500 frames is the most" in refusal(long, "a.gif")
    assert "too many pixels" in refusal(film(5, (1_000, 1_000)), "a.gif")


def test_an_empty_file_is_refused():
    assert refusal(b"", "a.txt") == "a.txt is empty."


def test_a_file_that_is_too_big_is_refused_with_the_limit():
    assert refusal(b"x" * 2_000_000, "a.txt", inspector=Inspector(1024 * 1024, 4)) == (
        "a.txt is too large: 1 MB is the most."
    )


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("Grüße, नमस्ते 🙂\n\tx\r\n".encode(), "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"<!doctype html>", "text/plain"),
        (b"%PDF-1.7\n1 0 obj", "application/pdf"),
        (b"PK\x03\x04" + b"\0" * 40, "application/zip"),
        (b"\xff\xfeo\0k\0", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
    ],
)
def test_anything_else_is_text_or_something_to_save(data, media_type):
    found = inspect(data)
    assert (found.media_type, found.width, found.height) == (media_type, None, None)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a b.png", "a b.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie x=1.png"),
        ("gnp\u202eexe.txt", "gnpexe.txt"),
        ("отчёт 2026.pdf", "отчёт 2026.pdf"),
        ('a"b<c>.txt', "abc.txt"),
        ("", "file"),
        ("...", "file"),
        ("/", "file"),
        ("\u200b\u200f", "file"),
        (".htaccess", "htaccess"),
        ("\ud800.txt", "txt"),
    ],
)
def test_a_name_is_made_safe(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending():
    name = safe_name("x" * 500 + ".jpeg")
    assert len(name) <= 120
    assert name.endswith("….jpeg")
    assert len(safe_name("x." + "y" * 500)) <= 120


ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 60
MZ = b"MZ\x90\x00\x03" + b"\0" * 60
PROGRAMS = ("application/x-msdownload", "application/x-executable", "application/x-mach-binary")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ELF, "application/x-executable"),
        (MZ, "application/x-msdownload"),
        (b"\xcf\xfa\xed\xfe" + b"\0" * 60, "application/x-mach-binary"),
        (b"\xca\xfe\xba\xbe\0\0\0\2" + b"\0" * 60, "application/x-mach-binary"),
    ],
)
def test_a_program_is_refused_by_its_bytes_whatever_it_is_called(data, kind):
    strict = Inspector(1024 * 1024, 4, forbidden=PROGRAMS)
    for name in ("homework.txt", "photo.png", "a.pdf"):
        words = f"{name} is not taken: it is a program, and this desk takes no programs."
        assert refusal(data, name, inspector=strict) == words
    assert inspect(data, "a.bin").media_type == kind


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("setup.exe", b"only words"),
        ("run.sh", b"#!/bin/sh\necho hello\n"),
        ("letter.txt", b"MZ is how this letter begins."),
        ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x41" + b"\0" * 60),
    ],
)
def test_a_name_or_two_letters_make_no_program(name, data):
    assert Inspector(1024 * 1024, 4, forbidden=PROGRAMS).inspect(name, data, image_only=False).name == name


def test_the_longest_type_that_fits_says_how_large_a_file_may_be():
    mega = 1024 * 1024
    bounded = Inspector(4 * mega, 4, limits={"text/*": 2 * mega, "text/plain": mega, "application/*": 3 * mega})
    assert refusal(b"x" * (mega + 1), "a.txt", inspector=bounded) == "a.txt is too large: 1 MB is the most."
    pdf = b"%PDF-1.7\n" + b"x" * (2 * mega)
    assert bounded.inspect("a.pdf", pdf, image_only=False).media_type == "application/pdf"
    assert "3 MB is the most" in refusal(pdf + b"x" * mega, "a.pdf", inspector=bounded)
    with pytest.raises(BadField, match=r"film\.mp4 is too large: 4 MB"):
        bounded.check_size("film.mp4", 4 * mega + 1)


def test_a_letter_that_two_pieces_share_is_a_letter():
    assert inspect(b"x" * 65_535 + "ü".encode() + b"y").media_type == "text/plain"
    assert inspect(b"x" * 65_535 + "ü".encode()[:1]).media_type == "application/octet-stream"
