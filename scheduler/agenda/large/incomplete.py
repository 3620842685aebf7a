"""Plans that lack sessions which they must have: leaving one out costs more than all that may be left out together."""

from collections.abc import Iterable

from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement


def with_all_optional(problem: AgendaProblem) -> AgendaProblem:
    """The problem with no session required, so that a plan with gaps is one; gaps rank before everything else."""
    most = 1 + sum(session.value for session in problem.sessions if not session.is_required)
    sessions = tuple(
        # What a pin asks for is in the legal starts; as a pin it would make the session required.
        session.model_copy(update={"optional": True, "value": most, "pin": None}) if session.is_required else session
        for session in problem.sessions
    )
    return problem.model_copy(update={"sessions": sessions})


def is_complete(problem: AgendaProblem, placements: Iterable[Placement]) -> bool:
    placed = {placement.session for placement in placements}
    return all(session.id in placed for session in problem.sessions if session.is_required)
