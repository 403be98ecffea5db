"""How long a test waits for what must come about: a bound for what hangs, never a measure of how quick a machine is."""

import asyncio

SLOWER = 10
"""How many times slower a machine may be, whose processors others use too, than one that is idle."""


def patience(seconds: float) -> asyncio.Timeout:
    """``seconds``: more than an idle machine takes."""
    return asyncio.timeout(seconds * SLOWER)
