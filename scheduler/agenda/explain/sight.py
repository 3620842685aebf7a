"""What shows without search, of many problems that share most of their entries."""

from collections.abc import Set

from scheduler.agenda.explain.contradiction import NothingSeen, contradictions
from scheduler.agenda.legal import Legal
from scheduler.agenda.legal_starts import KnownLegal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import KnownEntries, only

MOST_LOOKED_AT = 8
"""Problems that were looked at last of which it is remembered what was seen."""


class Sight:
    """Sees contradictions, and remembers what it read and what was to be seen."""

    def __init__(self) -> None:
        self._known_entries = KnownEntries()
        self._known_legal = KnownLegal()
        self._last_legal: tuple[AgendaProblem, dict[str, Legal]] | None = None
        self._nothing_seen = NothingSeen()
        # What was looked at is held, so that no other problem can have its identity.
        self._seen: dict[int, tuple[AgendaProblem, tuple[tuple[str, frozenset[str]], ...]]] = {}

    def only(self, problem: AgendaProblem, names: Set[str]) -> AgendaProblem:
        """The problem with only some of its sessions; entries that are the same are the same objects each time."""
        return only(problem, names, self._known_entries)

    def sees_against(self, problem: AgendaProblem) -> bool:
        """Whether it is seen without search that there is no plan."""
        if id(problem) in self._seen:
            return bool(self._seen[id(problem)][1])
        return next(contradictions(problem, self.legal_of(problem), self._nothing_seen), None) is not None

    def seen_against(self, problem: AgendaProblem) -> frozenset[str] | None:
        """Required sessions of a problem that are seen without search not to have a plan, the fewest."""
        return min((names for _, names in self._all_seen(problem)), key=len, default=None)

    def check_against(self, problem: AgendaProblem) -> str | None:
        """The check that sees the fewest sessions without a plan, if one does."""
        found = min(self._all_seen(problem), key=lambda one: len(one[1]), default=None)
        return None if found is None else found[0]

    def _all_seen(self, problem: AgendaProblem) -> tuple[tuple[str, frozenset[str]], ...]:
        if id(problem) not in self._seen:
            found = tuple(contradictions(problem, self.legal_of(problem), self._nothing_seen))
            if len(self._seen) >= MOST_LOOKED_AT:
                del self._seen[next(iter(self._seen))]
            self._seen[id(problem)] = (problem, found)
        return self._seen[id(problem)][1]

    def legal_of(self, problem: AgendaProblem) -> dict[str, Legal]:
        """Where each session may start by its own facts."""
        if self._last_legal is None or self._last_legal[0] is not problem:
            self._last_legal = (problem, self._known_legal.legal_of(problem))
        return self._last_legal[1]
