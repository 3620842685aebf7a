"""Which roles need which protected field of a person for their work. Pages and exports ask here."""

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS

CONTACTS = ORGANISERS
"""Mail and phone."""
TRAVEL = ORGANISERS | {Role.PROTOCOL}
"""Arrival, departure, blocked times."""
NEEDS = frozenset({Role.ORGANISER, Role.PROTOCOL})
"""Access needs and diet."""
PASSPORTS = frozenset({Role.PROTOCOL})
"""Each look is logged."""
