"""An agenda that comes back from a table: all of it is judged before anything of it is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.agenda.enums import StepVerb
from app.agenda.models import AgendaDraft, AgendaSession
from app.agenda.planner import Placed, stamp_of
from app.agenda.queries import current_draft, sessions_of
from app.agenda.service.drafting import draft_for, swap_placements
from app.agenda.service.moving import editing, refuse_off_the_grid
from app.agenda.table import NEEDED
from app.events.models import Event, Room
from app.events.queries import days_of, local, rooms_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

Read = TypeVar("Read")

NOTHING_DRAFTED = "nothing"
"""The stamp of a draft that is not there yet."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a file: the row as a spreadsheet counts it, the column by its name, and a sentence."""

    row: int
    column: str
    message: str


class FileRefused(Refused):
    """A table that cannot be an agenda; ``faults`` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__({f"{fault.row} {fault.column}": fault.message for fault in faults})
        self.faults = tuple(faults)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One session whose place a file changes; ``was`` or ``now`` is missing where it comes or goes."""

    title: str
    was: tuple[datetime, str] | None
    now: tuple[datetime, str] | None


@dataclass(frozen=True, kw_only=True)
class ReadAgenda:
    """What a file asks for: every place, what of it differs from the draft, and which draft that was."""

    places: tuple[Placed, ...]
    moves: tuple[Moved, ...]
    stamp: str


def read_agenda(session: Session, event: Event, rows: Sequence[tuple[int, Sequence[str]]]) -> ReadAgenda:
    """What a table would do to the current draft; nothing is written.

    Args:
        rows: the number of each row and its cells, the first with the names of the columns.

    Raises:
        FileRefused: with every fault by row and column.
    """
    sheet = _Sheet(session, event)
    places = sheet.read(rows)
    draft = current_draft(session, event.id)
    return ReadAgenda(places=places, moves=sheet.moves(draft, places), stamp=_stamp(draft))


