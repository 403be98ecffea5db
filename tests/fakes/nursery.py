"""Desks forked off a process that has loaded their program before: a second less for each of hundreds of starts.

What it forks is what ``python -m bot`` runs, a process of its own with its folder, its variables and its log, and dies
as one. Only its pauses are shorter than those of a desk in service: nobody waits for them here. How a desk starts that
nothing was loaded for is for ``tests/bot``.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from threading import Lock

from tests.fakes.patience import SLOWER

ROOT = Path(__file__).resolve().parents[2]
PAUSE = timedelta(milliseconds=200)
"""Before its outbox is looked at again, or what did not get through is first tried again."""
QUIET = 0.5
"""Seconds, longer than any pause that such a desk makes while there is something to do."""
_MOST = 1 << 20
"""Bytes of a wish: a process's variables are most of them."""


class Nursery:
    """The process that forks, from outside. It ends with this one, and what it forked with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._wishes, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._wishes.settimeout(60 * SLOWER)

    def fork(self, words: list[str], folder: Path, environment: Mapping[str, str], stdout: int, stderr: int) -> int:
        """The number of a new process, whose outlets are these."""
        wish = json.dumps({"words": words, "folder": str(folder), "environment": dict(environment)}).encode()
        with self._turn:
            socket.send_fds(self._wishes, [wish], [stdout, stderr])
            return self._told()

    def code(self, pid: int) -> int:
        """The exit code of a process, once it has ended; negative for the signal that ended it."""
        with self._turn:
            self._wishes.send(json.dumps({"ended": pid}).encode())
            return self._told()

    def close(self) -> None:
        self._wishes.close()
        self._process.wait()

    def _told(self) -> int:
        told = self._wishes.recv(64)
        assert told, f"the nursery ended with {self._process.wait()}"
        return int(told)


@cache
def nursery() -> Nursery:
    """This process's own."""
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("BOT_")}
    begun = Nursery({**own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"})
    atexit.register(begun.close)
    return begun


def serve(wishes: socket.socket) -> None:
    """Until nobody is there who could wish for anything."""
    living: set[int] = set()
    while True:
        said, outlets, _flags, _address = socket.recv_fds(wishes, _MOST, 2)
        if not said:
            break
        wish = json.loads(said)
        if "ended" in wish:
            living.discard(wish["ended"])
            _pid, status = os.waitpid(wish["ended"], 0)
            wishes.send(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        pid = os.fork()
        if pid == 0:
            wishes.close()
            _be(wish["words"], wish["folder"], wish["environment"], *outlets)
        for outlet in outlets:
            os.close(outlet)
        living.add(pid)
        wishes.send(str(pid).encode())
    for pid in living:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _be(words: list[str], folder: str, environment: Mapping[str, str], stdout: int, stderr: int) -> None:
    """What ``python -m bot`` is with these words. Does not return."""
    code = 1
    try:
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["threaddesk", *words]
        warnings.simplefilter("default")
        from bot.cli import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - what ends any process, told as Python tells it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _load() -> None:
    """All that a desk may need, with shorter pauses."""
    import adapters.discord.door
    import adapters.slack.door
    import bot.cli
    import bot.discord
    import bot.dispatcher
    import bot.slack

    second = timedelta(seconds=1)
    discord, slack = adapters.discord.door, adapters.slack.door
    bot.dispatcher.Patience = partial(bot.dispatcher.Patience, first_wait=PAUSE, poll=PAUSE)
    discord.Timing = partial(discord.Timing, look=second, settle=0.3, between_sessions=1.0)
    slack.Timing = partial(slack.Timing, hearing=slack.HearingTiming(look=second))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
