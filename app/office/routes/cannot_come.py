"""Somebody cannot come to a session that counts on them: who goes instead?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.agenda import service
from app.agenda.absences import absence_of
from app.agenda.models import AgendaSession, ReleasedSession
from app.agenda.queries import released_sessions_of_people, session_in_event
from app.delegations.models import Delegate
from app.events.loaders import number_of
from app.events.models import Event
from app.meetings.stand_ins import stand_ins
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession
from app.platform.errors import NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.printing.loaders import person_of_path
from app.printing.watching import note_movements

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class SeatIn:
    """A person's part in a session of the newest release, which still counts on them."""

    event: Event
    delegate: Delegate
    item: AgendaSession
    placed: ReleasedSession

    @property
    def path(self) -> str:
        return f"/e/{self.event.slug}/people/{self.delegate.id}/sessions/{self.item.id}/cannot-come"


def seat_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> SeatIn:
    """Loader of a policy: of whoever ``person_of_path`` finds, a part in a released session."""
    found = person_of_path(session, params, principal)
    item = session_in_event(session, found.event.id, number_of(params["session_id"]))
    rows = released_sessions_of_people(session, found.event.id, [found.delegate.id])
    placed = next((one for one, _person in rows if one.session_id == item.id), None)
    if placed is None or not item.counts_on(found.delegate.id):
        raise NotFound
    return SeatIn(event=found.event, delegate=found.delegate, item=item, placed=placed)


SEAT = Policy(
    "agenda.cannot_come",
    roles=ORGANISERS | {Role.DESK, Role.PROTOCOL, Role.FOCAL_POINT, Role.DELEGATE},
    loader=seat_of_path,
)

SEND = Policy("agenda.send_instead", roles=ORGANISERS, loader=seat_of_path)

Found = Annotated[Access[SeatIn], Depends(SEAT)]


class AbsentForm(BaseModel):
    """Who goes instead, or why nobody does."""

    model_config = ConfigDict(extra="forbid")

    instead_id: int | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


@router.get("/e/{slug}/people/{delegate_id}/sessions/{session_id}/cannot-come")
def seat(request: Request, session: ReadSession, log: ReadLogSession, now: Now, access: Found) -> Response:
    """What it is, what was said of it, and who could go."""
    note_movements(log, [access.found.delegate], principal=access.principal, way="page", now=now)
    return _page(request, session, access, Bound(None, {}, {}), now=now)


@router.post("/e/{slug}/people/{delegate_id}/sessions/{session_id}/cannot-come")
def cannot_come(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Tell the office; the agenda stays as it is until an organiser decides."""
    found = access.found
    bound = bind(AbsentForm, form)
    errors = dict(bound.errors)
    if bound.value is not None:
        if bound.value.instead_id is None and not bound.value.reason:
            errors["reason"] = _("Say why in a few words; the office reads it.")
        elif bound.value.instead_id not in {None, *(one.id for one in _colleagues(session, found))}:
            errors["instead_id"] = _("Choose a colleague who can go then.")
        elif found.placed.ends_at <= now:
            errors["instead_id"] = _("This session is over.")
    if bound.value is None or errors:
        return _page(request, session, access, Bound(None, errors, bound.typed), now=now, status=422)
    service.say_absent(
        session,
        item=found.item,
        delegate_id=found.delegate.id,
        instead_id=bound.value.instead_id,
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(found.path, status_code=303)


@router.post("/e/{slug}/people/{delegate_id}/sessions/{session_id}/comes-after-all")
def comes_after_all(session: DbSession, now: Now, access: Found) -> Response:
    """Take it back; harmless twice."""
    found = access.found
    said = absence_of(session, session_id=found.item.id, delegate_id=found.delegate.id)
    if said is not None:
        service.take_back_absence(session, absence=said, actor=access.principal.actor(), now=now)
    is_organiser = access.principal.role in ORGANISERS
    path = f"/e/{found.event.slug}/manage/agenda/sessions/{found.item.id}#people" if is_organiser else found.path
    return RedirectResponse(path, status_code=303)


@router.post("/e/{slug}/manage/agenda/sessions/{session_id}/people/{delegate_id}/send-instead")
def send_instead(session: DbSession, now: Now, access: Annotated[Access[SeatIn], Depends(SEND)]) -> Response:
    """The organiser agrees: the colleague has the part from the next release on."""
    found = access.found
    said = absence_of(session, session_id=found.item.id, delegate_id=found.delegate.id)
    if said is None:
        raise Refused({"instead_id": _("This person comes after all.")})
    service.send_instead(
        session, event=found.event, item=found.item, absence=said, actor=access.principal.actor(), now=now
    )
    return RedirectResponse(f"/e/{found.event.slug}/manage/agenda/sessions/{found.item.id}#people", status_code=303)


def _colleagues(session: Session, found: SeatIn) -> list[Delegate]:
    """Who of the delegation can go, by rank."""
    rows = stand_ins(
        session,
        found.event,
        found.delegate,
        starts_at=found.placed.starts_at,
        ends_at=found.placed.ends_at,
        among=[one.delegate_id for one in found.item.people],
    )
    return [one.delegate for one in rows if one.obstacle is None]


def _page(
    request: Request,
    session: Session,
    access: Access[SeatIn],
    form: Bound[AbsentForm],
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    found = access.found
    context = {
        "event": found.event,
        "person": found.delegate,
        "is_own": access.principal.delegate_id == found.delegate.id,
        "item": found.item,
        "placed": found.placed,
        "part": next(one.part.value for one in found.item.people if one.delegate_id == found.delegate.id),
        "said": absence_of(session, session_id=found.item.id, delegate_id=found.delegate.id),
        "colleagues": _colleagues(session, found),
        "path": found.path,
        "is_over": found.placed.ends_at <= now,
        "form": form,
    }
    return render(request, "office/cannot_come.html", context, status=status)
