"""Digests of what violations are about, so that an acknowledgement lapses when any of it changes."""

import hashlib
import json
from collections.abc import Iterable

from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution
from scheduler.core.violation import Violation

ASKED: dict[str, tuple[str, ...]] = {
    "room_fits": ("audience", "layout", "features", "booths", "rooms"),
    "inside_windows": ("windows",),
    "pins_kept": ("pin",),
}
"""What a session itself says about a rule, beside its length and its people, which always count."""


def marks_of(problem: AgendaProblem, solution: AgendaSolution, violations: Iterable[Violation]) -> tuple[str, ...]:
    """A digest for each violation: rule, subjects, the sentence with its figures, and where its sessions are."""
    sessions = {one.id: one for one in problem.sessions}
    people = {one.id: one for one in problem.people}
    places = {one.session: (one.start, one.room) for one in solution.placements}

    def about(violation: Violation) -> list[object]:
        found: list[object] = [violation.rule, violation.message]
        for subject in violation.subjects:
            found.append([subject, places.get(subject)])
            if subject in sessions:
                one = sessions[subject]
                stated = one.model_dump(mode="json", include={"duration", "people", *ASKED.get(violation.rule, ())})
                found.append(stated)
            if subject in people and violation.rule == "person_available":
                found.append(people[subject].model_dump(mode="json"))
        return found

    return tuple(hashlib.sha256(json.dumps(about(one), sort_keys=True).encode()).hexdigest() for one in violations)
