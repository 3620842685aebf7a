"""One notice for each person whom a release touches: what it changes against what they were last told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.differences import Place, SessionChange, difference, entries_of_release
from app.agenda.models import AgendaRelease
from app.agenda.queries import release_numbered, releases_of
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.events.queries import rooms_of
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting, WishPerson
from app.meetings.notices import line_of
from app.meetings.queries import meetings_of
from app.platform import outbox
from app.platform.outbox import MailState, OutboxMail

REPLACED = "replaced by the notice of a newer release"
"""Why a held notice was dropped whose content stands in a newer one."""


@dataclass(frozen=True, kw_only=True)
class OwnChange:
    """What one session's change means for one person; without ``was`` it is new to them, without ``now`` it is gone."""

    title: str
    was: Place | None
    now: Place | None
    room: str | None

    @property
    def is_moved(self) -> bool:
        return self.was is not None and self.now is not None and self.was != self.now


def notify(
    session: Session,
    *,
    event: Event,
    release: AgendaRelease,
    touched: Iterable[int],
    moved: frozenset[int],
    without_meeting: frozenset[int],
    now: datetime,
) -> int:
    """One held mail for each touched person with an address, of sessions and meetings; returns how many were written.

    A notice of an older release that nobody has sent yet is replaced: the new one tells of both, or that both together
    change nothing.

    Args:
        moved: the meetings that this release put elsewhere.
        without_meeting: who lost the time of a meeting by this release.
    """
    rooms = {room.id: f"{room.name}, {room.site.name}" for room in rooms_of(session, event.id)}
    held = _held_notices(session, event, touched, before=release.number)
    after = entries_of_release(release_numbered(session, event.id, release.number))
    releases: dict[int, AgendaRelease | None] = {}
    differences: dict[int, tuple[SessionChange, ...]] = {}
    elsewhere = _meetings_elsewhere(session, event, release, moved, {one for older in held.values() for one in older})
    written = 0
    for delegate in delegates_by_id(session, touched).values():
        if delegate.email is None or not delegate.is_active:
            continue
        older = held.get(delegate.id, {})
        told = min(older, default=release.number) - 1
        if told not in differences:
            releases[told] = release_numbered(session, event.id, told)
            differences[told] = difference(entries_of_release(releases[told]), after)
        titles = _titles((releases[told], release), delegate.locale or "en")
        own = own_changes(differences[told], rooms, titles, delegate_id=delegate.id)
        is_without = delegate.id in without_meeting or _lost_a_meeting(session, event, delegate, older)
        meetings = [
            line_of(meeting, delegate)
            for meeting, number in elsewhere
            if number in (*older, release.number) and delegate.id in meeting.wish.delegate_ids
        ]
        for mail in older.values():
            mail.state, mail.reason = MailState.DROPPED, REPLACED
        written += _write(session, event, delegate, release, own, meetings, is_without=is_without, now=now)
    return written


def own_changes(
    changes: Iterable[SessionChange], rooms: Mapping[int, str], titles: Mapping[int, str], *, delegate_id: int
) -> tuple[OwnChange, ...]:
    """What a difference means for one person, in the order of time.

    Args:
        rooms: names by ID.
        titles: of sessions by ID, in the language of the person.
    """
    found = []
    for change in changes:
        if delegate_id not in change.touched:
            continue
        now = change.now if change.part_of(delegate_id) else None
        found.append(
            OwnChange(
                title=titles.get(change.session_id, change.title),
                was=change.was if change.part_before(delegate_id) else None,
                now=now,
                room=rooms.get(now.room_id) if now else None,
            )
        )
    return tuple(found)


def _titles(releases: Sequence[AgendaRelease | None], locale: str) -> dict[int, str]:
    shown = [placed for one in releases if one is not None for placed in one.sessions]
    return {placed.session_id: placed.frozen["titles"].get(locale) or placed.frozen["title"] for placed in shown}


def _key(event: Event, number: int, delegate_id: int) -> str:
    return f"release {event.id} {number} {delegate_id}"


def _held_notices(
    session: Session, event: Event, delegate_ids: Iterable[int], *, before: int
) -> dict[int, dict[int, OutboxMail]]:
    """By person, the notices since they were last told anything, by number of the release: held ones, and those that
    were replaced by them."""
    wanted = set(delegate_ids)
    mails = session.scalars(
        select(OutboxMail)
        .where(OutboxMail.event_id == event.id, OutboxMail.key.startswith(f"release {event.id} ", autoescape=True))
        .order_by(OutboxMail.id)
        .with_for_update()
    )
    found: dict[int, dict[int, OutboxMail]] = {}
    for mail in mails:
        number, delegate_id = (int(part) for part in mail.key.split()[2:])
        if delegate_id not in wanted or number >= before:
            continue
        if mail.state is MailState.HELD or (mail.state is MailState.DROPPED and mail.reason == REPLACED):
            found.setdefault(delegate_id, {})[number] = mail
        else:
            # They were told, or somebody decided that they shall not be: what came before is settled.
            found.pop(delegate_id, None)
    return {
        person: mails for person, mails in found.items() if any(mail.state is MailState.HELD for mail in mails.values())
    }


def _meetings_elsewhere(
    session: Session, event: Event, release: AgendaRelease, moved: frozenset[int], older: Collection[int]
) -> list[tuple[Meeting, int]]:
    """Meetings that stand where a release put them, with its number: this one, or one whose notice was not sent."""
    if not moved and not older:
        return []
    numbers = {one.released_at: one.number for one in releases_of(session, event.id) if one.number in older}
    found = []
    for meeting in meetings_of(session, event.id):
        if meeting.id in moved:
            found.append((meeting, release.number))
        elif meeting.sequence > 0 and meeting.changed_at in numbers:
            found.append((meeting, numbers[meeting.changed_at]))
    return found


def _lost_a_meeting(session: Session, event: Event, delegate: Delegate, older: Mapping[int, OutboxMail]) -> bool:
    """Whether a release whose notice was not sent took the time of a meeting of theirs that has no other yet."""
    if not older:
        return False
    moments = select(AgendaRelease.released_at).where(
        AgendaRelease.event_id == event.id, AgendaRelease.number.in_(older)
    )
    statement = (
        select(Meeting.id)
        .join(WishPerson, WishPerson.wish_id == Meeting.wish_id)
        .where(
            Meeting.event_id == event.id,
            Meeting.state == MeetingState.CANCELLED,
            Meeting.changed_at.in_(moments),
            WishPerson.delegate_id == delegate.id,
        )
        .limit(1)
    )
    return session.scalar(statement) is not None


def _write(
    session: Session,
    event: Event,
    delegate: Delegate,
    release: AgendaRelease,
    own: tuple[OwnChange, ...],
    meetings: Sequence[Mapping[str, Any]],
    *,
    is_without: bool,
    now: datetime,
) -> bool:
    mail = outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause=f"release {release.number}",
        key=_key(event, release.number, delegate.id),
        to=delegate.email or "",
        locale=delegate.locale,
        template="mail/released",
        context={
            "event": event,
            "name": delegate.badge_name,
            "release": release,
            "changes": own,
            "meetings": meetings,
            "lost_meeting": is_without,
        },
        is_held=True,
    )
    return mail is not None
