"""Itineraries, the sheets that were printed of them, and what calendars were told."""

from app.printing.queries.calendars import entries_told, link_by_digest, link_in_force
from app.printing.queries.itineraries import (
    itineraries_of_event,
    itinerary_of_delegation,
    itinerary_of_person,
    own_itinerary_of,
    personal_itineraries_of_event,
)
from app.printing.queries.sheets import (
    Holder,
    last_digests,
    last_sheet,
    last_sheets_of_delegations,
    protected_people,
    sheets_by_id,
    uses_of_sessions,
)

__all__ = [
    "Holder",
    "entries_told",
    "itineraries_of_event",
    "itinerary_of_delegation",
    "itinerary_of_person",
    "last_digests",
    "last_sheet",
    "last_sheets_of_delegations",
    "link_by_digest",
    "link_in_force",
    "own_itinerary_of",
    "personal_itineraries_of_event",
    "protected_people",
    "sheets_by_id",
    "uses_of_sessions",
]
