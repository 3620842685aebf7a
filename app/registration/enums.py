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
