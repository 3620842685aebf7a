"""An independent checker of a draft: it reads the tables by itself and imports nothing of ``app`` or ``scheduler``.

Written from the words of the agenda problem, minute by minute and on purpose without cleverness: a minute is a number
since midnight, at the venue, of the day before the edition, and every question is asked of every minute. Whoever changes
the rules changes this file from the words, never from the code.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

Conflict = tuple[str, frozenset[str]]
"""A rule, and whom it is about."""

Row = Mapping[str, Any]
Rows = Mapping[str, list[Row]]

TABLES = (
    "event_day", "day_closing", "site", "walk", "room", "room_opening", "resource", "resource_time", "agenda_session",
    "session_person", "session_window", "session_room", "session_order", "session_apart", "session_use", "agenda_draft",
    "draft_placement", "delegate", "blocked_time", "agenda_rules", "claim", "holding", "event",
)  # fmt: skip


def rows_of(connection: Any) -> Rows:
    """Every table that an agenda depends on, as it is now; one edition alone is in the database."""
    return {
        name: [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()] for name in TABLES
    }


@dataclass(frozen=True, eq=False)
class Stay:
    """A session where the draft has it."""

    name: str
    row: Row
    room: Row
    start: int
    end: int

    @property
    def minutes(self) -> range:
        return range(self.start, self.end)


class Clerk:
    """One draft and all that is known about it. ``conflicts`` is what the clerk would write down."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        event = rows["event"][0]
        self.grain = int(event["grain_minutes"])
        first = date.fromisoformat(str(event["starts_on"])[:10]) - timedelta(days=1)
        self.midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(event["timezone"]))
        self.sessions = {row["id"]: row for row in rows["agenda_session"] if not row["is_cancelled"]}
        self.rooms = {row["id"]: row for row in rows["room"] if row["takes_sessions"]}
        self.sites = {row["id"]: row["code"] for row in rows["site"]}
        self.ways = {(row["from_site_id"], row["to_site_id"]): row["minutes"] for row in rows["walk"]}
        current = {row["id"] for row in rows["agenda_draft"] if row["is_current"]}
        self.stays = {
            row["session_id"]: self._stay(row)
            for row in rows["draft_placement"]
            if row["draft_id"] in current and row["session_id"] in self.sessions
        }
        self.on: dict[int, set[int]] = {}
        for row in rows["session_person"]:
            if row["part"].lower() != "may_attend":
                self.on.setdefault(row["session_id"], set()).add(row["delegate_id"])
        kinds = {row["id"]: row["kind"].lower() for row in rows["holding"]}
        self.ledger: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for row in rows["claim"]:
            taken = self.ledger.setdefault((row["kind"].lower(), row["resource"]), [])
            taken.append((row["tick"], kinds[row["holding_id"]]))

    def conflicts(self, *, without: str = "") -> list[Conflict]:
        """Every broken rule with its subjects; ``without`` leaves a rule out, for whoever wants to see it missed."""
        return sorted(
            ((rule, subjects) for rule, find in RULES.items() if rule != without for subjects in find(self)),
            key=lambda one: (one[0], sorted(one[1])),
        )

    def _stay(self, row: Row) -> Stay:
        session = self.sessions[row["session_id"]]
        start = self.minute(row["starts_at"])
        end = start + session["duration_minutes"]
        return Stay(session["slug"], session, self.rooms[row["room_id"]], start, end)

    def minute(self, instant: Any) -> int:
        """The minute of an instant, which one database gives as text and another as a time."""
        at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return int((at - self.midnight).total_seconds()) // 60

    def span(self, row: Row) -> range:
        return range(self.minute(row["starts_at"]), self.minute(row["ends_at"]))

    def minutes_in(self, table: str, **where: Any) -> set[int] | None:
        """All minutes of the stretches of a table for one owner; nothing where the owner has none."""
        ((column, owner),) = where.items()
        found = [self.span(row) for row in self.rows[table] if row[column] == owner]
        return {minute for span in found for minute in span} if found else None

    def held_elsewhere(self, kind: str, resource: str, *, but: set[str]) -> set[int]:
        """Minutes in which the ledger has somebody or something for other things than ``but``."""
        ticks = [tick for tick, holder in self.ledger.get((kind, resource), ()) if holder not in but]
        return {minute for tick in ticks for minute in range(tick * self.grain, (tick + 1) * self.grain)}


