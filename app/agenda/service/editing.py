"""Writing sessions: what they need, how they hang together, and who is on them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.agenda.editing import SessionForm, as_typed, window_of
from app.agenda.enums import Part
from app.agenda.models import (
    AgendaSession,
    SessionAbsence,
    SessionApart,
    SessionOrder,
    SessionPerson,
    SessionRoom,
    SessionUse,
    SessionWindow,
)
from app.agenda.planner import AgendaFacts, read_facts
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.i18n import gettext as _
from app.platform.wording import folded


def add_session(session: Session, *, event: Event, form: SessionForm, actor: Actor, now: datetime) -> AgendaSession:
    """Write a new session; it waits for a place.

    Raises:
        Refused: by field, as in ``save_session``.
    """
    item = AgendaSession(
        event_id=event.id,
        slug=_free_slug(session, event, form.title),
        kind=form.kind,
        title=form.title,
        duration_minutes=form.duration_minutes,
    )
    session.add(item)
    session.flush()
    session.refresh(item, ["people", "windows", "rooms", "uses"])
    _write(session, read_facts(session, event), item, form)
    record_change(session, item, "agenda.session_added", actor, now, {"title": (None, item.title)})
    return item


def save_session(
    session: Session, *, event: Event, item: AgendaSession, form: SessionForm, actor: Actor, now: datetime
) -> None:
    """Change what a session needs.

    Raises:
        Conflict: somebody else saved it meanwhile.
        Refused: a length off the time grid, a window that ends before it starts, a name that nothing has, a session
            that comes after itself.
    """
    if item.version != form.version:
        raise Conflict(_("Somebody else saved this session meanwhile."))
    facts = read_facts(session, event)
    before = as_typed(facts, item)
    _write(session, facts, item, form)
    session.expire_all()
    facts = read_facts(session, event)
    after = as_typed(facts, next(one for one in facts.sessions if one.id == item.id))
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    record_change(session, item, "agenda.session_changed", actor, now, changes)


def set_person(
    session: Session,
    *,
    event: Event,
    item: AgendaSession,
    delegate_id: int,
    part: Part | None,
    speaking_minutes: int | None = None,
    position: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a person on a session, change their part, or take them off (no part).

    Raises:
        NotFound: the event has no such delegate, or they are not on it and are to be taken off.
        Refused: they take part no more.
    """
    delegate = delegate_in_event(session, event.id, delegate_id)
    row = session.scalar(
        select(SessionPerson).where(SessionPerson.session_id == item.id, SessionPerson.delegate_id == delegate_id)
    )
    before = row.part.value if row else None
    if part is None:
        if row is None:
            raise NotFound
        session.delete(row)
        session.execute(
            delete(SessionAbsence).where(
                SessionAbsence.session_id == item.id, SessionAbsence.delegate_id == delegate_id
            )
        )
    elif row is None:
        if not delegate.is_active:
            raise Refused({"part": _("This person no longer takes part.")})
        last = session.scalar(select(func.max(SessionPerson.position)).where(SessionPerson.session_id == item.id))
        place = (last or 0) + 1 if position is None else position
        session.add(
            SessionPerson(
                session_id=item.id,
                delegate_id=delegate_id,
                part=part,
                speaking_minutes=speaking_minutes,
                position=place,
            )
        )
    else:
        row.part, row.speaking_minutes = part, speaking_minutes
        row.position = row.position if position is None else position
    flag_modified(item, "title")  # the session is another version: whoever edits it beside us is told
    session.flush()
    changes = {f"person {delegate_id}": (before, part.value if part else None)}
    record_change(session, item, "agenda.person_set", actor, now, changes)


def cancel_session(session: Session, *, item: AgendaSession, version: int, actor: Actor, now: datetime) -> None:
    """Withdraw a session: it leaves the draft, and the public with the next release.

    Raises:
        Conflict: somebody else saved it meanwhile.
    """
    if item.version != version:
        raise Conflict(_("Somebody else saved this session meanwhile."))
    item.is_cancelled = True
    session.flush()
    record_change(session, item, "agenda.session_withdrawn", actor, now, {"is_cancelled": (False, True)})


