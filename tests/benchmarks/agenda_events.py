"""Agenda problems of the sizes that events have, each around a plan that keeps every rule; seeded.

``KINDS`` names what an event stresses. The planted plan is thrown away: it only makes sure that there is one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

DAY, LENGTH, LUNCH = 288, 108, (42, 54)
"""Grains of five minutes: from midnight to midnight, an event's day of nine hours, its closed hour."""
GAP = 3
"""Grains that lie between two sessions of a person in the planted plan: a walk of two and a rest of one."""
DURATIONS = (6, 9, 9, 12, 12, 18)

KINDS = {
    "mixed": {"clashes": 2},
    "clashes": {"clashes": 8, "tight": True},
    "rooms": {"clashes": 0},
    "vips": {"clashes": 2, "vips": True},
}
"""By name: clash pairs a session, audiences that nearly fill their rooms, people with little time."""


@dataclass(frozen=True)
class Spot:
    """Where the planted plan has a session."""

    start: int
    end: int
    room: int


def event_of(
    kind: str,
    *,
    seed: int,
    sessions: int,
    days: int,
    rooms: int | None = None,
    fullness: float = 0.5,
) -> Document:
    """The document of an agenda problem; equal for equal arguments.

    Args:
        rooms: how many, or as many as make room time ``fullness`` full (turnover is not counted).
    """
    for attempt in range(100):
        draw = random.Random(f"{kind} {seed} {sessions} {days} {rooms} {fullness} {attempt}")
        durations = [draw.choice(DURATIONS) for _ in range(sessions)]
        hours = days * (LENGTH - LUNCH[1] + LUNCH[0])
        count = rooms or max(2, round(sum(durations) / (hours * fullness)))
        house = [_room(draw, index, turnover=0 if fullness > 0.7 else draw.choice([0, 0, 2])) for index in range(count)]
        spots = _planted(draw, durations, house, days)
        if spots is not None:
            return _document(draw, house, spots, days, **KINDS[kind])
    raise ValueError(f"{sessions} sessions do not go into {rooms} rooms")


def _room(draw: random.Random, index: int, *, turnover: int) -> Document:
    return {
        "id": f"room-{index}",
        "capacity": draw.choice([30, 40, 60, 80, 80, 120, 200]) if index else 500,
        "layouts": ["theatre", "round"] if draw.random() < 0.6 else ["theatre"],
        "features": ["stage"] if draw.random() < 0.4 else [],
        "booths": draw.choice([0, 2, 6]) if index else 6,
        "turnover": turnover,
        "site": "C" if index == 0 or draw.random() < 0.7 else "M",
    }


def _planted(draw: random.Random, durations: list[int], house: list[Document], days: int) -> list[Spot] | None:
    """A place for each session, one stretch between closing times after the other; nothing if they do not fit."""
    stretches = [
        (room, DAY * day + start, DAY * day + end)
        for room in range(len(house))
        for day in range(days)
        for start, end in ((0, LUNCH[0]), (LUNCH[1], LENGTH))
    ]
    held: list[list[int]] = [[] for _ in stretches]
    left = [end - start for _, start, end in stretches]
    for index in sorted(range(len(durations)), key=lambda one: (-durations[one], draw.random())):
        roomy = max(range(len(stretches)), key=lambda one: (left[one], draw.random()))
        if left[roomy] < durations[index]:
            return None
        held[roomy].append(index)
        left[roomy] -= durations[index] + house[stretches[roomy][0]]["turnover"]
    spots: dict[int, Spot] = {}
    for stretch, (room, start, _) in enumerate(stretches):
        spare = max(0, left[stretch])
        draw.shuffle(held[stretch])
        for index in held[stretch]:
            pause = draw.randint(0, spare)
            spare -= pause
            start += pause
            spots[index] = Spot(start, start + durations[index], room)
            start += durations[index] + house[room]["turnover"]
    return [spots[index] for index in range(len(durations))]


