"""Which sessions are placed anew together: those that stand between a costly session and a better place."""

from collections.abc import Callable, Iterator
from random import Random

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.pricing import Prices


class Chooser:
    """Draws neighbourhoods around sessions that cost something; what paid off lately is drawn more often."""

    def __init__(self, board: Board, random: Random) -> None:
        self._board, self._grounds = board, board.grounds
        self._prices = Prices(board)
        self._random = random
        self._even = [1] * len(self._grounds.sessions)
        self._movable = [number for number, ground in enumerate(self._grounds.sessions) if ground.choices]
        self._kinds: list[Callable[[int], Iterator[int]]] = [
            self._wanted_room,
            self._company,
            self._moment,
            self._chain,
        ]
        self._worth = [1.0] * len(self._kinds)

    def draw(self, size: int) -> tuple[int, set[int]]:
        """A kind of neighbourhood, and up to ``size`` placed or missing sessions."""
        kind = self._random.choices(range(len(self._kinds)), self._worth)[0]
        found: set[int] = set()
        for _ in range(20):
            for number in self._kinds[kind](self._centre()):
                found.add(number)
                if len(found) >= min(size, len(self._movable)):
                    return kind, found
        return kind, found

    def learn(self, kind: int, *, is_gain: bool) -> None:
        self._worth[kind] = max(0.2, 0.9 * self._worth[kind] + 0.1 * (5.0 if is_gain else 0.0))

    def _centre(self) -> int:
        """A session that costs more than it must, often; any, now and then."""
        some = self._random.choices(self._movable, k=12)
        if self._random.random() < 0.15:
            return some[0]
        return max(some, key=self._excess)

    def _excess(self, number: int) -> int:
        choices = self._grounds.sessions[number].choices
        if number not in self._board.places:
            return 1 << 40
        return self._prices.of(number, self._board.places[number]) - choices[0].price

    def _wanted_room(self, centre: int) -> Iterator[int]:
        """The session, and all that is on a day in the cheapest rooms that it could have, then in others."""
        yield centre
        ground = self._grounds.sessions[centre]
        place = self._board.places.get(centre)
        price = None if place is None else next(one.price for one in ground.choices if one.room == place.room)
        better = [one for one in ground.choices if price is None or one.price < price] or list(ground.choices)
        self._random.shuffle(better)
        start = self._some_start(better[0].starts)
        rooms = [one.room for one in better[:2]]
        if place is not None:
            yield from self._in(place.room, place.start)
        for room in rooms:
            yield from self._in(room, start)
        rest = [one.room for one in ground.choices]
        self._random.shuffle(rest)
        for room in rest[:6]:
            yield from self._in(room, start)

    def _company(self, centre: int) -> Iterator[int]:
        """The session, those that it clashes with or shares people with, and what is around them in time."""
        yield centre
        ground = self._grounds.sessions[centre]
        related = [other for other, _ in ground.clashes] + [*ground.apart, *ground.after, *ground.before]
        related += [other for person in ground.people for other in self._board.held_by(person)]
        self._random.shuffle(related)
        yield from related[:8]
        for number in (centre, *related[:4]):
            if number in self._board.places:
                place = self._board.places[number]
                yield from self._in(place.room, place.start)

    def _moment(self, centre: int) -> Iterator[int]:
        """What runs at about the same time, in whatever room."""
        yield centre
        place = self._board.places.get(centre)
        start = self._some_start(self._grounds.sessions[centre].choices[0].starts)
        if place is not None and self._random.random() < 0.5:
            start = place.start
        near = sorted(
            self._board.places, key=lambda one: abs(self._board.places[one].start - start) + self._random.random() * 12
        )
        yield from near[:40]

    def _chain(self, centre: int) -> Iterator[int]:
        """What stands in the way of the session, what stands in the way of that, and so on."""
        waiting, seen = [centre], {centre}
        for _ in range(60):
            if not waiting:
                return
            number = waiting.pop(0)
            yield number
            choices = self._grounds.sessions[number].choices[:8]
            for choice in self._random.sample(choices, k=min(2, len(choices))):
                start = self._some_start(choice.starts)
                beside = self._board.in_the_way(number, Place(start, choice.room), self._even) - seen
                seen |= beside
                waiting += sorted(beside)

    def _in(self, room: int, start: int) -> list[int]:
        """What a room hosts within some hours."""
        places = self._board.places
        return [other for other in self._board.hosted_by(room) if abs(places[other].start - start) < 60]

    def _some_start(self, starts: int) -> int:
        skip = self._random.randrange(starts.bit_length())
        rest = starts >> skip
        return skip + (rest & -rest).bit_length() - 1
