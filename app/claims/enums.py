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
