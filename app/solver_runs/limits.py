"""What a solve may use of the machine, and how patient its keepers are."""

import os
import socket
import sys
from dataclasses import dataclass

LARGEST_TIME_LIMIT_SECONDS = 4 * 3600.0
MOST_WORKERS = 64
DEFAULT_WORKERS = 2
"""Search threads unless the caller says otherwise: the reference machine has two cores."""

GIBIBYTE = 2**30


@dataclass(frozen=True, kw_only=True)
class RunLimits:
    """How the scheduler is called and what it may use.

    Args:
        command: how to start the scheduler's command line.
        memory_bytes: address space of a child; OR-Tools reserves about 1 GiB before it solves anything.
        niceness: how far the child steps back behind the web server.
        start_seconds: so long may a child take to start, to import and to read before its time limit begins to run; it
            begins as soon as the child says anything.
        grace_seconds: after its time limit a child is asked to stop at half of this, and killed at all of it.
        check_seconds: for the independent check of a result.
        explain_seconds: for the search of a smallest blocking set.
        step_seconds: progress is stored this often at most.
        lease_seconds: a run whose heartbeat did not change for so long has lost its keeper.
        sweep_seconds: how often open runs are looked through for one that nobody works on.
        attempts: how often a run is taken up before it is given up as lost.
        concurrency: runs at once in one process.
    """

    command: tuple[str, ...] = (sys.executable, "-m", "scheduler")
    memory_bytes: int = 4 * GIBIBYTE
    niceness: int = 10
    start_seconds: float = 60.0
    grace_seconds: float = 4.0
    check_seconds: float = 30.0
    explain_seconds: float = 30.0
    step_seconds: float = 0.5
    lease_seconds: float = 30.0
    sweep_seconds: float = 2.0
    attempts: int = 3
    concurrency: int = 1


def worker_name() -> str:
    """This process among all that take runs up: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"
