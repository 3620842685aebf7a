"""Freezing a draft into a public release: one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.agenda.differences import SessionChange
from app.agenda.enums import BINDING_PARTS
from app.agenda.frozen import words_of
from app.agenda.models import (
    AgendaRelease,
    AgendaSession,
    DraftPlacement,
    ReleasedPerson,
    ReleasedSession,
)
from app.agenda.planner import AgendaFacts, BrokenRule
from app.agenda.preview import Preview, number_in, preview_of
from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import calendars, give_back, hold
from app.events.models import Event
from app.events.queries import local, walks_in_grains
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


class ReleaseRefused(Refused):
    """The draft breaks rules that a release must keep; ``violations`` says which."""

    def __init__(self, violations: Sequence[BrokenRule]) -> None:
        super().__init__({str(violation.number): violation.sentence for violation in violations})
        self.violations = tuple(violations)


class Overtaken(Conflict):
    """What would be released is no longer what was looked at: another release came first, or the draft changed."""


@dataclass(frozen=True, kw_only=True)
class Released:
    """A release and what differs from the one before, for those who tell people about it."""

    release: AgendaRelease
    before: AgendaRelease | None
    changes: tuple[SessionChange, ...]

    @property
    def touched(self) -> frozenset[int]:
        """The delegates whose day differs."""
        return frozenset(person for change in self.changes for person in change.touched)


def begin_release(session: Session, *, event: Event, seen: str | None) -> None:
    """Let one release of an edition run at a time, and only of what was looked at.

    Args:
        seen: the stamp of the preview that whoever releases has seen; ``None`` where nobody looked, as in a set-up.

    Raises:
        Overtaken: somebody released or changed the draft since.
    """
    # Not FOR UPDATE: whoever writes a row that points at the event meanwhile shall not wait.
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    if seen is None:
        return
    found = preview_of(session, event)
    if found.stamp != seen:
        raise Overtaken(_what_came_between(session, event, found, seen))


def release(
    session: Session, *, event: Event, name: str, note: str | None, seen: str | None = None, actor: Actor, now: datetime
) -> Released:
    """Freeze the current draft as the next release and swap the claims of the one before for its own.

    Raises:
        ReleaseRefused: a rule that blocks a release is broken and nobody lets it stand.
        Refused: there is nothing to release.
        Overtaken: what ``seen`` is a stamp of is there no more.
        Conflict: another release ran at the same moment.
        AlreadyTaken: a person, room or resource is held by a visit, a meeting or a block.
    """
    begin_release(session, event=event, seen=seen)
    found = preview_of(session, event)
    if not found.entries:
        raise Refused({"name": _("The draft is empty. Place a session first.")})
    if found.blocking:
        raise ReleaseRefused(found.blocking)
    frozen = _freeze(session, found, name=name, note=note, actor=actor, now=now)
    _swap_claims(session, facts=found.facts, before=found.newest, frozen=frozen)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.released",
        entity="agenda_release",
        entity_id=frozen.id,
        changes={
            "number": (found.newest.number if found.newest else None, frozen.number),
            "name": (None, name),
            "let_stand": (None, len(frozen.acknowledged)),
        },
    )
    return Released(release=frozen, before=found.newest, changes=found.changes)


def _what_came_between(session: Session, event: Event, found: Preview, seen: str) -> str:
    newest = found.newest
    if newest is None or newest.number == number_in(seen):
        return _("The draft was changed meanwhile. Look at the difference again, then release.")
    by = session.scalar(select(Account.display_name).where(Account.id == newest.released_by_id))
    return _("Release %(number)s, %(name)s, was made meanwhile: %(at)s, %(by)s. Nothing was released twice.") % {
        "number": newest.number,
        "name": newest.name,
        "at": f"{local(event, newest.released_at):%H:%M}",
        "by": by or "–",
    }


def _freeze(
    session: Session, found: Preview, *, name: str, note: str | None, actor: Actor, now: datetime
) -> AgendaRelease:
    facts, draft = found.facts, found.draft
    newest = session.scalar(select(func.max(AgendaRelease.number)).where(AgendaRelease.event_id == facts.event.id))
    frozen = AgendaRelease(
        event_id=facts.event.id,
        number=(newest or 0) + 1,
        name=name,
        note=note,
        draft_id=draft.id,
        released_at=now,
        released_by_id=actor.account_id,
        acknowledged=[
            {"rule": rule.rule, "sentence": rule.sentence, "reason": rule.acknowledged.reason}
            for rule in found.rules
            if rule.acknowledged is not None
        ],
    )
    session.add(frozen)
    try:
        with session.begin_nested():
            session.flush()
    except Exception as error:
        if "uq_agenda_release" in str(error) or "UNIQUE" in str(error):
            raise Conflict(_("Another release ran at the same moment. Look at it first.")) from None
        raise
    by_id = {item.id: item for item in facts.sessions}
    rows = [
        _frozen_session(frozen, facts, by_id[placement.session_id], placement)
        for placement in sorted(draft.placements, key=lambda one: (one.starts_at, one.session_id))
        if placement.session_id in by_id
    ]
    session.add_all(rows)
    session.flush()
    return frozen


def _frozen_session(
    frozen: AgendaRelease, facts: AgendaFacts, item: AgendaSession, placement: DraftPlacement
) -> ReleasedSession:
    room = next(room for room in facts.rooms if room.id == placement.room_id)
    return ReleasedSession(
        release_id=frozen.id,
        session_id=item.id,
        room_id=room.id,
        starts_at=placement.starts_at,
        ends_at=placement.starts_at + timedelta(minutes=item.duration_minutes),
        frozen=words_of(item, room),
        people=[
            ReleasedPerson(
                delegate_id=person.delegate_id,
                part=person.part,
                speaking_minutes=person.speaking_minutes,
                position=person.position,
            )
            for person in item.people
        ],
    )


def _swap_claims(session: Session, *, facts: AgendaFacts, before: AgendaRelease | None, frozen: AgendaRelease) -> None:
    session.refresh(frozen, ["sessions"])
    old_people = _bound_people(before)
    by_id = {item.id: item for item in facts.sessions}
    bound = {
        placed.id: tuple(
            person.delegate_id for person in by_id[placed.session_id].people if person.part in BINDING_PARTS
        )
        for placed in frozen.sessions
    }
    people = {person for persons in bound.values() for person in persons} | old_people
    walks = walks_in_grains(session, facts.event)
    with calendars(session, event_id=facts.event.id, person_ids=people, walks=walks):
        _forget(session, before)
        for placed in frozen.sessions:
            placed.holding_id = _hold_session(session, facts, placed, by_id[placed.session_id], bound[placed.id])


def _hold_session(
    session: Session, facts: AgendaFacts, placed: ReleasedSession, item: AgendaSession, people: tuple[int, ...]
) -> int:
    room = next(room for room in facts.rooms if room.id == placed.room_id)
    codes = {resource.id: resource.code for resource in facts.resources}
    end = facts.grid.tick_after(placed.ends_at)
    return hold(
        session,
        event_id=facts.event.id,
        wanted=Wanted(
            kind=HoldingKind.SESSION,
            start_tick=facts.grid.tick(placed.starts_at),
            end_tick=end,
            site_id=room.site_id,
            person_ids=people,
            room_id=room.id,
            room_end_tick=end + facts.grid.grains(room.turnover_minutes),
            resources={codes[use.resource_id]: use.units for use in item.uses},
            capacities={resource.code: resource.capacity for resource in facts.resources},
        ),
    )


def _bound_people(release_: AgendaRelease | None) -> set[int]:
    if release_ is None:
        return set()
    return {
        person.delegate_id for placed in release_.sessions for person in placed.people if person.part in BINDING_PARTS
    }


def _forget(session: Session, before: AgendaRelease | None) -> None:
    """Give back what the release before held; its rows stay as they were shown."""
    if before is None:
        return
    holdings = [placed.holding_id for placed in before.sessions if placed.holding_id is not None]
    for placed in before.sessions:
        placed.holding_id = None
    session.flush()
    give_back(session, holding_ids=holdings)
