"""When a delegate is there, and what is placed while they are not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.loaders import DelegateIn
from app.delegations.service.availability import Block, set_availability
from app.events.queries import local
from app.office.absence import placed_while_away
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.printing.loaders import person_of_path

router = APIRouter()

TIMES = Policy(
    "availability",
    roles=ORGANISERS | {Role.PROTOCOL, Role.FOCAL_POINT, Role.DELEGATE},
    loader=person_of_path,
)

Found = Annotated[Access[DelegateIn], Depends(TIMES)]

EMPTY_ROWS = 2
MOST_ROWS = 12


class BlockRow(BaseModel):
    """A blocked time as it is typed, in the time of the venue."""

    model_config = ConfigDict(extra="forbid")

    start: datetime
    end: datetime
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None


class TimesForm(BaseModel):
    """Arrival, departure and blocked times in the time of the venue; a day of its own each."""

    model_config = ConfigDict(extra="forbid")

    version: int
    arrives_at: datetime | None = None
    departs_at: datetime | None = None
    blocks: list[BlockRow] = Field(default_factory=list, max_length=MOST_ROWS)


@router.get("/e/{slug}/people/{delegate_id}/times")
def times(request: Request, session: ReadSession, access: Found) -> Response:
    """When are you there?"""
    return _page(request, session, access, Bound(None, {}, _stored(access.found)))


def _stored(found: DelegateIn) -> dict[str, Any]:
    """What is kept, as a form types it."""
    person, event = found.delegate, found.event

    def typed(instant: datetime | None) -> str:
        return "" if instant is None else local(event, instant).strftime("%Y-%m-%dT%H:%M")

    return {
        "version": person.version,
        "arrives_at": typed(person.arrives_at),
        "departs_at": typed(person.departs_at),
        "blocks": [
            {"start": typed(one.starts_at), "end": typed(one.ends_at), "reason": one.reason or ""}
            for one in person.blocked_times
            if one.holding_id is None
        ],
    }


@router.post("/e/{slug}/people/{delegate_id}/times")
def save_times(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Save; what no longer fits is named, nothing moves."""
    found = access.found
    bound = bind(TimesForm, _read(form))
    if bound.value is None:
        return _page(request, session, access, bound, status=422)
    zone = ZoneInfo(found.event.timezone)
    said = bound.value
    try:
        set_availability(
            session,
            event=found.event,
            delegate=found.delegate,
            arrives_at=said.arrives_at and said.arrives_at.replace(tzinfo=zone),
            departs_at=said.departs_at and said.departs_at.replace(tzinfo=zone),
            blocks=[
                Block(starts_at=one.start.replace(tzinfo=zone), ends_at=one.end.replace(tzinfo=zone), reason=one.reason)
                for one in said.blocks
            ],
            version=said.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, bound.typed), status=422)
    except Conflict:
        return _page(request, session, access, Bound(None, {}, bound.typed), theirs=_told(_stored(found)), status=409)
    return RedirectResponse(request.url.path, status_code=303)


def _read(form: Any) -> dict[str, Any]:
    rows = [
        {
            name: text
            for name in ("start", "end", "reason")
            if (text := str(form.get(f"block-{number}-{name}", "")).strip())
        }
        for number in range(MOST_ROWS)
    ]
    said = {name: text for name in ("version", "arrives_at", "departs_at") if (text := str(form.get(name, "")).strip())}
    return {**said, "blocks": [row for row in rows if row]}


def _told(typed: Mapping[str, Any]) -> dict[str, str]:
    """What a form types, to be read beside another: moments, and the blocked times in one line."""

    def said(moment: str) -> str:
        return moment.replace("T", " ")

    blocks = [f"{said(one['start'])} – {said(one['end'])} {one.get('reason', '')}".strip() for one in typed["blocks"]]
    moments = {name: said(typed.get(name, "")) for name in ("arrives_at", "departs_at")}
    return {**moments, "blocks": "; ".join(blocks)}


def _page(
    request: Request,
    session: Session,
    access: Access[DelegateIn],
    bound: Bound[Any],
    *,
    theirs: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; with ``theirs``, what somebody else saved meanwhile stands beside what was typed."""
    found = access.found
    rows = list(bound.typed.get("blocks", []))
    context = {
        "event": found.event,
        "person": found.delegate,
        "form": bound,
        "theirs": theirs,
        "mine": _told(bound.typed) if theirs else {},
        "changed_at": last_change_of(session, entity="delegate", entity_id=found.delegate.id)[1] if theirs else None,
        "rows": (rows + [{}] * EMPTY_ROWS)[: max(len(rows), min(len(rows) + EMPTY_ROWS, MOST_ROWS))],
        "fixed": [one for one in found.delegate.blocked_times if one.holding_id is not None],
        "away": placed_while_away(session, found.event, delegate_ids=[found.delegate.id]),
    }
    return render(request, "office/times.html", context, status=status)
