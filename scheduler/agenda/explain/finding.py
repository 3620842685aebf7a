"""Which single change mends a problem, and where none does, which few together."""

from collections.abc import Hashable, Sequence
from heapq import heappop, heappush
from itertools import combinations, groupby

from scheduler.agenda.explain.alike import kinds
from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.facts import Blocker, field_of
from scheduler.agenda.explain.mending import (
    DROP_A_PIN,
    MAKE_OPTIONAL,
    WIDEN_A_WINDOW,
    Change,
    Proposal,
    changes_for,
    eased,
    fix_of,
    mended,
    proposed,
    proved,
    relaxation,
)
from scheduler.agenda.explain.oracle import BRIEF, SMALL, WHOLE, Oracle
from scheduler.agenda.explain.relaxing import NOTHING, Changes, ProblemFile
from scheduler.agenda.explain.widening import added_grains
from scheduler.agenda.problem import AgendaProblem, Weights
from scheduler.agenda.restricting import only
from scheduler.core.explanation import Fix

FEW_PROOFS, MANY_PROOFS = 2, 40
"""How many plans are looked for with changes of one cost before the next are tried, for many and for fewer sessions."""

MOST_TOGETHER = 3
"""Up to so many changes are looked for together with every kind of change; beyond, sessions are left out."""


def find_fix(problem: AgendaProblem, facts: tuple[Blocker, ...], oracle: Oracle) -> Fix | None:
    """The cheapest single change found, with its value, after which there is a plan.

    Whatever mends the file must break the blocking set at hand: only changes that could are tried, in order of cost;
    of several hours that could be widened, those that need least. What is hard to tell is put off until all others
    were tried.
    """
    few = oracle.against(problem) or frozenset(session.id for session in problem.sessions)
    every = tuple(changes_for(problem, facts))
    search = _FixSearch(problem, few, every, oracle)
    for _, changes in groupby(every, key=lambda change: change.cost):
        fix = search.best_of_alike(list(changes))
        if fix is not None or oracle.is_over or search.is_hopeless:
            return fix
    return search.best_of_undecided()


