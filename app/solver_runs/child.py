"""One child process in its own group, with limits, watched from one thread without blocking."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from app.solver_runs.limits import RunLimits

LAUNCHER = Path(__file__).with_name("launch.py")
PROJECT = Path(__file__).parents[2]
KEPT_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "VIRTUAL_ENV")
"""A solver needs no more of ours: above all no secret and no address of a database."""
TAIL_LINES = 30
LONGEST_LINE = 64 * 1024


class Child:
    """A command under limits. Leaving the ``with`` block kills whatever is left of its process group."""

    def __init__(self, command: Sequence[str], *, folder: Path, limits: RunLimits) -> None:
        program = shutil.which(command[0]) or command[0]
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  an argument vector of our own making
            [
                sys.executable,
                "-I",
                str(LAUNCHER),
                str(limits.memory_bytes),
                str(limits.niceness),
                str(os.getpid()),
                program,
                *command[1:],
            ],
            cwd=PROJECT,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stderr is not None
        self._pipe: int | None = self._process.stderr.fileno()
        os.set_blocking(self._pipe, False)
        self._part = b""
        self._tail: list[str] = []

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill_group()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def seconds(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started

    @property
    def tail(self) -> str:
        """The last lines of its standard error; JSON objects are reports, not words, and are left out."""
        return "\n".join(self._tail)

    def lines(self, seconds: float) -> list[str]:
        """Wait at most so long for output on standard error and return the whole lines of it."""
        if self._pipe is None:
            time.sleep(min(seconds, 0.05))
            return []
        waiter = select.poll()  # select() itself refuses descriptors above 1023, which a busy server has
        waiter.register(self._pipe, select.POLLIN)
        return self._read() if waiter.poll(seconds * 1000) else []

    def rest(self) -> list[str]:
        """What is left of its output once it has ended."""
        found: list[str] = []
        waiter = select.poll()
        while self._pipe is not None:
            waiter.register(self._pipe, select.POLLIN)
            if not waiter.poll(0):
                break
            found += self._read()
        return found

    def exit_code(self) -> int | None:
        """``None`` while it runs; then its exit status, negative for a signal.

        The rest of its group is killed before the leader is reaped, while the group's number cannot be another's.
        """
        if self._process.returncode is not None:
            return self._process.returncode
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        self._kill_group()
        return self._process.wait()

    def ask_to_stop(self) -> None:
        """Let it end soon and write what it has."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, at once."""
        self._kill_group()

    def _kill_group(self) -> None:
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _read(self) -> list[str]:
        assert self._pipe is not None
        try:
            block = os.read(self._pipe, 65536)
        except BlockingIOError:
            return []
        if not block:
            self._pipe = None
            whole, self._part = self._part, b""
        else:
            whole, _, self._part = (self._part + block).rpartition(b"\n")
            self._part = self._part[-LONGEST_LINE:]
        found = [line for line in whole.decode("utf-8", "replace").split("\n") if line.strip()]
        self._tail = [*self._tail, *(line for line in found if not line.startswith("{"))][-TAIL_LINES:]
        return found


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "TMPDIR": str(folder)}
