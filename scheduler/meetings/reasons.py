"""Why a wish is not held: the rule that binds, named first, and whom it concerns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from scheduler.meetings.board import Board, Obstacle
from scheduler.meetings.legal import Legal
from scheduler.meetings.problem import Wish
from scheduler.meetings.solution import Unheld
from scheduler.meetings.tables import Placed

_SAID = {
    "limits_of_person": "{} has as many meetings as allowed",
    "person_in_one_meeting": "{} has no slot left",
    "person_not_busy": "{} is engaged elsewhere",
    "person_not_absent": "{} cannot come",
    "resource_not_overused": "{} is not free",
    "order_kept": "{} leaves no time before or after it",
    "table_hosts_one_meeting": "every table is taken",
    "table_open": "no table is open",
    "inside_block_and_slots": "it names no slot that it could have",
    "seats_fit": "no table has enough seats",
    "zone_kept": "no table is in its zone",
    "own_table_kept": "its people cannot meet at one table",
    "no_veto": "{} do not want to meet",
    "value": "other wishes come first",
}


def unheld(legal: Legal, placed: Sequence[Placed]) -> tuple[Unheld, ...]:
    """Every wish that a plan leaves out, in the order of the file, each with the rule that binds most often."""
    board = Board(legal)
    for meeting in placed:
        board.place_at(meeting)
    held = {meeting.wish for meeting in placed}
    return tuple(
        Unheld(wish=wish.id, reason=_said(_reason(legal, board, number)))
        for number, wish in enumerate(legal.problem.wishes)
        if number not in held
    )


def _said(obstacle: Obstacle) -> str:
    return f"{obstacle.rule}: {_SAID[obstacle.rule].format(obstacle.subject)}"


def _reason(legal: Legal, board: Board, wish: int) -> Obstacle:
    options = legal.options[wish]
    if not options:
        return _never(legal, legal.problem.wishes[wish])
    limit = board.at_limit(wish)
    if limit is not None:
        return limit
    obstacles = [board.obstacle(wish, slot) for slot in options]
    return _most_frequent(obstacle or Obstacle("value") for obstacle in obstacles)


def _most_frequent(obstacles: Iterable[Obstacle]) -> Obstacle:
    return Counter(obstacles).most_common(1)[0][0]


def _never(legal: Legal, wish: Wish) -> Obstacle:
    """Why a wish has no option whatever else is held."""
    vetoed = {frozenset(veto) for veto in legal.problem.vetoes}
    for a, b in combinations(wish.people, 2):
        if frozenset((a, b)) in vetoed:
            return Obstacle("no_veto", f"{a} and {b}")
    return _no_table(legal, wish) or _no_slot(legal, wish)


def _no_table(legal: Legal, wish: Wish) -> Obstacle | None:
    tables = [table for table in legal.problem.tables if table.seats >= len(wish.people)]
    if not tables:
        return Obstacle("seats_fit" if legal.problem.tables else "table_hosts_one_meeting")
    tables = [table for table in tables if wish.zone in (None, table.zone)]
    if not tables:
        return Obstacle("zone_kept")
    for resource in legal.problem.resources:
        if wish.uses.get(resource.id) and resource.zones is not None:
            tables = [table for table in tables if table.zone in resource.zones]
            if not tables:
                return Obstacle("resource_not_overused", resource.id)
    people = (legal.problem.people[legal.person_number[name]] for name in wish.people)
    own = {person.table for person in people if person.table is not None}
    return None if not own or own in [{table.id} for table in tables] else Obstacle("own_table_kept")


def _no_slot(legal: Legal, wish: Wish) -> Obstacle:
    asked = [
        number
        for number, slot in enumerate(legal.slots)
        if wish.block in (None, slot.block) and (wish.slots is None or slot.id in wish.slots)
    ]
    if not asked:
        return Obstacle("inside_block_and_slots")
    obstacles = []
    for slot in asked:
        blocking = [person for person in legal.people_of[legal.wish_number[wish.id]] if slot in legal.blocked[person]]
        for person in blocking[:1]:
            rule = "person_not_busy" if slot in legal.busy[person] else "person_not_absent"
            obstacles.append(Obstacle(rule, legal.problem.people[person].id))
    return _most_frequent(obstacles) if len(obstacles) == len(asked) else Obstacle("table_open")
