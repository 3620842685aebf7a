"""Which single change mends a problem."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from heapq import heappop, heappush
from itertools import groupby

from scheduler.agenda.explain.alike import kinds
from scheduler.agenda.explain.among import crowd
from scheduler.agenda.explain.changing import MAKE_OPTIONAL, WIDEN_A_WINDOW, Change, changes_for, relaxation, relaxed
from scheduler.agenda.explain.effort import BRIEF, SMALL, SOON, WHOLE
from scheduler.agenda.explain.facts import Blocker
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.mending import Proposal, eased, mended, proposed, proved
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import NOTHING, ProblemFile
from scheduler.agenda.explain.widening import added_grains
from scheduler.agenda.explain.wording import fix_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.core.explanation import Fix

FEW_PROOFS, MANY_PROOFS = 2, 40
"""How many plans are looked for with changes of one cost before the next are tried, for many and for fewer sessions.

One is, where a crowd of more sessions than a few fills what there is: two changes are then sooner shown to be enough.
"""

FEW_REFUTED = 2
"""How often hours are found too short before it is asked whether any are long enough."""

CHEAPLY = 0.25
"""As how many of them counts one where it shows that there is none."""


def find_fix(
    problem: AgendaProblem, facts: tuple[Blocker, ...], oracle: Oracle
) -> tuple[Fix | None, tuple[Change, ...]]:
    """The cheapest single change found, with its value, after which there is a plan; else what is hard to tell.

    Whatever mends the file must break the blocking set at hand: only changes that could are tried, in order of cost;
    of several hours that could be widened, those that need least.
    """
    few = crowd_against(problem, oracle) or frozenset(session.id for session in problem.sessions)
    every = tuple(_with_those_left_out(problem, changes_for(problem, facts), few))
    search = _FixSearch(problem, few, every, oracle)
    for _, changes in groupby(every, key=lambda change: change.cost):
        fix = search.best_of_alike(list(changes))
        if fix is not None or oracle.is_over or search.is_hopeless:
            return fix, ()
    return None, tuple(search.undecided)


def _with_those_left_out(problem: AgendaProblem, changes: Sequence[Change], few: frozenset[str]) -> list[Change]:
    """Changes, and that each of a few sessions be left out: that one is held is no fact, and may be the matter."""
    if len(few) > SMALL:
        return list(changes)
    left_out = [
        Change(MAKE_OPTIONAL, ("sessions", index, "optional"))
        for index, one in enumerate(problem.sessions)
        if one.id in few and not one.optional and one.pin is None
    ]
    return sorted(dict.fromkeys([*changes, *left_out]), key=lambda change: change.cost)


def find_fix_at_length(problem: AgendaProblem, undecided: Iterable[Change], oracle: Oracle) -> Fix | None:
    """The cheapest of the changes that were put off, asked at length; half of the time is for several together."""
    for cost, changes in groupby(undecided, key=lambda change: change.cost):
        found = []
        for index, change in enumerate(changes):
            value = NOTHING if oracle.is_half_over else mended(problem, change, {}, oracle, work=SOON)
            if value is not NOTHING and cost != WIDEN_A_WINDOW:
                return fix_of(problem, change.steps, value=value)
            if value is not NOTHING:
                found.append((added_grains(problem, change.steps, value), index, change, value))
        if found:
            _, _, change, value = min(found, key=lambda one: one[:2])
            return fix_of(problem, change.steps, value=value)
    return None


def crowd_against(problem: AgendaProblem, oracle: Oracle) -> frozenset[str] | None:
    """Few sessions that cannot all be placed, if they are known, with all who want the same."""
    few = oracle.against(problem)
    if few is None or len(few) <= SMALL or len(problem.sessions) <= WHOLE:
        return few
    return crowd(problem, oracle.legal_of(problem), few)


def by_kind(problem: AgendaProblem, few: frozenset[str], changes: Iterable[Change]) -> list[list[Change]]:
    """Changes of a kind together: of sessions that are alike, were there only a few, one is as good as another."""
    alike = kinds(only(problem, few))
    groups: dict[Hashable, list[Change]] = {}
    for change in changes:
        kind, index, *rest = change.steps if len(change.steps) > 1 else (change.steps[0], 0)
        assert isinstance(index, int)
        name = problem.sessions[index].id if kind == "sessions" else ""
        groups.setdefault((kind, alike.get(name, index), *rest), []).append(change)
    return list(groups.values())


Queued = tuple[int, int, frozenset[str], Proposal | None]
"""What a change needs at least, its position, and the few for which that was found, with what is proposed."""


class _FixSearch:
    """Tries values for a few sessions first. What they need is the least there is, and mostly enough; where it is not,
    those that have no plan with it join them."""

    def __init__(self, problem: AgendaProblem, few: frozenset[str], every: tuple[Change, ...], oracle: Oracle) -> None:
        self._problem, self._few, self._oracle = problem, few, oracle
        self._with_every_change = ProblemFile(problem).changed(relaxed(every))
        self.undecided: list[Change] = []
        self._proposed: set[Change] = set()
        self._reached: set[Change] = set()
        self.is_hopeless = False

    def best_of_alike(self, changes: Sequence[Change]) -> Fix | None:
        """As ``best_of``, with one change of those to sessions that are alike; with the others where none mends.

        Others are left out where nothing could be proposed for the first: of those that are alike, one is as good.
        """
        groups = by_kind(self._problem, self._few, changes)
        fix = self.best_of([group[0] for group in groups])
        if fix is not None:
            return fix
        return self.best_of([change for group in groups for change in group[1:] if group[0] in self._proposed])

    def best_of(self, changes: Sequence[Change]) -> Fix | None:
        """A change that mends, of several hours those that need least; all changes must be of the same cost."""
        # By what each needs at least, as far as is known; the few are more now than when it was found out if stale.
        queue: list[Queued] = [(0, index, frozenset(), None) for index in range(len(changes))]
        patience, refuted = self._patience(), Counter[int]()
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
                if len(self._few) > WHOLE:
                    # What one cannot do for so many is hard to tell of the next, which is mostly of its kind.
                    self._put_off(changes, queue)
                    return None
                self._proposed.discard(changes[index])
                continue
            found = proved(self._problem, proposal, {}, self._oracle, brief=True, may_be_larger=True)
            if found.status == "feasible":
                return fix_of(self._problem, proposal.change.steps, value=proposal.value)
            # What is refuted costs little, and mostly refutes others, too.
            patience -= 1 if found.status == "unknown" else CHEAPLY
            refuted[index] += 1
            if self._notes(found.against) and patience > 0:
                if refuted[index] == FEW_REFUTED and not self._may_do(proposal, found):
                    self.undecided.append(changes[index])
                    continue
                heappush(queue, (self._needed(proposal), index, few, proposal))
                if self.is_hopeless:
                    return None
                continue
            further = eased(self._problem, proposal, found.left, self._oracle)
            if further is not None:
                return fix_of(self._problem, further.change.steps, value=further.value)
            self.undecided.append(changes[index])
            if patience <= 0:
                self._put_off(changes, queue)
                return None
        return None

    def _may_do(self, proposal: Proposal, found: Found) -> bool:
        """Whether hours that were too short some times are enough as long as they can be; true where that is not asked.

        Of many sessions it takes as long to tell as to go on with the few.
        """
        if len(self._problem.sessions) > WHOLE or proposal.change.cost != WIDEN_A_WINDOW:
            return True
        return eased(self._problem, proposal, found.left, self._oracle) is not None

    def _patience(self) -> float:
        if len(self._problem.sessions) <= WHOLE:
            return MANY_PROOFS
        return 1 if SMALL < len(self._few) <= WHOLE else FEW_PROOFS

    def _put_off(self, changes: Sequence[Change], queue: Sequence[Queued]) -> None:
        self.undecided += [changes[index] for _, index, _, _ in sorted(queue, key=lambda one: one[:2])]

    def _proposal(self, change: Change) -> Proposal | None:
        """The least value that helps the few; ``None`` also where the file is seen to have no plan with any value."""
        furthest = ProblemFile(self._problem).changed(relaxation(change))
        if not self._are_most and self._oracle.sees_against(self._oracle.only(furthest, self._few)):
            return None
        # What the change cannot break joins the few: mostly the next ones cannot either, and then it is a glance.
        # The hours of one session or person seldom have to do with anything else; that is left to the proof. Where the
        # few are many they may be one of all, and it is soon told.
        is_of_one = (
            change.cost == WIDEN_A_WINDOW and change.steps[0] in ("sessions", "people") and len(self._few) <= SMALL
        )
        seen = None if is_of_one else self._oracle.seen_against(furthest)
        if seen is not None:
            self._notes(seen)
            return None
        if self._is_out_of_reach(change, furthest):
            self.undecided.append(change)
            return None
        return proposed(self._problem, change, {}, self._few, self._oracle)

    def _is_out_of_reach(self, change: Change, furthest: AgendaProblem) -> bool:
        """Whether no plan is soon found among many even as far as a change goes; then no value is sought for the few.

        Where the few are many, what they need at least takes longer to find than a plan of all.
        """
        is_soon_known = change.cost != WIDEN_A_WINDOW or len(self._few) <= SMALL or len(self._problem.sessions) <= WHOLE
        if is_soon_known or change in self._reached:
            return False
        some = None if self._are_most else self._oracle.only(furthest, self._few)
        plan = () if some is None else self._oracle.find(some, brief=True).placements
        # What is not found of so many is not found of all either.
        if plan is None or self._oracle.find(furthest, wanted=plan, brief=True).placements is None:
            return True
        self._reached.add(change)
        return False

    @property
    def _are_most(self) -> bool:
        """Whether the few are so many that the whole file is asked for as soon."""
        return len(self._few) > WHOLE and 2 * len(self._few) > len(self._problem.sessions)

    def _notes(self, against: frozenset[str] | None) -> bool:
        """Let sessions that have no plan after a change join the few; false where that says nothing new.

        If they have none even with every change at once, there is no need to look for a single one.
        """
        if against is None or against <= self._few:
            return False
        self._few |= against
        with_every_change = self._oracle.only(self._with_every_change, against)
        if len(against) > SMALL:
            self.is_hopeless = self._oracle.sees_against(with_every_change)
        else:
            self.is_hopeless = self._oracle.ask_few(with_every_change, work=BRIEF).status == "infeasible"
        return True

    def _needed(self, proposal: Proposal) -> int:
        if proposal.change.cost != WIDEN_A_WINDOW:
            return 0
        return added_grains(self._problem, proposal.change.steps, proposal.value)
