"""Circles: sessions of which the same public wants every one, and that can hardly all have a time of their own."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from scheduler.agenda.apart import kept_apart
from scheduler.agenda.clashing.least import least_overlap
from scheduler.agenda.legal import Legal, union
from scheduler.agenda.problem import AgendaProblem, Session

TIGHT = 0.7
"""The part of the time there is from which on the sessions of a circle are hard to keep apart."""
SMALLEST, LARGEST = 3, 13
"""Fewer sessions are no circle; of more, those that last longest are counted: the count doubles with each."""
LONGEST, HEAVIEST = 3_000, 2**32
"""Grains, and weights of a clash, beyond which a circle is not counted."""

Weights = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Circle:
    """Sessions that all clash with each other, and the weights of clashes that no plan is without."""

    sessions: tuple[str, ...]
    least: int


def circles_of(
    problem: AgendaProblem, legal: Mapping[str, Legal], *, is_over: Callable[[], bool] = lambda: False
) -> tuple[Circle, ...]:
    """The circles whose time is short; no session is in two of them.

    Args:
        is_over: asked all the time; where it says so, those that were found by then are given.
    """
    weights = _weights(problem, legal)
    sessions = {one.id: one for one in problem.sessions}
    apart = kept_apart(problem) if weights else frozenset()
    found = []
    for names in _cliques(weights, is_over):
        circle = sorted((sessions[name] for name in names), key=lambda one: (-one.duration, one.id))
        if len(circle) >= SMALLEST and _is_tight(circle, legal):
            least = _least(circle[:LARGEST], legal, weights, apart, is_over)
            found.append(Circle(tuple(one.id for one in circle), least))
    return tuple(found)


def least_of(problem: AgendaProblem, circles: Iterable[Circle]) -> int:
    """What all clashes cost together at least."""
    return problem.weights.clash * sum(circle.least for circle in circles)


def _weights(problem: AgendaProblem, legal: Mapping[str, Legal]) -> dict[str, dict[str, int]]:
    """By session and session what it costs that they overlap; only those that every plan has."""
    if problem.weights.clash == 0:
        return {}
    surely = {one.id for one in problem.sessions if one.is_required and legal[one.id].rooms}
    weights: dict[str, dict[str, int]] = {}
    for clash in problem.clashes:
        one, other = clash.sessions
        if clash.weight and one in surely and other in surely:
            weights.setdefault(one, {})[other] = clash.weight
            weights.setdefault(other, {})[one] = clash.weight
    return weights


def _cliques(weights: Weights, is_over: Callable[[], bool]) -> list[list[str]]:
    """Sets of sessions that all clash with each other, large ones first, each session in one at most."""
    left = dict.fromkeys(sorted(weights))
    found = []
    while left and not is_over():
        largest = max((_clique(name, weights, left) for name in left), key=len)
        if len(largest) < SMALLEST:
            break
        found.append(largest)
        for name in largest:
            del left[name]
    return found


def _clique(first: str, weights: Weights, left: Iterable[str]) -> list[str]:
    """A set about a session, always with who clashes with most of those that can still join."""
    clique, may_join = [first], {name: None for name in left if name in weights[first]}
    while may_join:
        best = max(may_join, key=lambda name: (len(weights[name].keys() & may_join.keys()), name))
        clique.append(best)
        may_join = {name: None for name in may_join if name in weights[best]}
    return clique


def _is_tight(circle: Sequence[Session], legal: Mapping[str, Legal]) -> bool:
    time = union((start, end - 1 + one.duration) for one in circle for start, end in legal[one.id].starts)
    return sum(one.duration for one in circle) > TIGHT * sum(end - start for start, end in time)


def _least(
    circle: Sequence[Session],
    legal: Mapping[str, Legal],
    weights: Weights,
    apart: Set[frozenset[str]],
    is_over: Callable[[], bool],
) -> int:
    starts = [legal[one.id].starts for one in circle]
    origin, end = min(spans[0][0] for spans in starts), max(spans[-1][1] for spans in starts)
    heaviest = max(weight for one in circle for weight in weights[one.id].values())
    if max(end - origin, *(one.duration for one in circle)) > LONGEST or heaviest > HEAVIEST:
        return 0
    may_start = np.zeros((len(circle), end - origin), bool)
    for row, spans in zip(may_start, starts, strict=True):
        for first, last in spans:
            row[first - origin : last - origin] = True
    return least_overlap(
        durations=np.array([one.duration for one in circle]),
        may_start=may_start,
        is_over=is_over,
        weights=np.array(
            [
                [0 if frozenset((one.id, other.id)) in apart else weights[one.id].get(other.id, 0) for other in circle]
                for one in circle
            ]
        ),
    )
