"""Words of pairing; values are those of the scheduler's files."""

import enum


class Modality(enum.StrEnum):
    SOUTH_SOUTH = "south-south"
    NORTH_NORTH = "north-north"
    NORTH_SOUTH = "north-south"
    TRIANGULAR = "triangular"


class MemberRole(enum.StrEnum):
    PARTNER = "partner"
    BENEFICIARY = "beneficiary"
    PIVOTAL = "pivotal"
    FACILITATING = "facilitating"


class PartnershipState(enum.StrEnum):
    PROPOSED = "proposed"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Consent(enum.StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class WishLevel(enum.StrEnum):
    MUST = "must"
    WANT = "want"
    NO = "no"
