"""The hard rules by name, in the order in which violations are listed."""

from collections.abc import Callable, Iterator

from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution
from scheduler.agenda.validation import one_session as single
from scheduler.agenda.validation import several_sessions as several
from scheduler.agenda.validation.plan import Plan
from scheduler.core.violation import Violation

CHECKS: dict[str, Callable[[Plan], Iterator[Violation]]] = {
    "session_placed_once": single.session_placed_once,
    "inside_a_day_and_open_hours": single.inside_a_day_and_open_hours,
    "room_fits": single.room_fits,
    "room_hosts_one_session": several.room_hosts_one_session,
    "person_in_one_place": several.person_in_one_place,
    "person_available": single.person_available,
    "inside_windows": single.inside_windows,
    "pins_kept": single.pins_kept,
    "order_kept": several.order_kept,
    "not_together": several.not_together,
    "same_room": several.same_room,
    "resource_not_overused": several.resource_not_overused,
    "plenary_alone": several.plenary_alone,
    "parallel_limit": several.parallel_limit,
    "left_out_listed": single.left_out_listed,
}


def validate(problem: AgendaProblem, solution: AgendaSolution) -> tuple[Violation, ...]:
    """Every broken hard rule; none for a right plan. References must hold, as ``read_solution`` sees to."""
    plan = Plan(problem, solution)
    return tuple(found for check in CHECKS.values() for found in check(plan))
