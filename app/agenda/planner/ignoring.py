"""A problem without the facts of rules that an edition ignores: a solver run is not asked to keep them."""

from scheduler.agenda.problem import AgendaProblem

NEUTRAL_SESSION: dict[str, dict[str, object]] = {
    "room_fits": {"audience": 0, "layout": None, "features": (), "booths": 0, "rooms": None},
    "inside_windows": {"windows": None},
    "pins_kept": {"pin": None},
    "order_kept": {"after": ()},
    "not_together": {"not_with": ()},
    "same_room": {"same_room_as": None},
    "plenary_alone": {"plenary": False},
}
"""What a session asks for under each rule, taken away."""


def without(problem: AgendaProblem, rules: frozenset[str]) -> AgendaProblem:
    """The problem with the facts behind these rules made neutral.

    ``person_available`` is left to whoever builds the problem: what the ledger holds of a person is double use.
    """
    taken: dict[str, object] = {}
    for rule in rules & NEUTRAL_SESSION.keys():
        taken |= NEUTRAL_SESSION[rule]
    changes: dict[str, object] = {}
    if taken:
        changes["sessions"] = tuple(one.model_copy(update=taken) for one in problem.sessions)
    if "parallel_limit" in rules:
        changes["max_parallel"] = None
    return problem.model_copy(update=changes) if changes else problem
