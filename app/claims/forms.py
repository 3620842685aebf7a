"""Values in which others ask the ledger for something."""

from dataclasses import dataclass, field
from typing import NamedTuple

from app.claims.enums import HoldingKind


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one holding takes from ``start_tick`` up to, not including, ``end_tick``.

    ``resources`` are units by resource code; ``capacities`` says how many units there are of each.
    ``room_end_tick`` reaches further where a room needs time to be set up again.
    """

    kind: HoldingKind
    start_tick: int
    end_tick: int
    site_id: int | None = None
    person_ids: tuple[int, ...] = ()
    room_id: int | None = None
    room_end_tick: int | None = None
    table_id: int | None = None
    resources: dict[str, int] = field(default_factory=dict)
    capacities: dict[str, int] = field(default_factory=dict)


class HeldTime(NamedTuple):
    """A holding as a value: rows of the ledger come and go past the ORM, and SQLite gives numbers again."""

    id: int
    kind: HoldingKind
    site_id: int | None
    start_tick: int
    end_tick: int


@dataclass(frozen=True, kw_only=True)
class TakenThing:
    """One scarce thing that somebody else holds at a tick."""

    kind: str
    resource: str
    tick: int
    holding_id: int
    holding_kind: str
