"""The numbers of broken rules, which stay what they are while somebody works: a browser sends those that it shows.

Whatever comes in between, a rule keeps its number beside the cards that carry it, so that a move changes on the page
what it is about and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from app.agenda.view import ShownRule

HEADER = "X-Rules"
"""The short marks of the rules on a page, each with a dot and its number, with blanks between."""

MOST = 9999


def numbers_of(header: str) -> Mapping[str, int]:
    """The number of each rule that a browser shows, by its short mark; what cannot be read is left out."""
    pairs = (one.partition(".") for one in header.split())
    return {mark: int(number) for mark, _, number in pairs if number.isdecimal() and 0 < int(number[:5]) <= MOST}


def keeping_numbers(rules: Sequence[ShownRule], known: Mapping[str, int]) -> tuple[ShownRule, ...]:
    """Each rule with the number that is known of it, the others with the lowest that are free; what blocks first."""
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for place, rule in enumerate(rules):
        number = known.get(rule.mark)
        if number is not None and number not in taken:
            kept[place] = number
            taken.add(number)
    free = (number for number in count(1) if number not in taken)
    numbered = [_with(rule, kept[place] if place in kept else next(free)) for place, rule in enumerate(rules)]
    return tuple(sorted(numbered, key=lambda rule: (not rule.broken.blocks_release, rule.number)))


def _with(rule: ShownRule, number: int) -> ShownRule:
    return replace(rule, broken=replace(rule.broken, number=number))
