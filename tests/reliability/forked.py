"""Runs ``python -m scheduler`` many times: one process that has imported all, and a child of it for each command.

Started as ``python -m tests.reliability.forked``; reads one JSON line a command, answers with one. Each child has its own limits of
memory and time, as a run of the server has.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

from scheduler.__main__ import main
from scheduler.registry import KINDS


def _child(arguments: list[str], out: str, *, memory_mb: int) -> None:
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = in_use + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.stdout.flush()
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        status = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run(arguments: list[str], out: str, *, memory_mb: int, seconds: float) -> dict[str, float]:
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(arguments, out, memory_mb=memory_mb)
    is_killed = False
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        if not is_killed and time.monotonic() - began > seconds:
            os.kill(pid, signal.SIGKILL)
            is_killed = True
        time.sleep(0.002)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "is_killed": is_killed,
        "seconds": used.ru_utime + used.ru_stime,  # of a processor: the clock would say how busy the machine is
        "peak_mb": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    for kind in KINDS:
        for module in ("problem", "solution", "validation", "score", "solve", "explain"):
            import_module(f"scheduler.{kind}.{module}")
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_run(**asked)), flush=True)
