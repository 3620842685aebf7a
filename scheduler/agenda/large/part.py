"""Some sessions of a plan as a problem of their own: what the others do to them is in legal starts and in constants."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from random import Random

from ortools.sat.python import cp_model

from scheduler.agenda import objective
from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Choice, spanning, spans_of
from scheduler.agenda.legal import Legal, Starts, common, union_of
from scheduler.agenda.model import AgendaModel, build
from scheduler.agenda.problem import AgendaProblem, Resource, Session
from scheduler.agenda.variables import Places, SessionVariables, domain_of

AT_ONCE = "\0at once"
"""The limit of sessions at once as a resource; no ID of a file can be this."""


LARGEST_SUM = 2**60
"""Beyond it the solver could not count, which it does in 64 bits."""


@dataclass(frozen=True)
class Part:
    """The sessions that may move, with legal starts that leave room for all others; what these cost is kept.

    ``clashes`` lists by session where it overlaps a session that stays, and the cost; ``by_day`` how many stay
    and ``day_balance`` what a difference between days costs, which the problem of the part leaves out. ``taken_off``
    lists sessions that stay or are taken off, and what the latter costs; of plans that cost the same those that take
    off fewer come first.
    """

    problem: AgendaProblem
    legal: dict[str, Legal]
    clashes: Mapping[str, tuple[tuple[Starts, int], ...]]
    by_day: tuple[int, ...]
    day_balance: int
    taken_off: Mapping[str, int] = field(default_factory=dict)

    def model(self, *, most: int | None = None) -> AgendaModel:
        """A model whose objective is what the whole plan costs but for a constant; what is left out ranks first.

        Args:
            most: what a unit of value left out costs, if not just more than all else together.
        """
        model = build(self.problem, self.legal)
        costs: list[cp_model.LinearExprT] = [objective.cost(model.variables)]
        off: list[cp_model.LinearExprT] = []
        for one in model.variables.sessions.values():
            costs += [weight * self._overlap(model, one, starts) for starts, weight in self.clashes.get(one.id, ())]
            if one.id in self.taken_off:
                costs.append(self.taken_off[one.id] * one.placed.negated())
                off.append(one.placed.negated())
        if self.day_balance and len(self.by_day) > 1:
            costs.append(self.day_balance * self._day_balance(model))
        most = self.most if most is None else most
        total = most * objective.unplaced(model.variables) + cp_model.LinearExpr.sum(costs)
        model.cp.minimize(self.scale * total + cp_model.LinearExpr.sum(off) if off else total)
        return model

    @property
    def scale(self) -> int:
        """By what the objective of the model is to be divided, rounded down, for the cost."""
        return 1 + len(self.taken_off)

    @property
    def most(self) -> int:
        """More than all that the sessions can cost, where one of value may be left out; else nothing."""
        return self._dearest if self._value else 0

    @property
    def is_too_large(self) -> bool:
        """Whether sums could become too large for the solver: weights and times may stand at the edge of a file's."""
        return self.scale * self._dearest * (1 + self._value) > LARGEST_SUM

    @property
    def _value(self) -> int:
        return sum(one.value for one in self.problem.sessions if not one.is_required)

    @property
    def _dearest(self) -> int:
        problem = self.problem
        weights, capacity = problem.weights, max((room.capacity for room in problem.rooms), default=0)
        length = max((day.end - day.start for day in problem.days), default=0)
        each = weights.moved_start + weights.moved_room + self.day_balance + weights.late_start * length
        each += weights.room_too_large * capacity
        clashes = weights.clash * sum(one.weight for one in problem.clashes)
        around = sum(cost for some in self.clashes.values() for _, cost in some)
        return 1 + each * len(self.legal) + clashes + around + sum(self.taken_off.values())

    def _overlap(self, model: AgendaModel, one: SessionVariables, starts: Starts) -> cp_model.LinearExprT:
        quiet = domain_of(one.legal.starts).intersection_with(domain_of(starts).complement())
        if quiet.is_empty():
            return one.placed
        literal = model.variables.new_literal(
            lambda places: one.id in places and any(start <= places[one.id].start < end for start, end in starts)
        )
        model.cp.add_linear_expression_in_domain(one.start, quiet).only_enforce_if(literal.negated(), one.placed)
        return literal

    def _day_balance(self, model: AgendaModel) -> cp_model.LinearExprT:
        largest = sum(self.by_day) + len(self.legal)
        most = model.cp.new_int_var(0, largest, "most")
        fewest = model.cp.new_int_var(0, largest, "fewest")
        held = [
            stay + sum(one.days[day] for one in model.variables.sessions.values() if day in one.days)
            for day, stay in enumerate(self.by_day)
        ]
        for count in held:
            model.cp.add(most >= count)
            model.cp.add(fewest <= count)
        model.variables.auxiliary.append((most, lambda places: max(self._held_by_day(places))))
        model.variables.auxiliary.append((fewest, lambda places: min(self._held_by_day(places))))
        return most - fewest

    def _held_by_day(self, places: Places) -> list[int]:
        counts = list(self.by_day)
        for name, placement in places.items():
            for day, starts in self.legal[name].days.items():
                counts[day] += any(start <= placement.start < end for start, end in starts)
        return counts


