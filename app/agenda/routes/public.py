"""The public agenda: releases only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.agenda.differences import difference, entries_of_release
from app.agenda.models import AgendaRelease, ReleasedSession
from app.agenda.public_days import Wanted, public_days
from app.agenda.queries import last_appearance, newest_release, people_named, release_numbered, releases_of
from app.agenda.shown import ShownSession, shown_of, shown_sessions
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import days_of, event_of_path, rooms_of
from app.pairing.queries import public_partnerships_of
from app.platform.database.sessions import ReadSession
from app.platform.errors import NotFound
from app.platform.page_cache import shared_page
from app.platform.rendering import is_htmx, render

router = APIRouter()

AGENDA = Policy("agenda.public", roles=ANYONE, loader=event_of_path)


@dataclass(frozen=True)
class ReleasedIn:
    """A released session, its release and the edition."""

    event: Event
    release: AgendaRelease
    placed: ReleasedSession
    shown: ShownSession
    was: ReleasedSession | None
    """The same session as it was released last before this release."""

    @property
    def is_withdrawn(self) -> bool:
        return self.placed.release_id != self.release.id


def released_session_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> ReleasedIn:
    """Loader of a policy: a session of the newest release by its short name, or one that a release has withdrawn.

    The name of a case session holds its cities: while they are not public it leads there for those alone who act in the
    edition, so that nobody else can try names.
    """
    event = event_of_path(session, params, principal)
    release = newest_release(session, event.id)
    if release is None:
        raise NotFound
    wanted, belongs = params["session_slug"], principal.is_signed_in and principal.role is not Role.PUBLIC
    for placed, shown in zip(release.sessions, shown_sessions(session, event, release), strict=True):
        if shown.frozen["slug"] == wanted or (belongs and placed.frozen["slug"] == wanted):
            was = last_appearance(session, event.id, session_id=placed.session_id, before=release.number)
            return ReleasedIn(event, release, placed, shown, was)
    return _withdrawn(session, event, release, str(wanted), belongs=belongs)


def _withdrawn(session: Session, event: Event, release: AgendaRelease, slug: str, *, belongs: bool) -> ReleasedIn:
    gone = last_appearance(session, event.id, slug=slug, before=release.number)
    if gone is None or any(placed.session_id == gone.session_id for placed in release.sessions):
        raise NotFound
    shown = shown_of(gone, {one.id for one in public_partnerships_of(session, event.id)})
    if shown.is_neutral and not belongs:
        raise NotFound
    return ReleasedIn(event, release, gone, shown, None)


CHANGES = Policy("agenda.public_changes", roles=ANYONE, loader=event_of_path)
SESSION = Policy("agenda.public_session", roles=ANYONE, loader=released_session_of_path)


@router.get("/e/{slug}/agenda")
def agenda(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(AGENDA)],
    day: str = "",
    room: str = "",
    challenge: str = "",
    kind: str = "",
) -> Response:
    """What happens when and where."""
    event = access.found
    wanted = Wanted(room=room, challenge=challenge, kind=kind)
    return shared_page(request, session, lambda: _agenda(request, session, event, day, wanted), event_id=event.id)


def _agenda(request: Request, session: Session, event: Event, day: str, wanted: Wanted) -> Response:
    release = newest_release(session, event.id)
    days = public_days(
        event,
        shown_sessions(session, event, release),
        wanted=wanted,
        days=days_of(session, event.id),
        rooms=[one.slug for one in rooms_of(session, event.id)],
    )
    shown = [one for one in days if one.on.isoformat() == day] or list(days)
    frozen = [one.frozen for one in release.sessions] if release else []
    context = {
        "event": event,
        "release": release,
        "days": days,
        "shown": shown,
        "day": day,
        "chosen": asdict(wanted),
        "modalities": {one.id: one.modality for one in public_partnerships_of(session, event.id)},
        "rooms": sorted({(one["room_slug"], one["room"]) for one in frozen}),
        "kinds": sorted({str(one["kind"]) for one in frozen}),
        "challenges": {one["challenge"]: one["challenge_names"] for one in frozen if one["challenge"]},
    }
    return render(request, "agenda/programme.html", context, block="sessions" if is_htmx(request) else None)


@router.get("/e/{slug}/agenda/{session_slug}")
def agenda_session(
    request: Request, session: ReadSession, access: Annotated[Access[ReleasedIn], Depends(SESSION)]
) -> Response:
    """Is this for me, and how do I get there?"""
    found = access.found
    return shared_page(request, session, lambda: _session(request, session, found), event_id=found.event.id)


@router.get("/e/{slug}/changes")
def changes(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(CHANGES)], since: str = ""
) -> Response:
    """What is new, moved or withdrawn since an earlier release, the one before unless another is named."""
    event = access.found
    return shared_page(request, session, lambda: _changes(request, session, event, since), event_id=event.id)


def _changes(request: Request, session: Session, event: Event, since: str) -> Response:
    release = newest_release(session, event.id)
    if release is None:
        raise NotFound
    before = release_numbered(session, event.id, number_of(since) if since else release.number - 1)
    if before is None and since:
        raise NotFound
    rows = {placed.session_id: placed for one in (before, release) if one for placed in one.sessions}
    public = {one.id for one in public_partnerships_of(session, event.id)}
    differs = [
        one
        for one in difference(entries_of_release(before), entries_of_release(release))
        if one.was != one.now or one.reworded  # who is on a session is nobody's business but theirs
    ]
    context = {
        "event": event,
        "release": release,
        "before": before,
        "changes": [(one, shown_of(rows[one.session_id], public)) for one in differs],
        "rooms": {placed.room_id: placed.frozen["room"] for one in (before, release) if one for placed in one.sessions},
        "releases": [one for one in releases_of(session, event.id) if one.number < release.number],
    }
    return render(request, "agenda/changes.html", context)


def _session(request: Request, session: Session, found: ReleasedIn) -> Response:
    if found.is_withdrawn:
        gone = {"event": found.event, "release": found.release, "placed": found.shown}
        return render(request, "agenda/withdrawn.html", gone)
    same_time = [
        one
        for one in shown_sessions(session, found.event, found.release)
        if one.id != found.placed.id and one.starts_at < found.placed.ends_at and found.placed.starts_at < one.ends_at
    ]
    context = {
        "event": found.event,
        "release": found.release,
        "placed": found.shown,
        "was": found.was if found.was and _where(found.was) != _where(found.placed) else None,
        "same_time": same_time,
        "people": () if found.shown.is_neutral else people_named(session, found.placed),
        "partnership_id": None if found.shown.is_neutral else found.placed.frozen["partnership_id"],
    }
    return render(request, "agenda/session.html", context)


def _where(placed: ReleasedSession) -> tuple[datetime, datetime, int]:
    return placed.starts_at, placed.ends_at, placed.room_id
