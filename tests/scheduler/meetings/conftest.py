"""Small problems made by hand, by chance or around a planted plan, and the optimum by trying everything."""

import itertools
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scheduler.meetings.problem import MeetingsProblem, read_problem
from scheduler.meetings.score import SENSES, stage_values
from scheduler.meetings.solution import Meeting, MeetingsSolution, Unheld
from scheduler.meetings.validation import validate

Facts = dict[str, Any]

RULES_THAT_MORE_MEETINGS_CANNOT_MEND = {
    "person_not_busy",
    "person_not_absent",
    "seats_fit",
    "table_open",
    "zone_kept",
    "own_table_kept",
    "inside_block_and_slots",
    "no_veto",
    "resource_not_overused",
}


def _facts() -> Facts:
    """Four slots of a morning, two tables, four people, two wishes; whatever a test needs more it adds."""
    return {
        "format": "bridge-meetings/1",
        "slots": [
            {"id": "s1", "block": "am", "start": 0, "end": 4},
            {"id": "s2", "block": "am", "start": 5, "end": 9},
            {"id": "s3", "block": "am", "start": 10, "end": 14},
            {"id": "s4", "block": "am", "start": 15, "end": 19},
        ],
        "tables": [{"id": "t1", "zone": "hall"}, {"id": "t2", "zone": "salon", "seats": 2}],
        "people": [{"id": "ana"}, {"id": "ben"}, {"id": "cho"}, {"id": "dee"}],
        "wishes": [
            {"id": "w1", "people": ["ana", "ben"], "level": "want", "value": 1},
            {"id": "w2", "people": ["ana", "cho"], "level": "want", "value": 1},
            {"id": "w3", "people": ["ana", "dee"], "level": "want", "value": 1},
        ],
    }


def _read(facts: Facts) -> MeetingsProblem:
    return read_problem(json.dumps(facts))


def _plan(problem: MeetingsProblem, *meetings: tuple[str, str, str]) -> MeetingsSolution:
    """A plan of (wish, slot, table) that lists all other wishes as not held."""
    held = {wish for wish, _, _ in meetings}
    return MeetingsSolution(
        meetings=tuple(Meeting(wish=wish, slot=slot, table=table) for wish, slot, table in meetings),
        unheld=tuple(Unheld(wish=wish.id) for wish in problem.wishes if wish.id not in held),
    )


def _rank(values: dict[str, int]) -> tuple[int, ...]:
    return tuple(-value if SENSES[name] == "max" else value for name, value in values.items())


def _best_by_trying(problem: MeetingsProblem) -> dict[str, int] | None:
    """The stage values of the best plan among all, or nothing where no plan keeps every rule."""
    choices: list[list[tuple[str, str, str] | None]] = []
    for wish in problem.wishes:
        places = [(wish.id, slot.id, table.id) for slot in problem.slots for table in problem.tables]
        possible = [place for place in places if _could_stand(problem, place)]
        choices.append([None, *possible])
    best: dict[str, int] | None = None
    for chosen in itertools.product(*choices):
        solution = _plan(problem, *(place for place in chosen if place is not None))
        values = stage_values(problem, solution)
        is_better = best is None or _rank(values) < _rank(best)
        if is_better and not validate(problem, solution):
            best = values
    return best


def _could_stand(problem: MeetingsProblem, place: tuple[str, str, str]) -> bool:
    found = {violation.rule for violation in validate(problem, _plan(problem, place))}
    return not found & RULES_THAT_MORE_MEETINGS_CANNOT_MEND


def _random_facts(chance: random.Random, *, wishes: int = 4) -> Facts:
    """A problem of the given number of wishes in which every field may play a part."""
    slots = _random_slots(chance)
    names = [slot["id"] for slot in slots]
    tables = [
        {
            "id": f"t{number}",
            "zone": chance.choice(["hall", "hall", "salon"]),
            "seats": chance.choice([2, 3, 4]),
            "open": _some(chance, names, 0.8) if chance.random() < 0.2 else None,
        }
        for number in range(chance.randint(1, 2))
    ]
    people = [_random_person(chance, f"p{number}", names, tables) for number in range(chance.randint(3, 5))]
    asked = [_random_wish(chance, f"w{number}", names, tables, people) for number in range(wishes)]
    for number, wish in enumerate(asked):
        if number and chance.random() < 0.2:
            wish["after"] = [f"w{chance.randrange(number)}"]
    resource = {
        "id": "interpreter",
        "capacity": chance.randint(1, 2),
        "zones": chance.choice([None, None, ["hall"]]),
        "taken": {slot: 1 for slot in names if chance.random() < 0.2},
    }
    ids = [person["id"] for person in people]
    return {
        "format": "bridge-meetings/1",
        "slots": slots,
        "tables": tables,
        "people": people,
        "wishes": asked,
        "resources": [resource],
        "vetoes": [chance.sample(ids, 2)] if chance.random() < 0.3 else [],
        "previous": _random_previous(chance, asked, names, tables),
        "moves_first": chance.random() < 0.5,
        "fairness": _random_fairness(chance),
        "weights": {
            "idle_slot": chance.choice([0, 0, 2]),
            "idle_run": chance.choice([0, 1, 3]),
            "table_change": chance.choice([0, 0, 2]),
            "moved": chance.choice([0, 1]),
        },
    }


