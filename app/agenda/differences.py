"""What differs between two agendas, drafts or releases: by session and by person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.agenda.enums import BINDING_PARTS, Part
from app.agenda.frozen import OF_THE_ROOM, differing, words_of
from app.agenda.models import AgendaDraft, AgendaRelease
from app.agenda.planner import AgendaFacts


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and when a session is, as far as a difference is concerned."""

    starts_at: datetime
    ends_at: datetime
    room_id: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A session in an agenda, as far as a difference is concerned: where, with whom, in what words."""

    session_id: int
    words: Mapping[str, Any]
    place: Place
    people: frozenset[tuple[int, Part]]

    @property
    def title(self) -> str:
        return str(self.words["title"])

    @property
    def bound(self) -> frozenset[int]:
        """The people whose time it takes."""
        return frozenset(person for person, part in self.people if part in BINDING_PARTS)


@dataclass(frozen=True, kw_only=True)
class SessionChange:
    """One session that differs between two agendas; ``was`` or ``now`` is missing where it came or went."""

    session_id: int
    title: str
    was: Place | None
    now: Place | None
    people: frozenset[tuple[int, Part]]
    people_before: frozenset[tuple[int, Part]]
    words: Mapping[str, Any]
    words_before: Mapping[str, Any]

    @property
    def reworded(self) -> tuple[str, ...]:
        """The names of words that differ, such as ``title``, but for those of another room: they move nobody."""
        if self.was is None or self.now is None:
            return ()
        differ = differing(self.words_before, self.words)
        return (
            differ if self.was.room_id == self.now.room_id else tuple(one for one in differ if one not in OF_THE_ROOM)
        )

    @property
    def touched(self) -> frozenset[int]:
        """Who has a different day: everybody of a moved session, else those who joined, left or changed their part."""
        differ = self.people | self.people_before if self.was != self.now else self.people ^ self.people_before
        return frozenset(person for person, _part in differ)

    def part_of(self, person: int) -> Part | None:
        """What a person does in it now."""
        return next((part for one, part in self.people if one == person), None)

    def part_before(self, person: int) -> Part | None:
        return next((part for one, part in self.people_before if one == person), None)


def difference(before: Iterable[Entry], after: Iterable[Entry]) -> tuple[SessionChange, ...]:
    """What changed from one agenda to another, in the order of time."""
    old = {entry.session_id: entry for entry in before}
    new = {entry.session_id: entry for entry in after}
    changes = []
    for session_id in old.keys() | new.keys():
        was, now = old.get(session_id), new.get(session_id)
        change = SessionChange(
            session_id=session_id,
            title=now.title if now else was.title if was else "",
            was=was.place if was else None,
            now=now.place if now else None,
            people=now.people if now else frozenset(),
            people_before=was.people if was else frozenset(),
            words=now.words if now else {},
            words_before=was.words if was else {},
        )
        if change.was != change.now or change.touched or change.reworded:
            changes.append(change)
    return tuple(sorted(changes, key=_when))


def _when(change: SessionChange) -> tuple[datetime, int]:
    place = change.now or change.was
    assert place is not None
    return place.starts_at, change.session_id


def entries_of_release(release: AgendaRelease | None) -> list[Entry]:
    """A release in the form that ``difference`` compares."""
    return [
        Entry(
            session_id=placed.session_id,
            words=placed.frozen,
            place=Place(starts_at=placed.starts_at, ends_at=placed.ends_at, room_id=placed.room_id),
            people=frozenset((person.delegate_id, person.part) for person in placed.people),
        )
        for placed in (release.sessions if release else ())
    ]


def entries_of_draft(facts: AgendaFacts, draft: AgendaDraft) -> list[Entry]:
    """A draft in the form that ``difference`` compares."""
    by_room = {room.id: room for room in facts.rooms}
    by_id = {item.id: item for item in facts.sessions}
    return [
        Entry(
            session_id=item.id,
            words=words_of(item, by_room[placement.room_id]),
            place=Place(
                starts_at=placement.starts_at,
                ends_at=placement.starts_at + timedelta(minutes=item.duration_minutes),
                room_id=placement.room_id,
            ),
            people=frozenset((person.delegate_id, person.part) for person in item.people),
        )
        for placement in draft.placements
        if (item := by_id.get(placement.session_id)) is not None
    ]
