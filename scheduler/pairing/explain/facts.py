"""The values of a pairing file that can stand against a plan: what each says, and the file with some changed."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scheduler.core.explanation import Fact
from scheduler.core.paths import parts_of
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, no_triangle_of

REMOVED = None
"""What stands for an entry that is taken out of its list."""

_RANKS = (
    ("pins[", 0),
    ("cities[", 1),
    ("facilitators[", 1),
    ("shares.", 2),
    ("rules.min_pair_value", 3),
    ("rules.min_population", 4),
    ("rules.", 5),
    ("ties[", 6),
    ("excluded_country_pairs[", 7),
    ("wishes[", 8),
)
"""What is cheap to give up comes first: an organiser's pin, then limits, and last what a city itself said."""


def rank_of(path: str) -> int:
    """How dear it is to give up the value at a path; pins cost least, a city's own no costs most."""
    return next(rank for start, rank in _RANKS if path.startswith(start))


def fact_of(problem: PairingProblem, path: str) -> Fact:
    """The fact at a path.

    Raises:
        LookupError: no fact can stand there.
    """
    parts = parts_of(path)
    rule, ids, message = _SAYINGS[str(parts[0])](problem, parts)
    return Fact(rule=rule, path=path, ids=ids, message=message)


def changed(problem: PairingProblem, changes: Mapping[str, Any]) -> PairingProblem:
    """The problem with other values at some paths; ``None`` at an entry of a list takes it out."""
    document = problem.model_dump(mode="json", by_alias=True)
    # Later entries of a list go first, so that the places of the earlier ones stay what the paths say.
    for path, value in sorted(changes.items(), key=lambda change: _place_in_list(change[0]), reverse=True):
        *way, last = parts_of(path)
        place: Any = document
        for part in way:
            place = place[part]
        if isinstance(last, int) and value is REMOVED:
            del place[last]
        else:
            place[last] = value
    return read_problem(json.dumps(document))


def _place_in_list(path: str) -> int:
    return max((part for part in parts_of(path) if isinstance(part, int)), default=0)


_Saying = tuple[str, tuple[str, ...], str]


def _pin(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    pin = problem.pins[_index(parts)]
    if len(pin) == 2:
        return "pins_kept", pin, f"The pair of {_named(pin)} is pinned."
    formless = no_triangle_of(Pool(problem), pin)
    said = f"The triangle of {_named(pin)} is pinned"
    return "pins_kept", pin, f"{said}." if formless is None else f"{said}, but they can form none. {formless}"


def _wish(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    wish = problem.wishes[_index(parts)]
    return "no_veto", (wish.from_, wish.to), f"'{wish.from_}' said no to '{wish.to}'."


def _tie(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    tie = problem.ties[_index(parts)]
    return "active_tie_only_if_allowed", tie.cities, f"{_named(tie.cities)} have an active tie."


def _country_pair(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    countries = problem.excluded_country_pairs[_index(parts)]
    return "no_excluded_country_pair", countries, f"Cities of {_named(countries)} are kept apart."


def _rule(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    rules = problem.rules
    return {
        "same_country": ("same_country_only_if_allowed", (), "Cities of one country are kept apart."),
        "active_ties": ("active_tie_only_if_allowed", (), "Cities with an active tie are kept apart."),
        "min_pair_value": (
            "pair_value_at_least_minimum",
            (),
            f"A pair must be worth at least {rules.min_pair_value} points.",
        ),
        "min_population": (
            "population_at_least_minimum",
            (),
            f"A city must have at least {rules.min_population} inhabitants.",
        ),
    }[str(parts[1])]


def _share(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    modality, end = str(parts[1]), str(parts[2])
    limits = next(limits for name, limits in problem.shares.items() if name == modality)
    message = (
        f"At least {limits.min} of the partnerships must be {modality}."
        if end == "min"
        else f"At most {limits.max} of the partnerships may be {modality}."
    )
    return "modality_shares_met", (modality,), message


def _city_limit(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    city = problem.cities[_index(parts)]
    return _limit(city.id, city.engagements.max)


def _facilitator_limit(problem: PairingProblem, parts: list[str | int]) -> _Saying:
    facilitator = problem.facilitators[_index(parts)]
    return _limit(facilitator.id, facilitator.max)


def _limit(identifier: str, largest: int | None) -> _Saying:
    noun = "partnership" if largest == 1 else "partnerships"
    return "engagements_within_limits", (identifier,), f"'{identifier}' may be in at most {largest} {noun}."


_SAYINGS: dict[str, Callable[[PairingProblem, list[str | int]], _Saying]] = {
    "pins": _pin,
    "wishes": _wish,
    "ties": _tie,
    "excluded_country_pairs": _country_pair,
    "rules": _rule,
    "shares": _share,
    "cities": _city_limit,
    "facilitators": _facilitator_limit,
}


def _index(parts: list[str | int]) -> int:
    return int(parts[1])


def _named(ids: Iterable[str]) -> str:
    *others, last = (f"'{identifier}'" for identifier in ids)
    return f"{', '.join(others)} and {last}" if others else last
