"""Moving sessions: one action for dragging, arrow keys and the dialog; pins; steps back and forth."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.board import Board, read_board
from app.agenda.forms import PinForm, PlaceForm, StepForm
from app.agenda.models import DraftStep
from app.agenda.routes.board import Done, address_of, board_page, move_page, numbers_shown
from app.agenda.routes.versions import chosen
from app.agenda.steps import last_move_of
from app.events.models import Event
from app.events.queries import event_of_path, local
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import is_htmx, render

router = APIRouter()

CHANGE = Policy("agenda.change", roles=ORGANISERS, loader=event_of_path)
Organiser = Annotated[Access[Event], Depends(CHANGE)]


@router.post("/e/{slug}/manage/agenda/place")
def place(request: Request, session: DbSession, form: FormData, now: Now, access: Organiser) -> Response:
    """Give a session a start and a room, or put it back to the tray."""
    typed = chosen(form)
    bound = bind(PlaceForm, typed)
    if bound.value is None or bound.value.missing:
        return _refused(request, session, access, typed, bound, bound.value.missing if bound.value else bound.errors)
    value, event, actor = bound.value, access.found, access.principal.actor()
    try:
        if value.is_tray:
            service.put_back(
                session, event=event, session_id=value.session_id, version=value.version, actor=actor, now=now
            )
        else:
            service.place(
                session,
                event=event,
                session_id=value.session_id,
                room_id=value.room_id or 0,
                starts_at=_instant(event, value.day or "", value.time or ""),
                version=value.version,
                actor=actor,
                now=now,
            )
    except Refused as refused:
        return _refused(request, session, access, typed, bound, refused.errors)
    except Conflict:
        mine = "" if value.is_tray else f"{value.room_id}|{value.day}|{value.time}"
        return _both_versions(request, session, access, typed, mine=mine or "tray")
    return _shown(request, session, access, typed, now=now, verb="put_back" if value.is_tray else "placed")


@router.post("/e/{slug}/manage/agenda/pin")
def pin(request: Request, session: DbSession, form: FormData, now: Now, access: Organiser) -> Response:
    """Pin the room, the time or both of a placed session, or neither."""
    typed = chosen(form)
    bound = bind(PinForm, typed)
    if bound.value is None:
        return _refused(request, session, access, typed, bound, bound.errors)
    value = bound.value
    try:
        service.pin(
            session,
            event=access.found,
            session_id=value.session_id,
            kind=value.kind,
            version=value.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Conflict:
        return _both_versions(request, session, access, typed, mine="", pin=value.kind.value)
    return _shown(request, session, access, typed, now=now, verb="pinned")


@router.post("/e/{slug}/manage/agenda/undo")
def undo(request: Request, session: DbSession, form: FormData, now: Now, access: Organiser) -> Response:
    """Take the newest step back."""
    return _step(request, session, chosen(form), access, now=now, act=service.undo, verb="undone")


@router.post("/e/{slug}/manage/agenda/redo")
def redo(request: Request, session: DbSession, form: FormData, now: Now, access: Organiser) -> Response:
    """Do again what was taken back last."""
    return _step(request, session, chosen(form), access, now=now, act=service.redo, verb="redone")


def _step(
    request: Request,
    session: Session,
    typed: Mapping[str, str],
    access: Access[Event],
    *,
    now: datetime,
    act: Callable[..., DraftStep],
    verb: str,
) -> Response:
    bound = bind(StepForm, typed)
    if bound.value is None:
        raise Refused(bound.errors)
    event, actor = access.found, access.principal.actor()
    try:
        draft = service.draft_for(session, event=event, actor=actor, now=now)
        done = act(session, event=event, draft=draft, step_id=bound.value.step_id, actor=actor, now=now)
    except Conflict:
        found = read_board(session, event, day=typed.get("on", ""), numbers=numbers_shown(request))
        who, at = last_move_of(session, found.draft.id)
        said = _("%(who)s changed this draft at %(at)s. Look at it again before you take a step back.") % {
            "who": who or _("Somebody"),
            "at": f"{local(event, at):%H:%M}" if at else "–",
        }
        view = typed.get("view", "")
        return board_page(request, session, found, view=view, now=now, overtaken=said, status=409)
    # What a run or a file did to many is looked at where one is.
    about = next(iter(done.places)) if len(done.places) == 1 else ""
    typed = {**typed, "session_id": about}
    return _shown(request, session, access, typed, now=now, verb=verb, count=len(done.places))


def _shown(
    request: Request,
    session: Session,
    access: Access[Event],
    typed: Mapping[str, str],
    *,
    now: datetime,
    verb: str,
    count: int = 1,
) -> Response:
    """The board after a change, on the day on which the session now is."""
    session.expire_all()
    event, view, numbers = access.found, typed.get("view", "rooms"), numbers_shown(request)
    found = read_board(session, event, day=typed.get("on", ""), numbers=numbers)
    item = next((one for one in found.facts.sessions if str(one.id) == typed["session_id"]), None)
    there = found.day_of(item) if item else None
    if there is not None and there is not found.shown:
        found = read_board(session, event, day=there.on.isoformat(), numbers=numbers)
    if is_htmx(request):
        return board_page(request, session, found, view=view, now=now, done=Done(verb=verb, item=item, count=count))
    anchor = f"#card-{item.id}" if item else ""
    return RedirectResponse(address_of(found, view=view) + anchor, status_code=303)


def _refused(
    request: Request,
    session: Session,
    access: Access[Event],
    typed: Mapping[str, str],
    bound: Bound[Any],
    errors: Mapping[str, str],
) -> Response:
    """The dialog again with what was typed."""
    found = _held(session, access, typed)
    if found is None:
        raise Refused(errors)
    form = Bound[Any](None, dict(errors), bound.typed)
    return move_page(request, session, found, view=typed.get("view", "rooms"), form=form, status=422)


def _both_versions(
    request: Request, session: Session, access: Access[Event], typed: Mapping[str, str], *, mine: str, pin: str = ""
) -> Response:
    """Where the session is now beside where this editor wanted it; nothing was changed."""
    session.expire_all()
    found = _held(session, access, typed)
    if found is None or found.held is None:
        raise NotFound
    who, at = last_move_of(session, found.draft.id, found.held.id)
    context = {
        "event": found.event,
        "board": found,
        "view": typed.get("view", "rooms"),
        "on": typed.get("on", ""),
        "theirs": found.placed.get(found.held.id),
        "mine": mine,
        "room_of_mine": next((room for room in found.facts.rooms if mine.startswith(f"{room.id}|")), None),
        "pin": pin,
        "who": who,
        "at": at,
    }
    headers = {"HX-Retarget": "#board-dialog", "HX-Reswap": "innerHTML"}
    block = "dialog" if is_htmx(request) else None
    return render(request, "agenda/board_conflict.html", context, block=block, status=409, headers=headers)


def _held(session: Session, access: Access[Event], typed: Mapping[str, str]) -> Board | None:
    number = typed.get("session_id", "")
    if not number.isdecimal() or len(number) > 9:
        return None
    return read_board(session, access.found, day=typed.get("on", ""), held=int(number))


def _instant(event: Event, day: str, clock: str) -> datetime:
    """A day and a time at the venue; the first and the last days that there are reach beyond them elsewhere."""
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=ZoneInfo(event.timezone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused({"time": _("This is no time at the venue.")}) from None
