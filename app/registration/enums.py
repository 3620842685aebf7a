"""States of a registration."""

import enum


class Door(enum.StrEnum):
    """Which of the three forms it is."""

    CITY = "city"
    INDIVIDUAL = "individual"
    DELEGATION = "delegation"


class RegistrationState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


LEGAL_CHANGES: dict[RegistrationState, frozenset[RegistrationState]] = {
    RegistrationState.DRAFT: frozenset({RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN}),
    RegistrationState.SUBMITTED: frozenset(
        {
            RegistrationState.APPROVED,
            RegistrationState.REJECTED,
            RegistrationState.WAITING,
            RegistrationState.WITHDRAWN,
        }
    ),
    RegistrationState.WAITING: frozenset(
        {RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.WITHDRAWN}
    ),
    RegistrationState.APPROVED: frozenset({RegistrationState.WITHDRAWN}),
    RegistrationState.REJECTED: frozenset({RegistrationState.WAITING, RegistrationState.APPROVED}),
    RegistrationState.WITHDRAWN: frozenset(),
}
"""From each state, where a registration may go."""


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
