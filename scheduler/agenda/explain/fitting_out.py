"""Rooms that could be given what sessions ask of a room: a stage, a layout."""

from collections.abc import Iterator, Sequence

from scheduler.agenda.explain.facts import Blocker, Steps, field_of
from scheduler.agenda.legal import fits
from scheduler.agenda.problem import AgendaProblem, Room, Session

GIVEN = {"features": "features", "layout": "layouts"}
"""What a session asks for, and the list of a room that it must be in."""


def rooms_fitted_out(problem: AgendaProblem, facts: Sequence[Blocker]) -> Iterator[tuple[Steps, tuple[str, ...]]]:
    """The lists of rooms that could be longer for some of the facts not to matter, each with all that is missing in it.

    First the room where most of the sessions could be then, of these the smallest, which others want least.
    """
    for field, supply in GIVEN.items():
        names = {fact.ids[0] for fact in facts if fact.steps[0] == "sessions" and field_of(fact.steps) == field}
        asking = [one for one in problem.sessions if one.id in names]
        found = []
        for index, room in enumerate(problem.rooms):
            given = _given(room, supply, asking)
            fitted = room.model_copy(update={supply: given})
            guests = sum(fits(one, fitted) and not fits(one, room) for one in asking)
            if guests:
                found.append((-guests, len(given), room.capacity, index, given))
        yield from ((("rooms", index, supply), given) for *_, index, given in sorted(found))


def _given(room: Room, supply: str, asking: Sequence[Session]) -> tuple[str, ...]:
    """What a room has, and what it has not of what sessions ask for that could be there otherwise."""
    has: tuple[str, ...] = getattr(room, supply)
    wanted: dict[str, None] = {}
    for one in asking:
        asked = one.features if supply == "features" else (one.layout,) if one.layout is not None else ()
        fitted = room.model_copy(update={supply: (*has, *asked)})
        if fits(one, fitted):
            wanted.update(dict.fromkeys(asked))
    return (*has, *(name for name in wanted if name not in has))
