"""Words of meetings."""

import enum


class MeetingWishLevel(enum.StrEnum):
    MUST = "must"
    WANT = "want"


class Answer(enum.StrEnum):
    """The state of a wish."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MeetingState(enum.StrEnum):
    HELD = "held"
    CANCELLED = "cancelled"
