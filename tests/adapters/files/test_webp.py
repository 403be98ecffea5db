"""A WebP told from its headers alone, as Pillow tells it from all of it."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from adapters.files.inspector import Inspector
from adapters.files.webp import Extent, webp_extent
from core.errors import BadField

INSPECTOR = Inspector(max_bytes=10_000_000, max_megapixels=4)
KINDS: dict[str, dict[str, Any]] = {
    "lossy": {"quality": 50},
    "lossless": {"lossless": True},
    "with what a phone notes": {"exif": b"Exif\0\0" + b"x" * 99},
}


def picture(size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 50).convert(mode).save(out, "WEBP", **options)
    return out.getvalue()


def film(frames: int, size: tuple[int, int] = (8, 6)) -> bytes:
    out = BytesIO()
    pictures = [Image.new("RGB", size, color=(number * 10 % 256, 0, 0)) for number in range(frames)]
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=20)
    return out.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (30, 20), (257, 3), (1_000, 999)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("kind", KINDS)
def test_its_size_is_the_one_that_pillow_finds(kind: str, mode: str, size: tuple[int, int]) -> None:
    data = picture(size, mode, **KINDS[kind])
    assert webp_extent(data, 100) == Extent(*size, frames=1)
    with Image.open(BytesIO(data)) as image:
        assert image.size == size


def test_a_film_says_how_many_frames_it_has() -> None:
    assert webp_extent(film(7), 100) == Extent(8, 6, frames=7)


class Counted(bytes):
    """Counts how many of its bytes are looked at."""

    read = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.read += len(found) if isinstance(found, bytes) else 1
        return found


@pytest.mark.parametrize("data", [picture((1_500, 1_500), lossless=True), film(20)], ids=["a large one", "a film"])
def test_nothing_but_its_headers_is_read(data: bytes) -> None:
    counted = Counted(data)
    webp_extent(counted, 100)
    assert counted.read < 500


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [12, 19, 25, 0.5, 0.99])
def test_one_that_was_cut_off_is_refused(kind: str, left: float) -> None:
    whole = picture((60, 60), **KINDS[kind])
    part = whole[: int(left if left > 1 else len(whole) * left)]
    with pytest.raises(BadField, match="no image that can be read"):
        INSPECTOR.inspect("a.webp", part, image_only=True)


def _claiming(size: int) -> bytes:
    return b"RIFF" + size.to_bytes(4, "little") + b"WEBP"


BROKEN = [
    _claiming(4),
    _claiming(20) + b"XXXX" + (8).to_bytes(4, "little") + b"12345678",
    _claiming(20) + b"VP8 " + (2**32 - 1).to_bytes(4, "little") + b"12345678",
    _claiming(30) + b"VP8L" + (18).to_bytes(4, "little") + b"\x2e" + b"\0" * 17,
    _claiming(30) + b"VP8X" + (10).to_bytes(4, "little") + b"\x02" + b"\0" * 17,
    _claiming(30) + b"VP8X" + (10).to_bytes(4, "little") + b"\0" * 18,
    _claiming(4 + 8 * 5_000) + (b"ABCD" + b"\0" * 4) * 5_000,
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_one_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BadField, match="no image that can be read"):
        INSPECTOR.inspect("a.webp", data, image_only=True)


def test_one_with_too_many_pixels_or_frames_is_refused() -> None:
    vast = _claiming(22 + 18) + b"VP8X" + (10).to_bytes(4, "little") + b"\0" * 4 + b"\xff\xff\xff" * 2
    vast += b"VP8L" + (6).to_bytes(4, "little") + b"\x2f" + b"\0" * 5
    vast = _claiming(len(vast) - 8) + vast[12:]
    with pytest.raises(BadField, match="too many pixels"):
        INSPECTOR.inspect("a.webp", vast, image_only=True)
    with pytest.raises(BadField, match="500 frames"):
        INSPECTOR.inspect("a.webp", film(501), image_only=True)
