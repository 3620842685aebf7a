"""What was printed for whom last."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agenda.models import SessionUse
from app.delegations.models import Delegate
from app.platform.database.portions import portions
from app.printing.models import PrintedSheet, SheetKind

Holder = tuple[SheetKind, int, int | None]
"""Who holds a sheet: its kind, the delegation, and the delegate on a personal one."""


def last_sheets_of_delegations(session: Session, event_id: int) -> dict[int, PrintedSheet]:
    """The pack that each delegation was handed last, by delegation."""
    statement = select(PrintedSheet).where(PrintedSheet.event_id == event_id, PrintedSheet.kind == SheetKind.DELEGATION)
    return {sheet.delegation_id: sheet for sheet in session.scalars(statement.order_by(PrintedSheet.number))}


def last_digests(session: Session, event_id: int) -> dict[Holder, tuple[int, str]]:
    """The sheets that everybody was handed last: by kind, delegation and delegate the sheet's ID and its digest."""
    columns = (PrintedSheet.kind, PrintedSheet.delegation_id, PrintedSheet.delegate_id)
    rows = session.execute(
        select(*columns, PrintedSheet.id, PrintedSheet.content_digest)
        .where(PrintedSheet.event_id == event_id)
        .order_by(PrintedSheet.number, PrintedSheet.id)
    )
    return {(kind, delegation, delegate): (number, digest) for kind, delegation, delegate, number, digest in rows}


def sheets_by_id(session: Session, sheet_ids: Collection[int]) -> dict[int, PrintedSheet]:
    """Some sheets with what stood on them, by ID."""
    wanted, found = sorted(sheet_ids), dict[int, PrintedSheet]()
    for portion in portions(wanted):
        rows = session.scalars(select(PrintedSheet).where(PrintedSheet.id.in_(portion)))
        found |= {sheet.id: sheet for sheet in rows}
    return found


def last_sheet(
    session: Session, *, kind: SheetKind, delegation_id: int, delegate_id: int | None
) -> PrintedSheet | None:
    """The sheet that was handed out last."""
    return session.scalar(
        select(PrintedSheet)
        .where(
            PrintedSheet.kind == kind,
            PrintedSheet.delegation_id == delegation_id,
            PrintedSheet.delegate_id == delegate_id,
        )
        .order_by(PrintedSheet.number.desc())
        .limit(1)
    )


def protected_people(session: Session, event_id: int) -> int:
    """How many protected persons come: papers of theirs are counted."""
    statement = select(func.count()).where(
        Delegate.event_id == event_id, Delegate.is_protected.is_(True), Delegate.is_active.is_(True)
    )
    return session.scalar(statement) or 0


def uses_of_sessions(session: Session, session_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Units of each resource that sessions take, by session and resource."""
    rows = session.execute(
        select(SessionUse.session_id, SessionUse.resource_id, SessionUse.units).where(
            SessionUse.session_id.in_(list(session_ids))
        )
    )
    return {(session_id, resource_id): units for session_id, resource_id, units in rows}
