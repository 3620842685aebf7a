"""The problem of who replaces a partnership that one of its members declined; to be solved here or elsewhere."""

from collections.abc import Iterable

from scheduler.pairing.problem import PairingProblem, Wish


def replacement_problem(
    problem: PairingProblem,
    *,
    others: Iterable[frozenset[str]],
    released: Iterable[str],
    declined_by: str,
    not_asked: Iterable[str] = (),
) -> PairingProblem:
    """The problem that ``replace_partnership`` solves, for whoever solves it elsewhere.

    Args:
        others: the members of each partnership that stays.
        released: the members of the partnership that ends; of those that the problem does not know nothing is said.
        not_asked: facilitators that are given no further triangle, like one that declined.
    """
    ids, others = frozenset(released), tuple(others)
    pins = {frozenset(pin): pin for pin in problem.pins if frozenset(pin) != ids}
    for one in others:
        pins.setdefault(one, tuple(sorted(one)))
    update: dict[str, object] = {"pins": tuple(pins.values()), "previous": None}
    cities = {city.id for city in problem.cities}
    full = frozenset((declined_by, *not_asked)) - cities
    if declined_by in cities:
        apart = {(declined_by, other) for other in ids & cities - {declined_by}}
        said = [wish for wish in problem.wishes if (wish.from_, wish.to) not in apart]
        noes = [Wish.model_validate({"from": one, "to": other, "level": "no"}) for one, other in sorted(apart)]
        update["wishes"] = (*said, *noes)
    update["facilitators"] = tuple(
        one.model_copy(update={"max": sum(one.id in pin for pin in pins)}) if one.id in full else one
        for one in problem.facilitators
    )
    return problem.model_copy(update=update)
