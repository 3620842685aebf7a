"""Which roles need which protected field of a person for their work. Pages and exports ask here."""

from collections.abc import Mapping
from typing import Any

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS

CONTACTS = ORGANISERS
"""Mail and phone."""
TRAVEL = ORGANISERS | {Role.PROTOCOL}
"""Arrival, departure, blocked times."""
NEEDS = frozenset({Role.ORGANISER, Role.PROTOCOL})
"""Access needs and diet."""
NEEDS_FIELDS = frozenset({"access_needs", "diet"})
GIVEN = "given"
PASSPORTS = frozenset({Role.PROTOCOL})
"""Each look is logged."""


def as_logged(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Changes as the log may say them: of access needs and diet that there are some, never which."""
    return {
        field: (GIVEN if before else None, GIVEN if after else None) if field in NEEDS_FIELDS else (before, after)
        for field, (before, after) in changes.items()
    }
