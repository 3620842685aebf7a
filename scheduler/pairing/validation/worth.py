"""The value of a partnership, worked out afresh from the files, and whether its reasons carry it."""

from collections import Counter
from collections.abc import Iterator

from scheduler.core.violation import Violation
from scheduler.pairing.problem import City, PairingProblem
from scheduler.pairing.solution import PairingSolution, Partnership, Reason
from scheduler.pairing.validation.forms import joining_challenges, ruling_on

_Points = Counter[tuple[str, str | None]]
"""Points by kind and challenge; the challenge is ``None`` for kinds that have none."""


def pair_value_at_least_minimum(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Each pair is worth at least the points asked for; triangles are not asked."""
    least = problem.rules.min_pair_value
    for partnership in solution.partnerships:
        if len(partnership.members) != 2 or ruling_on(problem, partnership).modality is None:
            continue
        value = _points_of(problem, partnership).total()
        if value < least:
            first, second = (member.id for member in partnership.members)
            yield Violation(
                rule="pair_value_at_least_minimum",
                subjects=(first, second),
                message=f"The pair of '{first}' and '{second}' is worth {value}, below the {least} asked for.",
            )


def reasons_back_value(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Value and reasons of each partnership are those that its members give, kind by kind."""
    for partnership in solution.partnerships:
        if ruling_on(problem, partnership).modality is None:
            continue
        subjects = tuple(member.id for member in partnership.members)
        for message in _wrong_with(problem, partnership):
            yield Violation(rule="reasons_back_value", subjects=subjects, message=message)


def _wrong_with(problem: PairingProblem, partnership: Partnership) -> Iterator[str]:
    due = _points_of(problem, partnership)
    if partnership.value != due.total():
        yield f"The value is given as {partnership.value}, but is {due.total()}."
    summed = sum(reason.value for reason in partnership.reasons)
    if summed != partnership.value:
        yield f"The reasons sum to {summed}, not to the value {partnership.value}."
    kinds = {kind for kind, _ in due} | {reason.kind for reason in partnership.reasons}
    for kind in sorted(kinds):
        expected = sum(points for (of, _), points in due.items() if of == kind)
        given = sum(reason.value for reason in partnership.reasons if reason.kind == kind)
        if given != expected:
            yield f"The reasons of kind {kind} sum to {given}, not to {expected}."
    yield from _wrong_places(partnership, due)


def _wrong_places(partnership: Partnership, due: _Points) -> Iterator[str]:
    named: Counter[tuple[str, str | None]] = Counter()
    for reason in partnership.reasons:
        if not _is_between_members(partnership, reason):
            yield f"A reason of kind {reason.kind} is not between two members."
        if reason.challenge is not None:
            named[(reason.kind, reason.challenge)] += reason.value
    for (kind, challenge), points in sorted(named.items(), key=str):
        if points != due[(kind, challenge)]:
            yield f"The reasons of kind {kind} on '{challenge}' sum to {points}, not to {due[(kind, challenge)]}."


def _is_between_members(partnership: Partnership, reason: Reason) -> bool:
    ends = [end for end in (reason.from_, reason.to) if end is not None]
    return partnership.ids.issuperset(ends) and len(set(ends)) == len(ends)


def _points_of(problem: PairingProblem, partnership: Partnership) -> _Points:
    cities = {city.id: city for city in problem.cities}
    by_role = {member.role: member.id for member in partnership.members}
    points: _Points = Counter()
    if len(partnership.members) == 2:
        first, second = (cities[member.id] for member in partnership.members)
        there, back = _met(giver=second, taker=first), _met(giver=first, taker=second)
        for challenge, units in [*there.items(), *back.items()]:
            points[("need_met", challenge)] += problem.weights.need_met * units
        points[("reciprocity", None)] = problem.weights.reciprocity * min(there.total(), back.total())
    else:
        first, second = cities[by_role["beneficiary"]], cities[by_role["pivotal"]]
        for challenge, units in _met(giver=second, taker=first).items():
            points[("need_met", challenge)] = problem.weights.need_met * units
        for challenge in joining_challenges(problem, partnership):
            points[("facilitation", challenge)] = problem.weights.facilitation
    for challenge in first.needs:
        if challenge in second.needs:
            shared = min(first.needs[challenge], second.needs[challenge])
            points[("need_shared", challenge)] = problem.weights.need_shared * shared
    points.update(_points_between(problem, first, second))
    return points


def _met(*, giver: City, taker: City) -> Counter[str]:
    return Counter({need: min(much, giver.offers[need]) for need, much in taker.needs.items() if need in giver.offers})


def _points_between(problem: PairingProblem, first: City, second: City) -> _Points:
    points: _Points = Counter()
    both = {first.id, second.id}
    if set(first.languages) & set(second.languages):
        points[("language", None)] = problem.weights.language
    if any(tie.state == "dormant" and set(tie.cities) == both for tie in problem.ties):
        points[("replan", None)] = problem.weights.replan
    said = [wish.level for wish in problem.wishes if {wish.from_, wish.to} == both]
    points[("wish", None)] = problem.weights.wish * (said.count("want") + 2 * said.count("must"))
    return points
