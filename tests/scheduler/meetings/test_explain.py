"""Explanations: the facts block, none can be spared, and the mend works; each shown by trying every plan."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.explanation import Explanation
from scheduler.core.limits import Control, Limits
from scheduler.meetings.explain import explain
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solve import solve

Facts = dict[str, Any]
LIMITS = Limits(time_limit=20, workers=1)


def neutral_values(facts: Facts) -> dict[str, Any]:
    """Every path of a file that may be made neutral, and to what; ``None`` at an entry or a use removes it."""
    found: dict[str, Any] = {}
    for index, person in enumerate(facts["people"]):
        for field, neutral in (("busy", []), ("absent", []), ("max", None), ("table", None)):
            if person.get(field) not in (None, neutral):
                found[f"people[{index}].{field}"] = neutral
    for index, table in enumerate(facts["tables"]):
        if table.get("open") is not None:
            found[f"tables[{index}].open"] = None
    for index, resource in enumerate(facts.get("resources", ())):
        if resource.get("zones") is not None:
            found[f"resources[{index}].zones"] = None
    for index, wish in enumerate(facts["wishes"]):
        for field in ("block", "slots", "pin", "zone"):
            if wish.get(field) is not None:
                found[f"wishes[{index}].{field}"] = None
        if wish["level"] == "must":
            found[f"wishes[{index}].level"] = "want"
        for position in range(len(wish.get("after", ()))):
            found[f"wishes[{index}].after[{position}]"] = None
        for resource in wish.get("uses", ()):
            found[f"wishes[{index}].uses.{resource}"] = None
    for index in range(len(facts.get("vetoes", ()))):
        found[f"vetoes[{index}]"] = None
    if facts.get("fairness") is not None:
        found["fairness"] = None
    return found


def enough(facts: Facts, path: str) -> Any:
    """A count so large that it limits nothing."""
    if path == "tables":
        more = [
            {**table, "id": f"more-{copy}-{table['id']}"}
            for copy in range(len(facts["wishes"]))
            for table in facts["tables"]
        ]
        return facts["tables"] + more
    return 1000


def in_order(changes: dict[str, Any]) -> list[tuple[str, Any]]:
    """Changes such that entries are removed from the end of a list first."""
    return sorted(changes.items(), key=lambda change: change[0], reverse=True)


def apply(facts: Facts, changes: dict[str, Any], changed: Callable[..., Facts]) -> Facts:
    for path, value in in_order(changes):
        facts = changed(facts, path, value)
    return facts


def prove(
    facts: Facts, found: Explanation, changed: Callable[..., Facts], is_possible: Callable[[Facts], bool]
) -> None:
    """All others neutral it blocks; with any one of the set neutral too it does not; the mend mends."""
    assert found.status == "infeasible" and found.facts
    neutral = neutral_values(facts)
    named = {fact.path for fact in found.facts}
    eased = {path: value for path, value in neutral.items() if path not in named}
    assert not is_possible(apply(facts, eased, changed))
    for path in named:
        value = neutral[path] if path in neutral else enough(facts, path)
        assert is_possible(apply(facts, {**eased, path: value}, changed)), path
    fixes = [found.fix] if found.fix else found.fixes
    assert fixes
    assert is_possible(apply(facts, {fix.path: fix.to for fix in fixes}, changed))


@pytest.fixture
def is_possible(read: Callable[[Facts], MeetingsProblem], best_by_trying: Callable[..., Any]) -> Any:
    return lambda facts: best_by_trying(read(facts)) is not None


@pytest.mark.parametrize("seed", range(60))
def test_random_problems_are_explained_by_a_minimal_set(
    seed: int,
    random_facts: Callable[..., Facts],
    read: Callable[[Facts], MeetingsProblem],
    changed: Callable[..., Facts],
    is_possible: Callable[[Facts], bool],
) -> None:
    facts = random_facts(random.Random(1000 + seed), wishes=4)
    found = explain(read(facts), limits=LIMITS)
    if is_possible(facts):
        assert found.status == "feasible" and not found.facts and found.fix is None
    else:
        prove(facts, found, changed, is_possible)


def musts(facts: Facts, *wishes: str) -> Facts:
    for wish in facts["wishes"]:
        wish["level"] = "must" if wish["id"] in wishes else "want"
    return facts


def paths(found: Explanation) -> set[str]:
    return {fact.path for fact in found.facts}


def test_a_feasible_problem_needs_no_facts(facts: Facts, read: Callable[..., MeetingsProblem]) -> None:
    found = explain(read(facts), limits=LIMITS)
    assert (found.status, found.facts, found.fix, found.fixes) == ("feasible", (), None, None)


def test_busy_time_is_named_and_freed(
    facts: Facts, read: Callable[..., MeetingsProblem], changed: Callable[..., Facts], is_possible: Any
) -> None:
    musts(facts, "w1", "w2", "w3")
    facts["people"][0]["busy"] = ["s1", "s2"]
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"people[0].busy", "wishes[0].level", "wishes[1].level", "wishes[2].level"}
    assert found.fix is not None and found.fix.to is None and found.fix.path.startswith("people[0].busy[")
    prove(facts, found, changed, is_possible)


def test_too_few_tables_are_named_with_the_wishes_and_one_is_added(
    facts: Facts, read: Callable[..., MeetingsProblem], changed: Callable[..., Facts], is_possible: Any
) -> None:
    facts["slots"] = facts["slots"][:1]
    facts["tables"] = facts["tables"][:1]
    facts["wishes"][1] = {"id": "w2", "people": ["cho", "dee"], "level": "want"}
    musts(facts, "w1", "w2")
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"tables", "wishes[0].level", "wishes[1].level"}
    assert found.fix is not None and found.fix.path == "tables" and len(found.fix.to) == 2
    prove(facts, found, changed, is_possible)


def test_a_pin_is_dropped_before_anything_else(
    facts: Facts, read: Callable[..., MeetingsProblem], changed: Callable[..., Facts], is_possible: Any
) -> None:
    facts["wishes"][0]["pin"] = {"slot": "s1"}
    facts["people"][1]["absent"] = ["s1"]
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"wishes[0].pin", "people[1].absent"}
    assert found.fix is not None and (found.fix.path, found.fix.to) == ("wishes[0].pin", None)
    prove(facts, found, changed, is_possible)


def test_a_maximum_is_raised_just_enough(facts: Facts, read: Callable[..., MeetingsProblem]) -> None:
    musts(facts, "w1", "w2", "w3")
    facts["people"][0]["max"] = 1
    found = explain(read(facts), limits=LIMITS)
    assert "people[0].max" in paths(found)
    assert found.fix is not None and (found.fix.path, found.fix.to) == ("people[0].max", 3)


def test_a_capacity_is_named_and_raised(
    facts: Facts, read: Callable[..., MeetingsProblem], changed: Callable[..., Facts], is_possible: Any
) -> None:
    facts["slots"] = facts["slots"][:1]
    facts["resources"] = [{"id": "i", "capacity": 1, "taken": {"s1": 1}}]
    facts["wishes"][0]["uses"] = {"i": 1}
    musts(facts, "w1")
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"resources[0].capacity", "wishes[0].level", "wishes[0].uses.i"}
    assert found.fix is not None and (found.fix.path, found.fix.to) == ("resources[0].capacity", 2)
    prove(facts, found, changed, is_possible)


def test_a_veto_is_the_last_thing_to_touch(facts: Facts, read: Callable[..., MeetingsProblem]) -> None:
    musts(facts, "w1")
    facts["vetoes"] = [["ben", "ana"]]
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"vetoes[0]", "wishes[0].level"}
    assert found.fix is not None and (found.fix.path, found.fix.to) == ("wishes[0].level", "want")


def test_too_few_seats_are_mended_by_a_larger_table(facts: Facts, read: Callable[..., MeetingsProblem]) -> None:
    facts["tables"] = facts["tables"][1:]
    facts["wishes"][0]["people"] = ["ana", "ben", "cho"]
    musts(facts, "w1")
    found = explain(read(facts), limits=LIMITS)
    assert paths(found) == {"wishes[0].level"}
    assert found.fix is not None and (found.fix.path, found.fix.to) == ("tables[0].seats", 3)


def test_two_contradictions_get_two_fixes(
    facts: Facts, read: Callable[..., MeetingsProblem], changed: Callable[..., Facts], is_possible: Any
) -> None:
    musts(facts, "w1", "w2")
    facts["wishes"][0]["slots"] = []
    facts["vetoes"] = [["ana", "cho"]]
    found = explain(read(facts), limits=LIMITS)
    assert found.fix is None and found.fixes is not None and len(found.fixes) == 2
    prove(facts, found, changed, is_possible)


def test_a_stopped_or_hurried_explanation_does_not_guess(facts: Facts, read: Callable[..., MeetingsProblem]) -> None:
    musts(facts, "w1")
    facts["wishes"][0]["slots"] = []
    control = Control()
    control.stop()
    assert explain(read(facts), limits=LIMITS, control=control).status == "unknown"


def test_the_planted_conflict_is_found_among_many_facts(
    planted_facts: Callable[..., Facts], read: Callable[..., MeetingsProblem], changed: Callable[..., Facts]
) -> None:
    facts = planted_facts(random.Random(3))
    facts["people"][0]["max"] -= 1
    found = explain(read(facts), limits=LIMITS)
    assert found.status == "infeasible" and "people[0].max" in paths(found)
    assert found.fix is not None and found.fix.path == "people[0].max"
    mended = changed(facts, found.fix.path, found.fix.to)
    assert solve(read(mended), limits=LIMITS).status == "optimal"
    assert json.loads(found.model_dump_json())["format"] == "bridge-explanation/1"
