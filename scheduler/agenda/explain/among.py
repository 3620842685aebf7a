"""Plans that are kept from question to question: of all sessions, for some to be placed among them, and of a few."""

from collections.abc import Callable, Mapping, Sequence, Set

from scheduler.agenda.crowds.placing import placed_near
from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.crowds.tracks import COUNTED, proposed
from scheduler.agenda.explain.effort import MOST_JOINED, WHOLE
from scheduler.agenda.explain.seating import seated
from scheduler.agenda.first_plan import Attempt, first_plan
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement

PATIENCE = 20
"""Ejections for each session to be placed after which it is given up in any case."""


class _Kept:
    """A plan that the next one is built around."""

    def __init__(self, seed: int, is_over: Callable[[], bool]) -> None:
        self._seed, self._is_over = seed, is_over
        self.placements: tuple[Placement, ...] = ()


class KeptPlan(_Kept):
    """The most sessions that were placed so far."""

    def attempt(
        self,
        problem: AgendaProblem,
        legal: Mapping[str, Legal],
        wanted: Sequence[Placement],
        firm: Set[str],
        *,
        most_ejections: int,
    ) -> Attempt:
        """Build a plan around one of some sessions, for which all others give way."""
        if wanted and len(wanted) <= WHOLE:
            wanted = seated(problem, legal, wanted, self.placements)
        attempt = first_plan(
            problem,
            legal,
            wanted=(*wanted, *self.placements),
            firm=firm | {one.session for one in wanted},
            # What did not come about once hardly does in the same way again.
            seed=self._seed + most_ejections,
            patience=PATIENCE,
            most_ejections=most_ejections,
            is_over=self._is_over,
        )
        if len(attempt.placements) > len(self.placements):
            self.placements = attempt.placements
        return attempt


class KeptFew(_Kept):
    """The plan of few sessions that was found last; the next one is mostly near it, or is found as it was."""

    _is_counted = False

    is_refuted = False
    """Whether it is proven of what was asked last that it has no plan."""

    def attempt(
        self,
        problem: AgendaProblem,
        legal: Mapping[str, Legal],
        wanted: Sequence[Placement],
        *,
        any_plan: bool = False,
        seconds: float = COUNTED,
        purse: Purse,
    ) -> Attempt:
        """A plan around what is wanted and what was there before, or around one that is proposed.

        Args:
            any_plan: one far from what is wanted and what was there before is as good.
            seconds: deterministic time for what counting proposes.
            purse: what all questions may take together.
        """
        attempt, self.is_refuted = Attempt((), is_complete=False), False
        near_kept, by_counting = (*wanted, *self.placements), None
        # What led to a plan last time mostly does again.
        for near in (by_counting, near_kept) if self._is_counted and any_plan else (near_kept, by_counting):
            counted = proposed(problem, legal, seconds=seconds, purse=purse) if near is None else near
            if counted is None:
                self.is_refuted = True
                return attempt
            attempt = placed_near(problem, legal, counted, seed=self._seed, is_over=self._is_over)
            if attempt.is_complete:
                self._is_counted = near is None
                break
        return attempt


def in_the_way(problem: AgendaProblem, plan: Sequence[Placement], fought_over: Sequence[str]) -> frozenset[str]:
    """Those with a plan, who stood in their way most, and who shares a room with any of these; nothing if too many."""
    some = {one.session for one in plan}
    more = [name for name in fought_over if name not in some][:MOST_JOINED]
    if not more or len(some) > WHOLE:
        return frozenset()
    some.update(more)
    shared = [(one.id, one.same_room_as) for one in problem.sessions if one.same_room_as is not None]
    some.update(name for pair in shared if not some.isdisjoint(pair) for name in pair)
    return frozenset(some)


def crowd(problem: AgendaProblem, legal: Mapping[str, Legal], few: Set[str]) -> frozenset[str]:
    """Those few with all who are bound to the same rooms in the same hours, be it through whom they share a room with.

    Where a few of them have a plan that fills what there is, the others are left out of it. Nobody else joins where
    that is not some of the rooms, or where they are too many to be looked at together.
    """
    rooms = {room for name in few for room in legal[name].rooms}
    spans = [legal[one.id].starts for one in problem.sessions if one.id in few]
    hours = [(starts[0][0], starts[-1][1]) for starts in spans if starts]
    if not hours or len(rooms) == len(problem.rooms):
        return frozenset(few)
    elsewhere = [room.id for room in problem.rooms if room.id not in rooms]
    first, last = min(start for start, _ in hours), max(end for _, end in hours)
    partners: dict[str, list[str]] = {}
    for one in problem.sessions:
        if one.same_room_as is not None:
            partners.setdefault(one.id, []).append(one.same_room_as)
            partners.setdefault(one.same_room_as, []).append(one.id)
    found = set(few)
    for one in problem.sessions:
        starts = legal[one.id].starts
        if not one.is_required or not starts or starts[0][0] < first or starts[-1][1] > last:
            continue
        together = [one.id, *partners.get(one.id, ())]
        if all(any(room not in legal[name].rooms for name in together) for room in elsewhere):
            found.update(together)
    return frozenset(found if len(found) <= WHOLE else few)
