"""Printing, and noting what was printed for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegation
from app.delegations.queries import delegations_of
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.printing.itinerary import Itinerary
from app.printing.models import PrintedSheet, SheetKind
from app.printing.queries import (
    itineraries_of_event,
    itinerary_of_delegation,
    last_sheet,
    last_sheets_of_delegations,
)
from app.printing.sheets import Edition, Sheet, content_of, digest_of, sheet_of
from app.printing.typesetting import typeset


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A PDF and how many sheets it holds."""

    pdf: bytes
    sheets: int


def preview(session: Session, *, event: Event, itinerary: Itinerary, live_address: str | None, now: datetime) -> bytes:
    """A PDF of one itinerary as it would be printed now; nothing is noted."""
    return typeset(
        [_next_sheet(session, event, itinerary, live_address=live_address, now=now)], title=itinerary.name, at=now
    )


def print_sheets(
    session: Session,
    *,
    event: Event,
    itineraries: Sequence[Itinerary],
    base_url: str | None,
    actor: Actor,
    now: datetime,
) -> Printed:
    """One PDF of these itineraries; each is noted as the sheet that its people now hold.

    Raises:
        Refused: a sheet cannot be set; nothing is noted.
    """
    _lock(session, itineraries)
    sheets = [
        _next_sheet(session, event, itinerary, live_address=_live(base_url, event, itinerary), now=now)
        for itinerary in itineraries
    ]
    pdf = typeset(sheets, title=event.name, at=now)
    for itinerary in itineraries:
        _note(session, event, itinerary, actor=actor, now=now)
    return Printed(pdf=pdf, sheets=len(sheets))


def print_all(
    session: Session, event: Event, folder: Path, *, base_url: str | None, actor: Actor, now: datetime
) -> list[Path]:
    """The pack of each delegation as a PDF of its own in a folder; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for delegation in delegations_of(session, event.id):
        itinerary = itinerary_of_delegation(session, event, delegation.id)
        printed = print_sheets(session, event=event, itineraries=[itinerary], base_url=base_url, actor=actor, now=now)
        path = folder / f"{delegation.code}.pdf"
        path.write_bytes(printed.pdf)
        paths.append(path)
    return paths


def is_outdated(session: Session, event: Event, itinerary: Itinerary) -> bool:
    """Whether the sheet that was handed out last says something else than the plan does now."""
    sheet = _last(session, itinerary)
    return sheet is not None and sheet.content_digest != digest_of(content_of(event, itinerary))


def outdated_delegations(session: Session, event: Event) -> frozenset[int]:
    """The delegations whose last pack says something else than the plan does now."""
    sheets = last_sheets_of_delegations(session, event.id)
    if not sheets:
        return frozenset()
    return frozenset(
        itinerary.delegation_id
        for itinerary in itineraries_of_event(session, event)
        if itinerary.delegation_id in sheets
        and sheets[itinerary.delegation_id].content_digest != digest_of(content_of(event, itinerary))
    )


def _lock(session: Session, itineraries: Sequence[Itinerary]) -> None:
    """Let one print at a time number the sheets of a delegation.

    The unique key of sheets says nothing where the delegate is empty: two prints at once would share a number.
    """
    concerned = {itinerary.delegation_id for itinerary in itineraries}
    session.execute(
        select(Delegation.id).where(Delegation.id.in_(concerned)).order_by(Delegation.id).with_for_update()
    ).all()


def _next_sheet(
    session: Session, event: Event, itinerary: Itinerary, *, live_address: str | None, now: datetime
) -> Sheet:
    last = _last(session, itinerary)
    edition = Edition(
        number=last.number + 1 if last else 1,
        printed_at=now,
        before=last.content if last else None,
        live_address=live_address,
    )
    return sheet_of(event, itinerary, edition)


def _note(session: Session, event: Event, itinerary: Itinerary, *, actor: Actor, now: datetime) -> None:
    last, content = _last(session, itinerary), content_of(event, itinerary)
    sheet = PrintedSheet(
        event_id=event.id,
        kind=_kind(itinerary),
        delegation_id=itinerary.delegation_id,
        delegate_id=itinerary.delegate_id,
        number=last.number + 1 if last else 1,
        locale=itinerary.locale,
        content_digest=digest_of(content),
        content=content,
        printed_at=now,
        printed_by_id=actor.account_id,
    )
    session.add(sheet)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="sheet.printed",
        entity="printed_sheet",
        entity_id=sheet.id,
        changes={"number": (last.number if last else None, sheet.number)},
    )


def _last(session: Session, itinerary: Itinerary) -> PrintedSheet | None:
    return last_sheet(
        session,
        kind=_kind(itinerary),
        delegation_id=itinerary.delegation_id,
        delegate_id=itinerary.delegate_id,
    )


def _kind(itinerary: Itinerary) -> SheetKind:
    return SheetKind.DELEGATION if itinerary.delegate_id is None else SheetKind.PERSON


def _live(base_url: str | None, event: Event, itinerary: Itinerary) -> str | None:
    if base_url is None:
        return None
    return f"{base_url}/e/{event.slug}/delegations/{itinerary.delegation_id}/schedule"
