"""Whether a problem has a plan at all, and one such plan: the question behind every step of an explanation."""

from scheduler.core.cpsat import run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.meetings.greedy import first_plan
from scheduler.meetings.legal import Legal
from scheduler.meetings.model import rules_only
from scheduler.meetings.problem import MeetingsProblem, Weights
from scheduler.meetings.solution import MeetingsSolution
from scheduler.meetings.tables import plan_of
from scheduler.meetings.validation import validate


class Oracle:
    """Answers within the limits of one explanation; when these are used up the answer is "cannot tell"."""

    def __init__(self, limits: Limits, control: Control) -> None:
        self.limits, self.control = limits, control
        self.stopwatch = Stopwatch()

    @property
    def is_over(self) -> bool:
        return self.control.is_stopped or self.stopwatch.seconds >= self.limits.time_limit

    def blocks(self, problem: MeetingsProblem) -> bool:
        """Whether it is proven that no plan exists."""
        return self.answer(problem) is False

    def plan(self, problem: MeetingsProblem) -> MeetingsSolution | None:
        """A plan that breaks no rule, if one was found."""
        answer = self.answer(problem)
        return answer if isinstance(answer, MeetingsSolution) else None

    def answer(self, problem: MeetingsProblem) -> MeetingsSolution | bool | None:
        """A plan; ``False`` where none exists; ``None`` where the limits do not allow to tell."""
        if self.is_over:
            return None
        legal = Legal(needed_only(problem))
        quick = plan_of(legal, first_plan(legal))
        if quick is not None and not validate(legal.problem, quick):
            return quick
        variables = rules_only(legal)
        solved = run(
            variables.model,
            stage="explain",
            sense=None,
            limits=self.limits,
            seconds=self.limits.time_limit - self.stopwatch.seconds,
            control=self.control,
            stopwatch=self.stopwatch,
        )
        if solved.values is None:
            return False if solved.status == "infeasible" else None
        found = plan_of(legal, variables.read(solved.values))
        if found is None or validate(legal.problem, found):
            raise RuntimeError("a plan of the model breaks a rule")
        return found


def needed_only(problem: MeetingsProblem) -> MeetingsProblem:
    """The part of a problem that decides whether a plan exists.

    Objectives do not; nor do wishes that may be left out, unless their meetings could make idle time fairer.
    """
    keeps_all = problem.fairness is not None and problem.fairness.max_difference is not None
    wishes = tuple(wish for wish in problem.wishes if keeps_all or wish.level == "must" or wish.pin is not None)
    names = {wish.id for wish in wishes}
    return problem.model_copy(
        update={
            "wishes": tuple(
                wish.model_copy(update={"after": tuple(name for name in wish.after if name in names)})
                for wish in wishes
            ),
            "previous": None,
            "weights": Weights(),
        }
    )