class _FixSearch:
    """Tries values for a few sessions first. What they need is the least there is, and mostly enough; where it is not,
    those that have no plan with it join them."""

    def __init__(self, problem: AgendaProblem, few: frozenset[str], every: tuple[Change, ...], oracle: Oracle) -> None:
        self._problem, self._few, self._oracle = problem, few, oracle
        self._with_every_change = ProblemFile(problem).changed(_relaxed(every))
        self._undecided: list[Change] = []
        self._proposed: set[Change] = set()
        self.is_hopeless = False

    def best_of_alike(self, changes: Sequence[Change]) -> Fix | None:
        """As ``best_of``, with one change of those to sessions that are alike; with the others where none mends.

        Others are left out where nothing could be proposed for the first: of those that are alike, one is as good.
        """
        alike = kinds(only(self._problem, self._few))
        groups: dict[Hashable, list[Change]] = {}
        for change in changes:
            kind, index, *rest = change.steps if len(change.steps) > 1 else (change.steps[0], 0)
            assert isinstance(index, int)
            name = self._problem.sessions[index].id if kind == "sessions" else ""
            groups.setdefault((kind, alike.get(name, index), *rest), []).append(change)
        fix = self.best_of([group[0] for group in groups.values()])
        if fix is not None:
            return fix
        return self.best_of([change for group in groups.values() for change in group[1:] if group[0] in self._proposed])

    def best_of(self, changes: Sequence[Change]) -> Fix | None:
        """A change that mends, of several hours those that need least; all changes must be of the same cost."""
        # By what each needs at least, as far as is known; the few are more now than when it was found out if stale.
        queue: list[tuple[int, int, frozenset[str], Proposal | None]] = [
            (0, index, frozenset(), None) for index in range(len(changes))
        ]
        patience = FEW_PROOFS if len(self._problem.sessions) > WHOLE else MANY_PROOFS
        while queue and not self._oracle.is_over:
            _, index, few, proposal = heappop(queue)
            if proposal is None or few != self._few:
                proposal = self._proposal(changes[index])
                if self.is_hopeless:
                    return None
                if proposal is not None:
                    self._proposed.add(proposal.change)
                    heappush(queue, (self._needed(proposal), index, self._few, proposal))
                continue
            found = proved(self._problem, proposal, {}, self._oracle, brief=True)
            if found.status == "feasible":
                return fix_of(self._problem, proposal.change, value=proposal.value)
            patience -= 1
            if self._notes(found.against) and patience > 0:
                heappush(queue, (self._needed(proposal), index, few, proposal))
                if self.is_hopeless:
                    return None
                continue
            further = eased(self._problem, proposal, self._oracle)
            if further is not None:
                return fix_of(self._problem, further.change, value=further.value)
            self._undecided.append(changes[index])
            if patience <= 0:
                self._undecided += [changes[index] for _, index, _, _ in sorted(queue, key=lambda one: one[:2])]
                return None
        return None

    def _proposal(self, change: Change) -> Proposal | None:
        """The least value that helps the few; ``None`` also where the file is seen to have no plan with any value."""
        furthest = ProblemFile(self._problem).changed(relaxation(change))
        if self._oracle.sees_against(only(furthest, self._few)):
            return None
        # What the change cannot break joins the few: mostly the next ones cannot either, and then it is a glance.
        seen = self._oracle.seen_against(furthest)
        if seen is not None:
            self._notes(seen)
            return None
        return proposed(self._problem, change, {}, self._few, self._oracle)

    def _notes(self, against: frozenset[str] | None) -> bool:
        """Let sessions that have no plan after a change join the few; false where that says nothing new.

        If they have none even with every change at once, there is no need to look for a single one.
        """
        if against is None or against <= self._few:
            return False
        self._few |= against
        with_every_change = only(self._with_every_change, against)
        if len(against) > SMALL:
            self.is_hopeless = self._oracle.sees_against(with_every_change)
        else:
            self.is_hopeless = self._oracle.ask_few(with_every_change, work=BRIEF).status == "infeasible"
        return True

    def _needed(self, proposal: Proposal) -> int:
        if proposal.change.cost != WIDEN_A_WINDOW:
            return 0
        return added_grains(self._problem, proposal.change.steps, proposal.value)

    def best_of_undecided(self) -> Fix | None:
        """The cheapest of the changes that were put off, asked at length."""
        for cost, changes in groupby(self._undecided, key=lambda change: change.cost):
            found = []
            for index, change in enumerate(changes):
                value = NOTHING if self._oracle.is_over else mended(self._problem, change, {}, self._oracle)
                if value is not NOTHING and cost != WIDEN_A_WINDOW:
                    return fix_of(self._problem, change, value=value)
                if value is not NOTHING:
                    found.append((self._needed(Proposal(change, value, ())), index, change, value))
            if found:
                _, _, change, value = min(found, key=lambda one: one[:2])
                return fix_of(self._problem, change, value=value)
        return None


def find_fixes(problem: AgendaProblem, facts: tuple[Blocker, ...], oracle: Oracle) -> tuple[Fix, ...] | None:
    """A smallest list of changes after which there is a plan; ``None`` where none was found.

    Every list that mends must break every blocking set. So the smallest list that breaks those known is tried; where
    it does not mend, what still blocks is one more set to break (the implicit hitting sets of Karp and
    Moreno-Centeno, 2013). Sets that share nothing are collected first.
    """
    if any(field_of(fact.steps) == "optional" for fact in facts):
        return _sessions_left_out(problem, oracle)
    sets = [changes_for(problem, facts)]
    while still := _still_blocking(problem, _everything(sets), oracle):
        sets.append(still)
    while not oracle.is_over and (chosen := _smallest_hitting(sets)) is not None:
        still = _still_blocking(problem, chosen, oracle)
        if still is None:
            break
        if not still:
            return _with_values(problem, chosen, oracle) or _sessions_left_out(problem, oracle)
        sets.append(still)
    return _sessions_left_out(problem, oracle)


