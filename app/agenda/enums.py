"""Words of the agenda."""

import enum


class SessionKind(enum.StrEnum):
    CEREMONY = "ceremony"
    PLENARY = "plenary"
    ROUNDTABLE = "roundtable"
    CASE_CITY = "case_city"
    WORKSHOP = "workshop"
    EXHIBITION = "exhibition"
    CULTURAL = "cultural"
    SIGNING = "signing"


class Part(enum.StrEnum):
    """What a person does in a session; all but an optional guest are in one place only."""

    SPEAKER = "speaker"
    MODERATOR = "moderator"
    HOST = "host"
    PANELLIST = "panellist"
    MUST_ATTEND = "must_attend"
    MAY_ATTEND = "may_attend"


BINDING_PARTS = frozenset({Part.SPEAKER, Part.MODERATOR, Part.HOST, Part.PANELLIST, Part.MUST_ATTEND})
"""Parts that take a person's time."""


class PinKind(enum.StrEnum):
    NONE = "none"
    TIME = "time"
    ROOM = "room"
    BOTH = "both"


class SolveMode(enum.StrEnum):
    """What a run may do with what has a place already."""

    FILL = "fill"
    """It stays where it is; only the rest is placed."""
    IMPROVE = "improve"
    """It may move as it likes, if the whole gets better."""
    REPLAN = "replan"
    """As little of it as possible moves."""


class Severity(enum.StrEnum):
    """What a broken rule does, the gravest first."""

    BLOCK = "block"
    """A hand edit that would break it is refused, and so is a release."""
    BLOCK_RELEASE = "block_release"
    WARN = "warn"
    IGNORE = "ignore"
    """It is not asked of a plan at all, nor of a solver run."""


class StepVerb(enum.StrEnum):
    """What one step of a draft's history did."""

    PLACED = "placed"
    MOVED = "moved"
    PUT_BACK = "put_back"
    PINNED = "pinned"
    ACCEPTED = "accepted"
    IMPORTED = "imported"
