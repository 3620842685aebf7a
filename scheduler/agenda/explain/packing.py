"""Sessions that ask for hardly more than room time: whether they go beside a few that are placed already, and where."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from scheduler.agenda.crowds.filling import filled
from scheduler.agenda.legal import Span, Starts, common, hours_of_day, union, without
from scheduler.agenda.problem import AgendaProblem, Room, Session
from scheduler.agenda.solution import Placement
from scheduler.core.values import LARGEST

Gap = tuple[int, int, str, int]
"""Free time of a room: its length, with the turnover after the last session in, then the turnover, room and start."""

_LENGTH_AND_TURNOVER = itemgetter(0, 1)


def packed(problem: AgendaProblem) -> tuple[Placement, ...] | None:
    """A plan of a problem whose required sessions ask for nothing but time, and some of them for a team each.

    Nothing where they ask for more, or where no plan is seen.
    """
    required = [one for one in problem.sessions if one.is_required]
    if any(_asks_for_more(one) for one in required):
        return None
    shared = {use for one in required for use in one.uses.items() if use[1]}
    if len(shared) > 1:
        return None
    at_once = len(problem.rooms)
    for name, units in shared:
        resource = next(one for one in problem.resources if one.id == name)
        if resource.open is not None or resource.taken:
            return None
        at_once = resource.capacity // units
    # Those with a team are in as few rooms as there are teams, so that there are no more of them at once.
    users = [one for one in required if any(one.uses.values())]
    plan = _packed(problem, users, (), at_once=at_once)
    others = [one for one in required if not any(one.uses.values())]
    return None if plan is None else _packed(problem, others, plan, at_once=len(problem.rooms))


def _packed(
    problem: AgendaProblem, some: Sequence[Session], placed: tuple[Placement, ...], *, at_once: int
) -> tuple[Placement, ...] | None:
    """What is placed with some more, which are in so many of the rooms."""
    if not some:
        return placed
    places = _places(problem, placed, [one.duration for one in some], at_once=at_once)
    if places is None:
        return None
    more = [
        Placement(session=one.id, start=start, room=room)
        for one in some
        for room, start in (places[one.duration].pop(),)
    ]
    return (*placed, *more)


def _asks_for_more(one: Session) -> bool:
    of_rooms = one.audience or one.layout or one.features or one.booths or one.rooms is not None or one.same_room_as
    of_time = one.windows is not None or one.pin is not None or one.plenary or one.after or one.not_with
    return bool(of_rooms or of_time or one.people)


def goes_beside(problem: AgendaProblem, placed: Sequence[Placement], durations: Iterable[int]) -> bool:
    """Whether sessions of these durations can be added to a right plan of ``problem``, each anywhere in open room time.

    A yes is proven by the places that were found; a no only says that none were seen.
    """
    return _places(problem, placed, durations, at_once=len(problem.rooms)) is not None


def _places(
    problem: AgendaProblem, placed: Sequence[Placement], durations: Iterable[int], *, at_once: int
) -> dict[int, list[tuple[str, int]]] | None:
    """Room and start for each session of a duration, in so many rooms; nothing where not all are seen to go."""
    gaps = list(_gaps(problem, placed, at_once=at_once))
    wanted = Counter(durations)
    return _longest_first(gaps, wanted) or _gap_by_gap(gaps, wanted)


def _longest_first(gaps: Sequence[Gap], wanted: Counter[int]) -> dict[int, list[tuple[str, int]]] | None:
    """Each where least time is left over."""
    left = list(gaps)
    places: dict[int, list[tuple[str, int]]] = {}
    for duration, count in sorted(wanted.items(), reverse=True):
        left.sort(key=_LENGTH_AND_TURNOVER)
        found = places.setdefault(duration, [])
        for index, (length, turnover, room, start) in enumerate(left):
            step = duration + turnover
            if length < step:
                continue
            taken = min(count - len(found), length // step)
            found += [(room, start + turn * step) for turn in range(taken)]
            left[index] = (length - taken * step, turnover, room, start + taken * step)
            if len(found) == count:
                break
        if len(found) < count:
            return None
    return places


def _gap_by_gap(gaps: Sequence[Gap], wanted: Counter[int]) -> dict[int, list[tuple[str, int]]] | None:
    """Each gap as full as it gets."""
    steps = [
        {duration: duration + turnover for duration in wanted if duration + turnover <= length}
        for length, turnover, _, _ in gaps
    ]
    counts = filled(wanted, [length for length, _, _, _ in gaps], steps)
    if counts is None:
        return None
    places: dict[int, list[tuple[str, int]]] = {duration: [] for duration in wanted}
    for (_, turnover, room, start), here in zip(gaps, counts, strict=True):
        for duration, count in here.items():
            places[duration] += [(room, start + turn * (duration + turnover)) for turn in range(count)]
            start += count * (duration + turnover)
    return places


def _gaps(problem: AgendaProblem, placed: Sequence[Placement], *, at_once: int) -> Iterator[Gap]:
    """The free stretches of so many of the rooms that may be used."""
    sessions = {session.id: session for session in problem.sessions}
    spans = {one.session: (one.start, one.start + sessions[one.session].duration) for one in placed}
    alone = union(spans[name] for name in spans if sessions[name].plenary)
    held_by: dict[str, list[Span]] = {}
    for one in placed:
        held_by.setdefault(one.room, []).append(spans[one.session])
    for room in _usable(problem, placed)[:at_once]:
        turnover = room.turnover
        held = held_by.get(room.id, [])
        busy = union([*alone, *((start - turnover, end + turnover) for start, end in held)])
        stretches = sorted(_open_time(problem, room))
        for (first, last), (following, _) in pairwise([*stretches, (LARGEST, LARGEST)]):
            for start, end in without(((first, last),), busy):
                # The last turnover may lie in what is closed, but not in the next open time.
                length = end - start + (turnover if end < last else min(turnover, following - last))
                yield length, turnover, room.id, start


def _usable(problem: AgendaProblem, placed: Sequence[Placement]) -> list[Room]:
    """All rooms; where only so many sessions may run at once, as many of them, so that no more can."""
    limit = problem.max_parallel
    if limit is None:
        return list(problem.rooms)
    used = {one.room for one in placed}
    rooms = sorted(problem.rooms, key=lambda room: room.id not in used)
    return rooms[:limit] if len(used) <= limit else []


def _open_time(problem: AgendaProblem, room: Room) -> Iterator[Span]:
    seen: Starts = ()
    for day in problem.days:
        hours = hours_of_day(day)
        if room.open is not None:
            hours = common(hours, union(room.open))
        # Where days overlap, the time is there once.
        yield from without(hours, seen)
        seen = union((*seen, *hours))