def import_agenda(
    session: Session,
    *,
    event: Event,
    rows: Sequence[tuple[int, Sequence[str]]],
    seen: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Make the current draft what a table says, as one step that can be taken back; how many sessions moved.

    A session that the table does not name goes back to the tray.

    Args:
        seen: the stamp of the draft beside which the table was looked at.

    Raises:
        FileRefused: the table is wrong; nothing is written.
        Refused: it would break a rule that this edition lets no edit break.
        Conflict: the draft is another by now.
    """
    found = read_agenda(session, event, rows)
    if found.stamp != seen:
        raise Conflict(_("The draft was changed meanwhile. Nothing was applied; look at what would move now."))
    draft = draft_for(session, event=event, actor=actor, now=now)
    with editing(session, event, draft, StepVerb.IMPORTED, actor=actor, now=now):
        changed = swap_placements(session, draft, found.places)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.imported",
        entity="agenda_draft",
        entity_id=draft.id,
        changes={"placements_changed": (None, changed)},
    )
    return changed


def _stamp(draft: AgendaDraft | None) -> str:
    return stamp_of(draft) if draft is not None else NOTHING_DRAFTED


def _date_of(said: str) -> date:
    """A date as it is written; a spreadsheet may have put midnight to it."""
    return date.fromisoformat(said.split("T")[0].split(" ")[0])


def _time_of(said: str) -> time:
    """A time at the venue; a spreadsheet may have left the first nought out, or put seconds to it."""
    at = time.fromisoformat(f"0{said}" if said[1:2] == ":" else said)
    if at.tzinfo is not None:
        raise ValueError("a time elsewhere")
    return at


class _Sheet:
    """A table beside the rows of the edition; faults are gathered, so that one reading names them all."""

    def __init__(self, session: Session, event: Event) -> None:
        self._session, self._event = session, event
        self._items = {item.id: item for item in sessions_of(session, event.id)}
        self._rooms = {room.slug: room for room in rooms_of(session, event.id)}
        self._days = {day.on for day in days_of(session, event.id)}
        self._faults: list[Fault] = []

    def read(self, rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[Placed, ...]:
        """The place of each row, or all faults at once."""
        number, heads = rows[0]
        columns = {head.strip().casefold(): place for place, head in enumerate(heads)}
        for name in NEEDED:
            if name not in columns:
                self._fault(number, name, _("This column is missing."))
        if self._faults:
            raise FileRefused(self._faults)
        places, first_seen = [], dict[int, int]()
        for number, cells in rows[1:]:
            row = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
            placed = self._place(number, row)
            if placed is None:
                continue
            if placed.session_id in first_seen:
                first = first_seen[placed.session_id]
                self._fault(number, "session", _("This session stands in row %(row)s already.") % {"row": first})
            first_seen.setdefault(placed.session_id, number)
            places.append(placed)
        if not places and not self._faults:
            self._fault(number, "session", _("There is no session below the names of the columns."))
        if self._faults:
            raise FileRefused(self._faults)
        return tuple(places)

    def moves(self, draft: AgendaDraft | None, places: Sequence[Placed]) -> tuple[Moved, ...]:
        """What differs from the draft, in the order of titles."""
        rooms = {room.id: room.name for room in self._rooms.values()}
        was = {one.session_id: (one.starts_at, rooms[one.room_id]) for one in (draft.placements if draft else ())}
        new = {one.session_id: (one.starts_at, rooms[one.room_id]) for one in places}
        return tuple(
            Moved(title=item.title, was=was.get(item.id), now=new.get(item.id))
            for item in sorted(self._items.values(), key=lambda one: (one.title, one.id))
            if was.get(item.id) != new.get(item.id)
        )

    def _fault(self, row: int, column: str, message: str) -> None:
        self._faults.append(Fault(row=row, column=column, message=message))

    def _place(self, number: int, row: Mapping[str, str]) -> Placed | None:
        item, room = self._item(number, row["session"]), self._room(number, row["room"])
        starts_at = self._start(number, row)
        if item is None or room is None or starts_at is None:
            return None
        self._check_against(number, row, item, starts_at)
        return Placed(session_id=item.id, room_id=room.id, starts_at=starts_at)

    def _item(self, number: int, said: str) -> AgendaSession | None:
        item = self._items.get(int(said)) if said.isdecimal() and len(said) < 10 else None
        if item is None:
            self._fault(number, "session", _("There is no session “%(said)s” in this edition.") % {"said": said})
        return item

    def _room(self, number: int, said: str) -> Room | None:
        room = self._rooms.get(said)
        if room is None or not room.takes_sessions:
            self._fault(number, "room", _("There is no room “%(said)s” for sessions.") % {"said": said})
            return None
        return room

    def _start(self, number: int, row: Mapping[str, str]) -> datetime | None:
        on = self._read(number, row, "date", _date_of, _("2019-09-03"))
        at = self._read(number, row, "start", _time_of, _("09:30"))
        if on is None or at is None:
            return None
        if on not in self._days:
            self._fault(number, "date", _("There is no day “%(said)s” in this edition.") % {"said": row["date"]})
            return None
        starts_at = datetime.combine(on, at, ZoneInfo(self._event.timezone)).astimezone(UTC)
        try:
            refuse_off_the_grid(self._session, self._event, starts_at)
        except Refused as refused:
            self._fault(number, "start", " ".join(refused.errors.values()))
            return None
        return starts_at

    def _read(
        self, number: int, row: Mapping[str, str], column: str, reads: Callable[[str], Read], form: str
    ) -> Read | None:
        """What a cell says, or a fault that shows the ``form`` in which it is written."""
        try:
            return reads(row[column])
        except ValueError:
            said_of = {"said": row[column], "form": form}
            self._fault(number, column, _("“%(said)s” is not written like %(form)s.") % said_of)
            return None

    def _check_against(self, number: int, row: Mapping[str, str], item: AgendaSession, starts_at: datetime) -> None:
        """What the file says besides places must be what is here: nothing of it would be taken over."""
        ends_at = local(self._event, starts_at + timedelta(minutes=item.duration_minutes))
        if row.get("end") and row["end"][:5] != f"{ends_at:%H:%M}":
            said = {"minutes": item.duration_minutes, "end": f"{ends_at:%H:%M}"}
            self._fault(number, "end", _("It lasts %(minutes)s minutes and ends at %(end)s.") % said)
        # The title of a pair stays neutral for visitors, so it may differ here.
        if row.get("title") and item.partnership_id is None and row["title"] != item.title:
            said = {"title": item.title}
            self._fault(number, "title", _("Here it is “%(title)s”. A title is changed on the session's page.") % said)
