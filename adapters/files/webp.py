"""What a WebP says of itself in its headers: Pillow would read all of it to tell.

https://developers.google.com/speed/webp/docs/riff_container
"""

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

_HEADER, _CHUNK = 12, 8
_START_CODE = b"\x9d\x01\x2a"
_LOSSLESS = 0x2F
_ANIMATED = 0x02
_NO_KEY_FRAME = 0x01


@dataclass(frozen=True, slots=True)
class Extent:
    width: int
    height: int
    frames: int


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int
    """Of its payload."""
    size: int


def webp_extent(data: bytes | mmap, most_chunks: int) -> Extent:
    """Raises ValueError for what was cut off, is none, or is in more chunks than that."""
    first, *others = _chunks(data, most_chunks)
    if first.kind != b"VP8X":
        return Extent(*_size_of_picture(data, first), frames=1)
    width, height = (1 + _number(data, first.start + at, 3) for at in (4, 7))
    if data[first.start] & _ANIMATED:
        return Extent(width, height, _at_least_one([one for one in others if one.kind == b"ANMF"]))
    _size_of_picture(data, next((one for one in others if one.kind in (b"VP8 ", b"VP8L")), first))
    return Extent(width, height, frames=1)


def _chunks(data: bytes | mmap, most: int) -> Iterator[_Chunk]:
    end = _CHUNK + _number(data, 4, 4)
    if data[:4] != b"RIFF" or data[8:_HEADER] != b"WEBP" or not _HEADER < end <= len(data):
        raise ValueError("no WebP, or a part of one")
    position = _HEADER
    for _ in range(most):
        size = _number(data, position + 4, 4)
        if position + _CHUNK + size > end:
            raise ValueError("a chunk of a WebP that was cut off")
        yield _Chunk(bytes(data[position : position + 4]), position + _CHUNK, size)
        position += _CHUNK + size + size % 2
        if position >= end:
            return
    raise ValueError("a WebP in crumbs")


def _size_of_picture(data: bytes | mmap, chunk: _Chunk) -> tuple[int, int]:
    """https://datatracker.ietf.org/doc/html/rfc6386#section-9.1, and section 3 of the lossless format's."""
    start = chunk.start
    is_lossy = chunk.kind == b"VP8 " and chunk.size > 10 and not data[start] & _NO_KEY_FRAME
    if is_lossy and data[start + 3 : start + 6] == _START_CODE:
        return _number(data, start + 6, 2) & 0x3FFF, _number(data, start + 8, 2) & 0x3FFF
    if chunk.kind == b"VP8L" and chunk.size > 5 and data[start] == _LOSSLESS:
        bits = _number(data, start + 1, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise ValueError("a WebP without a picture")


def _at_least_one(frames: list[_Chunk]) -> int:
    if not frames:
        raise ValueError("a film without a frame")
    return len(frames)


def _number(data: bytes | mmap, start: int, size: int) -> int:
    if start + size > len(data):
        raise ValueError("a WebP that was cut off")
    return int.from_bytes(data[start : start + size], "little")
