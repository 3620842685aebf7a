"""What a place adds to the cost, as far as one session shows it; ``day_balance`` is left to the search."""

from dataclasses import dataclass

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Ground, lowest, positions, spanning


@dataclass(frozen=True)
class Offer:
    """A free place and what it costs."""

    price: int
    place: Place


class Prices:
    """Finds the cheapest free place of a session on a board."""

    def __init__(self, board: Board) -> None:
        self._board, self._grounds = board, board.grounds

    def cheapest(self, number: int) -> Offer | None:
        """Of the cheapest places one in the fullest room, as early as can be; nothing where nowhere is free."""
        ground = self._grounds.sessions[number]
        clashes = self._clashes(ground)
        hit = 0
        for starts, _ in clashes:
            hit |= starts
        is_flat = not self._grounds.late and (ground.previous_start is None or not self._grounds.moved_start)
        best: tuple[int, int, int, int] | None = None
        for choice, starts in self._board.free(number):
            # Those that follow cost as much or more, with as many seats or more.
            if best is not None and (choice.price, choice.capacity) > best[:2]:
                break
            quiet = starts & ~hit
            if is_flat and quiet:
                rank = (choice.price, choice.capacity, lowest(quiet), choice.room)
                best = rank if best is None or rank < best else best
                continue
            for start in self._turning_points(ground, starts, clashes):
                rank = (choice.price + self._at(ground, start, clashes), choice.capacity, start, choice.room)
                best = rank if best is None or rank < best else best
        return None if best is None else Offer(best[0], Place(best[2], best[3]))

    def of(self, number: int, place: Place) -> int:
        """What a session costs at a place."""
        ground = self._grounds.sessions[number]
        room = next(choice.price for choice in ground.choices if choice.room == place.room)
        return room + self._at(ground, place.start, self._clashes(ground))

    def _clashes(self, ground: Ground) -> list[tuple[int, int]]:
        """Starts that overlap something placed, with what that costs."""
        board, length = self._board, self._grounds.length
        found = []
        for other, weight in ground.clashes:
            if other in board.places:
                start, end = board.span_of(other)
                found.append((spanning(start - ground.duration + 1, end, length), weight))
        return found

    def _at(self, ground: Ground, start: int, clashes: list[tuple[int, int]]) -> int:
        price = sum(weight for starts, weight in clashes if starts >> start & 1)
        if ground.previous_start is not None and start != ground.previous_start:
            price += self._grounds.moved_start
        if self._grounds.late:
            price += self._grounds.late * next(
                (start - begin for day, begin in self._grounds.days if day >> start & 1), 0
            )
        return price

    def _turning_points(self, ground: Ground, starts: int, clashes: list[tuple[int, int]]) -> list[int]:
        """The first start of each free span, and starts in them at which the price may fall."""
        points = starts & ~(starts << 1)
        for clashing, _ in clashes:
            points |= starts & (clashing << 1) & ~clashing
        if ground.previous_start is not None and ground.previous_start >= 0:
            points |= starts & (1 << min(ground.previous_start, self._grounds.length))
        return positions(points)
