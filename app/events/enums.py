"""Words of an edition."""

import enum


class EventState(enum.StrEnum):
    PREPARING = "preparing"
    OPEN = "open"
    CLOSED = "closed"


class CountryGroup(enum.StrEnum):
    """For statistics only; no judgement on any country or territory."""

    NORTH = "north"
    SOUTH = "south"


class Layout(enum.StrEnum):
    THEATRE = "theatre"
    CLASSROOM = "classroom"
    ROUNDTABLE = "roundtable"
    BOARDROOM = "boardroom"
    EXHIBITION = "exhibition"
    RECEPTION = "reception"


class ResourceTimeKind(enum.StrEnum):
    """What a stretch of a resource's time is."""

    SHIFT = "shift"
    BREAK = "break"
    ELSEWHERE = "elsewhere"
