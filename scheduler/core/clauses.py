"""A CP-SAT model of yes-or-no decisions as clauses, for solvers that know nothing else.

Booleans become literals, small integers the literals "at least v" (order encoding: Crawford and Baker, AAAI 1994);
sums become counters from python-sat. What does not fit is not translated at all, see ``clauses_of``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from ortools.sat.python import cp_model
from pysat.card import CardEnc, EncType

Counter = Literal["totalizer", "sequential"]
"""How sums are counted. Each closes plans that the other does not.

By totalizer modulo, cut off at the bound, which needs a third of the clauses of the plain one (Morgado, Ignatiev and
Marques-Silva, JSAT 9, 2015); or by sequential counter (Sinz, CP 2005).
"""

COUNTERS: tuple[Counter, ...] = ("totalizer", "sequential")
ENCODINGS = {"totalizer": EncType.kmtotalizer, "sequential": EncType.seqcounter}
PAIRWISE_AT_MOST = 6
"""So many literals of which at most one holds are told apart two by two, more by a counter."""
LARGEST_INTEGER = 64


class NotClauses(Exception):
    """The model has something that this translation does not know."""


@dataclass
class Clauses:
    """Hard clauses, and literals with what each costs when it holds; ``offset`` is what every answer costs.

    Attributes:
        meaning: for each variable of the model its lowest value and the literals that add one each.
    """

    hard: list[list[int]] = field(default_factory=list)
    costs: list[tuple[int, int]] = field(default_factory=list)
    offset: int = 0
    top: int = 0
    meaning: list[tuple[int, list[int]]] = field(default_factory=list)

    def values(self, holding: Iterable[int]) -> tuple[int, ...]:
        """The value of each variable of the model, from the literals that hold."""
        true = {literal for literal in holding if literal > 0}
        return tuple(lowest + sum(literal in true for literal in steps) for lowest, steps in self.meaning)


def clauses_of(model: cp_model.CpModel, *, counter: Counter) -> Clauses:
    """Translate the constraints and the objective, which is to be minimised.

    Raises:
        NotClauses: a constraint other than clauses and small sums, or an integer of many values.
    """
    translation = _Translation(ENCODINGS[counter])
    proto: Any = model.proto
    for variable in proto.variables:
        translation.variable(list(variable.domain))
    for constraint in proto.constraints:
        translation.constraint(constraint)
    translation.objective(proto.objective)
    return translation.found


class _Translation:
    def __init__(self, encoding: int) -> None:
        self.found = Clauses()
        self._encoding = encoding

    def variable(self, domain: list[int]) -> None:
        lowest, highest = domain[0], domain[-1]
        if len(domain) > 2 or highest - lowest > LARGEST_INTEGER:
            raise NotClauses(f"a variable with the domain {domain}")
        steps = list(range(self.found.top + 1, self.found.top + 1 + highest - lowest))
        self.found.top += len(steps)
        self.found.meaning.append((lowest, steps))
        for step, following in pairwise(steps):
            self._add([-following, step])

    def constraint(self, constraint: Any) -> None:
        unless = [-self._literal(index) for index in constraint.enforcement_literal]
        if constraint.has_bool_or():
            self._add(unless + self._literals(constraint.bool_or.literals))
        elif constraint.has_bool_and():
            for literal in self._literals(constraint.bool_and.literals):
                self._add([*unless, literal])
        elif constraint.has_at_most_one():
            self._at_most_one(self._literals(constraint.at_most_one.literals))
        elif constraint.has_exactly_one():
            literals = self._literals(constraint.exactly_one.literals)
            self._add(literals)
            self._at_most_one(literals)
        elif constraint.has_linear():
            self._linear(constraint.linear, unless)
        else:
            raise NotClauses("a constraint that is neither clause nor sum")

    def objective(self, objective: Any) -> None:
        literals, self.found.offset = self._expanded(objective.vars, objective.coeffs)
        self.found.offset += round(objective.offset)
        weights: dict[int, int] = {}
        for literal in literals:
            weights[literal] = weights.get(literal, 0) + 1
        self.found.costs = list(weights.items())

    def _linear(self, linear: Any, unless: list[int]) -> None:
        domain = list(linear.domain)
        if len(domain) > 2:
            raise NotClauses("a sum with gaps")
        literals, offset = self._expanded(linear.vars, linear.coeffs)
        lowest, highest = max(0, domain[0] - offset), domain[-1] - offset
        if highest < lowest or lowest > len(literals):
            self._add(unless)
            return
        if highest < len(literals):
            self._count(literals, highest, unless)
        if lowest > 0:
            # So many hold exactly if of the others at most the rest does.
            self._count([-literal for literal in literals], len(literals) - lowest, unless)

    def _expanded(self, indices: Sequence[int], factors: Sequence[int]) -> tuple[list[int], int]:
        """A sum as a number of literals that hold, each worth one, and what is to be added to it."""
        literals: list[int] = []
        offset = 0
        for index, factor in zip(indices, factors, strict=True):
            lowest, steps = self._meaning(index)
            offset += factor * lowest
            if factor < 0:
                offset += factor * len(steps)
                steps = [-step for step in steps]
            literals += steps * abs(factor)
        return literals, offset

    def _meaning(self, index: int) -> tuple[int, list[int]]:
        if index >= 0:
            return self.found.meaning[index]
        lowest, steps = self.found.meaning[-1 - index]
        return 1 - lowest - len(steps), [-step for step in steps]

    def _count(self, literals: list[int], most: int, unless: list[int]) -> None:
        """At most so many of the literals hold; some may be there more than once."""
        if most == 0:
            for literal in literals:
                self._add([*unless, -literal])
        elif most == len(literals) - 1:
            self._add([*unless, *(-literal for literal in literals)])
        elif most == 1 and not unless and len(set(literals)) == len(literals):
            self._at_most_one(literals)
        else:
            counted = CardEnc.atmost(literals, most, top_id=self.found.top, encoding=self._encoding)
            self._take(counted, unless)

    def _at_most_one(self, literals: list[int]) -> None:
        if len(literals) <= PAIRWISE_AT_MOST:
            for position, literal in enumerate(literals):
                for other in literals[:position]:
                    self._add([-literal, -other])
            return
        self._take(CardEnc.atmost(literals, 1, top_id=self.found.top, encoding=EncType.seqcounter), [])

    def _take(self, counted: Any, unless: list[int]) -> None:
        for clause in counted.clauses:
            self._add([*unless, *clause])
        self.found.top = max(self.found.top, counted.nv)

    def _literals(self, indices: Iterable[int]) -> list[int]:
        return [self._literal(index) for index in indices]

    def _literal(self, index: int) -> int:
        lowest, steps = self._meaning(index)
        if len(steps) == 1 and lowest == 0:
            return steps[0]
        return self._constant(lowest)

    def _constant(self, value: int) -> int:
        """A literal that always holds, or never does."""
        self.found.top += 1
        self._add([self.found.top if value else -self.found.top])
        return self.found.top

    def _add(self, clause: list[int]) -> None:
        # Nothing satisfies an empty clause; the solvers want that said with literals.
        self.found.hard.append(clause or [-self._constant(1)])
