"""The fewest moves without the whole model: what has lost its place is free, then what that pushes out, and so on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Stopwatch
from scheduler.meetings.legal import Legal
from scheduler.meetings.search import Search
from scheduler.meetings.tables import Placed

SHARE = 0.5
"""The part of what is left that all rounds together may take."""

Group = tuple[str, int, int]
"""Something that has room for so much at one time: a person, a class of tables or a resource, and a moment."""


def fewest_moves(search: Search) -> None:
    """Raise the bound of the moves, and offer a plan that reaches it, where no stage ranks before them.

    In the first round only musts without their place are free. Whatever stands in their way may be pushed out for the
    price of a move, and where it goes is left open: a relaxation, whose optimum no plan beats. What was pushed out and
    must be held is free in the next round; when there is none, the answer is a plan and its moves are the fewest.
    """
    if "moved" not in search.names or search.is_known("moved"):
        return
    before = search.names[: search.names.index("moved")]
    if not all(search.is_known(name) for name in before):
        return
    standing = _Standing(search.legal)
    free = {wish for wish in range(len(search.legal.options)) if search.legal.must_be_held(wish)} - set(standing.homes)
    until = search.stopwatch.seconds + SHARE * (search.limits.time_limit - search.stopwatch.seconds)
    while free and not search.is_over() and search.stopwatch.seconds < until:
        turn = _Round(standing, free)
        solved = _solved(search, turn, until)
        if solved.bound is not None:
            found, bound = search.ranges["moved"], standing.lost + solved.bound
            search.ranges["moved"] = replace(found, best=max(found.best, bound))
        if solved.status != "optimal":
            return
        pushed = {wish for wish in turn.pushed(solved) if search.legal.must_be_held(wish)}
        if not pushed:
            search.offer(turn.plan(solved))
            search.report("moved")
            return
        free |= pushed


def _solved(search: Search, turn: "_Round", until: float) -> Solved:
    solved = run(
        turn.model,
        stage="moved",
        sense="min",
        limits=search.limits,
        seconds=until - search.stopwatch.seconds,
        # What a round finds is no plan yet: it means nothing outside, and is no first solution.
        control=search.control.quiet(),
        stopwatch=Stopwatch(),
        hint=None if search.best is None else turn.hint(search.best.placed),
        deterministic_time=None if search.work_left is None else SHARE * search.work_left,
    )
    search.spend(solved.deterministic_time)
    return solved


@dataclass(frozen=True)
class _Use:
    """What a meeting takes of a group."""

    group: Group
    units: int


class _Standing:
    """The previous plan as far as it is still legal: where each wish stands, and who is in which group."""

    def __init__(self, legal: Legal) -> None:
        self.legal = legal
        places = {
            wish: Placed(wish, slot, legal.class_of_table[table]) for wish, (slot, table) in legal.previous.items()
        }
        self.homes = {
            wish: home for wish, home in places.items() if home.table_class in legal.options[wish].get(home.slot, ())
        }
        self.lost = len(places) - len(self.homes)
        self.members: dict[Group, list[tuple[int, int]]] = {}
        for wish, home in self.homes.items():
            for use in self.uses(home):
                self.members.setdefault(use.group, []).append((wish, use.units))

    def uses(self, placed: Placed) -> Iterator[_Use]:
        """What a meeting takes at a place."""
        for moment in self.legal.moments_of[placed.slot]:
            yield _Use(("class", placed.table_class, moment), 1)
            for person in self.legal.people_of[placed.wish]:
                yield _Use(("person", person, moment), 1)
            for resource, units in self.legal.uses[placed.wish]:
                yield _Use(("resource", resource, moment), units)
        for person in self.legal.people_of[placed.wish]:
            yield _Use(("most", person, 0), 1)

    def room(self, group: Group) -> int:
        kind, number, moment = group
        if kind == "class":
            return len(self.legal.classes[number])
        if kind == "resource":
            return self.legal.units_left[number][moment]
        return self.legal.most_meetings(number) if kind == "most" else 1


class _Round:
    """Free wishes may be anywhere; all others stay or are pushed out, at the price of one move."""

    def __init__(self, standing: _Standing, free: Iterable[int]) -> None:
        self.model = cp_model.CpModel()
        self._standing, self._free = standing, frozenset(free)
        self._at: dict[Placed, cp_model.IntVar] = {}
        self._leaves: dict[int, cp_model.IntVar] = {}
        coming: dict[Group, list[tuple[cp_model.IntVar, int]]] = {}
        kept: list[cp_model.IntVar] = []
        for wish in sorted(self._free):
            choices = []
            for slot, classes in standing.legal.options[wish].items():
                for table_class in classes:
                    placed = Placed(wish, slot, table_class)
                    literal = self.model.new_bool_var(f"at_{wish}_{slot}_{table_class}")
                    self._at[placed] = literal
                    choices.append(literal)
                    if standing.homes.get(wish) == placed:
                        kept.append(literal)
                    for use in standing.uses(placed):
                        coming.setdefault(use.group, []).append((literal, use.units))
            self.model.add_exactly_one(choices)
        for group in coming.keys() | standing.members.keys():
            self._limit(group, coming.get(group, []))
        freed_homes = sum(wish in standing.homes for wish in self._free)
        moved = cp_model.LinearExpr.sum(list(self._leaves.values())) + freed_homes - cp_model.LinearExpr.sum(kept)
        self.model.minimize(moved)

    def _limit(self, group: Group, coming: list[tuple[cp_model.IntVar, int]]) -> None:
        staying = [one for one in self._standing.members.get(group, ()) if one[0] not in self._free]
        here, room = sum(units for _, units in staying), self._standing.room(group)
        if here + sum(units for _, units in coming) <= room:
            return
        terms = [literal * units for literal, units in coming]
        terms += [-units * self._leave(wish) for wish, units in staying]
        self.model.add(cp_model.LinearExpr.sum(terms) <= room - here)

    def _leave(self, wish: int) -> cp_model.IntVar:
        if wish not in self._leaves:
            self._leaves[wish] = self.model.new_bool_var(f"leaves_{wish}")
        return self._leaves[wish]

    def hint(self, placed: Iterable[Placed]) -> dict[int, int]:
        """A whole plan as an answer: what it moves, and free wishes where it has them."""
        held = frozenset(placed)
        found = {literal.index: int(place in held) for place, literal in self._at.items()}
        for wish, literal in self._leaves.items():
            found[literal.index] = int(self._standing.homes[wish] not in held)
        return found

    def pushed(self, solved: Solved) -> set[int]:
        """Who is pushed out."""
        return {wish for wish, literal in self._leaves.items() if solved.holds(literal)}

    def plan(self, solved: Solved) -> list[Placed]:
        """Who stays, and the free ones where they are."""
        gone = self._free | self.pushed(solved)
        staying = [home for wish, home in self._standing.homes.items() if wish not in gone]
        return staying + [placed for placed, literal in self._at.items() if solved.holds(literal)]
