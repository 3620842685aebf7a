"""Contradictions that show without search, of whatever kind."""

from collections.abc import Callable, Hashable, Iterator, Mapping

from scheduler.agenda.explain.counting import (
    too_many_at_once,
    too_many_beside_plenaries,
    too_many_in_rooms,
    too_many_units,
)
from scheduler.agenda.explain.houses import overfull_houses
from scheduler.agenda.explain.narrow import chains, too_close, too_tight_for
from scheduler.agenda.explain.required import Memory, Required
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem

OF_ROOMS = frozenset({"audience", "layout", "features", "booths", "rooms", "turnover", "open", "closed", "pin"})
OF_TIME = frozenset({"windows", "pin", "closed"})

Check = Callable[[Required], Iterator[frozenset[str]]]

CHECKS: dict[str, tuple[Check, frozenset[str]]] = {
    "units": (too_many_units, frozenset({"uses", "taken", "open", "closed"})),
    "at once": (too_many_at_once, frozenset({"max_parallel", "closed"})),
    "rooms": (too_many_in_rooms, OF_ROOMS),
    "rooms beside plenaries": (too_many_beside_plenaries, OF_ROOMS | {"plenary"}),
    "houses": (overfull_houses, OF_ROOMS | OF_TIME),
    "people": (too_tight_for("people"), OF_TIME | {"people", "available", "rest"}),
    "one room": (too_tight_for("rooms"), OF_ROOMS | OF_TIME),
    "units in hours": (too_tight_for("resources"), OF_TIME | {"uses", "taken", "open"}),
    "at one time": (too_tight_for("all"), OF_TIME | {"max_parallel"}),
    "same room": (too_tight_for("one room"), OF_ROOMS | OF_TIME | {"same_room_as"}),
    "not together": (too_tight_for("apart"), OF_TIME | {"not_with"}),
    "apart": (too_close, OF_TIME | {"not_with", "plenary"}),
    "beside plenaries": (too_tight_for("alone"), OF_TIME | {"people", "available", "plenary"}),
    "chains": (chains, OF_TIME | {"after"}),
}
"""What is looked at, and the fields of the facts that most likely have to do with what is found there."""

MOST_KNOWN = 300
"""Checks that are remembered to have seen nothing."""


class NothingSeen:
    """Checks that saw nothing, over many problems that share most of their entries, as those of an explanation do.

    What a check looks at are legal starts, the entries of the file but for sessions, and the numbers that it names: a
    check that saw nothing of the same objects and numbers needs not look again.
    """

    def __init__(self) -> None:
        # What is known holds the objects, so that no others can have their identity meanwhile.
        self._known: dict[Hashable, tuple[object, ...]] = {}
        self.memory = Memory()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._known

    def note(self, key: Hashable, of: Required) -> None:
        """Remember a check, as by ``keys_of``, that saw nothing."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        problem = of.problem
        kept = (problem.days, problem.rooms, problem.walks, problem.people, problem.resources)
        self._known[key] = (tuple(of.legal.values()), *kept)


def keys_of(problem: AgendaProblem, legal: Mapping[str, Legal]) -> dict[str, Hashable]:
    """For each check what it looks at."""
    house = (problem.days, problem.rooms, problem.walks, problem.people)
    base = tuple(tuple(map(id, entries)) for entries in (legal.values(), *house))
    resources = tuple(map(id, problem.resources))
    of_check: dict[str, Hashable] = dict.fromkeys(("units", "units in hours"), resources)
    of_check.update(dict.fromkeys(("at once", "at one time"), problem.max_parallel))
    return {name: (name, base, of_check.get(name)) for name in CHECKS}


def contradictions(
    problem: AgendaProblem, legal: Mapping[str, Legal], known: NothingSeen | None = None
) -> Iterator[tuple[str, frozenset[str]]]:
    """Sets of required sessions that are seen without search not to have a plan, each with the check that finds it."""
    for session in problem.sessions:
        if session.is_required and not legal[session.id].rooms:
            yield "", frozenset([session.id])
            return
    required = Required(problem, legal, Memory() if known is None else known.memory)
    keys = {} if known is None else keys_of(problem, legal)
    for name, (check, _) in CHECKS.items():
        if known is not None and keys[name] in known:
            continue
        is_seen = False
        for found in check(required):
            is_seen = True
            yield name, found
        if known is not None and not is_seen:
            known.note(keys[name], required)


def is_seen_by(check: str, problem: AgendaProblem, legal: Mapping[str, Legal]) -> bool:
    """Whether one check alone sees that there is no plan."""
    if any(one.is_required and not legal[one.id].rooms for one in problem.sessions):
        return True
    return next(CHECKS[check][0](Required(problem, legal)), None) is not None
