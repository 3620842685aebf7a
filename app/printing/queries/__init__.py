"""Itineraries, and the sheets that were printed of them."""

from app.printing.queries.itineraries import (
    itineraries_of_event,
    itinerary_of_delegation,
    itinerary_of_person,
    personal_itineraries_of_event,
)
from app.printing.queries.sheets import (
    Holder,
    last_digests,
    last_sheet,
    last_sheets_of_delegations,
    protected_people,
    sheets_by_id,
)

__all__ = [
    "Holder",
    "itineraries_of_event",
    "itinerary_of_delegation",
    "itinerary_of_person",
    "last_digests",
    "last_sheet",
    "last_sheets_of_delegations",
    "personal_itineraries_of_event",
    "protected_people",
    "sheets_by_id",
]
