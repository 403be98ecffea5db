"""What was waited for, there already."""

import asyncio
from typing import TypeVar

_T = TypeVar("_T")


def made(value: _T) -> asyncio.Future[_T]:
    """Within a running loop."""
    future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future
