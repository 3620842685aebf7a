"""What shows without search, of many problems that share most of their entries."""

from scheduler.agenda.explain.contradiction import NothingSeen, check_against, contradiction, contradictions
from scheduler.agenda.legal import Legal
from scheduler.agenda.legal_starts import KnownLegal
from scheduler.agenda.problem import AgendaProblem


class Sight:
    """Sees contradictions, and remembers what it read and where there was nothing to be seen."""

    def __init__(self) -> None:
        self._known_legal = KnownLegal()
        self._last_legal: tuple[AgendaProblem, dict[str, Legal]] | None = None
        self._nothing_seen = NothingSeen()

    def sees_against(self, problem: AgendaProblem) -> bool:
        """Whether it is seen without search that there is no plan."""
        return next(contradictions(problem, self.legal_of(problem), self._nothing_seen), None) is not None

    def seen_against(self, problem: AgendaProblem) -> frozenset[str] | None:
        """Required sessions of a problem that are seen without search not to have a plan."""
        return contradiction(problem, self.legal_of(problem), self._nothing_seen)

    def check_against(self, problem: AgendaProblem) -> str | None:
        """The check that sees the fewest sessions without a plan, if one does."""
        return check_against(problem, self.legal_of(problem), self._nothing_seen)

    def legal_of(self, problem: AgendaProblem) -> dict[str, Legal]:
        """Where each session may start by its own facts."""
        if self._last_legal is None or self._last_legal[0] is not problem:
            self._last_legal = (problem, self._known_legal.legal_of(problem))
        return self._last_legal[1]
