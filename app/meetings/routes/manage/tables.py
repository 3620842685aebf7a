"""When is each table open, and which meetings are held at one that is closed?"""

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.forms import HoursForm
from app.events.models import Event, MeetingTable
from app.events.queries import days_of, event_of_path, tables_of
from app.meetings import service
from app.meetings.misfits import misfits_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()

READ = Policy("meetings.tables", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("meetings.close_tables", roles=ORGANISERS, loader=event_of_path)

Number = Annotated[int, Field(ge=1, le=100_000)]


class ClosingForm(HoursForm):
    """Tables from one number to another, one where no last is given, and hours of a day in which they are closed."""

    first: Number
    last: Number | None = None


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Tables in a row that are closed for the same stretch of time."""

    first: int
    last: int
    starts_at: datetime
    ends_at: datetime


@router.get("/e/{slug}/manage/meetings/tables")
def tables(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """The tables with the hours in which they are closed."""
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/meetings/tables")
def close_tables(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Close tables for some hours or open them again; meetings held there stay and are named."""
    event, bound = access.found, bind(ClosingForm, form)
    if bound.value is None:
        return _page(request, session, event, bound, status=422)
    said = bound.value
    try:
        service.close_tables(
            session,
            event=event,
            first=said.first,
            last=said.last or said.first,
            starts_at=said.starts_at(event),
            ends_at=said.ends_at(event),
            is_open=said.is_open,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, event, Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(f"/e/{event.slug}/manage/meetings/tables", status_code=303)


def _page(request: Request, session: Session, event: Event, form: Bound[Any], *, status: int = 200) -> Response:
    found = tables_of(session, event.id)
    context = {
        "event": event,
        "form": form,
        "days": days_of(session, event.id),
        "tables": found,
        "closed": _closed(found),
        "misfits": misfits_of(session, event.id),
    }
    return render(request, "meetings/tables.html", context, status=status)


def _closed(found: list[MeetingTable]) -> list[Closed]:
    at: dict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    place = {table.number: position for position, table in enumerate(found)}
    for table in found:
        for one in table.closings:
            at[one.starts_at, one.ends_at].append(table.number)
    return [
        Closed(first=first, last=last, starts_at=start, ends_at=end)
        for (start, end), numbers in sorted(at.items())
        for first, last in _stretches(numbers, place)
    ]


def _stretches(numbers: list[int], place: dict[int, int]) -> list[tuple[int, int]]:
    """Numbers in order as the first and last of each unbroken row; ``place`` says where each stands among all."""
    rows = itertools.groupby(enumerate(numbers), lambda pair: place[pair[1]] - pair[0])
    stretches = [[number for _position, number in row] for _step, row in rows]
    return [(row[0], row[-1]) for row in stretches]
