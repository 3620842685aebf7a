"""Putting a finished file in its place so that a power cut leaves either nothing or all of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.platform.backup.manifest import BackupFault


@contextmanager
def finished_at(destination: Path) -> Iterator[Path]:
    """Give a temporary name beside ``destination``; on leaving without a fault, fsync it and move it there.

    Raises ``BackupFault`` when the destination exists: a backup never overwrites anything.
    """
    if destination.exists():
        raise BackupFault(f"{destination} exists already. Choose another name.")
    destination.parent.mkdir(parents=True, exist_ok=True)
    unfinished = destination.with_name(f".{destination.name}.unfinished-{os.getpid()}")
    try:
        yield unfinished
        _sync(unfinished)
        unfinished.rename(destination)
        _sync(destination.parent)
    finally:
        for leftover in destination.parent.glob(unfinished.name + "*"):
            leftover.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
