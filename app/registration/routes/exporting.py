"""Lists as files: the rows that a page shows under the same filters, with a note of who took them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.policies import STAFF, Access, Policy
from app.delegations import readers
from app.delegations.lists import cities_listed, known_people_filters, people_listed
from app.delegations.queries import delegations_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.audit import record_read
from app.platform.clock import Now
from app.platform.database.sessions import ReadLogSession, ReadSession
from app.platform.spreadsheets import MEDIA_TYPES, Format, written
from app.registration.exporting.rows import (
    CONTACTS,
    MOVEMENTS,
    Table,
    cities_table,
    delegations_table,
    people_table,
    registrations_table,
)
from app.registration.flags import read_review_facts
from app.registration.inbox import columns_for, inbox_rows, known_filters

router = APIRouter()

PEOPLE = Policy("people.export", roles=STAFF, loader=event_of_path)
DELEGATIONS = Policy("delegations.export", roles=STAFF, loader=event_of_path)
CITIES = Policy("cities.export", roles=STAFF, loader=event_of_path)
REGISTRATIONS = Policy("registrations.export", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/people.{format}")
def people(
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[Event], Depends(PEOPLE)],
    format: Format,
    request: Request,
    sort: str = "rank",
) -> Response:
    """The people that the page of the same filters shows, all of its pages."""
    event = access.found
    filters = known_people_filters(request.query_params, reads_needs=access.principal.role in readers.NEEDS)
    table = people_table(event, people_listed(session, event.id, filters=filters, sort=sort), hidden=_hidden(access))
    return _file(log, access, table, format, now=now)


@router.get("/e/{slug}/manage/delegations.{format}")
def delegations(
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[Event], Depends(DELEGATIONS)],
    format: Format,
) -> Response:
    """All delegations."""
    return _file(log, access, delegations_table(delegations_of(session, access.found.id)), format, now=now)


@router.get("/e/{slug}/manage/cities.{format}")
def cities(
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[Event], Depends(CITIES)],
    format: Format,
    sort: str = "name",
) -> Response:
    """All cities with what they seek and offer."""
    return _file(log, access, cities_table(cities_listed(session, access.found.id, sort=sort)), format, now=now)


@router.get("/e/{slug}/manage/registrations.{format}")
def registrations(
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[Event], Depends(REGISTRATIONS)],
    format: Format,
    request: Request,
) -> Response:
    """The registrations that the page of the same filters shows, all of its pages."""
    event, query = access.found, request.query_params
    facts = read_review_facts(session, event)
    sort = query.get("sort", "submitted")
    within = columns_for(access.principal.role)
    rows = inbox_rows(session, event.id, filters=known_filters(query), sort=sort, facts=facts, within=within)
    return _file(log, access, registrations_table(event, rows, hidden=_hidden(access)), format, now=now)


def _hidden(access: Access[Event]) -> frozenset[str]:
    """What the role in use does not need for its work."""
    contacts = frozenset() if access.principal.role in readers.CONTACTS else CONTACTS
    return contacts | (frozenset() if access.principal.role in readers.TRAVEL else MOVEMENTS)


def _file(log: Session, access: Access[Event], table: Table, format: Format, *, now: Now) -> Response:
    event = access.found
    record_read(
        log,
        actor=access.principal.actor(),
        now=now,
        event_id=event.id,
        action=f"{table.title.lower()}.exported",
        entity="event",
        entity_id=event.id,
    )
    content = written(format, title=table.title, headers=table.headers, rows=table.rows)
    name = f"{event.slug}-{table.title.lower()}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)
