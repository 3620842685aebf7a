"""The end of a process that may still have something under way that nobody waits for."""

import os
import sys
import threading


def end_with(status: int) -> None:
    """End the process at once where a daemon thread runs, such as one that compiles: its libraries cannot be unloaded
    under it. Else end as any other program.
    """
    if not any(thread.daemon for thread in threading.enumerate()):
        sys.exit(status)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
