"""Which sessions to leave out, where nothing smaller mends a problem."""

from collections.abc import Hashable, Sequence

from scheduler.agenda.explain.alike import kinds
from scheduler.agenda.explain.changing import DROP_A_PIN, MAKE_OPTIONAL, Change, relaxed
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import Changes, ProblemFile
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.restricting import without_cost
from scheduler.agenda.solution import Placement

FOR_ALL, FOR_ONE = 60, 15
"""Ejections after which one more is let go, and after which one that was is not taken back."""


def sessions_left_out(problem: AgendaProblem, oracle: Oracle) -> Changes | None:
    """Few sessions that are left out so that the others can be placed; pins go only where none else helps.

    A pinned session has to be placed even if it is optional, so leaving it out takes two changes.
    """
    return None if oracle.is_over else _proved(problem, _GivingWay(problem, oracle).plan(), oracle)


def _proved(problem: AgendaProblem, plan: Sequence[Placement] | None, oracle: Oracle) -> Changes | None:
    """The changes that a plan of some sessions needs, if the file has a plan with them."""
    if plan is None:
        return None
    places = {entry.session: entry for entry in plan}
    changes: list[Change] = []
    for index, one in enumerate(problem.sessions):
        place = places.get(one.id)
        if one.pin is not None and not (
            place and one.pin.start in (None, place.start) and one.pin.room in (None, place.room)
        ):
            changes.append(Change(DROP_A_PIN, ("sessions", index, "pin")))
        if place is None and not one.optional:
            changes.append(Change(MAKE_OPTIONAL, ("sessions", index, "optional")))
    furthest = relaxed(changes)
    found = oracle.find(ProblemFile(problem).changed(furthest), wanted=plan)
    if not changes or found.status != "feasible":
        return None
    return furthest


class _GivingWay:
    """Lets the session go that is fought over most, until the others have a plan; then those back that find a place."""

    def __init__(self, problem: AgendaProblem, oracle: Oracle) -> None:
        self._problem, self._oracle = problem, oracle
        self._sessions = {one.id: one for one in problem.sessions}
        self._kept: tuple[Placement, ...] = ()

    def plan(self) -> tuple[Placement, ...] | None:
        gone = self._least_gone()
        if gone is None:
            return None
        alike = kinds(self._problem)
        refused: set[Hashable] = set()
        for name, before in reversed(gone):
            after, self._sessions[name] = self._sessions[name], before
            # It may have found its place although it could be left out.
            if before.pin is None and any(entry.session == name for entry in self._kept):
                continue
            # What is found must still be proved.
            is_late = self._oracle.is_half_over or alike[name] in refused
            if is_late or self._fought_over(FOR_ONE) is not None:
                self._sessions[name] = after
                refused.add(alike[name])
        return self._kept

    def _least_gone(self) -> list[tuple[str, Session]] | None:
        """What was let go, each time as it was before; nothing where the time is up."""
        gone: list[tuple[str, Session]] = []
        while not self._oracle.is_over:
            legal = self._oracle.legal_of(self._changed())
            names = [name for name, one in self._sessions.items() if one.is_required and not legal[name].rooms]
            if not names:
                fought_over = self._fought_over(FOR_ALL)
                if fought_over is None:
                    return gone
                # The more are gone already, the more at once are let go.
                names = [name for name in fought_over if self._sessions[name].is_required][: 1 + len(gone) // 4]
            if not names:
                return None
            for name in names:
                one = self._sessions[name]
                gone.append((name, one))
                # A pin goes before the session does: even if it is optional, that is to be placed.
                update = {"optional": True, "value": 1} if one.pin is None else {"pin": None}
                self._sessions[name] = one.model_copy(update=update)
        return None

    def _changed(self) -> AgendaProblem:
        return without_cost(self._problem, self._sessions.values())

    def _fought_over(self, ejections: int) -> tuple[str, ...] | None:
        """Nothing where there is a plan, which is kept."""
        changed = self._changed()
        seen = self._oracle.seen_against(changed)
        if seen is not None:
            return tuple(sorted(seen, key=lambda name: (-self._sessions[name].duration, name)))
        attempt = self._oracle.attempt(changed, wanted=self._kept, most_ejections=ejections)
        if attempt.is_complete or len(attempt.placements) > len(self._kept):
            self._kept = attempt.placements
        return None if attempt.is_complete else attempt.fought_over
