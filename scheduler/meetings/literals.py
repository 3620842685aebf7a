"""What the CP-SAT model decides: which wish is held in which slot, at which class of tables."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from ortools.sat.python import cp_model

from scheduler.meetings.legal import Legal
from scheduler.meetings.tables import Placed

Literal = cp_model.IntVar
Filled = Literal | bool
"""A literal, or a constant where the problem leaves no choice."""


class Literals:
    """One literal for each wish and slot, one for each wish, slot and class of tables where there is more than one.

    Attributes:
        held_at: for each wish, by slot number, "held in that slot".
        at_class: by (wish, slot, class), "held there at a table of the class"; the same literal as in ``held_at``
            where only one class will do.
    """

    def __init__(self, legal: Legal) -> None:
        self.legal = legal
        self.model = cp_model.CpModel()
        self.held_at: list[dict[int, Literal]] = []
        self.at_class: dict[tuple[int, int, int], Literal] = {}
        for wish, options in enumerate(legal.options):
            self.held_at.append({})
            for slot, classes in options.items():
                self._add_option(wish, slot, classes)
        self._filled: dict[tuple[int, int], Filled] = {}

    @cached_property
    def by_moment(self) -> dict[tuple[int, int], list[Literal]]:
        """The meetings of a class of tables, by (class, moment)."""
        found: dict[tuple[int, int], list[Literal]] = {}
        for (_, slot, table_class), literal in self.at_class.items():
            for moment in self.legal.moments_of[slot]:
                found.setdefault((table_class, moment), []).append(literal)
        return found

    def held(self, wish: int) -> cp_model.LinearExprT:
        """1 if the wish is held, else 0."""
        return cp_model.LinearExpr.sum(list(self.held_at[wish].values()))

    def meetings_of(self, person: int) -> list[Literal]:
        """One literal for each way in which a person may meet."""
        return [literal for wish in self.legal.wishes_of[person] for literal in self.held_at[wish].values()]

    def meets_in(self, person: int, slots: Iterable[int]) -> list[Literal]:
        """The ways in which a person may meet in some of the slots."""
        return [
            self.held_at[wish][slot]
            for slot in slots
            for wish in self.legal.wishes_of[person]
            if slot in self.held_at[wish]
        ]

    def filled(self, person: int, slot: int) -> Filled:
        """Whether a meeting of the person fills the slot, be it held in it or in one that overlaps it."""
        key = person, slot
        if key not in self._filled:
            meetings = self.meets_in(person, self.legal.same_time[slot])
            if len(self.legal.same_time[slot]) == 1:
                self._filled[key] = self._one_of(meetings, f"filled_{person}_{slot}")
            else:
                self._filled[key] = self.any_of(meetings, f"filled_{person}_{slot}")
        return self._filled[key]

    def any_of(self, literals: Sequence[Filled], name: str) -> Filled:
        """A literal that holds exactly when one of the given ones does."""
        if any(literal is True for literal in literals):
            return True
        free = [literal for literal in literals if not isinstance(literal, bool)]
        if len(free) <= 1:
            return free[0] if free else False
        found = self.model.new_bool_var(name)
        self.model.add_bool_or([*free, ~found])
        for literal in free:
            self.model.add_implication(literal, found)
        return found

    def read(self, values: Sequence[int]) -> list[Placed]:
        """The meetings that an answer to the model stands for."""
        return [
            Placed(wish, slot, table_class)
            for (wish, slot, table_class), literal in self.at_class.items()
            if values[literal.index]
        ]

    def hint(self, placed: Iterable[Placed]) -> dict[int, int]:
        """A plan as values of the literals above; the solver derives the rest."""
        hint = {literal.index: 0 for literal in self.at_class.values()}
        hint.update((literal.index, 0) for held_at in self.held_at for literal in held_at.values())
        for meeting in placed:
            hint[self.held_at[meeting.wish][meeting.slot].index] = 1
            hint[self.at_class[meeting.wish, meeting.slot, meeting.table_class].index] = 1
        return hint

    def _add_option(self, wish: int, slot: int, classes: tuple[int, ...]) -> None:
        held = self.model.new_bool_var(f"held_{wish}_{slot}")
        self.held_at[wish][slot] = held
        if len(classes) == 1:
            self.at_class[wish, slot, classes[0]] = held
            return
        choices = [self.model.new_bool_var(f"at_{wish}_{slot}_{table_class}") for table_class in classes]
        self.model.add_exactly_one([*choices, ~held])
        for table_class, choice in zip(classes, choices, strict=True):
            self.at_class[wish, slot, table_class] = choice

    def _one_of(self, literals: list[Literal], name: str) -> Filled:
        """As ``any_of``, for literals of which at most one can hold."""
        if len(literals) <= 1:
            return literals[0] if literals else False
        found = self.model.new_bool_var(name)
        self.model.add_exactly_one([*literals, ~found])
        return found
