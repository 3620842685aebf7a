"""How a person's day looks to the model: idle runs, idle slots, and whether there is a meeting at all."""

from functools import cached_property

from ortools.sat.python import cp_model

from scheduler.meetings.literals import Filled, Literals


class Patterns:
    """Idle units of people as linear expressions; literals are made when first asked for.

    An idle run ends where a slot is filled, the slot before it is not (busy ones left out), and an earlier one is. The
    units are thus sums of literals that can all be false, which core-guided search needs to prove small optima.
    """

    def __init__(self, literals: Literals) -> None:
        self.literals = literals
        self._units: dict[tuple[str, int], cp_model.LinearExprT] = {}
        self._begun: dict[tuple[int, str], list[Filled]] = {}

    @property
    def _model(self) -> cp_model.CpModel:
        return self.literals.model

    def units(self, term: str, person: int) -> cp_model.LinearExprT:
        """The person's number of ``idle_slot`` or ``idle_run`` over all blocks."""
        key = term, person
        if key not in self._units:
            count = self._idle_runs if term == "idle_run" else self._idle_slots
            self._units[key] = cp_model.LinearExpr.sum(
                [unit for block in self.literals.legal.blocks for unit in count(person, block)]
            )
        return self._units[key]

    def at_most(self, person: int) -> int:
        """More units than any plan gives the person."""
        return sum(len(self._fillable(person, block)) for block in self.literals.legal.blocks)

    @cached_property
    def people(self) -> tuple[int, ...]:
        """Those who may have a meeting."""
        options = self.literals.legal.options
        return tuple(
            person for person, wishes in enumerate(self.literals.legal.wishes_of) if any(options[w] for w in wishes)
        )

    def has_meeting(self, person: int) -> Filled:
        """Whether the person has a meeting at all."""
        legal = self.literals.legal
        if any(legal.must_be_held(wish) for wish in legal.wishes_of[person]):
            return True
        return self.literals.any_of(self.literals.meetings_of(person), f"meets_{person}")

    def count_filled(self, person: int) -> None:
        """Say once more how many slots a person's meetings fill, where that is known: it shortens proofs."""
        legal = self.literals.legal
        wishes = legal.wishes_of[person]
        if not wishes or legal.has_overlaps or not all(legal.must_be_held(wish) for wish in wishes):
            return
        filled = [self.literals.filled(person, slot) for slot in range(len(legal.slots))]
        self._model.add(cp_model.LinearExpr.sum(filled) == len(wishes))

    def _fillable(self, person: int, block: str) -> list[int]:
        """Slots of a block from the first to the last that the person's meetings may fill, busy ones left out."""
        legal = self.literals.legal
        slots = legal.blocks[block]
        may_fill = [self.literals.filled(person, slot) is not False for slot in slots]
        if True not in may_fill:
            return []
        first, last = may_fill.index(True), len(slots) - 1 - may_fill[::-1].index(True)
        return [
            slot
            for position, slot in enumerate(slots[first : last + 1], first)
            if may_fill[position] or slot not in legal.busy[person]
        ]

    def _begun_by(self, person: int, block: str) -> list[Filled]:
        """For each fillable slot, whether it or an earlier one is filled."""
        key = person, block
        if key not in self._begun:
            filled = [self.literals.filled(person, slot) for slot in self._fillable(person, block)]
            self._begun[key] = self._running_or(filled, f"begun_{person}_{block}")
        return self._begun[key]

    def _idle_runs(self, person: int, block: str) -> list[cp_model.LinearExprT]:
        """A literal for each slot at which an idle run may end."""
        ends: list[cp_model.LinearExprT] = []
        begun = self._begun_by(person, block)
        before: Filled = False
        for position, slot in enumerate(self._fillable(person, block)):
            filled = self.literals.filled(person, slot)
            if position > 0:
                end = self._idle_run_ends(filled, before, begun[position - 1], f"idle_until_{person}_{slot}")
                ends += [] if end is False else [end]
            is_busy = slot in self.literals.legal.busy[person]
            before = self.literals.any_of([filled, before], f"run_{person}_{slot}") if is_busy else filled
        return ends

    def _idle_run_ends(self, filled: Filled, before: Filled, begun: Filled, name: str) -> Filled:
        """Whether the slot is filled, the one before is not, and some earlier one is."""
        if filled is False or before is begun:
            return False
        return self._all_of([filled, begun], [before], name)

    def _idle_slots(self, person: int, block: str) -> list[cp_model.LinearExprT]:
        """A literal for each slot that is not filled while an earlier and a later one is."""
        slots = self._fillable(person, block)
        filled = [self.literals.filled(person, slot) for slot in slots]
        begun = self._begun_by(person, block)
        to_come = self._running_or(filled[::-1], f"to_come_{person}_{block}")[::-1]
        idle: list[cp_model.LinearExprT] = []
        for position, slot in enumerate(slots):
            if slot not in self.literals.legal.busy[person]:
                found = self._all_of([begun[position], to_come[position]], [filled[position]], f"idle_{person}_{slot}")
                idle += [] if found is False else [found]
        return idle

    def _all_of(self, holding: list[Filled], failing: list[Filled], name: str) -> Filled:
        """A literal for "all of ``holding`` and none of ``failing``"; a constant where one decides it."""
        if any(literal is False for literal in holding) or any(literal is True for literal in failing):
            return False
        needed: list[cp_model.LiteralT] = [literal for literal in holding if not isinstance(literal, bool)]
        needed += [~literal for literal in failing if not isinstance(literal, bool)]
        found = self._model.new_bool_var(name)
        self._model.add_bool_or([*(~literal for literal in needed), found])
        for literal in needed:
            self._model.add_implication(found, literal)
        return found

    def _running_or(self, filled: list[Filled], name: str) -> list[Filled]:
        found: list[Filled] = []
        for position, literal in enumerate(filled):
            before = found[-1] if found else False
            found.append(self.literals.any_of([before, literal], f"{name}_{position}"))
        return found
