"""Which of several changes are needed."""

from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import Changes, ProblemFile
from scheduler.agenda.problem import AgendaProblem


def needed(problem: AgendaProblem, changes: Changes, oracle: Oracle) -> Changes:
    """Changes after which there is a plan, without those that it takes no more, the last ones first.

    What is hard to tell of a change leaves it in; once half of the time is up, none is asked about.
    """
    file, left = ProblemFile(problem), dict(changes)
    for steps in reversed(changes):
        fewer = {other: value for other, value in left.items() if other != steps}
        if oracle.is_half_over or not fewer:
            return left
        if oracle.find(file.changed(fewer), brief=True).status == "feasible":
            left = fewer
    return left
