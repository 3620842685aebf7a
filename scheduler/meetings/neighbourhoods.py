"""Parts of a plan that are freed together while the rest stays, for plans too large to search as a whole."""

import random
from collections.abc import Sequence

from scheduler.meetings.legal import Legal
from scheduler.meetings.tables import Placed

Options = dict[int, tuple[int, ...]]


class Neighbourhoods:
    """Draws neighbourhoods of a plan; the same seed draws the same ones.

    Two kinds take turns. Some slots close to each other: their meetings may change places among them, and whatever is
    not held may come in. Some people: all their meetings are free in time, as far as others leave room.
    """

    def __init__(self, legal: Legal, seed: int) -> None:
        self.legal = legal
        self._chance = random.Random(seed)  # noqa: S311 - draws parts of a plan, no secrets
        self._turn = 0

    def draw(self, placed: Sequence[Placed], size: int) -> Legal:
        """The problem in which only about ``size`` options are free; all others stay where the plan has them."""
        self._turn += 1
        options = self._some_slots(size) if self._turn % 2 else self._some_people(placed, size)
        for meeting in placed:
            if not options[meeting.wish]:
                options[meeting.wish] = {meeting.slot: (meeting.table_class,)}
            else:
                kept = options[meeting.wish].get(meeting.slot, ())
                if meeting.table_class not in kept:
                    options[meeting.wish] = {meeting.slot: (meeting.table_class,)}
        return self.legal.restricted(options)

    def _some_slots(self, size: int) -> list[Options]:
        """Whole slots, drawn around one at random, until their options are many enough."""
        legal = self.legal
        by_slot: dict[int, int] = {}
        for options in legal.options:
            for slot in options:
                by_slot[slot] = by_slot.get(slot, 0) + 1
        slots = sorted(by_slot)
        first = self._chance.randrange(len(slots))
        near = sorted(slots, key=lambda slot: (abs(slots.index(slot) - first), slot))
        free: set[int] = set()
        for slot in near:
            if free and sum(by_slot[one] for one in free) + by_slot[slot] > size:
                break
            free.add(slot)
        return [{slot: classes for slot, classes in options.items() if slot in free} for options in legal.options]

    def _some_people(self, placed: Sequence[Placed], size: int) -> list[Options]:
        """The wishes of people at random, starting with one and going on to those whom they meet."""
        legal = self.legal
        meets: dict[int, list[int]] = {}
        for meeting in placed:
            for person in legal.people_of[meeting.wish]:
                meets.setdefault(person, []).append(meeting.wish)
        options: list[Options] = [{} for _ in legal.options]
        waiting: list[int] = []
        seen: set[int] = set()
        everybody = self._chance.sample(range(len(legal.wishes_of)), len(legal.wishes_of))
        used = 0
        while used < size and (waiting or everybody):
            person = waiting.pop(0) if waiting else everybody.pop()
            if person in seen:
                continue
            seen.add(person)
            for wish in legal.wishes_of[person]:
                if not options[wish]:
                    options[wish] = dict(legal.options[wish])
                    used += len(options[wish])
            partners = [other for wish in meets.get(person, ()) for other in legal.people_of[wish]]
            waiting += self._chance.sample(partners, min(2, len(partners)))
        return options
