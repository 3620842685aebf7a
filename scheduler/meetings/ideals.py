"""What no plan can beat, read off the problem without search: the first bound of each stage."""

from dataclasses import dataclass

from scheduler.meetings.legal import Legal


@dataclass(frozen=True)
class Range:
    """The best and the worst value of a stage that a plan may have; ``worst`` is ``None`` where it is not known."""

    best: int
    worst: int | None

    @property
    def is_settled(self) -> bool:
        """Whether all plans have the same value."""
        return self.best == self.worst


def ranges(legal: Legal) -> dict[str, Range]:
    """The range of each stage, whether or not the problem has it."""
    shortfalls = [_shortfall(legal, person) for person in range(len(legal.problem.people))]
    has_cost = any(weight for _, weight in legal.problem.weights)
    return {
        "value": _value(legal),
        "largest_shortfall": Range(
            max((found.best for found in shortfalls), default=0),
            max((found.worst or 0 for found in shortfalls), default=0),
        ),
        "shortfall": Range(sum(found.best for found in shortfalls), sum(found.worst or 0 for found in shortfalls)),
        "moved": Range(_surely_moved(legal), len(legal.previous)),
        "cost": Range(_surely_moved(legal) * legal.problem.weights.moved, None if has_cost else 0),
    }


def _value(legal: Legal) -> Range:
    """The dearest want wishes for as many places as there are beside the musts."""
    wants = [
        (wish.value, wish.pin is not None)
        for wish, options in zip(legal.problem.wishes, legal.options, strict=True)
        if wish.level == "want" and options
    ]
    musts = sum(wish.level == "must" for wish in legal.problem.wishes)
    places = max(0, legal.places - musts)
    dearest = sorted((value for value, _ in wants), reverse=True)[:places]
    return Range(sum(dearest), sum(value for value, is_pinned in wants if is_pinned))


def _shortfall(legal: Legal, person: int) -> Range:
    asked = legal.problem.people[person]
    possible = sum(bool(legal.options[wish]) for wish in legal.wishes_of[person])
    sure = sum(legal.must_be_held(wish) for wish in legal.wishes_of[person])
    most = min(possible, legal.most_meetings(person))
    return Range(max(0, asked.min - most), max(0, asked.min - sure))


def _surely_moved(legal: Legal) -> int:
    return sum(
        legal.class_of_table[table] not in legal.options[wish].get(slot, ())
        for wish, (slot, table) in legal.previous.items()
    )
