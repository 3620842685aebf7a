"""The hard rules of the model, one function a rule, under the names of ``validation.CHECKS``."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from scheduler.meetings.variables import Literal, Variables


def must_wishes_held(variables: Variables) -> None:
    """Each must wish has one of its options."""
    for number, wish in enumerate(variables.legal.problem.wishes):
        if wish.level == "must":
            _require_one(variables, number)


def wish_held_once(variables: Variables) -> None:
    """At most one option of a wish."""
    for held_at in variables.held_at:
        if len(held_at) > 1:
            variables.model.add_at_most_one(held_at.values())


def person_in_one_meeting(variables: Variables) -> None:
    """At each moment at most one of a person's meetings."""
    for person in range(len(variables.legal.problem.people)):
        for moment in variables.legal.moments:
            meetings = variables.meets_in(person, moment)
            if len(meetings) > 1:
                variables.model.add_at_most_one(meetings)


def person_not_busy(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish no slot that overlaps a busy one of its people."""


def person_not_absent(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish no slot that overlaps an absent one of its people."""


def table_hosts_one_meeting(variables: Variables) -> None:
    """At each moment no more meetings than a class has tables; ``tables.give_tables`` then finds a table for each.

    Where idle units count and all meetings have the same number of people, the rule is said once more of people, and
    with it how many slots each fills: neither takes a plan away, both shorten proofs.
    """
    legal = variables.legal
    for (table_class, _), meetings in variables.by_moment.items():
        size = len(legal.classes[table_class])
        if size == 1:
            variables.model.add_at_most_one(meetings)
        elif len(meetings) > size:
            variables.model.add(cp_model.LinearExpr.sum(meetings) <= size)
    sizes = {len(people) for people, options in zip(legal.people_of, legal.options, strict=True) if options}
    if (
        len(sizes) == 1
        and not legal.has_overlaps
        and (legal.problem.weights.idle_run or legal.problem.weights.idle_slot)
    ):
        _fill_seats(variables, sizes.pop() * len(legal.problem.tables))


def _fill_seats(variables: Variables, seats: int) -> None:
    patterns = variables.patterns
    for person in patterns.people:
        patterns.count_filled(person)
    for slot in range(len(variables.legal.slots)):
        filled = [variables.filled(person, slot) for person in variables.patterns.people]
        if sum(one is not False for one in filled) > seats:
            variables.model.add(cp_model.LinearExpr.sum(filled) <= seats)


def seats_fit(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish only classes of tables with enough seats."""


def table_open(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish in a slot only classes of tables that are open then."""


def zone_kept(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish only classes of tables in its zone."""


def own_table_kept(variables: Variables) -> None:
    """Holds by construction: an own table is a class of its own, and the only one for its person's wishes."""


def inside_block_and_slots(variables: Variables) -> None:
    """Holds by construction: ``Legal`` gives a wish only slots of its block and list."""


def limits_of_person(variables: Variables) -> None:
    """No more of a person's options than their maximum; the minimum belongs to the shortfall stages."""
    for number, person in enumerate(variables.legal.problem.people):
        if person.max is not None and len(variables.legal.wishes_of[number]) > person.max:
            variables.model.add(cp_model.LinearExpr.sum(variables.meetings_of(number)) <= person.max)


def order_kept(variables: Variables) -> None:
    """If a wish starts in a slot, those that come before it have no slot that ends later."""
    legal = variables.legal
    for number, wish in enumerate(legal.problem.wishes):
        for name in wish.after:
            earlier = variables.held_at[legal.wish_number[name]]
            for slot, literal in variables.held_at[number].items():
                start = legal.slots[slot].start
                too_late = [held for other, held in earlier.items() if legal.slots[other].end > start]
                if too_late:
                    variables.model.add_at_most_one([literal, *too_late])


def pins_kept(variables: Variables) -> None:
    """A pinned wish is held; ``Legal`` has left it only the slot and the table of its pin."""
    for number, wish in enumerate(variables.legal.problem.wishes):
        if wish.pin is not None and wish.level != "must":
            _require_one(variables, number)


def no_veto(variables: Variables) -> None:
    """Holds by construction: a wish that brings together two people of a veto has no option at all."""


def resource_not_overused(variables: Variables) -> None:
    """At each moment the units of meetings that use a resource are at most what is not taken elsewhere.

    That it serves its zones only holds by construction, as for ``zone_kept``.
    """
    legal = variables.legal
    for number, resource in enumerate(legal.problem.resources):
        users = [
            (wish, uses)
            for wish, uses in enumerate(asked.uses.get(resource.id, 0) for asked in legal.problem.wishes)
            if uses
        ]
        for moment in legal.moments:
            literals: list[Literal] = []
            units: list[int] = []
            for wish, uses in users:
                found = [variables.held_at[wish][slot] for slot in moment if slot in variables.held_at[wish]]
                literals += found
                units += [uses] * len(found)
            left = max(0, resource.capacity - legal.taken(number, moment))
            if sum(units) > left:
                variables.model.add(cp_model.LinearExpr.weighted_sum(literals, units) <= left)


def fairness_kept(variables: Variables) -> None:
    """Idle units of people with a meeting lie between a least value and that plus the difference allowed."""
    fairness = variables.legal.problem.fairness
    if fairness is None or fairness.max_difference is None:
        return
    patterns = variables.patterns
    people = patterns.people
    most = max((patterns.at_most(person) for person in people), default=0)
    if most <= fairness.max_difference:
        return
    least = variables.model.new_int_var(0, most, "least_idle")
    for person in people:
        units, meets = patterns.units(fairness.term, person), patterns.has_meeting(person)
        variables.model.add(units <= least + fairness.max_difference)
        if meets is True:
            variables.model.add(units >= least)
        elif meets is not False:
            variables.model.add(units >= least).only_enforce_if(meets)


def left_out_listed(variables: Variables) -> None:
    """Holds by decoding: ``solve`` lists every wish that the plan does not hold."""


RULES: dict[str, Callable[[Variables], None]] = {
    "must_wishes_held": must_wishes_held,
    "wish_held_once": wish_held_once,
    "person_in_one_meeting": person_in_one_meeting,
    "person_not_busy": person_not_busy,
    "person_not_absent": person_not_absent,
    "table_hosts_one_meeting": table_hosts_one_meeting,
    "seats_fit": seats_fit,
    "table_open": table_open,
    "zone_kept": zone_kept,
    "own_table_kept": own_table_kept,
    "inside_block_and_slots": inside_block_and_slots,
    "limits_of_person": limits_of_person,
    "order_kept": order_kept,
    "pins_kept": pins_kept,
    "no_veto": no_veto,
    "resource_not_overused": resource_not_overused,
    "fairness_kept": fairness_kept,
    "left_out_listed": left_out_listed,
}


def _require_one(variables: Variables, wish: int) -> None:
    """An empty clause where the wish has no option, which no plan satisfies."""
    variables.model.add_bool_or(list(variables.held_at[wish].values()))
