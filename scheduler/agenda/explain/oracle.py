"""Whether a problem has any plan at all, within the time left."""

from collections.abc import Iterable, Sequence, Set

from scheduler.agenda.crowds.tracks import overfilled
from scheduler.agenda.explain import effort
from scheduler.agenda.explain.among import KeptFew, KeptPlan, in_the_way
from scheduler.agenda.explain.deciding import Deciding
from scheduler.agenda.explain.found import Answer, Found
from scheduler.agenda.explain.packing import packed
from scheduler.agenda.first_plan import Attempt, first_plan
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.core.limits import Control, Limits


class Oracle(Deciding):
    """Answers feasibility questions until the time limit of the whole explanation is reached."""

    def __init__(self, limits: Limits, control: Control) -> None:
        super().__init__(limits, control)
        self._against: list[frozenset[str]] = []
        self._kept = KeptPlan(limits.seed, lambda: self.is_over)
        self._kept_few = KeptFew(limits.seed, lambda: self.is_over)

    def ask(self, problem: AgendaProblem, *, work: float | None = effort.LONGER) -> Answer:
        """Whether there is a plan; ``unknown`` where there is no answer in the time for it, as in ``find``."""
        return self.find(problem, work=work).status

    def find(
        self,
        problem: AgendaProblem,
        *,
        wanted: Sequence[Placement] = (),
        firm: Set[str] = frozenset(),
        brief: bool = False,
        work: float | None = effort.LONGER,
    ) -> Found:
        """The answer about a problem of any size; ``unknown`` where there is none in the time for it.

        Most questions of an explanation are about nearly the same file: what could not be placed before is asked for
        by itself first, and a plan is built around the one that was there before.

        Args:
            wanted: a plan of some sessions.
            firm: sessions for which others give way, as for those with a plan.
            brief: give up soon where there is no answer.
            work: deterministic time after which the solver gives up; ``None`` for most of the time that is left.
        """
        if self.is_over:
            return Found("unknown")
        if brief:
            work = effort.BRIEF if work is None else min(work, effort.BRIEF)
        present = {session.id for session in problem.sessions}
        shown = {placement.session for placement in wanted}
        for names in self._against:
            is_new = len(names) < len(present) and names <= present and not names <= shown
            # What is seen of most sessions is seen of all.
            is_most = len(names) > effort.WHOLE and 2 * len(names) > len(present)
            if is_new and not is_most and self._is_against(problem, names, work):
                return Found("infeasible", against=names)
        if len(present) <= effort.SMALL:
            return self.ask_few(problem, work=work)
        return self._ask_large(problem, wanted, firm, work, brief=brief)

    def against(self, problem: AgendaProblem) -> frozenset[str] | None:
        """Few sessions that cannot all be placed, were there no others, if such are known already."""
        present = {session.id for session in problem.sessions}
        for names in sorted(self._against, key=len):
            if names <= present and self._is_against(problem, names, effort.LONGER):
                return names
        return None

    def _is_against(self, problem: AgendaProblem, names: frozenset[str], work: float | None) -> bool:
        few = self.only(problem, names)
        if len(names) > effort.WHOLE:
            return self.sees_against(few)
        return self.ask_few(few, work=work).status == "infeasible"

    def note_against(self, names: Iterable[str]) -> None:
        """Remember sessions of the file that cannot all be placed."""
        few = frozenset(names)
        if few not in self._against:
            self._against.append(few)

    def _ask_large(
        self,
        problem: AgendaProblem,
        wanted: Sequence[Placement],
        firm: Set[str],
        work: float | None,
        *,
        brief: bool,
    ) -> Found:
        legal = self.legal_of(problem)
        shown = self._shown(problem, legal, wanted)
        if shown is not None:
            return shown
        present = {one.id for one in problem.sessions if one.is_required}
        count, left = len(problem.sessions), frozenset[str]()
        if count > effort.WHOLE and not self._kept.placements:
            self._begin_with_others(problem)
        # Where the sessions in question have a plan there is most likely one of all.
        turns = effort.turns(count, is_brief=brief, is_begun=bool(wanted))
        if work is not None and work <= effort.SOON and count <= effort.MOST_SHORTLY:
            # Of so few the solver mostly says sooner what does not come about at once.
            turns = turns[:1]
        for turn, ejections in enumerate(turns):
            if turn > 1 and brief and len(left) > effort.NEARLY_ALL:
                break
            attempt = self._kept.attempt(problem, legal, wanted, firm, most_ejections=ejections)
            if attempt.is_complete:
                return Found("feasible", attempt.placements)
            left = frozenset(present.difference(one.session for one in attempt.placements))
            joined = self._joined(problem, wanted, attempt)
            most = effort.MOST_LEFT if wanted else effort.MANY
            if brief and not joined and most * len(left) > count:
                return Found("unknown", left=left)
            wanted = joined or wanted
            is_quick = brief and wanted and count > effort.WHOLE
            fought_over = attempt.fought_over[: effort.MOST_JOINED] if is_quick else attempt.fought_over
            few = self._find_against(problem, fought_over, effort.BRIEF if brief else effort.LONGER)
            if few is not None:
                return Found("infeasible", against=few)
        if count <= effort.WHOLE:
            too_many = overfilled(problem, legal, purse=self._purse)
            if too_many is not None:
                return Found("infeasible", against=too_many)
        is_hopeless = brief or (work is not None and count > effort.MOST_SOLVED)
        return Found("unknown", left=left) if is_hopeless else self._solved(problem, legal, work)

    def _shown(self, problem: AgendaProblem, legal: dict[str, Legal], wanted: Sequence[Placement]) -> Found | None:
        """The answer where it shows without search."""
        names = self.seen_against(problem)
        if names is not None:
            self.note_against(names)
            return Found("infeasible", against=names)
        placements = packed(problem)
        if placements is not None:
            return Found("feasible", placements)
        if len(problem.sessions) > effort.WHOLE:
            return None
        # What counting or an order proposes is mostly a plan of so few, and soon tried.
        attempt = self._kept_few.attempt(problem, legal, wanted, purse=self._purse)
        return Found("feasible", attempt.placements) if attempt.is_complete else None

    def _joined(
        self, problem: AgendaProblem, wanted: Sequence[Placement], attempt: Attempt
    ) -> tuple[Placement, ...] | None:
        """A plan of those that have one together with who stood in their way, where it shows without search."""
        names = in_the_way(problem, wanted, attempt.fought_over) if wanted else frozenset[str]()
        return self.glance(self.only(problem, names), wanted=wanted) if names else None

    def _begin_with_others(self, problem: AgendaProblem) -> None:
        """Keep a plan of all that nothing is known against: what is in question is then placed among them."""
        against = frozenset().union(*self._against)
        others = {one.id for one in problem.sessions if one.id not in against}
        # Where nothing is known against any, those that cannot be placed are fought over first.
        if not against or 2 * len(others) < len(problem.sessions):
            return
        rest = self.only(problem, others)
        self._kept.attempt(rest, self.legal_of(rest), (), set(), most_ejections=effort.THOROUGH * len(others))

    def _find_against(
        self, problem: AgendaProblem, fought_over: tuple[str, ...], work: float | None
    ) -> frozenset[str] | None:
        """Some of those that were fought over most that cannot all be placed."""
        size = 2
        while size < 2 * len(fought_over) and not self.is_over:
            names = frozenset(fought_over[:size])
            if self._is_against(problem, names, work):
                self.note_against(names)
                return names
            size *= 2
        return None

    def ask_few(
        self,
        problem: AgendaProblem,
        *,
        wanted: Sequence[Placement] = (),
        work: float | None = effort.LONGER,
        nothing_is_seen: bool = False,
        any_plan: bool = False,
    ) -> Found:
        """The answer about a problem with few sessions, with a plan where there is one.

        Args:
            wanted: where some of them may well be.
            work: as in ``find``.
            nothing_is_seen: it was looked already whether it is seen without search that there is no plan.
            any_plan: one far from what is wanted and what was there before is as good, and none shows ``at_once``.
        """
        if self.is_over:
            return Found("unknown")
        if not any_plan and (placements := packed(problem)) is not None:
            return Found("feasible", placements)
        legal = self.legal_of(problem)
        if not nothing_is_seen and self.sees_against(problem):
            return Found("infeasible")
        attempt = self._kept_few.attempt(problem, legal, wanted, any_plan=any_plan, purse=self._purse)
        if not attempt.is_complete and self._is_refuted(problem, legal):
            return Found("infeasible")
        if not attempt.is_complete and work is not None and len(problem.sessions) > effort.MOST_SHORTLY:
            return Found("unknown")
        found = Found("feasible", attempt.placements) if attempt.is_complete else self._solved(problem, legal, work)
        if found.placements is not None:
            self._kept_few.placements = found.placements
        return found

    def _is_refuted(self, problem: AgendaProblem, legal: dict[str, Legal]) -> bool:
        return self._kept_few.is_refuted or overfilled(problem, legal, purse=self._purse) is not None

    def at_once(self, problem: AgendaProblem, plan: Sequence[Placement]) -> Found | None:
        """The answer where a plan is soon made, or one at hand, the last of its sessions elsewhere perhaps, is one."""
        if self.is_over:
            return None
        if (placements := packed(problem)) is not None:
            return Found("feasible", placements)
        if not plan:
            return None
        attempt = first_plan(
            problem, self.legal_of(problem), wanted=plan, seed=self._limits.seed, patience=1, most_ejections=0
        )
        if not attempt.is_complete:
            return None
        self._kept_few.placements = attempt.placements
        return Found("feasible", attempt.placements)

    def soon(
        self, problem: AgendaProblem, *, wanted: Sequence[Placement], most_ejections: int, work: float
    ) -> tuple[Placement, ...] | None:
        """A plan near one that is there, if it comes about soon.

        Args:
            most_ejections: after how many it is given up.
            work: deterministic time of the solver after which it is given up, where the sessions are not too many.
        """
        if self.is_over or self.sees_against(problem):
            return None
        attempt = self._kept_few.attempt(
            problem, self.legal_of(problem), wanted, seconds=effort.GLANCE, purse=self._purse
        )
        if not attempt.is_complete:
            attempt = self.attempt(problem, wanted=wanted, most_ejections=most_ejections)
        if attempt.is_complete:
            return attempt.placements
        if not work or len(problem.sessions) > effort.MOST_SHORTLY:
            return None
        return self._solved(problem, self.legal_of(problem), work).placements

    def glance(self, problem: AgendaProblem, *, wanted: Sequence[Placement] = ()) -> tuple[Placement, ...] | None:
        """A plan of a problem with few sessions, where one shows without search."""
        legal = self.legal_of(problem)
        if self.is_over or self.sees_against(problem):
            return None
        attempt = self._kept_few.attempt(problem, legal, wanted, seconds=effort.GLANCE, purse=self._purse)
        return attempt.placements if attempt.is_complete else None

    @staticmethod
    def wants_all_rooms(problem: AgendaProblem, few: Set[str]) -> bool:
        """Whether a plenary of many sessions is among a few."""
        is_large = len(problem.sessions) > effort.WHOLE
        return is_large and any(one.plenary and one.is_required for one in problem.sessions if one.id in few)

    def afresh(self, problem: AgendaProblem, few: Set[str]) -> tuple[Placement, ...] | None:
        """A plan made from nothing, where some of a few in question want all rooms at a time.

        Around a plan that has no such time one is hardly cleared, but before all others they are soon placed.
        """
        if self.is_over or not self.wants_all_rooms(problem, few):
            return None
        attempt = self.attempt(problem, wanted=(), most_ejections=effort.AFRESH)
        return attempt.placements if attempt.is_complete else None

    def attempt(self, problem: AgendaProblem, *, wanted: Sequence[Placement], most_ejections: int) -> Attempt:
        """A plan made without solver around one that is there, perhaps of some sessions only."""
        return first_plan(
            problem,
            self.legal_of(problem),
            wanted=wanted,
            seed=self._limits.seed,
            most_ejections=most_ejections,
            is_over=lambda: self.is_over,
        )
