"""The nearest place where a session of a broken rule breaks none: the mend that stands beside the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.planner import FreePlace
from app.agenda.view import ShownRule

MENDED = 3
"""For so many rules, the gravest first, a mend is looked for: each takes time while somebody waits for the board."""


@dataclass(frozen=True, kw_only=True)
class PlaceMend:
    """Where a session of a broken rule could go instead."""

    item: AgendaSession
    room_id: int
    starts_at: datetime


def rules_to_mend(rules: Sequence[ShownRule]) -> Sequence[ShownRule]:
    """The rules that get a mend: those that block a release and are about a session."""
    return [rule for rule in rules if rule.broken.blocks_release and rule.sessions][:MENDED]


def place_mends(
    rules: Sequence[ShownRule],
    placed: Mapping[int, DraftPlacement],
    free: Mapping[int, Sequence[FreePlace]],
) -> Mapping[int, PlaceMend]:
    """By number of the rule, the nearest free place of any of its sessions; what is pinned stays."""
    found = {}
    for rule in rules_to_mend(rules):
        offers = [
            (_way(placed.get(item.id), mend), mend)
            for item in rule.sessions
            if item.id not in placed or placed[item.id].pin.value == "none"
            for mend in _offers(item, placed.get(item.id), free.get(item.id, ()))
        ]
        if offers:
            found[rule.number] = min(offers, key=lambda one: (one[0], one[1].item.id, one[1].room_id))[1]
    return found


def _offers(item: AgendaSession, placement: DraftPlacement | None, free: Iterable[FreePlace]) -> Iterable[PlaceMend]:
    """From each stretch the start that is nearest to where the session is now."""
    for one in free:
        at = one.first if placement is None else min(max(placement.starts_at, one.first), one.last)
        yield PlaceMend(item=item, room_id=one.room_id, starts_at=at)


def _way(placement: DraftPlacement | None, mend: PlaceMend) -> tuple[timedelta, bool]:
    """How far a session goes: in time first, then whether to another room."""
    if placement is None:
        return timedelta(), False
    return abs(mend.starts_at - placement.starts_at), mend.room_id != placement.room_id
