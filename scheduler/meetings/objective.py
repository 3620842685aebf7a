"""The soft terms, one function a term under the names of ``score.TERMS``, and the stages made of them."""

from collections.abc import Callable
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.meetings.variables import Filled, Literal, Variables

Term = Callable[[Variables], cp_model.LinearExprT]


def idle_slot(variables: Variables) -> cp_model.LinearExprT:
    """Slots without meeting between the first and the last of a person in a block."""
    return cp_model.LinearExpr.sum(
        [variables.patterns.units("idle_slot", person) for person in variables.patterns.people]
    )


def idle_run(variables: Variables) -> cp_model.LinearExprT:
    """Runs of meetings less one, for each person and block with a meeting."""
    return cp_model.LinearExpr.sum(
        [variables.patterns.units("idle_run", person) for person in variables.patterns.people]
    )


def table_change(variables: Variables) -> cp_model.LinearExprT:
    """Meetings of a person whose table is not that of the one before in the block.

    A lower bound of 0 where the problem is too large to tell tables apart; the score still counts them.
    """
    if not variables.legal.tells_tables_apart:
        return 0
    changes: list[Literal] = []
    for person in variables.patterns.people:
        for slots in variables.legal.blocks.values():
            changes += _changes(variables, person, slots)
    return cp_model.LinearExpr.sum(changes)


def moved(variables: Variables) -> cp_model.LinearExprT:
    """Entries of the previous plan less those that are kept.

    A class of tables that are all alike keeps an entry's table for it; only two entries for one table and slot
    exclude each other.
    """
    legal = variables.legal
    kept: list[Literal] = []
    same_place: dict[tuple[int, int], list[Literal]] = {}
    for wish, (slot, table) in legal.previous.items():
        literal = variables.at_class.get((wish, slot, legal.class_of_table[table]))
        if literal is not None:
            same_place.setdefault((slot, table), []).append(literal)
    for literals in same_place.values():
        kept.append(literals[0] if len(literals) == 1 else _kept_one(variables, literals))
    return len(legal.previous) - cp_model.LinearExpr.sum(kept)


TERMS: dict[str, Term] = {
    "idle_slot": idle_slot,
    "idle_run": idle_run,
    "table_change": table_change,
    "moved": moved,
}


def value(variables: Variables) -> cp_model.LinearExprT:
    """Sum of the values of held want wishes."""
    literals: list[Literal] = []
    values: list[int] = []
    for number, wish in enumerate(variables.legal.problem.wishes):
        if wish.level == "want" and wish.value:
            held_at = variables.held_at[number]
            literals += held_at.values()
            values += [wish.value] * len(held_at)
    return cp_model.LinearExpr.weighted_sum(literals, values)


def largest_shortfall(variables: Variables) -> cp_model.LinearExprT:
    """An integer at least as large as the minimum of each person less their meetings."""
    people = _with_minimum(variables)
    if not people:
        return 0
    lowest = max(least - len(variables.legal.wishes_of[person]) for person, least in people)
    largest = variables.model.new_int_var(max(0, lowest), max(least for _, least in people), "largest_shortfall")
    for person, least in people:
        variables.model.add(largest >= least - cp_model.LinearExpr.sum(variables.meetings_of(person)))
    return largest


def shortfall(variables: Variables) -> cp_model.LinearExprT:
    """Sum over people of an integer of at least 0 and of the minimum less the meetings."""
    found: list[Literal] = []
    for person, least in _with_minimum(variables):
        short = variables.model.new_int_var(0, least, f"shortfall_{person}")
        variables.model.add(short >= least - cp_model.LinearExpr.sum(variables.meetings_of(person)))
        found.append(short)
    return cp_model.LinearExpr.sum(found)


def cost(variables: Variables) -> cp_model.LinearExprT:
    """Sum of weight times units of the terms; terms without weight are not built."""
    weights = variables.legal.problem.weights
    weighted = [getattr(weights, name) * term(variables) for name, term in TERMS.items() if getattr(weights, name)]
    return cp_model.LinearExpr.sum(weighted)


STAGES: dict[str, Term] = {
    "value": value,
    "largest_shortfall": largest_shortfall,
    "shortfall": shortfall,
    "moved": moved,
    "cost": cost,
}


def tables_in_order(variables: Variables) -> None:
    """Where single tables are told apart, interchangeable ones are used in order, the busiest first."""
    legal = variables.legal
    if not legal.tells_tables_apart:
        return
    uses: dict[int, list[Literal]] = {}
    for (_, _, table), literal in variables.at_class.items():
        uses.setdefault(table, []).append(literal)
    for group in legal.twins:
        for first, second in pairwise(group):
            variables.model.add(
                cp_model.LinearExpr.sum(uses.get(first, [])) >= cp_model.LinearExpr.sum(uses.get(second, []))
            )


def _with_minimum(variables: Variables) -> list[tuple[int, int]]:
    return [(number, person.min) for number, person in enumerate(variables.legal.problem.people) if person.min]


def _kept_one(variables: Variables, literals: list[Literal]) -> Literal:
    """A literal that can hold only when one of the given ones does: two cannot both keep the same place."""
    found = variables.model.new_bool_var("kept")
    variables.model.add_bool_or([*literals, ~found])
    return found


def _changes(variables: Variables, person: int, slots: tuple[int, ...]) -> list[Literal]:
    """One literal for each slot of a block in which the person may change table.

    ``last[table]`` can hold only if the person's latest meeting so far was at the table, so that a change is counted
    whenever there was one before, elsewhere.
    """
    model = variables.model
    changes: list[Literal] = []
    last: dict[int, Filled] = {}
    met_before: Filled = False
    for slot in slots:
        at_table = _at_tables(variables, person, slot)
        if not at_table:
            continue
        meets = variables.any_of(list(at_table.values()), f"meets_{person}_{slot}")
        if met_before is not False:
            change = model.new_bool_var(f"change_{person}_{slot}")
            changes.append(change)
            for table, here in at_table.items():
                model.add_bool_or([~here, ~met_before, change, *([last[table]] if table in last else [])])
        last = _carried(variables, last, at_table, meets, f"{person}_{slot}")
        met_before = variables.any_of([met_before, meets], f"met_{person}_{slot}")
    return changes


def _at_tables(variables: Variables, person: int, slot: int) -> dict[int, Filled]:
    found: dict[int, list[Filled]] = {}
    for wish in variables.legal.wishes_of[person]:
        for table in variables.legal.options[wish].get(slot, ()):
            found.setdefault(table, []).append(variables.at_class[wish, slot, table])
    return {table: variables.any_of(literals, f"at_{person}_{slot}_{table}") for table, literals in found.items()}


def _carried(
    variables: Variables, last: dict[int, Filled], at_table: dict[int, Filled], meets: Filled, name: str
) -> dict[int, Filled]:
    found: dict[int, Filled] = {}
    for table in dict.fromkeys([*last, *at_table]):
        here, before = at_table.get(table, False), last.get(table, False)
        carried = variables.model.new_bool_var(f"last_{name}_{table}")
        variables.model.add_bool_or([here, before, ~carried])
        variables.model.add_bool_or([here, ~meets, ~carried])
        found[table] = carried
    return found
