"""What it costs to leave sessions where the plan before has them, and at least to have them elsewhere."""

from collections.abc import Iterator, Set

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Choice, Ground


class StayPrices:
    """Prices of sessions that are on a board at their old places, by number.

    A session that is *loose* may be in another room at its old time, which is counted in full elsewhere: to take it off
    then costs what another time costs.
    """

    def __init__(self, board: Board) -> None:
        self._board, self._grounds = board, board.grounds

    def is_better_elsewhere(self, number: int) -> bool:
        """Whether a session might cost less somewhere else, its move included."""
        ground, place = self._of(number)
        here = self._room(ground, place) + self._late(place.start) + self._clashes(number)
        return self._elsewhere(number, is_loose=False) < here

    def of_taking_off(self, loose: Set[int]) -> dict[int, int]:
        """What is to be paid at least for each session that is taken off.

        Where it is, a model counts how late it begins, and of what is loose the room; clashes with it it counts
        wherever it is, and since these may vanish they are taken from the price.
        """
        return {
            number: self._elsewhere(number, is_loose=number in loose)
            - (0 if number in loose else self._room(*self._of(number)))
            - self._clashes(number)
            for number in self._board.places
        }

    def of_staying(self, loose: Set[int]) -> int:
        """What they cost where they are, as far as a model counts it."""
        late = sum(self._late(place.start) for place in self._board.places.values())
        return late + sum(self._room(*self._of(number)) for number in loose)

    def other_rooms(self, number: int) -> Iterator[Choice]:
        """Where else a session may be at the same time."""
        ground, place = self._of(number)
        return (choice for choice in ground.choices if choice.room != place.room and choice.starts >> place.start & 1)

    def _elsewhere(self, number: int, *, is_loose: bool) -> int:
        """What a session costs at least once it is moved; nothing where it may be left out for free.

        In another room at the same time it still has its clashes; at another time it may have none.
        """
        ground, place = self._of(number)
        if not ground.session.is_required and not ground.session.value:
            return 0
        # The price of another room has the cost of the move in it.
        least = min(choice.price for choice in ground.choices) + self._grounds.moved_start
        if is_loose:
            return least
        beside = (choice.price for choice in self.other_rooms(number))
        at_this_time = self._late(place.start) + self._clashes(number)
        return min([least, *(price + at_this_time for price in beside)])

    def _of(self, number: int) -> tuple[Ground, Place]:
        return self._grounds.sessions[number], self._board.places[number]

    @staticmethod
    def _room(ground: Ground, place: Place) -> int:
        return next(choice.price for choice in ground.choices if choice.room == place.room)

    def _clashes(self, number: int) -> int:
        """What clashes with a session may cost where it is: those that are, and any with what is not on the board."""
        places, (start, end) = self._board.places, self._board.span_of(number)
        total = 0
        for other, weight in self._grounds.sessions[number].clashes:
            from_, to = self._board.span_of(other) if other in places else (start, end)
            total += weight if from_ < end and start < to else 0
        return total

    def _late(self, start: int) -> int:
        days = self._grounds.days
        return self._grounds.late * next((start - begin for day, begin in days if day >> start & 1), 0)
