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


class MeetingMode(enum.StrEnum):
    """How a wish between two groups becomes an agreed meeting."""

    SELF_CHOSEN = "self_chosen"
    ORGANISER_SET = "organiser_set"
    INSTANT = "instant"


class OfferState(enum.StrEnum):
    """A freed time that was offered to a waiting wish; it takes nothing until somebody says yes."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"
    GONE = "gone"


class Keeping(enum.StrEnum):
    """What a run may do with the meetings that are held: anything, as little as it must, or nothing."""

    VALUE_FIRST = "value_first"
    FEWEST_MOVES = "fewest_moves"
    ALL = "all"
