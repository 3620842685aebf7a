"""What is remembered of legal starts is what they are, whatever changes between two questions."""

from typing import Any

from scheduler.agenda.explain.facts import blockers_of
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.legal import KnownLegal, legal_of
from scheduler.agenda.restricting import only


def test_what_is_remembered_is_what_is_read_anew(tiny: Any) -> None:
    for seed in range(40):
        problem, known = tiny(seed), KnownLegal()
        file = ProblemFile(problem)
        every_other = {one.id for one in problem.sessions[::2]}
        for fact in blockers_of(problem):
            changed = file.changed(neutral([fact.steps]))
            for question in (problem, changed, only(changed, every_other)):
                assert known.legal_of(question) == legal_of(question)
