"""Words of those who take part."""

import enum


class PartyKind(enum.StrEnum):
    CITY = "city"
    ORGANISATION = "organisation"


class HelixRole(enum.StrEnum):
    GOVERNMENT = "government"
    BUSINESS = "business"
    ACADEMIA = "academia"
    CIVIL_SOCIETY = "civil_society"
    INTERNATIONAL = "international"


class CaseCityStage(enum.StrEnum):
    """The way of a city to a pair; only selected cities and those behind are paired."""

    NONE = "none"
    NOMINATED = "nominated"
    SELECTED = "selected"
    EXPERT_MEETING = "expert_meeting"
    PAPER = "paper"
    SESSION = "session"


class TieState(enum.StrEnum):
    DORMANT = "dormant"
    ACTIVE = "active"


class DelegateKind(enum.StrEnum):
    DELEGATE = "delegate"
    ACCOMPANYING = "accompanying"


class IncomeGroup(enum.StrEnum):
    LOW = "low"
    LOWER_MIDDLE = "lower_middle"
    UPPER_MIDDLE = "upper_middle"
    HIGH = "high"


class Rank(enum.IntEnum):
    """Protocol rank, highest first; stored as a number so that lists sort by it."""

    HEAD_OF_GOVERNMENT = 10
    MINISTER = 20
    MAYOR = 30
    DEPUTY_MAYOR = 40
    AMBASSADOR = 45
    COUNCILLOR = 50
    DIRECTOR_GENERAL = 55
    DIRECTOR = 60
    EXECUTIVE = 65
    ADVISER = 70
    EXPERT = 75
    STAFF = 80
    ACCOMPANYING = 90


class Component(enum.StrEnum):
    """The eight components of a partnership, in their order."""

    AIM = "aim"
    COMMIT = "commit"
    PARTNER = "partner"
    PLAN = "plan"
    DO = "do"
    MEASURE = "measure"
    ACT = "act"
    REPLICATE = "replicate"


class RecheckField(enum.StrEnum):
    """What is looked at again when it changes after approval: what stands on a badge and at the gate."""

    HONORIFIC = "honorific"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    NATIVE_NAME = "native_name"
    BADGE_NAME = "badge_name"
    PHOTO = "photo"


class RecheckState(enum.StrEnum):
    """A newer proposal replaces one that waits; the person may take it back."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
