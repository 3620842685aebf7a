"""What is remembered of legal starts is what they are, whatever changes between two questions."""

from collections.abc import Iterator
from typing import Any

from scheduler.agenda.explain.contradiction import NothingSeen, contradictions
from scheduler.agenda.explain.facts import blockers_of
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.legal_starts import KnownLegal, legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only


def _questions(problem: AgendaProblem) -> Iterator[AgendaProblem]:
    """What an explanation asks about: without a fact, of some sessions, with more or less of what is shared."""
    file = ProblemFile(problem)
    every_other = {one.id for one in problem.sessions[::2]}
    for fact in blockers_of(problem):
        changed = file.changed(neutral([fact.steps]))
        yield from (problem, changed, only(changed, every_other))
    for number in (3, 2, 1, 0):
        yield file.changed({("max_parallel",): number})
        for index in range(len(problem.resources)):
            changed = file.changed({("resources", index, "capacity"): number})
            yield from (changed, only(changed, every_other))


def test_what_is_remembered_is_what_is_read_anew(tiny: Any) -> None:
    for seed in range(40):
        problem, known = tiny(seed), KnownLegal()
        for question in _questions(problem):
            assert known.legal_of(question) == legal_of(question)


def test_where_nothing_was_seen_nothing_is_to_be_seen(tiny: Any) -> None:
    for seed in range(40):
        problem, known, nothing_seen = tiny(seed), KnownLegal(), NothingSeen()
        for question in (*_questions(problem), *_questions(problem)):
            legal = known.legal_of(question)
            assert list(contradictions(question, legal, nothing_seen)) == list(contradictions(question, legal))