Offers = list[tuple[Choice, int]]
"""Rooms with the starts at which a session may be there."""


def part_of(
    board: Board, legal: Mapping[str, Legal], old: Mapping[int, Place | None], *, choices: int, random: Random
) -> Part:
    """What there is to decide about some sessions while all others stay where they are on a board.

    Args:
        board: without the sessions that may move.
        old: these sessions, with where they were.
        choices: how many rooms each may choose from at most; its old one is among them, and cheaper ones above all.
    """
    offers = {number: _some(list(board.free(number)), old[number], choices, random) for number in sorted(old)}
    return _part(board, legal, offers, _resources(board))


def part_with_others(
    board: Board, legal: Mapping[str, Legal], numbers: Iterable[int], *, loose: Set[int], costs: Mapping[int, int]
) -> Part:
    """What there is to decide about some sessions where all others stay on the board or are taken off at a cost.

    Args:
        loose: others that may change rooms as well, at the start that they have; what their rooms cost is counted.
        costs: what it costs to take each session off the board.
    """
    sessions, problem = board.grounds.sessions, board.grounds.problem
    offers = {number: [(choice, choice.starts) for choice in sessions[number].choices] for number in sorted(numbers)}
    stays = {
        number: [
            (choice, 1 << place.start)
            for choice in sessions[number].choices
            if choice.room == place.room or (number in loose and choice.starts >> place.start & 1)
        ]
        for number, place in sorted(board.places.items())
    }
    part, others = _part(board, legal, offers, _resources(Board(board.grounds))), _part(board, legal, stays, ())
    names = {*part.legal, *others.legal}
    # What the others cost where they are does not change; of where they would go only the least cost is counted.
    bare = {"optional": True, "value": 0, "pin": None}
    together = [_among(sessions[number].session, names, problem) for number in offers]
    together += [
        _among(sessions[number].session, names, problem).model_copy(
            update=bare if number in loose else bare | {"audience": 0}
        )
        for number in stays
    ]
    moving = {sessions[number].session.id for number in {*offers, *loose}}
    return replace(
        part,
        problem=part.problem.model_copy(
            update={
                "sessions": tuple(together),
                "people": problem.people,
                "previous": tuple(one for one in problem.previous or () if one.session in moving),
            }
        ),
        legal={**part.legal, **others.legal},
        taken_off={sessions[number].session.id: costs[number] for number in stays},
    )


