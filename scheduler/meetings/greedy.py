"""A first plan in one pass: previous places and musts first, then wants by value, each in the slot that suits best."""

from collections.abc import Iterable, Set

from scheduler.meetings.board import Board
from scheduler.meetings.legal import Legal
from scheduler.meetings.tables import Placed


def first_plan(
    legal: Legal, wanted: Iterable[Placed] = (), chosen: Set[int] = frozenset(), *, is_hasty: bool = False
) -> list[Placed]:
    """Fill a board; musts that find no room are simply missing.

    Args:
        wanted: places to keep where they can be, such as those of an earlier plan that no longer fits.
        chosen: want wishes that come before the others.
        is_hasty: take the first slot with room, where a search that tidies days comes after.
    """
    board = Board(legal)
    for wish in _in_order(legal, (wish for wish in range(len(legal.options)) if legal.must_be_held(wish)), chosen):
        if legal.problem.wishes[wish].pin is not None:
            board.place(wish)
    for place in wanted:
        board.place_at(place)
    for wish, (slot, table) in legal.previous.items():
        board.place_at(Placed(wish, slot, legal.class_of_table[table]))
    for wish in _in_order(legal, range(len(legal.options)), chosen):
        if wish not in board.placed:
            (board.place_early if is_hasty else board.place)(wish)
    return list(board.placed.values())


def _in_order(legal: Legal, wishes: Iterable[int], chosen: Set[int]) -> list[int]:
    """Pinned, then must, then want by value; among equals those with the fewest options."""

    def rank(wish: int) -> tuple[bool, bool, bool, int, int]:
        asked = legal.problem.wishes[wish]
        value = asked.value if asked.level == "want" else 0
        return asked.pin is None, asked.level == "want", wish not in chosen, -value, len(legal.options[wish])

    return sorted(wishes, key=rank)