def _random_slots(chance: random.Random) -> list[Facts]:
    slots: list[Facts] = []
    start = 0
    for number in range(chance.randint(2, 4)):
        length = chance.choice([2, 2, 4])
        block = chance.choice(["am", "am", "pm"])
        slots.append({"id": f"s{number}", "block": block, "start": start, "end": start + length})
        start += length - chance.choice([0, 0, 0, 1])
    chance.shuffle(slots)
    return slots


def _random_person(chance: random.Random, name: str, slots: list[str], tables: list[Facts]) -> Facts:
    least = chance.choice([0, 0, 0, 1, 2])
    return {
        "id": name,
        "busy": _some(chance, slots, 0.15),
        "absent": _some(chance, slots, 0.1),
        "min": least,
        "max": chance.choice([None, None, None, 1, 2]),
        "table": chance.choice(tables)["id"] if chance.random() < 0.1 else None,
    }


def _random_wish(chance: random.Random, name: str, slots: list[str], tables: list[Facts], people: list[Facts]) -> Facts:
    ids = [person["id"] for person in people]
    pin = None
    if chance.random() < 0.1:
        pin = {"slot": chance.choice(slots), "table": chance.choice([None, chance.choice(tables)["id"]])}
    return {
        "id": name,
        "people": chance.sample(ids, chance.choice([2, 2, 2, 3])),
        "level": chance.choice(["must", "want", "want", "want", "want"]),
        "value": chance.randint(0, 4),
        "block": None,
        "slots": _some(chance, slots, 0.7) if chance.random() < 0.2 and pin is None else None,
        "pin": pin,
        "zone": chance.choice(tables)["zone"] if chance.random() < 0.15 else None,
        "uses": {"interpreter": 1} if chance.random() < 0.3 else {},
    }


def _random_previous(chance: random.Random, wishes: list[Facts], slots: list[str], tables: list[Facts]) -> list[Facts]:
    if chance.random() < 0.5:
        return []
    return [
        {"wish": wish["id"], "slot": chance.choice(slots), "table": chance.choice(tables)["id"]}
        for wish in wishes
        if chance.random() < 0.6
    ]


def _random_fairness(chance: random.Random) -> Facts | None:
    if chance.random() < 0.6:
        return None
    return {"term": chance.choice(["idle_slot", "idle_run"]), "max_difference": chance.choice([0, 1])}


def _some(chance: random.Random, items: list[str], share: float) -> list[str]:
    return [item for item in items if chance.random() < share]


def _planted_facts(chance: random.Random, *, people: int = 12, slots: int = 6, tables: int = 4) -> Facts:
    """A problem of must wishes drawn from a plan that keeps every rule, so that one exists."""
    names = [f"s{number}" for number in range(slots)]
    ids = [f"p{number}" for number in range(people)]
    meets: dict[str, set[str]] = {person: set() for person in ids}
    wishes: list[Facts] = []
    for slot in names:
        free = chance.sample(ids, people)
        for _ in range(chance.randint(1, tables)):
            pair = [free.pop(), free.pop()]
            for person in pair:
                meets[person].add(slot)
            wishes.append({"id": f"w{len(wishes)}", "people": pair, "level": "must"})
    return {
        "format": "bridge-meetings/1",
        "slots": [
            {"id": name, "block": "day", "start": 5 * number, "end": 5 * number + 4}
            for number, name in enumerate(names)
        ],
        "tables": [{"id": f"t{number}", "seats": 2} for number in range(tables)],
        "people": [
            {
                "id": person,
                "busy": [slot for slot in names if slot not in meets[person] and chance.random() < 0.2],
                "absent": [slot for slot in names if slot not in meets[person] and chance.random() < 0.2],
                "max": len(meets[person]),
            }
            for person in ids
        ],
        "wishes": wishes,
    }


@pytest.fixture
def facts() -> Facts:
    return _facts()


@pytest.fixture(scope="session")
def read() -> Callable[[Facts], MeetingsProblem]:
    return _read


@pytest.fixture(scope="session")
def plan() -> Callable[..., MeetingsSolution]:
    return _plan


@pytest.fixture(scope="session")
def best_by_trying() -> Callable[[MeetingsProblem], dict[str, int] | None]:
    return _best_by_trying


@pytest.fixture(scope="session")
def random_facts() -> Callable[..., Facts]:
    return _random_facts


@pytest.fixture(scope="session")
def planted_facts() -> Callable[..., Facts]:
    return _planted_facts


@pytest.fixture(scope="session")
def changed() -> Callable[[Facts, str, Any], Facts]:
    """A copy of a file in which one path has another value; a list entry that becomes ``None`` is removed."""
    return _changed


def _changed(facts: Facts, path: str, to: Any) -> Facts:
    copy = json.loads(json.dumps(facts))
    *way, last = list(_steps(path))
    place: Any = copy
    for step in way:
        place = place[step]
    if (to is None and isinstance(last, int)) or (to is None and way and way[-1] == "uses"):
        del place[last]
    else:
        place[last] = to
    return copy


def _steps(path: str) -> Iterator[str | int]:
    for part in path.split("."):
        name, *indices = part.replace("]", "").split("[")
        yield name
        yield from (int(index) for index in indices)
