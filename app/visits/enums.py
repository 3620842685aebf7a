"""Words of visit items."""

import enum


class VisitKind(enum.StrEnum):
    ARRIVAL = "arrival"
    TRANSFER = "transfer"
    BILATERAL = "bilateral"
    SIGNING = "signing"
    SITE_VISIT = "site_visit"
    MEAL = "meal"
    DEPARTURE = "departure"


class VisitState(enum.StrEnum):
    """A confirmed item that changes is changed until it is confirmed again."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    CANCELLED = "cancelled"
