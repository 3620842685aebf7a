"""The values of a problem file that may stand in the way, each with its path and what it is when neutral."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scheduler.core.explanation import Fact
from scheduler.meetings.problem import MeetingsProblem, Wish, read_problem

Raw = dict[str, Any]
"""A problem file as read from JSON."""

REMOVED = object()
"""The neutral value of an entry of a list or a use: it goes."""


@dataclass(frozen=True)
class Candidate:
    """A fact, and the value that stands at its path when the fact is made neutral."""

    fact: Fact
    neutral: Any


def raw_of(problem: MeetingsProblem) -> Raw:
    """The problem as a file that may be changed."""
    raw: Raw = json.loads(problem.model_dump_json())
    return raw


def changed(raw: Raw, changes: Iterable[tuple[str, Any]]) -> MeetingsProblem:
    """The problem in which other values stand at some paths; removals come last so that no index moves before."""
    copy: Raw = json.loads(json.dumps(raw))
    removals: list[list[str | int]] = []
    for path, value in changes:
        steps = list(_steps(path))
        if value is REMOVED:
            removals.append(steps)
        else:
            _parent(copy, steps)[steps[-1]] = value
    for steps in sorted(removals, key=lambda steps: steps[-1] if isinstance(steps[-1], int) else 0, reverse=True):
        del _parent(copy, steps)[steps[-1]]
    return read_problem(json.dumps(copy))


def candidates(problem: MeetingsProblem) -> list[Candidate]:
    """Every fact that could be made neutral and is not; counts such as the number of tables stand apart."""
    return [*_of_people(problem), *_of_places(problem), *_of_wishes(problem), *_of_pairs(problem)]


def capacities(problem: MeetingsProblem) -> list[Candidate]:
    """What is counted: the tables, and the units of each resource. Neutral is enough of them."""
    units = sum(units for wish in problem.wishes for units in wish.uses.values())
    found = [
        _candidate("table_hosts_one_meeting", "tables", [], _said_tables(problem), with_tables(problem, each=None))
    ]
    for index, resource in enumerate(problem.resources):
        enough = min(2**31, resource.capacity + units + sum(resource.taken.values()))
        text = f"{resource.id} has capacity {resource.capacity}"
        path = f"resources[{index}].capacity"
        found.append(_candidate("resource_not_overused", path, [resource.id], text, enough))
    return found


def with_tables(problem: MeetingsProblem, *, each: int | None) -> list[Raw]:
    """The tables of a problem and further ones like each of them; ``None`` is as many as there are wishes."""
    tables: list[Raw] = [json.loads(table.model_dump_json()) for table in problem.tables]
    seats = max((len(wish.people) for wish in problem.wishes), default=2)
    kinds = {json.dumps({**table, "id": ""}): table for table in tables} or {
        zone or "": {"zone": zone, "seats": max(4, seats), "open": None}
        for zone in dict.fromkeys(wish.zone for wish in problem.wishes)
    }
    names = {table["id"] for table in tables}
    for kind in kinds.values():
        for _ in range(len(problem.wishes) if each is None else each):
            number = len(tables) + 1
            while f"extra-{number}" in names:
                number += 1
            names.add(f"extra-{number}")
            tables.append({**kind, "id": f"extra-{number}"})
    return tables


def _candidate(rule: str, path: str, ids: Iterable[str], message: str, neutral: Any) -> Candidate:
    return Candidate(Fact(rule=rule, path=path, ids=tuple(ids), message=message), neutral)


def _of_people(problem: MeetingsProblem) -> Iterator[Candidate]:
    for index, person in enumerate(problem.people):
        name, path = person.id, f"people[{index}]"
        if person.busy:
            text = f"{name} is engaged elsewhere in {', '.join(person.busy)}"
            yield _candidate("person_not_busy", f"{path}.busy", [name], text, [])
        if person.absent:
            text = f"{name} cannot come in {', '.join(person.absent)}"
            yield _candidate("person_not_absent", f"{path}.absent", [name], text, [])
        if person.max is not None:
            text = f"{name} has at most {person.max} meetings"
            yield _candidate("limits_of_person", f"{path}.max", [name], text, None)
        if person.table is not None:
            text = f"{name} meets only at table {person.table}"
            yield _candidate("own_table_kept", f"{path}.table", [name, person.table], text, None)


def _of_places(problem: MeetingsProblem) -> Iterator[Candidate]:
    for index, table in enumerate(problem.tables):
        if table.open is not None:
            text = f"table {table.id} is open only in {', '.join(table.open) or 'no slot'}"
            yield _candidate("table_open", f"tables[{index}].open", [table.id], text, None)
    for index, resource in enumerate(problem.resources):
        if resource.zones is not None:
            text = f"{resource.id} serves only {', '.join(resource.zones) or 'no zone'}"
            yield _candidate("resource_not_overused", f"resources[{index}].zones", [resource.id], text, None)


def _of_wishes(problem: MeetingsProblem) -> Iterator[Candidate]:
    for index, wish in enumerate(problem.wishes):
        path = f"wishes[{index}]"
        if wish.level == "must":
            yield _candidate("must_wishes_held", f"{path}.level", [wish.id], f"{wish.id} must be held", "want")
        yield from _of_wish(wish, path)
        for position, earlier in enumerate(wish.after):
            text = f"{wish.id} comes after {earlier}"
            yield _candidate("order_kept", f"{path}.after[{position}]", [wish.id, earlier], text, REMOVED)
        for resource, units in wish.uses.items():
            if units:
                text = f"{wish.id} uses {units} of {resource}"
                yield _candidate("resource_not_overused", f"{path}.uses.{resource}", [wish.id, resource], text, REMOVED)


def _of_wish(wish: Wish, path: str) -> Iterator[Candidate]:
    if wish.pin is not None:
        place = " and ".join(
            part
            for part in (wish.pin.slot and f"slot {wish.pin.slot}", wish.pin.table and f"table {wish.pin.table}")
            if part
        )
        yield _candidate("pins_kept", f"{path}.pin", [wish.id], f"{wish.id} is pinned to {place}", None)
    if wish.block is not None:
        text = f"{wish.id} asks for block {wish.block}"
        yield _candidate("inside_block_and_slots", f"{path}.block", [wish.id], text, None)
    if wish.slots is not None:
        text = f"{wish.id} may be held only in {', '.join(wish.slots) or 'no slot'}"
        yield _candidate("inside_block_and_slots", f"{path}.slots", [wish.id], text, None)
    if wish.zone is not None:
        yield _candidate("zone_kept", f"{path}.zone", [wish.id], f"{wish.id} asks for zone {wish.zone}", None)


def _of_pairs(problem: MeetingsProblem) -> Iterator[Candidate]:
    for index, (one, other) in enumerate(problem.vetoes):
        text = f"{one} and {other} do not want to meet"
        yield _candidate("no_veto", f"vetoes[{index}]", [one, other], text, REMOVED)
    fairness = problem.fairness
    if fairness is not None and fairness.max_difference is not None:
        text = f"people may differ by at most {fairness.max_difference} units of {fairness.term}"
        yield _candidate("fairness_kept", "fairness", [], text, None)


def _said_tables(problem: MeetingsProblem) -> str:
    count = len(problem.tables)
    return f"there {'is' if count == 1 else 'are'} {count or 'no'} table{'' if count == 1 else 's'}"


def _parent(raw: Raw, steps: list[str | int]) -> Any:
    place: Any = raw
    for step in steps[:-1]:
        place = place[step]
    return place


def _steps(path: str) -> Iterator[str | int]:
    head, uses, resource = path.partition(".uses.")
    for part in head.split("."):
        name, *indices = part.replace("]", "").split("[")
        yield name
        yield from (int(index) for index in indices)
    if uses:
        # A resource's name is the caller's and may hold dots and brackets of its own.
        yield from ("uses", resource)