def _part(
    board: Board, legal: Mapping[str, Legal], offers: Mapping[int, Offers], resources: tuple[Resource, ...]
) -> Part:
    grounds, problem = board.grounds, board.grounds.problem
    names = {grounds.sessions[number].session.id for number in offers}
    found: dict[str, Legal] = {}
    clashes: dict[str, tuple[tuple[Starts, int], ...]] = {}
    for number, some in offers.items():
        ground = grounds.sessions[number]
        known: dict[int, Starts] = {}
        rooms = {
            problem.rooms[choice.room].id: known.setdefault(starts, spans_of(starts, grounds.origin))
            for choice, starts in some
        }
        own = legal[ground.session.id]
        everywhere = union_of(rooms.values())
        days = {day: starts for day, spans in own.days.items() if (starts := common(spans, everywhere))}
        found[ground.session.id] = Legal(ground.session, rooms, days)
        clashes[ground.session.id] = tuple(_clashes(board, number, everywhere))
    sessions = tuple(_among(grounds.sessions[number].session, names, problem) for number in offers)
    several: dict[str, int] = {}
    for session in sessions:
        for person in session.people:
            several[person] = several.get(person, 0) + 1
    part = problem.model_copy(
        update={
            "sessions": sessions,
            "people": tuple(one for one in problem.people if several.get(one.id, 0) > 1),
            "resources": resources,
            "clashes": tuple(one for one in problem.clashes if set(one.sessions) <= names),
            "previous": tuple(one for one in problem.previous or () if one.session in names),
            "max_parallel": None,
            "weights": problem.weights.model_copy(update={"day_balance": 0}),
        }
    )
    return Part(part, found, clashes, _by_day(board, legal), problem.weights.day_balance)


def _some(offers: list[tuple[Choice, int]], old: Place | None, rooms: int, random: Random) -> list[tuple[Choice, int]]:
    if len(offers) <= rooms:
        return offers
    here = [one for one in offers if old is not None and one[0].room == old.room]
    better = [one for one in offers if not here or one[0].price < here[0][0].price]
    kept = here + random.sample(better, min(len(better), rooms * 2 // 3))
    others = [one for one in offers if one not in kept]
    return kept + random.sample(others, min(len(others), max(1, rooms - len(kept))))


def _among(session: Session, names: set[str], problem: AgendaProblem) -> Session:
    """A session with its relations to those that may move too; what the others ask is in its legal starts."""
    changed: dict[str, object] = {
        "after": tuple(name for name in session.after if name in names),
        "not_with": tuple(name for name in session.not_with if name in names),
        "same_room_as": session.same_room_as if session.same_room_as in names else None,
    }
    if problem.max_parallel is not None:
        changed["uses"] = {**session.uses, AT_ONCE: 1}
    return session.model_copy(update=changed)


def _clashes(board: Board, number: int, everywhere: Starts) -> list[tuple[Starts, int]]:
    grounds, ground = board.grounds, board.grounds.sessions[number]
    found = []
    for other, weight in ground.clashes:
        if other in board.places:
            start, end = board.span_of(other)
            hit = spans_of(spanning(start - ground.duration + 1, end, grounds.length), grounds.origin)
            if starts := common(everywhere, hit):
                found.append((starts, weight))
    return found


def _resources(board: Board) -> tuple[Resource, ...]:
    """The resources with what those that stay use taken off; the limit at once is one more."""
    problem, found = board.grounds.problem, []
    for index, capacity in enumerate(board.grounds.capacities):
        taken = tuple(board.taken_of(index))
        if index < len(problem.resources):
            found.append(problem.resources[index].model_copy(update={"taken": taken}))
        else:
            found.append(Resource(id=AT_ONCE, capacity=capacity).model_copy(update={"taken": taken}))
    return tuple(found)


def _by_day(board: Board, legal: Mapping[str, Legal]) -> tuple[int, ...]:
    grounds = board.grounds
    counts = [0] * len(grounds.problem.days)
    if not grounds.problem.weights.day_balance:
        return tuple(counts)
    for number, place in board.places.items():
        start = place.start + grounds.origin
        for day, spans in legal[grounds.sessions[number].session.id].days.items():
            counts[day] += any(from_ <= start < to for from_, to in spans)
    return tuple(counts)
