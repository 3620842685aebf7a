"""Filters of a list, kept in the address: a link shows a colleague the same rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """A filter that hides everything: the address without it, and how many rows there are then."""

    name: str
    query: Mapping[str, str]
    count: int


def ways_out(filters: Mapping[str, str], count: Callable[[Mapping[str, str]], int]) -> tuple[WayOut, ...]:
    """Which filter to drop where a list is empty: each that shows rows when it alone is gone.

    Args:
        filters: those that are set, by name; empty ones count as not set.
        count: how many rows there are with these filters.
    """
    active = {name: value for name, value in filters.items() if value}
    found = []
    for name in active:
        rest = {other: value for other, value in active.items() if other != name}
        rows = count(rest)
        if rows:
            found.append(WayOut(name=name, query=rest, count=rows))
    return tuple(found)
