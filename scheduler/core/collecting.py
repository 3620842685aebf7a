"""When Python looks for garbage that refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 100_000
"""New objects, those that are gone again not counted, after which it is looked."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the collector look less often: what lives as long as the work would be looked through again and again."""
    before = gc.get_threshold()
    gc.set_threshold(MANY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
