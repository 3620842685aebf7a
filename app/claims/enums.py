"""What can be claimed, and by what."""

import enum


class ClaimKind(enum.StrEnum):
    PERSON = "person"
    ROOM = "room"
    TABLE = "table"
    RESOURCE = "resource"


class HoldingKind(enum.StrEnum):
    SESSION = "session"
    MEETING = "meeting"
    VISIT = "visit"
    WALK = "walk"
    BLOCK = "block"


BOOKED = frozenset({"meeting", "meeting_wish", "meeting_offer", "meeting_veto"})
"""Entities of the log that bookings of meetings change, and nothing else: what is kept meanwhile is read from other
tables. Tests say so.
"""
