"""Take limits on, then become the command: ``python -I launch.py MEMORY NICENESS PARENT COMMAND…``.

A program of its own because code that runs between fork and exec in a process with threads may hang, and because the
limits must bind the solver and never the web server. It imports nothing but the standard library.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

LARGEST_FILE_BYTES = 2**30
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Replace this process by the command; returns only by an exception."""
    memory_bytes, niceness, parent = (int(argument) for argument in arguments[:3])
    command = arguments[3:]
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, LARGEST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(niceness)
    _die_with(parent)
    os.execv(command[0], command)  # noqa: S606  an argument vector, no shell


def _die_with(parent: int) -> None:
    """Let the kernel kill this process when its keeper goes (Linux); elsewhere its own time limit ends it."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that looks after this one has gone")


if __name__ == "__main__":
    main(sys.argv[1:])
