"""The scheduler's command line for many short runs: imported once, a child for each command.

Started as ``python -m tests.quick_scheduler.serve SOCKET``. To import what solves takes a second of a processor each time,
longer than most solves of the tests do. A child has its own group, streams, folder and niceness, and the limits of whoever asked
for it; it is killed where they go. Tests of what a run may use and how it ends start the real command.
"""

import contextlib
import ctypes
import gc
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import traceback
from importlib import import_module
from typing import NoReturn

from scheduler.__main__ import main
from scheduler.registry import KINDS

MODULES = ("problem", "solution", "validation", "score", "solve", "explain")
KERNELS = ("scheduler.meetings.compiling", "scheduler.agenda.reinserting.compiling")
LOOK_MS = 5
PR_SET_PDEATHSIG = 1


def serve(path: str) -> NoReturn:
    _die_with_parent()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(f"{path}.begun")
    listening.listen(64)
    for kind in KINDS:
        for module in MODULES:
            import_module(f"scheduler.{kind}.{module}")
    for kernel in KERNELS:
        import_module(kernel).load_kernel()
    gc.collect()
    gc.freeze()
    os.rename(f"{path}.begun", path)
    _serve(listening)


def _serve(listening: socket.socket) -> NoReturn:
    running: dict[int, tuple[socket.socket, int]] = {}
    waiting = select.poll()
    waiting.register(listening, select.POLLIN)
    while True:
        for descriptor, _event in waiting.poll(LOOK_MS if running else None):
            if descriptor == listening.fileno():
                line, _address = listening.accept()
                running[line.fileno()] = line, _begin(line, listening)
                waiting.register(line, select.POLLIN)
                continue
            line, child = running[descriptor]
            if line.recv(16):
                os.kill(child, signal.SIGTERM)
            else:
                waiting.unregister(descriptor)  # whoever asked has gone
                _kill(child)
                os.waitpid(child, 0)
                running.pop(descriptor)[0].close()
        for descriptor, (line, child) in [*running.items()]:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                waiting.unregister(descriptor)
                _tell(line, os.waitstatus_to_exitcode(status))
                running.pop(descriptor)[0].close()


def _kill(child: int) -> None:
    for kill in (os.killpg, os.kill):  # it may not have its group yet
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)


def _tell(line: socket.socket, status: int) -> None:
    with contextlib.suppress(OSError):  # they may have gone
        line.send(str(status).encode())


def _begin(line: socket.socket, listening: socket.socket) -> int:
    asked, streams, _flags, _address = socket.recv_fds(line, 1 << 16, 2)
    asker = int.from_bytes(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream)
        return child
    status = 70
    try:
        os.setsid()
        _die_with_parent()
        listening.close()
        line.close()
        for target, stream in zip((1, 2), streams, strict=True):
            os.dup2(stream, target)
        folder, niceness, temporary, *arguments = asked.decode().split("\0")
        os.chdir(folder)
        os.nice(int(niceness) - os.nice(0))
        if temporary:
            os.environ["TMPDIR"] = temporary
        tempfile.tempdir = None
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(limit, resource.prlimit(asker, limit))
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    serve(sys.argv[1])
