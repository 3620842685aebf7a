"""In which rooms a plan of some sessions is least in the way of all others, at the times that it says."""

from collections.abc import Iterator, Mapping, Sequence

from scheduler.agenda.legal import Legal, Span
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement


def seated(
    problem: AgendaProblem, legal: Mapping[str, Legal], plan: Sequence[Placement], others: Sequence[Placement]
) -> tuple[Placement, ...]:
    """The plan, each session in the room where it drives out what can most easily be elsewhere.

    Who shares a room with others stays where the plan has it, and who has people on the same site.
    """
    seating = _Seating(problem, legal, plan, others)
    bound = {name for one in problem.sessions if one.same_room_as for name in (one.id, one.same_room_as)}
    # Each leaves the others of the plan the places that they have so far.
    for entry in plan:
        seating.take(entry)
    found = []
    for entry in plan:
        if entry.session not in bound:
            seating.leave(entry)
            entry = seating.best(entry)
            seating.take(entry)
        seating.drive_out(entry)
        found.append(entry)
    return tuple(found)


class _Seating:
    def __init__(
        self, problem: AgendaProblem, legal: Mapping[str, Legal], plan: Sequence[Placement], others: Sequence[Placement]
    ) -> None:
        self._sessions = {one.id: one for one in problem.sessions}
        self._rooms = {room.id: room for room in problem.rooms}
        self._legal = legal
        self._taken: dict[str, list[Span]] = {room.id: [] for room in problem.rooms}
        self._held: dict[str, dict[str, Span]] = {room.id: {} for room in problem.rooms}
        names = {entry.session for entry in plan}
        for entry in others:
            if entry.session in self._sessions and entry.session not in names:
                self._held[entry.room][entry.session] = self._span(entry)

    def _span(self, entry: Placement) -> Span:
        return entry.start, entry.start + self._sessions[entry.session].duration

    def take(self, entry: Placement) -> None:
        """Note where a session is."""
        self._taken[entry.room].append(self._span(entry))

    def leave(self, entry: Placement) -> None:
        self._taken[entry.room].remove(self._span(entry))

    def drive_out(self, entry: Placement) -> None:
        """Note that who was there before is gone."""
        for name in list(self._driven_out(entry, entry.room)):
            del self._held[entry.room][name]

    def best(self, entry: Placement) -> Placement:
        """The same at the same time in the room where that does least harm."""
        session = self._sessions[entry.session]
        site = self._rooms[entry.room].site
        rooms = [
            name
            for name, starts in self._legal[entry.session].rooms.items()
            if any(first <= entry.start < last for first, last in starts)
            and (not session.people or self._rooms[name].site == site)
            and not any(self._meet(entry, name, span) for span in self._taken[name])
        ]
        if not rooms:
            return entry
        return entry.model_copy(update={"room": min(rooms, key=lambda name: (*self._harm(entry, name), name))})

    def _harm(self, entry: Placement, room: str) -> tuple[float, int]:
        out = sum(1 / len(self._legal[name].rooms) for name in self._driven_out(entry, room))
        return out, self._rooms[room].capacity

    def _driven_out(self, entry: Placement, room: str) -> Iterator[str]:
        return (name for name, span in self._held[room].items() if self._meet(entry, room, span))

    def _meet(self, entry: Placement, room: str, span: Span) -> bool:
        start, end = self._span(entry)
        turnover = self._rooms[room].turnover
        return span[0] < end + turnover and start - turnover < span[1]
