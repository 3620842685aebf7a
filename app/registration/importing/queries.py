"""Uploaded lists, and what a dry run is compared with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload, undefer, with_polymorphic

from app.delegations.models import City, Delegate, Delegation, Need, Offer, Organisation, Party
from app.delegations.queries import cities_of
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform.database.portions import portions
from app.platform.errors import NotFound
from app.registration.importing.columns import Sheet, sheet_of
from app.registration.importing.comparing.cities import Taxonomy, judge_cities
from app.registration.importing.comparing.judged import DryRun
from app.registration.importing.comparing.people import judge_people
from app.registration.importing.enums import ImportKind
from app.registration.importing.models import ImportFile


def import_of_account(session: Session, *, event_id: int, account_id: int | None, key: str) -> ImportFile:
    """An upload with its rows, for the account that sent it and nobody else; it may have expired.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = session.scalar(
        select(ImportFile)
        .where(ImportFile.key == key, ImportFile.event_id == event_id, ImportFile.account_id == account_id)
        .options(undefer(ImportFile.cells))
    )
    if found is None:
        raise NotFound
    return found


def sheet_of_file(file: ImportFile) -> Sheet:
    """The rows of an upload under their headers."""
    return sheet_of(file.kind, [(number, cells) for number, cells in file.cells])


def dry_run(
    session: Session, *, event: Event, file: ImportFile, on_rows: Callable[[int], None] = lambda _rows: None
) -> DryRun[Any]:
    """What an import of these rows would do now. Reads only; ``on_rows`` is told how many rows have been checked."""
    sheet = sheet_of_file(file)
    if file.kind is ImportKind.CITIES:
        taxonomy = Taxonomy(challenges_of(session, event.id))
        return judge_cities(
            sheet, file.columns, parties=cities_of(session, event.id), taxonomy=taxonomy, on_rows=on_rows
        )
    return judge_people(
        event,
        sheet,
        file.columns,
        parties=parties_here(session, event.id),
        delegates=_all_delegates(session, event.id),
        on_rows=on_rows,
    )


def parties_here(session: Session, event_id: int) -> list[Party]:
    """All cities and organisations, without what they seek and offer."""
    every = with_polymorphic(Party, [City, Organisation])
    return list(session.scalars(select(every).where(every.event_id == event_id).order_by(every.id)))


def first_delegations(session: Session, event_id: int) -> dict[int, Delegation]:
    """The oldest delegation of each party, by the party's ID."""
    rows = session.scalars(select(Delegation).where(Delegation.event_id == event_id).order_by(Delegation.id.desc()))
    return {one.party_id: one for one in rows}


def cities_by_id(session: Session, city_ids: list[int]) -> dict[int, City]:
    """Cities with what they seek and offer."""
    found: dict[int, City] = {}
    for portion in portions(city_ids):
        rows = session.scalars(
            select(City)
            .where(City.id.in_(portion))
            .options(
                selectinload(City.needs).selectinload(Need.challenge),
                selectinload(City.offers).selectinload(Offer.challenge),
            )
        )
        found |= {city.id: city for city in rows}
    return found


def _all_delegates(session: Session, event_id: int) -> list[Delegate]:
    """Those who were taken out too: a list must not bring them back unseen. Shells of merged rows are nobody."""
    return list(
        session.scalars(
            select(Delegate)
            .where(Delegate.event_id == event_id, Delegate.merged_into_id.is_(None))
            .options(selectinload(Delegate.delegation))
            .order_by(Delegate.is_active.desc(), Delegate.id)
        )
    )


def expired_uploads(session: Session, *, now: datetime) -> int:
    """How many uploaded lists have ended and still stand there."""
    return session.scalar(select(func.count()).select_from(ImportFile).where(ImportFile.expires_at <= now)) or 0
