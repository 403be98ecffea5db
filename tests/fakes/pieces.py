"""Bytes that come piece by piece."""

from collections.abc import AsyncIterable


async def whole(pieces: AsyncIterable[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])
