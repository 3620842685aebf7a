"""Printing, and noting what was printed for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegation
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.printing.comparing import Row, rows_of
from app.printing.forms import MOST_COPIES
from app.printing.itinerary import Itinerary
from app.printing.models import PrintedSheet, SheetKind
from app.printing.queries import last_sheet
from app.printing.queries.sheets import Holder
from app.printing.reprints import kind_of
from app.printing.sheets import Edition, Sheet, content_of, digest_of, sheet_of
from app.printing.typesetting import typeset


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A PDF and how many sheets it holds."""

    pdf: bytes
    sheets: int


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What is kept of a sheet or a badge: whose it is, and what stands on it."""

    kind: SheetKind
    delegation_id: int
    delegate_id: int | None
    locale: str
    content: dict[str, Any]
    copies: int = 1

    @property
    def holder(self) -> Holder:
        return self.kind, self.delegation_id, self.delegate_id


def preview(session: Session, *, event: Event, itinerary: Itinerary, live_address: str | None, now: datetime) -> bytes:
    """A PDF of one itinerary as it would be printed now, without a number; nothing is noted."""
    edition = Edition(
        number=None,
        printed_at=now,
        before=_before(_last(session, itinerary), itinerary),
        live_address=live_address,
    )
    return typeset([sheet_of(event, itinerary, edition)], title=itinerary.name, at=now)


def print_sheets(
    session: Session,
    *,
    event: Event,
    itineraries: Sequence[Itinerary],
    base_url: str | None,
    actor: Actor,
    now: datetime,
    copies: int = 1,
) -> Printed:
    """One PDF of these itineraries; each is noted as the sheet that its people now hold.

    Args:
        copies: how many papers of each protected itinerary, each with its number; of the others there is one.

    Raises:
        Refused: a sheet cannot be set, or the number of copies is none; nothing is noted.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise Refused({"copies": _("Between 1 and %(most)s copies.") % {"most": MOST_COPIES}})
    _lock(session, itineraries)
    held = [(itinerary, _last(session, itinerary)) for itinerary in itineraries]
    sheets = [
        sheet
        for itinerary, last in held
        for sheet in _papers(event, itinerary, last, base_url=base_url, copies=copies, now=now)
    ]
    pdf = typeset(sheets, title=event.name, at=now)
    for itinerary, last in held:
        counted = copies if itinerary.is_protected else 1
        number = last.number if last else None
        note_sheet(session, event, noted_of(event, itinerary, copies=counted), held=number, actor=actor, now=now)
    return Printed(pdf=pdf, sheets=len(sheets))


def _papers(
    event: Event, itinerary: Itinerary, last: PrintedSheet | None, *, base_url: str | None, copies: int, now: datetime
) -> list[Sheet]:
    """The papers of one itinerary: counted copies of a protected one, else a single sheet."""
    counted = [(number, copies) for number in range(1, copies + 1)] if itinerary.is_protected else [None]
    return [
        sheet_of(
            event,
            itinerary,
            Edition(
                number=last.number + 1 if last else 1,
                printed_at=now,
                before=_before(last, itinerary),
                live_address=live_address(base_url, event, itinerary) if base_url else None,
                copy=copy,
            ),
        )
        for copy in counted
    ]


def _before(last: PrintedSheet | None, itinerary: Itinerary) -> dict[str, Row] | None:
    return rows_of(last.content, locale=itinerary.locale) if last else None


def is_outdated(session: Session, event: Event, itinerary: Itinerary) -> bool:
    """Whether the sheet that was handed out last says something else than the plan does now."""
    sheet = _last(session, itinerary)
    return sheet is not None and sheet.content_digest != digest_of(content_of(event, itinerary))


def _lock(session: Session, itineraries: Sequence[Itinerary]) -> None:
    """Let one print at a time number the sheets of a delegation.

    The unique key of sheets says nothing where the delegate is empty: two prints at once would share a number.
    """
    concerned = {itinerary.delegation_id for itinerary in itineraries}
    session.execute(
        select(Delegation.id).where(Delegation.id.in_(concerned)).order_by(Delegation.id).with_for_update()
    ).all()


def noted_of(event: Event, itinerary: Itinerary, *, copies: int) -> Noted:
    """What is kept of the sheet of an itinerary."""
    return Noted(
        kind=kind_of(itinerary),
        delegation_id=itinerary.delegation_id,
        delegate_id=itinerary.delegate_id,
        locale=itinerary.locale,
        content=content_of(event, itinerary),
        copies=copies,
    )


def note_sheet(session: Session, event: Event, noted: Noted, *, held: int | None, actor: Actor, now: datetime) -> None:
    """Note a sheet as handed out; ``held`` is the number of the one that its people have until now."""
    sheet = PrintedSheet(
        event_id=event.id,
        kind=noted.kind,
        delegation_id=noted.delegation_id,
        delegate_id=noted.delegate_id,
        number=(held or 0) + 1,
        locale=noted.locale,
        content_digest=digest_of(noted.content),
        content=noted.content,
        copies=noted.copies,
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
        changes={"number": (held, sheet.number), "copies": (None, noted.copies)},
    )


def _last(session: Session, itinerary: Itinerary) -> PrintedSheet | None:
    return last_sheet(
        session,
        kind=kind_of(itinerary),
        delegation_id=itinerary.delegation_id,
        delegate_id=itinerary.delegate_id,
    )


def live_address(base_url: str, event: Event, itinerary: Itinerary) -> str:
    """The page that shows these rows as they stand: what the code on paper opens."""
    if itinerary.delegate_id is not None:
        return f"{base_url}/e/{event.slug}/people/{itinerary.delegate_id}/schedule"
    return f"{base_url}/e/{event.slug}/delegations/{itinerary.delegation_id}/schedule"