def _listed(value: Any) -> list[Any]:
    return json.loads(value) if isinstance(value, str) else list(value or [])


def _overlap(one: Stay, other: Stay) -> bool:
    return bool(set(one.minutes) & set(other.minutes))


def _placed_once(clerk: Clerk) -> Iterator[frozenset[str]]:
    """A session that is not optional is placed."""
    for number, row in clerk.sessions.items():
        if number not in clerk.stays and not row["is_optional"]:
            yield frozenset({row["slug"]})


def _inside_a_day(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Within one day, outside closed time; and the room is open."""
    days = []
    for day in clerk.rows["event_day"]:
        closed = clerk.minutes_in("day_closing", day_id=day["id"]) or set()
        days.append(set(clerk.span(day)) - closed)
    for stay in clerk.stays.values():
        if not any(day.issuperset(stay.minutes) for day in days):
            yield frozenset({stay.name})
        is_open = clerk.minutes_in("room_opening", room_id=stay.room["id"])
        if is_open is not None and not is_open.issuperset(stay.minutes):
            yield frozenset({stay.name, stay.room["slug"]})


def _room_fits(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Capacity, layout, features, booths, allowed rooms."""
    for number, stay in clerk.stays.items():
        asks, room = stay.row, stay.room
        among = {row["room_id"] for row in clerk.rows["session_room"] if row["session_id"] == number}
        fits = (
            room["capacity"] >= asks["audience"]
            and (not asks["layout"] or asks["layout"] in _listed(room["layouts"]))
            and set(_listed(asks["features"])) <= set(_listed(room["features"]))
            and room["booths"] >= asks["booths"]
            and (not among or room["id"] in among)
        )
        if not fits:
            yield frozenset({stay.name, room["slug"]})


def _one_session_a_room(clerk: Clerk) -> Iterator[frozenset[str]]:
    """The turnover is free after each."""
    for one, other in combinations(clerk.stays.values(), 2):
        if one.room["id"] != other.room["id"]:
            continue
        pause = one.room["turnover_minutes"]
        if one.start < other.end + pause and other.start < one.end + pause:
            yield frozenset({one.name, other.name, one.room["slug"]})


def _one_place_a_person(clerk: Clerk) -> Iterator[frozenset[str]]:
    """The next one starts no earlier than this one's end and the walk."""
    for (a, one), (b, other) in combinations(clerk.stays.items(), 2):
        here, there = one.room["site_id"], other.room["site_id"]
        way = 0 if here == there else clerk.ways.get((here, there), clerk.ways.get((there, here), 0))
        if one.end + way <= other.start or other.end + way <= one.start:
            continue
        for person in clerk.on.get(a, set()) & clerk.on.get(b, set()):
            yield frozenset({f"p{person}", one.name, other.name})


def _available(clerk: Clerk) -> Iterator[frozenset[str]]:
    """After arrival, before departure, outside blocked time and what the ledger has of the person elsewhere."""
    delegates = {row["id"]: row for row in clerk.rows["delegate"]}
    for number, stay in clerk.stays.items():
        for person in clerk.on.get(number, set()):
            row = delegates[person]
            away = clerk.minutes_in("blocked_time", delegate_id=person) or set()
            away |= clerk.held_elsewhere("person", str(person), but={"session", "walk", "meeting"})
            too_early = row["arrives_at"] is not None and stay.start < clerk.minute(row["arrives_at"])
            too_late = row["departs_at"] is not None and stay.end > clerk.minute(row["departs_at"])
            if too_early or too_late or away & set(stay.minutes):
                yield frozenset({f"p{person}", stay.name})


def _inside_windows(clerk: Clerk) -> Iterator[frozenset[str]]:
    for number, stay in clerk.stays.items():
        allowed = clerk.minutes_in("session_window", session_id=number)
        if allowed is not None and not allowed.issuperset(stay.minutes):
            yield frozenset({stay.name})


def _order(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Starts when the other has ended, or later; holds if one is left out."""
    for row in clerk.rows["session_order"]:
        later, earlier = clerk.stays.get(row["session_id"]), clerk.stays.get(row["after_id"])
        if later and earlier and later.start < earlier.end:
            yield frozenset({later.name, earlier.name})


def _apart(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Symmetric: two that are to be apart are written down once, whoever of them says so."""
    pairs = {frozenset({row["session_id"], row["other_id"]}) for row in clerk.rows["session_apart"]}
    for a, b in map(tuple, pairs):
        one, other = clerk.stays.get(a), clerk.stays.get(b)
        if one and other and _overlap(one, other):
            yield frozenset({one.name, other.name})


def _same_room(clerk: Clerk) -> Iterator[frozenset[str]]:
    for stay in clerk.stays.values():
        other = clerk.stays.get(stay.row["same_room_as_id"])
        if other is not None and other.room["id"] != stay.room["id"]:
            yield frozenset({stay.name, other.name})


def _resources(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Not above the capacity while sessions run, what works elsewhere counted; within shifts, outside breaks.

    Overuse is written down once for each set of sessions: as they are whenever one of them starts, or while some units
    work elsewhere.
    """
    for resource in clerk.rows["resource"]:
        code, units = resource["code"], {}
        for row in clerk.rows["session_use"]:
            if row["resource_id"] == resource["id"] and row["units"] and row["session_id"] in clerk.stays:
                units[clerk.stays[row["session_id"]]] = row["units"]
        times = [row for row in clerk.rows["resource_time"] if row["resource_id"] == resource["id"]]
        shifts = [clerk.span(row) for row in times if row["kind"].lower() == "shift"]
        breaks = [clerk.span(row) for row in times if row["kind"].lower() == "break"]
        for stay in units:
            works = not shifts or {minute for span in shifts for minute in span}.issuperset(stay.minutes)
            rests = any(set(span) & set(stay.minutes) for span in breaks)
            if not works or rests:
                yield frozenset({code, stay.name})
        elsewhere = [
            clerk.held_elsewhere("resource", f"{code}#{unit}", but={"session", "meeting"})
            for unit in range(1, resource["capacity"] + 1)
        ]
        told = set()
        for minute in {minute for stay in units for minute in stay.minutes}:
            running = frozenset(stay for stay in units if minute in stay.minutes)
            away = sum(minute in taken for taken in elsewhere)
            begins = away or any(stay.start == minute for stay in running)
            if begins and sum(units[stay] for stay in running) + away > resource["capacity"]:
                told.add(running)
        for running in told:
            yield frozenset({code, *(stay.name for stay in running)})


def _plenary(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Nothing else runs, in any room."""
    for one, other in combinations(clerk.stays.values(), 2):
        if (one.row["is_plenary"] or other.row["is_plenary"]) and _overlap(one, other):
            yield frozenset({one.name, other.name})


def _parallel(clerk: Clerk) -> Iterator[frozenset[str]]:
    """Written down once for each set of sessions that runs when one of them starts."""
    most = next((row["max_parallel"] for row in clerk.rows["agenda_rules"]), None)
    if most is None:
        return
    sets = {
        frozenset(other.name for other in clerk.stays.values() if one.start in other.minutes)
        for one in clerk.stays.values()
    }
    yield from (names for names in sets if len(names) > most)


RULES: Mapping[str, Callable[[Clerk], Iterator[frozenset[str]]]] = {
    "session_placed_once": _placed_once,
    "inside_a_day_and_open_hours": _inside_a_day,
    "room_fits": _room_fits,
    "room_hosts_one_session": _one_session_a_room,
    "person_in_one_place": _one_place_a_person,
    "person_available": _available,
    "inside_windows": _inside_windows,
    "order_kept": _order,
    "not_together": _apart,
    "same_room": _same_room,
    "resource_not_overused": _resources,
    "plenary_alone": _plenary,
    "parallel_limit": _parallel,
}
"""By the name that the words give it. A pin goes along with a hand edit and cannot be broken by one."""