def _document(
    draw: random.Random,
    house: list[Document],
    spots: list[Spot],
    days: int,
    *,
    clashes: int,
    tight: bool = False,
    vips: bool = False,
) -> Document:
    people = [{"id": f"p{index}", "rest": draw.choice([0, 0, 1])} for index in range(len(spots) * 6 // 5)]
    busy: list[list[Spot]] = [[] for _ in people]
    sessions = [
        _session(draw, index, spot, house[spot.room], _free_people(draw, spot, busy), tight=tight)
        for index, spot in enumerate(spots)
    ]
    for person, own in zip(people, busy, strict=True):
        if own and draw.random() < (0.6 if vips else 0.15):
            person["available"] = _around(draw, own, days, wide=12 if vips else 40)
    _add_order(draw, sessions, spots)
    _add_interpreters(draw, sessions, spots)
    return {
        "format": "bridge-agenda/1",
        "days": [
            {
                "id": f"d{day}",
                "start": DAY * day,
                "end": DAY * day + LENGTH,
                "closed": [[DAY * day + LUNCH[0], DAY * day + LUNCH[1]]],
            }
            for day in range(days)
        ],
        "rooms": house,
        "walks": [{"from": "C", "to": "M", "grains": 2}],
        "people": people,
        "resources": [{"id": "interpreters", "capacity": max(2, len(house) // 3)}],
        "sessions": sessions,
        "clashes": _clashes(draw, len(spots), clashes),
    }


def _session(
    draw: random.Random, index: int, spot: Spot, room: Document, people: list[str], *, tight: bool
) -> Document:
    session: Document = {"id": f"s{index}", "duration": spot.end - spot.start, "people": people}
    least = 0.5 if tight else 0.12
    session["audience"] = 0 if draw.random() < 0.1 else max(5, int(room["capacity"] * draw.uniform(least, 1.0)))
    if draw.random() < 0.2:
        session["windows"] = [[spot.start - draw.randint(0, 40), spot.end + draw.randint(0, 40)]]
    if draw.random() < 0.15:
        session["layout"] = draw.choice(room["layouts"])
    if room["features"] and draw.random() < 0.2:
        session["features"] = ["stage"]
    if room["booths"] and draw.random() < 0.2:
        session["booths"] = room["booths"]
    return session


def _free_people(draw: random.Random, spot: Spot, busy: list[list[Spot]]) -> list[str]:
    found: list[str] = []
    for person in draw.sample(range(len(busy)), min(len(busy), 6)):
        free = all(other.end + GAP <= spot.start or spot.end + GAP <= other.start for other in busy[person])
        if free and len(found) < draw.choice([1, 2, 3, 3]):
            busy[person].append(spot)
            found.append(f"p{person}")
    return found


def _around(draw: random.Random, own: list[Spot], days: int, *, wide: int) -> list[list[int]]:
    """Hours that hold all of somebody's sessions, day by day."""
    windows = []
    for day in range(days):
        there = [one for one in own if DAY * day <= one.start < DAY * (day + 1)]
        if there:
            start = min(one.start for one in there) - draw.randint(0, wide)
            windows.append([start, max(one.end for one in there) + draw.randint(0, wide)])
    return windows


def _add_order(draw: random.Random, sessions: list[Document], spots: list[Spot]) -> None:
    for index in draw.sample(range(len(spots)), len(spots) // 12):
        before = [other for other, one in enumerate(spots) if one.end <= spots[index].start]
        if before:
            sessions[index]["after"] = [f"s{draw.choice(before)}"]
    for index in draw.sample(range(len(spots)), len(spots) // 20):
        beside = [other for other, one in enumerate(spots) if other != index and one.room == spots[index].room]
        if beside:
            sessions[index]["same_room_as"] = f"s{draw.choice(beside)}"
    for index in draw.sample(range(len(spots)), len(spots) // 12):
        apart = [
            other
            for other, one in enumerate(spots)
            if other != index and (one.end <= spots[index].start or spots[index].end <= one.start)
        ]
        if apart:
            sessions[index]["not_with"] = [f"s{draw.choice(apart)}"]


def _add_interpreters(draw: random.Random, sessions: list[Document], spots: list[Spot]) -> None:
    """Teams for some sessions, as many at once as the smallest house has."""
    held: list[Spot] = []
    for index in draw.sample(range(len(spots)), len(spots) // 8):
        beside = [one for one in held if one.start < spots[index].end and spots[index].start < one.end]
        if len(beside) < 2:
            held.append(spots[index])
            sessions[index]["uses"] = {"interpreters": 1}


def _clashes(draw: random.Random, count: int, each: int) -> list[Document]:
    """Pairs of sessions of the same challenge, of which there are ten."""
    challenge = [draw.randrange(10) for _ in range(count)]
    return [
        {"sessions": [f"s{one}", f"s{other}"], "weight": draw.randint(1, 5)}
        for one, other in _pairs(draw, challenge, count * each)
    ]


def _pairs(draw: random.Random, challenge: list[int], wanted: int) -> Iterator[tuple[int, int]]:
    alike = [
        (one, other) for other in range(len(challenge)) for one in range(other) if challenge[one] == challenge[other]
    ]
    yield from draw.sample(alike, min(wanted, len(alike)))


def with_a_change(document: Document, plan: list[Document], change: str) -> Document:
    """The event with a plan from before and one thing that has changed since.

    Args:
        plan: placements that keep every rule.
        change: ``day lost``, somebody with sessions on several days is away on one of them; ``room closed``, a room
            is closed for the first day.
    """
    changed = {**document, "previous": plan}
    placed = {entry["session"]: entry for entry in plan}
    first = document["days"][0]
    on_first = [one for one in document["sessions"] if placed[one["id"]]["start"] < first["end"]]
    if change == "room closed":
        used = [placed[one["id"]]["room"] for one in on_first]
        closed = min(sorted(set(used)), key=lambda room: (used.count(room), room))
        later = [[day["start"], day["end"]] for day in document["days"][1:]]
        return changed | {
            "rooms": [room | {"open": later} if room["id"] == closed else room for room in document["rooms"]]
        }
    free = {one["id"] for one in document["people"] if "available" not in one}
    # Not somebody whose session is tied to the day.
    lost = next(
        person
        for one in on_first
        if "windows" not in one and "after" not in one
        for person in one["people"]
        if person in free and sum(person in other["people"] for other in on_first) == 1
    )
    away = [[day["start"], day["end"]] for day in document["days"][1:]]
    return changed | {"people": [one | {"available": away} if one["id"] == lost else one for one in document["people"]]}
