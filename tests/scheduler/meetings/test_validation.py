"""Each hard rule as a pair: a plan that keeps it, and one that breaks it and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solution import MeetingsSolution, Unheld
from scheduler.meetings.validation import CHECKS, validate

Facts = dict[str, Any]
Place = tuple[str, str, str]
KEPT: Place = ("w1", "s1", "t1")


def setting(path: str, value: Any) -> Callable[[Facts], None]:
    """A change of one field, ``people.0.max`` style."""

    def change(facts: Facts) -> None:
        *way, last = path.split(".")
        place: Any = facts
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return change


INTERPRETER = [{"id": "i", "capacity": 1}]


def with_interpreter(**more: Any) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        facts["resources"] = [{**INTERPRETER[0], **more}]
        facts["wishes"][0]["uses"] = {"i": 1}
        facts["wishes"].append({"id": "w4", "people": ["cho", "dee"], "level": "want", "uses": {"i": 1}})

    return change


def overlapping(facts: Facts) -> None:
    facts["slots"].append({"id": "x", "block": "long", "start": 3, "end": 8})


def both(*changes: Callable[[Facts], None]) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        for one in changes:
            one(facts)

    return change


def other_pair(facts: Facts) -> None:
    facts["wishes"].append({"id": "w4", "people": ["cho", "dee"], "level": "want"})


PAIRS: list[tuple[str, str, Callable[[Facts], None], list[Place], list[Place]]] = [
    ("must_wishes_held", "must", setting("wishes.0.level", "must"), [KEPT], []),
    ("wish_held_once", "twice", overlapping, [KEPT], [KEPT, ("w1", "s4", "t1")]),
    ("person_in_one_meeting", "same slot", overlapping, [KEPT, ("w2", "s2", "t2")], [KEPT, ("w2", "s1", "t2")]),
    ("person_in_one_meeting", "overlap", overlapping, [KEPT, ("w2", "s3", "t2")], [KEPT, ("w2", "x", "t2")]),
    ("person_not_busy", "busy", setting("people.0.busy", ["s2"]), [KEPT], [("w1", "s2", "t1")]),
    (
        "person_not_busy",
        "overlap",
        both(overlapping, setting("people.1.busy", ["x"])),
        [("w1", "s3", "t1")],
        [("w1", "s2", "t1")],
    ),
    ("person_not_absent", "absent", setting("people.1.absent", ["s2"]), [KEPT], [("w1", "s2", "t1")]),
    (
        "person_not_absent",
        "overlap",
        both(overlapping, setting("people.1.absent", ["s1"])),
        [("w1", "s2", "t1")],
        [("w1", "x", "t1")],
    ),
    ("table_hosts_one_meeting", "same slot", other_pair, [KEPT, ("w4", "s1", "t2")], [KEPT, ("w4", "s1", "t1")]),
    (
        "table_hosts_one_meeting",
        "overlap",
        both(overlapping, other_pair),
        [KEPT, ("w4", "s2", "t1")],
        [KEPT, ("w4", "x", "t1")],
    ),
    (
        "seats_fit",
        "three at two seats",
        setting("wishes.0.people", ["ana", "ben", "cho"]),
        [KEPT],
        [("w1", "s1", "t2")],
    ),
    ("table_open", "closed", setting("tables.0.open", ["s1"]), [KEPT], [("w1", "s2", "t1")]),
    ("table_open", "never", setting("tables.1.open", []), [KEPT], [("w1", "s1", "t2")]),
    ("zone_kept", "zone", setting("wishes.0.zone", "hall"), [KEPT], [("w1", "s1", "t2")]),
    ("own_table_kept", "own", setting("people.1.table", "t1"), [KEPT], [("w1", "s1", "t2")]),
    ("inside_block_and_slots", "slots", setting("wishes.0.slots", ["s1", "s3"]), [KEPT], [("w1", "s2", "t1")]),
    (
        "inside_block_and_slots",
        "block",
        both(overlapping, setting("wishes.0.block", "am")),
        [KEPT],
        [("w1", "x", "t1")],
    ),
    (
        "limits_of_person",
        "max",
        setting("people.0.max", 2),
        [KEPT, ("w2", "s2", "t1")],
        [KEPT, ("w2", "s2", "t1"), ("w3", "s3", "t1")],
    ),
    (
        "order_kept",
        "after",
        setting("wishes.1.after", ["w1"]),
        [KEPT, ("w2", "s2", "t1")],
        [("w1", "s2", "t1"), ("w2", "s1", "t1")],
    ),
    (
        "order_kept",
        "same time",
        both(other_pair, lambda facts: facts["wishes"][3].update(after=["w1"])),
        [("w4", "s1", "t2")],
        [KEPT, ("w4", "s1", "t2")],
    ),
    ("pins_kept", "slot", setting("wishes.0.pin", {"slot": "s1"}), [KEPT], [("w1", "s2", "t1")]),
    ("pins_kept", "table", setting("wishes.0.pin", {"table": "t1"}), [KEPT], [("w1", "s1", "t2")]),
    ("pins_kept", "not held", setting("wishes.0.pin", {"slot": "s1", "table": "t1"}), [KEPT], []),
    ("no_veto", "veto", setting("vetoes", [["cho", "ana"]]), [KEPT], [("w2", "s1", "t1")]),
    (
        "resource_not_overused",
        "capacity",
        with_interpreter(),
        [KEPT, ("w4", "s2", "t1")],
        [KEPT, ("w4", "s1", "t2")],
    ),
    ("resource_not_overused", "taken", with_interpreter(taken={"s2": 1}), [KEPT], [("w1", "s2", "t1")]),
    (
        "resource_not_overused",
        "taken in a slot that overlaps",
        both(overlapping, with_interpreter(taken={"x": 1})),
        [("w1", "s3", "t1")],
        [KEPT],
    ),
    ("resource_not_overused", "zones", with_interpreter(zones=["hall"]), [KEPT], [("w1", "s1", "t2")]),
    (
        "fairness_kept",
        "runs",
        setting("fairness", {"term": "idle_run", "max_difference": 0}),
        [KEPT, ("w2", "s2", "t1")],
        [KEPT, ("w2", "s3", "t1")],
    ),
    (
        "fairness_kept",
        "slots",
        setting("fairness", {"term": "idle_slot", "max_difference": 1}),
        [KEPT, ("w2", "s3", "t1")],
        [KEPT, ("w2", "s4", "t1")],
    ),
]


@pytest.mark.parametrize(("rule", "case", "change", "kept", "broken"), PAIRS, ids=[f"{p[0]}-{p[1]}" for p in PAIRS])
def test_a_rule_is_seen_kept_and_seen_broken(
    rule: str,
    case: str,
    change: Callable[[Facts], None],
    kept: list[Place],
    broken: list[Place],
    facts: Facts,
    read: Callable[[Facts], MeetingsProblem],
    plan: Callable[..., MeetingsSolution],
) -> None:
    change(facts)
    problem = read(facts)
    assert validate(problem, plan(problem, *kept)) == ()
    found = validate(problem, plan(problem, *broken))
    assert {violation.rule for violation in found} == {rule}
    assert all(violation.subjects and violation.message for violation in found)


def test_what_is_left_out_is_listed_once_and_nothing_else(
    facts: Facts, read: Callable[[Facts], MeetingsProblem], plan: Callable[..., MeetingsSolution]
) -> None:
    problem = read(facts)
    kept = plan(problem, KEPT)
    assert validate(problem, kept) == ()
    for unheld in (
        kept.unheld[:1],
        (*kept.unheld, Unheld(wish="w1")),
        (*kept.unheld, Unheld(wish="w2")),
    ):
        found = validate(problem, kept.model_copy(update={"unheld": unheld}))
        assert [violation.rule for violation in found] == ["left_out_listed"]


def test_every_rule_has_its_pair() -> None:
    assert {pair[0] for pair in PAIRS} | {"left_out_listed"} == set(CHECKS)


def test_order_asks_nothing_of_a_wish_whose_other_is_not_held(
    facts: Facts, read: Callable[[Facts], MeetingsProblem], plan: Callable[..., MeetingsSolution]
) -> None:
    facts["wishes"][1]["after"] = ["w1"]
    problem = read(facts)
    assert validate(problem, plan(problem, ("w2", "s1", "t1"))) == ()
    assert validate(problem, plan(problem, ("w1", "s4", "t1"))) == ()


def test_fairness_looks_only_at_people_with_a_meeting(
    facts: Facts, read: Callable[[Facts], MeetingsProblem], plan: Callable[..., MeetingsSolution]
) -> None:
    facts["fairness"] = {"term": "idle_run", "max_difference": 0}
    facts["wishes"] = [{"id": f"w{n}", "people": ["ana", "ben"], "level": "want"} for n in (1, 2)]
    problem = read(facts)
    # Both who meet have one run; cho and dee, who do not, have none and do not count.
    assert validate(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s3", "t1"))) == ()


def test_what_is_taken_beyond_the_capacity_harms_nobody_who_does_not_use_it(
    facts: Facts, read: Callable[[Facts], MeetingsProblem], plan: Callable[..., MeetingsSolution]
) -> None:
    facts["resources"] = [{"id": "i", "capacity": 1, "taken": {"s1": 3}}]
    problem = read(facts)
    assert validate(problem, plan(problem, KEPT)) == ()
