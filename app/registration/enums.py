"""Doors and states of a registration, and who may change what."""

import enum


class Door(enum.StrEnum):
    """Which of the three forms it is."""

    CITY = "city"
    INDIVIDUAL = "individual"
    DELEGATION = "delegation"


class Origin(enum.StrEnum):
    """Where somebody comes from who registers alone: a city, or one of the helix roles."""

    CITY = "city"
    BUSINESS = "business"
    ACADEMIA = "academia"
    CIVIL_SOCIETY = "civil_society"
    INTERNATIONAL = "international"
    GOVERNMENT = "government"


class WorldRegion(enum.StrEnum):
    """Regions of the world; the value is what a city's record says."""

    AFRICA = "Africa"
    ASIA = "Asia"
    EUROPE = "Europe"
    LATIN_AMERICA = "Latin America"
    NORTHERN_AMERICA = "Northern America"
    OCEANIA = "Oceania"


class RegistrationState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Side(enum.StrEnum):
    """Who changes a state: whoever holds the applicant's own link, or the office (organiser, administrator)."""

    APPLICANT = "applicant"
    OFFICE = "office"


_APPLICANT, _OFFICE, _BOTH = frozenset({Side.APPLICANT}), frozenset({Side.OFFICE}), frozenset(Side)

WHO_MAY: dict[tuple[RegistrationState, RegistrationState], frozenset[Side]] = {
    (RegistrationState.DRAFT, RegistrationState.SUBMITTED): _APPLICANT,
    (RegistrationState.DRAFT, RegistrationState.WITHDRAWN): _APPLICANT,
    (RegistrationState.SUBMITTED, RegistrationState.APPROVED): _OFFICE,
    (RegistrationState.SUBMITTED, RegistrationState.WAITING): _OFFICE,
    (RegistrationState.SUBMITTED, RegistrationState.REJECTED): _OFFICE,
    (RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN): _BOTH,
    (RegistrationState.WAITING, RegistrationState.APPROVED): _OFFICE,
    (RegistrationState.WAITING, RegistrationState.REJECTED): _OFFICE,
    (RegistrationState.WAITING, RegistrationState.WITHDRAWN): _BOTH,
    (RegistrationState.REJECTED, RegistrationState.APPROVED): _OFFICE,
    (RegistrationState.REJECTED, RegistrationState.WAITING): _OFFICE,
    (RegistrationState.APPROVED, RegistrationState.WITHDRAWN): _BOTH,
}
"""Every legal change, and who may make it. What does not stand here is refused; nothing leads out of withdrawn."""

LEGAL_CHANGES: dict[RegistrationState, frozenset[RegistrationState]] = {
    before: frozenset(after for start, after in WHO_MAY if start is before) for before in RegistrationState
}
"""From each state, where a registration may go, whoever sends it there."""

CORRECTABLE = frozenset({RegistrationState.SUBMITTED, RegistrationState.WAITING})
"""States in which the form itself may still be corrected; after approval the person's data are changed instead."""


def may(side: Side, before: RegistrationState, after: RegistrationState) -> bool:
    """Whether this side may make this change."""
    return side in WHO_MAY.get((before, after), frozenset())


class ErasureState(enum.StrEnum):
    """A request to be erased: open until the office erases, or refuses with a reason."""

    OPEN = "open"
    ERASED = "erased"
    REFUSED = "refused"


class ErasureCause(enum.StrEnum):
    """Why somebody cannot erase themselves at once, and the office answers.

    A released agenda names them, and only a release takes them off; they work in the office; others depend on them as
    their contact; or more may be theirs than their page can prove.
    """

    AGENDA = "agenda"
    OFFICE = "office"
    CONTACT = "contact"
    MORE = "more"


class QuestionKind(enum.StrEnum):
    """What the office must ask before it approves; ``OTHER`` is whatever a person thought of."""

    COMMITMENT = "commitment"
    DUPLICATE = "duplicate"
    GROUP = "group"
    COUNTRY = "country"
    HEAD = "head"
    CONTACT = "contact"
    OTHER = "other"


class QuestionState(enum.StrEnum):
    """Asked by mail, answered by the applicant, or waived by an organiser with a reason."""

    ASKED = "asked"
    ANSWERED = "answered"
    WAIVED = "waived"
