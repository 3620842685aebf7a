"""Paths into a file, as complaints and facts give them."""

import re

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def parts_of(path: str) -> list[str | int]:
    """``cities[3].engagements.max`` as ``["cities", 3, "engagements", "max"]``."""
    return [name or int(number) for name, number in _PART.findall(path)]
