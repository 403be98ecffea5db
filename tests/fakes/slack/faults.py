"""What a test can make go wrong: errors, lost answers, 429s, delays, requests held back.

A method is named as Slack names it (``chat.postMessage``), ``*`` stands for anything in it (``chat.*``, ``*``). Beside
the Web API's there are ``upload`` (a file's bytes on their way in), ``download`` (on their way out) and
``response_url``.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.fakes.patience import patience

Where = Callable[[Mapping[str, Any]], Any]


@dataclass
class Fault:
    method: str
    kind: str
    times: int
    status: int = 200
    error: str = ""
    more: Mapping[str, Any] | None = None
    applied: bool = False
    retry_after: float = 0.0
    seconds: float = 0.0
    gate: "Gate | None" = None
    where: Where | None = None
    met: int = 0


class Gate:
    """A request that is held until the test lets it through."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._open = asyncio.Event()

    async def arrived(self, within: float = 5.0) -> None:
        async with patience(within):
            await self._arrived.wait()

    def release(self) -> None:
        self._open.set()

    async def pass_through(self) -> None:
        self._arrived.set()
        await self._open.wait()


class Faults:
    """``where``: of a request's arguments, whether it is met. ``applied``: the work is done all the same."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def fail(
        self, method: str, *, status: int = 500, times: int = 1, applied: bool = False, where: Where | None = None
    ) -> Fault:
        """An answer that is no JSON, with this status."""
        return self._add(Fault(method, "fail", times, status=status, applied=applied, where=where))

    def refuse(
        self, method: str, error: str, *, times: int = 1, applied: bool = False, where: Where | None = None, **more: Any
    ) -> Fault:
        """``{"ok": false, "error": …}``, with what else belongs to that error."""
        return self._add(Fault(method, "refuse", times, error=error, more=more, applied=applied, where=where))

    def drop(self, method: str, *, times: int = 1, applied: bool = False, where: Where | None = None) -> Fault:
        """The connection is closed without an answer."""
        return self._add(Fault(method, "drop", times, applied=applied, where=where))

    def limit(self, method: str, *, retry_after: float = 1, times: int = 1, where: Where | None = None) -> Fault:
        """429."""
        return self._add(Fault(method, "limit", times, status=429, retry_after=retry_after, where=where))

    def delay(self, method: str, seconds: float, *, times: int = 1, where: Where | None = None) -> Fault:
        """Before anything is done."""
        return self._add(Fault(method, "delay", times, seconds=seconds, where=where))

    def hold(self, method: str, *, where: Where | None = None) -> Gate:
        """The next such request waits before anything is done, until ``gate.release()``."""
        gate = Gate()
        self._add(Fault(method, "hold", 1, gate=gate, where=where))
        return gate

    def hang(self, method: str, *, applied: bool = False, where: Where | None = None) -> Gate:
        """The next such request is never answered, until ``gate.release()``; ``applied``: yet the work is done."""
        gate = Gate()
        self._add(Fault(method, "hang", 1, gate=gate, applied=applied, where=where))
        return gate

    def clear(self) -> None:
        for fault in self._ordered:
            if fault.gate is not None:
                fault.gate.release()
        self._ordered.clear()

    def _add(self, fault: Fault) -> Fault:
        self._ordered.append(fault)
        return fault

    def meet(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        """The fault that a request runs into, if any; it is used up once more by this."""
        for fault in self._ordered:
            fits = fault.times > 0 and fnmatchcase(method, fault.method)
            if fits and (fault.where is None or fault.where(args)):
                fault.times -= 1
                fault.met += 1
                return fault
        return None