def _still_blocking(problem: AgendaProblem, chosen: tuple[Change, ...], oracle: Oracle) -> list[Change] | None:
    """What could break what still blocks once these changes are made; nothing once there is a plan.

    ``None`` where the time is up, or where no change that is known breaks it.
    """
    relaxed = _relaxed(chosen)
    answer = oracle.ask(ProblemFile(problem).changed(relaxed))
    if answer == "feasible":
        return []
    if answer == "unknown":
        return None
    facts = blocking_set(problem, oracle, given=relaxed)
    return [change for change in changes_for(problem, facts) if change.steps not in relaxed] or None


def _everything(sets: list[list[Change]]) -> tuple[Change, ...]:
    return tuple(
        sorted({change for one in sets for change in one}, key=lambda change: (change.cost, str(change.steps)))
    )


def _relaxed(changes: tuple[Change, ...]) -> Changes:
    relaxed: Changes = {}
    for change in changes:
        relaxed.update(relaxation(change))
    return relaxed


def _smallest_hitting(sets: list[list[Change]]) -> tuple[Change, ...] | None:
    """The fewest changes, of these the cheapest, that have one in every set."""
    everything = _everything(sets)
    for size in range(1, MOST_TOGETHER + 1):
        hitting = [
            some for some in combinations(everything, size) if all(any(one in given for one in some) for given in sets)
        ]
        if hitting:
            return min(hitting, key=lambda some: sum(change.cost for change in some))
    return None


def _with_values(problem: AgendaProblem, changes: tuple[Change, ...], oracle: Oracle) -> tuple[Fix, ...] | None:
    """Give each change its value, those to come still taken as far as they go; the last value proves the list."""
    others, fixes = _relaxed(changes), []
    for change in changes:
        del others[change.steps]
        value = mended(problem, change, others, oracle)
        if value is NOTHING:
            return None
        others[change.steps] = value
        fixes.append(fix_of(problem, change, value=value))
    return tuple(fixes)


def _sessions_left_out(problem: AgendaProblem, oracle: Oracle) -> tuple[Fix, ...] | None:
    """The fewest sessions that must be left out so that the others can be placed; pins go only where none else helps.

    A pinned session has to be placed even if it is optional, so leaving it out takes two changes.
    """
    if oracle.is_over:
        return None
    pinned = any(one.pin is not None for one in problem.sessions)
    return _left_out(problem, oracle, drops_pins=False) or (
        _left_out(problem, oracle, drops_pins=True) if pinned else None
    )


def _left_out(problem: AgendaProblem, oracle: Oracle, *, drops_pins: bool) -> tuple[Fix, ...] | None:
    sessions = tuple(
        one.model_copy(
            update={"optional": True, "value": int(not one.optional), "pin": None if drops_pins else one.pin}
        )
        for one in problem.sessions
    )
    weights = Weights(clash=0, room_too_large=0, moved_start=0, moved_room=0)
    plan = oracle.best(problem.model_copy(update={"sessions": sessions, "weights": weights})).solution
    if plan is None:
        return None
    places = {entry.session: entry for entry in plan.placements}
    changes: list[Change] = []
    for index, one in enumerate(problem.sessions):
        place = places.get(one.id)
        if one.pin is not None and not (
            place and one.pin.start in (None, place.start) and one.pin.room in (None, place.room)
        ):
            changes.append(Change(DROP_A_PIN, ("sessions", index, "pin")))
        if place is None and not one.optional:
            changes.append(Change(MAKE_OPTIONAL, ("sessions", index, "optional")))
    relaxed = _relaxed(tuple(changes))
    if not changes or not oracle.has_plan(ProblemFile(problem).changed(relaxed)):
        return None
    return tuple(fix_of(problem, change, value=relaxed[change.steps]) for change in changes)
