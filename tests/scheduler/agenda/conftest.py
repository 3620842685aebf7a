"""Generators of agenda problems and a reference that tries everything."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import stage_values
from scheduler.agenda.solution import AgendaSolution, Placement
from scheduler.agenda.validation import validate

Raw = dict[str, Any]

LEFT_OUT_RULES = {"session_placed_once", "left_out_listed"}


def _as_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_as_tuples(one) for one in value)
    if isinstance(value, dict):
        return {key: _as_tuples(one) for key, one in value.items()}
    return value


def make_problem(**fields: Any) -> AgendaProblem:
    """A problem from JSON-like fields, with one day and one room unless told."""
    raw = {
        "format": "bridge-agenda/1",
        "days": [{"id": "d1", "start": 0, "end": 20}],
        "rooms": [{"id": "r1", "capacity": 100}],
        **fields,
    }
    return AgendaProblem.model_validate(_as_tuples(raw))


def make_solution(*placements: tuple[str, int, str], unplaced: tuple[str, ...] = ()) -> AgendaSolution:
    return AgendaSolution(
        placements=tuple(Placement(session=session, start=start, room=room) for session, start, room in placements),
        unplaced=unplaced,
    )


def all_best(problem: AgendaProblem) -> tuple[int, int] | None:
    """The best stage values by trying every placement of every session; ``None`` when no plan keeps every rule."""
    moments = (
        range(min(day.start for day in problem.days), max(day.end for day in problem.days)) if problem.days else ()
    )
    best: tuple[int, int] | None = None

    def extend(index: int, placements: tuple[Placement, ...], left_out: tuple[str, ...]) -> None:
        nonlocal best
        if index == len(problem.sessions):
            solution = AgendaSolution(placements=placements, unplaced=left_out)
            if not validate(problem, solution):
                values = stage_values(problem, solution)
                rank = (values["unplaced"], values["cost"])
                best = rank if best is None or rank < best else best
            return
        session = problem.sessions[index]
        for start in moments:
            for room in problem.rooms:
                longer = (*placements, Placement(session=session.id, start=start, room=room.id))
                broken = {found.rule for found in validate(problem, AgendaSolution(placements=longer))}
                # Placing more never mends what is broken already, but for what is not placed yet.
                if broken <= LEFT_OUT_RULES:
                    extend(index + 1, longer, left_out)
        if not session.is_required:
            extend(index + 1, placements, (*left_out, session.id))

    extend(0, (), ())
    return best


def _window(rng: random.Random, end: int, shortest: int) -> list[int]:
    start = rng.randrange(0, max(1, end - shortest))
    return [start, rng.randint(min(end, start + shortest), end)]


def tiny_raw(rng: random.Random) -> Raw:
    """A problem small enough to try everything, with each kind of fact now and then."""
    end = rng.randint(6, 12)
    days = [{"id": "d1", "start": 0, "end": end}]
    if rng.random() < 0.4:
        cut = rng.randint(2, end - 2)
        days = [{"id": "d1", "start": 0, "end": cut}, {"id": "d2", "start": cut, "end": end}]
    if rng.random() < 0.3:
        days[0]["closed"] = [_window(rng, days[0]["end"], 1)]
    rooms = [_tiny_room(rng, index, end) for index in range(rng.randint(1, 2))]
    people = [_tiny_person(rng, index, end) for index in range(2)]
    resources = [
        {
            "id": "x",
            "capacity": rng.randint(1, 3),
            "open": [_window(rng, end, 3)] if rng.random() < 0.3 else None,
            "taken": [[*_window(rng, end, 1), rng.randint(0, 2)]] if rng.random() < 0.3 else [],
        }
    ]
    ids = [f"s{index}" for index in range(rng.choice([1, 2, 3, 3, 4, 4] if end < 10 else [1, 2, 3]))]
    sessions = [_tiny_session(rng, name, ids, rooms, end) for name in ids]
    pairs = [(a, b) for a in ids for b in ids if a < b]
    clashes = [{"sessions": list(pair), "weight": rng.randint(0, 3)} for pair in pairs if rng.random() < 0.5]
    previous = [
        {"session": rng.choice([*ids, "gone"]), "start": rng.randint(0, end), "room": rng.choice(["r0", "r1", "gone"])}
    ]
    return {
        "format": "bridge-agenda/1",
        "days": days,
        "rooms": rooms,
        "walks": [{"from": "A", "to": "B", "grains": rng.randint(0, 2)}]
        + ([{"from": "B", "to": "A", "grains": rng.randint(0, 2)}] if rng.random() < 0.3 else []),
        "people": people,
        "resources": resources,
        "sessions": sessions,
        "clashes": clashes,
        "max_parallel": rng.choice([None, None, None, 1, 2]),
        "previous": previous if rng.random() < 0.5 else None,
        "weights": {
            "clash": rng.randint(0, 3),
            "room_too_large": rng.randint(0, 2),
            "moved_start": rng.randint(0, 5),
            "moved_room": rng.randint(0, 5),
            "late_start": rng.randint(0, 1),
            "day_balance": rng.randint(0, 3),
        },
    }


def _tiny_room(rng: random.Random, index: int, end: int) -> Raw:
    return {
        "id": f"r{index}",
        "capacity": rng.choice([10, 40]),
        "layouts": rng.choice([["theatre"], ["theatre", "round"]]),
        "features": rng.choice([[], ["stage"]]),
        "booths": rng.randint(0, 2),
        "open": [_window(rng, end, 4)] if rng.random() < 0.2 else None,
        "turnover": rng.choice([0, 0, 1, 2]),
        "site": rng.choice([None, "A", "B"]),
    }


def _tiny_person(rng: random.Random, index: int, end: int) -> Raw:
    return {
        "id": f"p{index}",
        "available": [_window(rng, end, 4) for _ in range(rng.randint(1, 2))] if rng.random() < 0.3 else None,
        "rest": rng.choice([0, 0, 0, 1, 2]),
    }


def _tiny_session(rng: random.Random, name: str, ids: list[str], rooms: list[Raw], end: int) -> Raw:
    others = [other for other in ids if other != name]

    def sometimes(chance: float, value: Any, otherwise: Any) -> Any:
        return value if rng.random() < chance else otherwise

    duration = rng.randint(1, 3)
    windows = sometimes(0.3, [_window(rng, end, duration) for _ in range(rng.randint(1, 2))], None)
    pin = None
    if rng.random() < 0.15:
        pin = {"room": rng.choice(rooms)["id"]}
        if windows is None and rng.random() < 0.5:
            pin["start"] = rng.randrange(0, end)
    return {
        "id": name,
        "duration": duration,
        "people": [person for person in ("p0", "p1") if rng.random() < 0.35],
        "audience": rng.choice([0, 3, 3, 10, 20]),
        "layout": sometimes(0.1, "round", None),
        "features": sometimes(0.15, ["stage"], []),
        "booths": sometimes(0.15, 1, 0),
        "rooms": sometimes(0.2, [room["id"] for room in rooms if rng.random() < 0.8], None),
        "windows": windows,
        "pin": pin,
        "after": [rng.choice(others)] if others and rng.random() < 0.2 else [],
        "not_with": [rng.choice(others)] if others and rng.random() < 0.2 else [],
        "same_room_as": rng.choice(others) if others and rng.random() < 0.15 else None,
        "uses": sometimes(0.3, {"x": rng.randint(0, 2)}, {}),
        "plenary": rng.random() < 0.1,
        "optional": rng.random() < 0.4,
        "value": rng.randint(0, 4),
    }


@pytest.fixture(scope="session")
def problem_of() -> Callable[..., AgendaProblem]:
    return make_problem


@pytest.fixture(scope="session")
def solution_of() -> Callable[..., AgendaSolution]:
    return make_solution


@pytest.fixture(scope="session")
def brute_force() -> Callable[[AgendaProblem], tuple[int, int] | None]:
    return all_best


@pytest.fixture(scope="session")
def tiny() -> Callable[[int], AgendaProblem]:
    return lambda seed: AgendaProblem.model_validate(_as_tuples(tiny_raw(random.Random(seed))))


def planted_raw(seed: int, sessions: int, *, days: int = 2, fullness: float = 0.5, grains: int = 96) -> Raw:
    """A problem around a plan that is known to be right, with rooms up to ``fullness`` full; facts are invented."""
    rng = random.Random(seed)
    durations = [rng.choice([6, 9, 12, 12, 18]) for _ in range(sessions)]
    rooms_needed = max(2, round(sum(durations) / (days * (grains - 12) * fullness)))
    rooms = [
        {
            "id": f"room-{index}",
            "capacity": rng.choice([40, 60, 80, 120, 200, 400]),
            "layouts": ["theatre"] if rng.random() < 0.5 else ["theatre", "round"],
            "features": ["stage"] if rng.random() < 0.5 else [],
            "booths": rng.choice([0, 2, 6]),
            "turnover": rng.choice([0, 2]),
            "site": rng.choice(["C", "C", "M"]),
        }
        for index in range(rooms_needed)
    ]
    planted = _plant(rng, durations, rooms, days, grains)
    ids = list(planted)
    people = [{"id": f"p{index}", "rest": rng.choice([0, 0, 1])} for index in range(sessions)]
    problem: Raw = {
        "format": "bridge-agenda/1",
        "days": [
            {
                "id": f"d{day}",
                "start": day * 288,
                "end": day * 288 + grains,
                "closed": [[day * 288 + 42, day * 288 + 54]],
            }
            for day in range(days)
        ],
        "rooms": rooms,
        "walks": [{"from": "C", "to": "M", "grains": 2}],
        "people": people,
        "resources": [{"id": "interpreters", "capacity": 2}],
        "sessions": [_planted_session(rng, name, planted, people) for name in ids],
        "clashes": [{"sessions": sorted(rng.sample(ids, 2)), "weight": rng.randint(1, 5)} for _ in range(sessions)],
        "max_parallel": None,
    }
    problem["clashes"] = list({tuple(one["sessions"]): one for one in problem["clashes"]}.values())
    return _keep_right(problem, planted)


def _plant(rng: random.Random, durations: list[int], rooms: list[Raw], days: int, grains: int) -> dict[str, Any]:
    planted: dict[str, Any] = {}
    for index, duration in enumerate(durations):
        for _ in range(5000):
            room = rng.choice(rooms)
            half = rng.choice([(0, 42), (54, grains)])
            start = 288 * rng.randrange(days) + rng.randint(half[0], half[1] - duration)
            gap = room["turnover"]
            if all(
                other[1] != room["id"] or other[0] >= start + duration + gap or start >= other[0] + other[2] + gap
                for other in planted.values()
            ):
                planted[f"s{index}"] = (start, room["id"], duration)
                break
    return planted


def _planted_session(rng: random.Random, name: str, planted: dict[str, Any], people: list[Raw]) -> Raw:
    start, _, duration = planted[name]
    session: Raw = {"id": name, "duration": duration, "audience": rng.choice([0, 20, 30, 40])}
    session["people"] = [one["id"] for one in rng.sample(people, min(len(people), rng.choice([0, 1, 2, 3])))]
    if rng.random() < 0.2:
        session["windows"] = [[start - rng.randint(0, 20), start + duration + rng.randint(0, 20)]]
    if rng.random() < 0.1:
        session["after"] = [other for other, (at, _, length) in planted.items() if at + length <= start][:1]
    if rng.random() < 0.1:
        session["uses"] = {"interpreters": 1}
    return session


def _keep_right(problem: Raw, planted: dict[str, Any]) -> Raw:
    """Take people and resources off sessions until the planted plan keeps every rule."""
    solution = AgendaSolution(
        placements=tuple(Placement(session=name, start=at, room=room) for name, (at, room, _) in planted.items())
    )
    sessions = {one["id"]: one for one in problem["sessions"]}
    while violations := validate(AgendaProblem.model_validate(_as_tuples(problem)), solution):
        for found in violations:
            session = next(sessions[name] for name in found.subjects if name in sessions)
            if found.rule == "person_in_one_place":
                session["people"] = [one for one in session["people"] if one != found.subjects[0]]
            elif found.rule == "resource_not_overused":
                session["uses"] = {}
            else:
                assert found.rule == "room_fits", found
                session["audience"] = 0
    return problem


@pytest.fixture(scope="session")
def planted() -> Callable[..., AgendaProblem]:
    return lambda *args, **options: AgendaProblem.model_validate(_as_tuples(planted_raw(*args, **options)))
