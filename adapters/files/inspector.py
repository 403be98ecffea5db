"""What an upload is, told from its bytes: an image that is whole, a text, or something to be saved and no more.

No pixel is unpacked here, so a bomb costs nothing: the header says how many pixels and frames there are, and walking
the format's blocks says whether it was cut off. Nothing is read whole: a WebP, which Pillow would, is not Pillow's.
It is work for the processor all the same, so the caller runs ``inspect`` in a thread; and a picture in more pieces than
any program makes is refused before Pillow walks through them, which would take it half a minute.
"""

import codecs
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from io import BytesIO
from itertools import count
from mmap import mmap
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import IO, cast

import filetype  # type: ignore[import-untyped] # it has no types
from PIL import Image

from adapters.files.webp import Extent, webp_extent
from core.errors import N_, BadField
from core.ports import Inspected
from core.text import clean_line, shorten

_WEBP = "image/webp"
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", _WEBP})
"""What browsers show."""
_IMAGE_NAMES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_ALONE = frozenset({b"\x01", *(bytes([marker]) for marker in range(0xD0, 0xD8))})
"""Markers of a JPEG without a segment after them."""
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NEVER = frozenset({b"\x00", b"\xc8", *(bytes([marker]) for marker in range(0xF0, 0xFE))})
"""Markers that no JPEG has: readers do not agree on where the next one stands."""
_MOST_SEGMENTS = 4_000
"""Of a JPEG: a phone's has a few hundred at most."""
_MOST_FRAMES = 500
_LONGEST_NAME = 120
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_OTHER = "application/octet-stream"
_HEAD = 8192
"""Bytes at the beginning that tell the kind."""
_STEP = 65_536
_MACH = frozenset({b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"})
_FAT_MACH, _MOST_PROCESSORS = b"\xca\xfe\xba\xbe", 30
"""A program for several processors begins like a class of Java's, whose version, in the same place, is higher."""
_PROGRAM, _MACH_PROGRAM = "application/x-msdownload", "application/x-mach-binary"
_PROGRAMS = frozenset({_PROGRAM, _MACH_PROGRAM, "application/x-executable"})

Bytes = bytes | mmap


class EmptyFile(BadField):
    template = N_("{name} is empty.")


class TooBig(BadField):
    template = N_("{name} is too large: {limit} MB is the most.")


class NoImage(BadField):
    template = N_("{name} is no image that can be read. PNG, JPEG, GIF and WebP are taken.")


class TooManyPixels(BadField):
    template = N_("{name} has too many pixels: {limit} million is the most. Please make it smaller.")


class TooManyFrames(BadField):
    template = N_("{name} is a film rather than a picture: {limit} frames is the most.")


class NotTaken(BadField):
    template = N_("{name} is not taken: this desk takes no files of the kind {kind}.")


class NoPrograms(NotTaken):
    template = N_("{name} is not taken: it is a program, and this desk takes no programs.")


class Inspector:
    """A ``core.ports.FileInspector``.

    ``max_megapixels``: of all frames of an image together. ``limits``: bytes by type, as "image/*" or "image/png", the
    longest that fits. ``forbidden``: types that are not taken. A type is what the bytes are, whatever the name says.
    """

    def __init__(
        self,
        max_bytes: int,
        max_megapixels: int,
        *,
        limits: Mapping[str, int] = MappingProxyType({}),
        forbidden: Sequence[str] = (),
    ) -> None:
        self._max_bytes = max_bytes
        self._max_megapixels = max_megapixels
        self._limits = sorted(limits.items(), key=lambda one: len(one[0]), reverse=True)
        self._forbidden = tuple(forbidden)

    def check_size(self, name: str, size: int) -> None:
        if size > self._max_bytes:
            raise _too_big(safe_name(name), self._max_bytes)

    def inspect(self, name: str, data: Bytes, *, image_only: bool) -> Inspected:
        """Raises a BadField with the reason for a file that the desk does not take."""
        tidy = safe_name(name)
        if not len(data):
            raise EmptyFile(name=tidy)
        self.check_size(tidy, len(data))
        media_type = _kind(data)
        self._check_kind(tidy, media_type, len(data))
        if media_type in _SHOWN:
            width, height = self._size(tidy, media_type, data)
            return Inspected(name=tidy, media_type=media_type, width=width, height=height)
        if image_only or PurePosixPath(tidy).suffix.lower() in _IMAGE_NAMES:
            raise NoImage(name=tidy)
        return Inspected(name=tidy, media_type=media_type)

    def _check_kind(self, name: str, media_type: str, size: int) -> None:
        if any(fnmatchcase(media_type, one) for one in self._forbidden):
            raise (NoPrograms if media_type in _PROGRAMS else NotTaken)(name=name, kind=media_type)
        limit = next((most for kind, most in self._limits if fnmatchcase(media_type, kind)), self._max_bytes)
        if size > limit:
            raise _too_big(name, limit)

    def _size(self, name: str, media_type: str, data: Bytes) -> tuple[int, int]:
        """Of a picture that is whole and not too large."""
        try:
            read = _webp if media_type == _WEBP else _by_pillow
            _check_pieces(name, data)
            extent = read(data)
            self._check_pixels(name, extent)
        except BadField:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooManyPixels(name=name, limit=self._max_megapixels) from None
        except Exception:  # noqa: BLE001 - Pillow raises whatever its decoders do: struct.error, KeyError, zlib.error…
            raise NoImage(name=name) from None
        return extent.width, extent.height

    def _check_pixels(self, name: str, extent: Extent) -> None:
        if extent.width < 1 or extent.height < 1:
            raise NoImage(name=name)
        if extent.frames > _MOST_FRAMES:
            raise TooManyFrames(name=name, limit=_MOST_FRAMES)
        if extent.width * extent.height * max(extent.frames, 1) > self._max_megapixels * 1_000_000:
            raise TooManyPixels(name=name, limit=self._max_megapixels)


def _webp(data: Bytes) -> Extent:
    return webp_extent(data, _most_pieces(data))


def _by_pillow(data: Bytes) -> Extent:
    with Image.open(_file(data), formats=("PNG", "JPEG", "GIF")) as image:
        is_film = image.format == "GIF"
        frames = gif_frames(data, _MOST_FRAMES + 1) if is_film else getattr(image, "n_frames", 1)
        return Extent(*image.size, frames=frames)


def _too_big(name: str, limit: int) -> TooBig:
    return TooBig(name=name, limit=limit // (1024 * 1024))


def _kind(data: Bytes) -> str:
    """The media type, told from the bytes."""
    head = bytes(data[:_HEAD])
    if head[:4] in _MACH or (head[:4] == _FAT_MACH and int.from_bytes(head[4:8], "big") < _MOST_PROCESSORS):
        return _MACH_PROGRAM
    known = filetype.guess(head)
    media_type = str(known.mime) if known is not None else ""
    # Two letters are enough for filetype to see a program of Windows.
    if media_type not in ("", _PROGRAM):
        return media_type
    return "text/plain" if _is_text(data) else media_type or _OTHER


def _file(data: Bytes) -> IO[bytes]:
    if isinstance(data, bytes):
        return BytesIO(data)
    data.seek(0)
    return cast(IO[bytes], data)  # all of it that Pillow asks for


def _check_pieces(name: str, data: Bytes) -> None:
    """Raises a BadField, or ValueError, for a picture that Pillow is not to walk through."""
    head = data[:4]
    if head[:2] == b"\xff\xd8" and not jpeg_is_whole(data):
        raise NoImage(name=name)
    if head == b"\x89PNG" and not png_is_whole(data):
        raise NoImage(name=name)
    if head[:3] == b"GIF" and gif_frames(data, _MOST_FRAMES + 1) > _MOST_FRAMES:
        raise TooManyFrames(name=name, limit=_MOST_FRAMES)


def _most_pieces(data: Bytes) -> int:
    """Of a picture of this size: a GIF's have 255 bytes, a PNG's thousands."""
    return 4_000 + len(data) // 100


def jpeg_is_whole(data: Bytes) -> bool:
    """Whether the segments lead to the end of the picture (ITU T.81, annex B); what comes after it does not count.

    Neither does one in more segments, with the filling between them, than ``_MOST_SEGMENTS``.
    """
    position = 2
    for _ in range(_MOST_SEGMENTS):
        marker = data[position + 1 : position + 2]
        if data[position : position + 1] != b"\xff" or not marker or marker in _NEVER:
            return False
        if marker == b"\xd9":
            return True
        if marker == b"\xff":
            position += 1
            continue
        position += 2
        if marker not in _ALONE:
            position += int.from_bytes(data[position : position + 2], "big")
        if marker == b"\xda":
            found = _NEXT_MARKER.search(data, position)
            position = found.start() if found is not None else len(data)
    return False


def png_is_whole(data: Bytes) -> bool:
    """Whether its chunks lead to its end, each with the sum that it names (section 5.3 of the format). One in more
    chunks than any program makes is not."""
    position = 8
    for _ in range(_most_pieces(data)):
        end = position + 8 + int.from_bytes(data[position : position + 4], "big")
        if end + 4 > len(data) or _sum(data, position + 4, end) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end + 4
    return False


def _sum(data: Bytes, start: int, end: int) -> int:
    found = 0
    for at in range(start, end, _STEP):
        found = zlib.crc32(data[at : min(at + _STEP, end)], found)
    return found


def gif_frames(data: Bytes, most: int) -> int:
    """How many frames a GIF has, told from its blocks alone (GIF89a, section 18 and on); counting ends at ``most``.

    Raises ValueError where its blocks do not follow one another, are more than any program makes, or it was cut off.
    """
    left = count(_most_pieces(data), -1)
    position = 13 + _table_bytes(data[10])
    frames = 0
    while frames < most and position < len(data) and data[position] != 0x3B:
        if data[position] == 0x21:
            position = _after_blocks(data, position + 2, left)
        elif data[position] == 0x2C and position + 9 < len(data):
            frames += 1
            position = _after_blocks(data, position + 10 + _table_bytes(data[position + 9]) + 1, left)
        else:
            raise ValueError("a GIF block of no kind")
    if position > len(data) or not frames:
        raise ValueError("a GIF that was cut off")
    return frames


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: Bytes, position: int, left: Iterator[int]) -> int:
    """``left``: how many pieces more may come."""
    while next(left) > 0:
        if position >= len(data) or not data[position]:
            return position + 1
        position += data[position] + 1
    raise ValueError("a GIF in crumbs")


def _is_text(data: Bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _STEP):
            if _NO_TEXT.search(decoder.decode(data[at : at + _STEP])):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def safe_name(name: str) -> str:
    """A name fit for showing and for saving: one line, no folders, at most 120 characters with its ending kept."""
    last = re.split(r"[/\\]", clean_line(name))[-1]
    tidy = _NOT_IN_NAMES.sub("", last).strip(" .")
    if len(tidy) <= _LONGEST_NAME:
        return tidy or "file"
    ending = PurePosixPath(tidy).suffix[:16]
    return shorten(tidy[: -len(ending)] if ending else tidy, _LONGEST_NAME - len(ending)) + ending
