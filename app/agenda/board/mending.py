"""The nearest place where a session of a broken rule breaks none: the mend that stands beside the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.agenda.enums import PinKind
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


def to_mend(rules: Sequence[ShownRule], placed: Mapping[int, DraftPlacement]) -> Mapping[int, AgendaSession]:
    """By number of the rule, the session that would move: the one of the fewest people; what is pinned stays."""
    found = {}
    for rule in [one for one in rules if one.broken.blocks_release][:MENDED]:
        loose = [item for item in rule.sessions if not _is_pinned(item, placed)]
        if loose:
            found[rule.number] = min(loose, key=lambda item: (len(item.people), item.id))
    return found


def to_ask_about(
    rules: Sequence[ShownRule], placed: Mapping[int, DraftPlacement], mends: Mapping[int, PlaceMend]
) -> Mapping[int, AgendaSession]:
    """By number of a rule that has no mend, the session about which can be asked why: best one that is not pinned."""
    return {
        rule.number: min(rule.sessions, key=lambda item: (_is_pinned(item, placed), len(item.people), item.id))
        for rule in rules
        if rule.broken.blocks_release and rule.sessions and rule.number not in mends
    }


def _is_pinned(item: AgendaSession, placed: Mapping[int, DraftPlacement]) -> bool:
    return item.id in placed and placed[item.id].pin is not PinKind.NONE


def place_mends(
    movable: Mapping[int, AgendaSession],
    placed: Mapping[int, DraftPlacement],
    free: Mapping[int, Sequence[FreePlace]],
) -> Mapping[int, PlaceMend]:
    """By number of the rule, the free place that is nearest to where its session is."""
    found = {}
    for number, item in movable.items():
        placement = placed.get(item.id)
        offers = list(_offers(item, placement, free.get(item.id, ())))
        if offers:
            found[number] = min(offers, key=lambda one: (_way(placement, one), one.room_id))
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
