"""What does this session need, and who is on it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.agenda import service
from app.agenda.absences import absences_of
from app.agenda.editing import FIELDS, MOST_WINDOWS, SessionForm, as_typed, read_typed
from app.agenda.enums import Part, SessionKind
from app.agenda.forms import PersonForm
from app.agenda.models import AgendaSession
from app.agenda.planner import read_facts
from app.agenda.queries import current_draft, session_in_event
from app.agenda.routes.versions import changed_by
from app.delegations.queries import delegates_named
from app.events.enums import Layout
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

MOST_FOUND = 12

SAVED = ("agenda.session_added", "agenda.session_changed", "agenda.session_withdrawn", "agenda.person_set")
"""What makes another version of a session; a move is one of its place."""


@dataclass(frozen=True)
class SessionIn:
    """A session and the edition that it is of."""

    event: Event
    item: AgendaSession


def session_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> SessionIn:
    """Loader of a policy: a session of the edition by its number."""
    event = event_of_path(session, params, principal)
    return SessionIn(event, session_in_event(session, event.id, number_of(params["session_id"])))


NEW = Policy("agenda.new_session", roles=ORGANISERS, loader=event_of_path)
READ = Policy("agenda.session", roles=ORGANISERS, loader=session_of_path)
CHANGE = Policy("agenda.change_session", roles=ORGANISERS, loader=session_of_path)

Found = Annotated[Access[SessionIn], Depends(CHANGE)]


@router.get("/e/{slug}/manage/agenda/sessions/new")
def new_session(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(NEW)]) -> Response:
    """An empty form."""
    empty = dict.fromkeys(FIELDS, "") | {"kind": "workshop", "duration_minutes": "60", "is_plenary": "no"}
    return _page(request, session, access.found, None, Bound(None, {}, empty))


@router.post("/e/{slug}/manage/agenda/sessions/new")
def add_session(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(NEW)]
) -> Response:
    """Write a session that waits for a place."""
    bound = _bound(form)
    if bound.value is None:
        return _page(request, session, access.found, None, bound, status=422)
    try:
        with session.begin_nested():
            item = service.add_session(
                session, event=access.found, form=bound.value, actor=access.principal.actor(), now=now
            )
    except Refused as refused:
        return _page(request, session, access.found, None, Bound(None, refused.errors, bound.typed), status=422)
    return _to(access.found, item.id)


@router.get("/e/{slug}/manage/agenda/sessions/{session_id}")
def session_page(
    request: Request, session: ReadSession, access: Annotated[Access[SessionIn], Depends(READ)], q: str = ""
) -> Response:
    """What it needs, where it is, who is on it; ``q`` looks for somebody to put on it."""
    return _page(request, session, access.found.event, access.found.item, None, asked=q)


@router.post("/e/{slug}/manage/agenda/sessions/{session_id}")
def save_session(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Save; where somebody saved meanwhile, both versions stand side by side."""
    event, item = access.found.event, access.found.item
    bound = _bound(form)
    if bound.value is None:
        return _page(request, session, event, item, bound, status=422)
    try:
        with session.begin_nested():
            service.save_session(
                session, event=event, item=item, form=bound.value, actor=access.principal.actor(), now=now
            )
    except Conflict:
        return _both_versions(request, session, access.found, bound.typed)
    except Refused as refused:
        return _page(request, session, event, item, Bound(None, refused.errors, bound.typed), status=422)
    return _to(event, item.id)


@router.post("/e/{slug}/manage/agenda/sessions/{session_id}/people")
def set_person(session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Put somebody on, change their part or order, or take them off."""
    bound = bind(PersonForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    said = bound.value
    service.set_person(
        session,
        event=access.found.event,
        item=access.found.item,
        delegate_id=said.delegate_id,
        part=None if said.part == "off" else Part(said.part),
        speaking_minutes=said.speaking_minutes,
        position=said.position,
        actor=access.principal.actor(),
        now=now,
    )
    return _to(access.found.event, access.found.item.id, "#people")


@router.post("/e/{slug}/manage/agenda/sessions/{session_id}/withdraw")
def withdraw_session(session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Take a session out of the agenda; the public learns it with the next release."""
    version, item = str(form.get("version", "")), access.found.item
    try:
        service.cancel_session(
            session,
            item=item,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            actor=access.principal.actor(),
            now=now,
        )
    except Conflict:
        by = last_change_of(session, entity="agenda_session", entity_id=item.id, actions=SAVED)
        said = _("Look at it again before you withdraw it.")
        raise Conflict(f"{changed_by(access.found.event, *by)} {said}", alternatives=(item.title,)) from None
    return RedirectResponse(f"/e/{access.found.event.slug}/manage/agenda", status_code=303)


def _to(event: Event, session_id: int, part: str = "") -> Response:
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/sessions/{session_id}{part}", status_code=303)


def _bound(form: FormData) -> Bound[SessionForm]:
    several = {name: [str(one) for one in form.getlist(name)] for name in ("features", "after", "not_with", "rooms")}
    typed = read_typed(form, several)
    return bind(SessionForm, {**typed, "version": str(form.get("version", "0"))})


def _page(
    request: Request,
    session: Session,
    event: Event,
    item: AgendaSession | None,
    form: Bound[SessionForm] | None,
    *,
    asked: str = "",
    status: int = 200,
) -> Response:
    facts = read_facts(session, event)
    typed = form.typed if form is not None else as_typed(facts, item) if item is not None else {}
    rows = [one.partition("/")[::2] for one in str(typed.get("windows", "")).split(", ") if one]
    draft = current_draft(session, event.id)
    placement = next((one for one in draft.placements if item and one.session_id == item.id), None) if draft else None
    context = {
        "event": event,
        "item": item,
        "form": form or Bound(None, {}, typed),
        "kinds": [kind.value for kind in SessionKind],
        "parts": [part.value for part in Part],
        "layouts": sorted({one.value for one in Layout} | {layout for room in facts.rooms for layout in room.layouts}),
        "features": sorted({feature for room in facts.rooms for feature in room.features}),
        "rooms": facts.rooms,
        "resources": facts.resources,
        "units": dict(one.split("=", 1) for one in str(typed.get("uses", "")).split(", ") if "=" in one),
        "others": [one for one in facts.sessions if item is None or one.id != item.id],
        "windows": [*rows, *[("", "")] * 2][:MOST_WINDOWS],
        "placement": placement,
        "absences": absences_of(session, event.id, session_id=item.id) if item else [],
        "asked": asked,
        "matches": delegates_named(session, event.id, asked, most=MOST_FOUND) if asked.strip() else [],
    }
    return render(request, "agenda/session_needs.html", context, status=status)


def _both_versions(request: Request, session: Session, found: SessionIn, mine: Mapping[str, Any]) -> Response:
    session.expire_all()
    item = session_in_event(session, found.event.id, found.item.id)
    theirs = as_typed(read_facts(session, found.event), item)
    who, at = last_change_of(session, entity="agenda_session", entity_id=item.id, actions=SAVED)
    context = {
        "event": found.event,
        "item": item,
        "who": who,
        "at": at,
        "rows": [(name, theirs[name], mine.get(name, ""), theirs[name] != mine.get(name, "")) for name in FIELDS],
    }
    return render(request, "agenda/session_conflict.html", context, status=409)
