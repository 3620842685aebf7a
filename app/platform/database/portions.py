"""Long lists of keys in portions: a database takes only so many values in one question."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Key = TypeVar("Key")

MOST = 400
"""Keys of a few values each stay far below what SQLite takes, and a question stays quick to read."""


def portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in their order, at most ``MOST`` at a time; nothing where there are none."""
    for start in range(0, len(keys), MOST):
        yield keys[start : start + MOST]