def _write(session: Session, facts: AgendaFacts, item: AgendaSession, form: SessionForm) -> None:
    found = _checked(facts, item, form)
    for name in ("title", "kind", "duration_minutes", "audience", "layout", "booths", "is_plenary", "is_optional"):
        setattr(item, name, getattr(form, name))
    item.features, item.languages, item.value = list(form.features), list(form.languages), form.value
    item.same_room_as_id = found.same_room_as
    flag_modified(item, "title")
    for model in (SessionWindow, SessionRoom, SessionUse, SessionOrder, SessionApart):
        session.execute(delete(model).where(model.session_id == item.id))
    session.add_all(
        SessionWindow(session_id=item.id, starts_at=start.astimezone(UTC), ends_at=end.astimezone(UTC))
        for start, end in found.windows
    )
    session.add_all(SessionRoom(session_id=item.id, room_id=one) for one in found.rooms)
    session.add_all(SessionUse(session_id=item.id, resource_id=one, units=units) for one, units in found.uses.items())
    session.add_all(SessionOrder(session_id=item.id, after_id=one) for one in found.after)
    session.add_all(SessionApart(session_id=item.id, other_id=one) for one in found.not_with)
    session.flush()


class _Checked:
    """The rows that a form names; ``errors`` by field while it is read."""

    def __init__(self, facts: AgendaFacts, item: AgendaSession) -> None:
        self.errors: dict[str, str] = {}
        self._own = item.id
        self._sessions = {one.slug: one.id for one in facts.sessions}
        self._rooms = {one.slug: one.id for one in facts.rooms}
        self._resources = {one.code: one.id for one in facts.resources}
        self.windows: list[tuple[datetime, datetime]] = []
        self.rooms: list[int] = []
        self.uses: dict[int, int] = {}
        self.after: list[int] = []
        self.not_with: list[int] = []
        self.same_room_as: int | None = None

    def sessions(self, field: str, names: Iterable[str]) -> list[int]:
        ids = self._ids(field, names, self._sessions)
        if self._own in ids:
            self.errors[field] = _("A session cannot name itself.")
        return ids

    def read_rooms(self, names: Iterable[str]) -> None:
        self.rooms = self._ids("rooms", names, self._rooms)

    def read_uses(self, texts: Iterable[str]) -> None:
        for text in texts:
            code, _sign, units = text.partition("=")
            if code not in self._resources or not units.isdecimal() or not 1 <= int(units) <= 99:
                self.errors["uses"] = _("Give a number from 1 to 99 of what there is.")
                return
            self.uses[self._resources[code]] = int(units)

    def read_windows(self, texts: Iterable[str], facts: AgendaFacts) -> None:
        grid = facts.grid
        try:
            self.windows = [window_of(text, facts.event.timezone) for text in texts]
        except ValueError:
            self.errors["windows"] = _("A window has a start and, after it, an end.")
        if any(grid.tick_after(start) >= grid.tick(end) for start, end in self.windows):
            said = _("A window holds at least one whole step of %(number)s minutes.")
            self.errors["windows"] = said % {"number": grid.grain_minutes}

    def _ids(self, field: str, names: Iterable[str], known: Mapping[str, int]) -> list[int]:
        wanted = list(dict.fromkeys(names))
        if any(name not in known for name in wanted):
            self.errors[field] = _("Choose from the list.")
        return [known[name] for name in wanted if name in known]


def _checked(facts: AgendaFacts, item: AgendaSession, form: SessionForm) -> _Checked:
    found = _Checked(facts, item)
    if form.duration_minutes % facts.event.grain_minutes:
        said = _("Whole steps of %(number)s minutes.")
        found.errors["duration_minutes"] = said % {"number": facts.event.grain_minutes}
    found.read_windows(form.windows, facts)
    found.read_rooms(form.rooms)
    found.read_uses(form.uses)
    found.after = found.sessions("after", form.after)
    found.not_with = found.sessions("not_with", form.not_with)
    same = found.sessions("same_room_as", [form.same_room_as] if form.same_room_as else [])
    found.same_room_as = same[0] if same else None
    if found.errors:
        raise Refused(found.errors)
    return found


def _free_slug(session: Session, event: Event, title: str) -> str:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in folded(title))
    stem = "-".join(part for part in plain.split("-") if part)[:60] or "session"
    taken = set(session.scalars(select(AgendaSession.slug).where(AgendaSession.event_id == event.id)))
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)
