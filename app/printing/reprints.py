"""The reprint queue: who holds a sheet that says something else than the plan does now, and what differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform.kept import kept
from app.printing.comparing import Changes, changes_between
from app.printing.itinerary import Itinerary
from app.printing.models import PrintedSheet, SheetKind
from app.printing.queries import (
    itineraries_of_event,
    last_digests,
    personal_itineraries_of_event,
    sheets_by_id,
)
from app.printing.sheets import content_of, digest_of


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """One sheet to print again: what it says now, which one is out there, and what differs."""

    itinerary: Itinerary
    number: int
    printed_at: datetime
    copies: int
    changes: Changes


@dataclass(frozen=True, kw_only=True)
class ReprintQueue:
    """Exactly the delegations and persons whose printed content differs from the last sheet that they were given."""

    delegations: tuple[Outdated, ...]
    persons: tuple[Outdated, ...]

    def __len__(self) -> int:
        return len(self.delegations) + len(self.persons)


def reprint_queue(session: Session, event: Event) -> ReprintQueue:
    """Who must get a new sheet, by delegation and rank; whoever holds none is not waited for."""
    digests = last_digests(session, event.id)
    held = {delegate for kind, _delegation, delegate in digests if kind is SheetKind.PERSON and delegate is not None}
    packs = any(kind is SheetKind.DELEGATION for kind, _delegation, _delegate in digests)
    itineraries = [
        *(itineraries_of_event(session, event) if packs else ()),
        *(personal_itineraries_of_event(session, event, delegate_ids=held) if held else ()),
    ]
    differing: list[tuple[Itinerary, int, dict[str, Any]]] = []
    for itinerary in itineraries:
        found = digests.get((kind_of(itinerary), itinerary.delegation_id, itinerary.delegate_id))
        content = content_of(event, itinerary) if found else None
        if found is not None and content is not None and found[1] != digest_of(content):
            differing.append((itinerary, found[0], content))
    sheets = sheets_by_id(session, [number for _itinerary, number, _content in differing])
    queue = [_outdated(itinerary, sheets[number], content) for itinerary, number, content in differing]
    return ReprintQueue(
        delegations=tuple(one for one in queue if one.itinerary.delegate_id is None),
        persons=tuple(one for one in queue if one.itinerary.delegate_id is not None),
    )


def outdated_count(session: Session, event: Event) -> int:
    """How many sheets are in the queue, counted once for each state of the edition: the home asks at each look."""
    return kept(session, "outdated sheets", event_id=event.id, read=lambda: len(reprint_queue(session, event)))


def kind_of(itinerary: Itinerary) -> SheetKind:
    """Which kind of sheet an itinerary is printed as."""
    return SheetKind.DELEGATION if itinerary.delegate_id is None else SheetKind.PERSON


def _outdated(itinerary: Itinerary, sheet: PrintedSheet, content: Mapping[str, Any]) -> Outdated:
    return Outdated(
        itinerary=itinerary,
        number=sheet.number,
        printed_at=sheet.printed_at,
        copies=sheet.copies,
        changes=changes_between(sheet.content, content),
    )
