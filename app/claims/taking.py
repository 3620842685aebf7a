"""A holding and its claims written into the ledger, whose primary key refuses what another has."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.claims.enums import ClaimKind
from app.claims.models import Claim, Holding
from app.platform.database.inserting import rows_listed, table_of, write_new, write_row

Key = tuple[ClaimKind, str, int]
"""What is claimed: its kind, its ID, the tick."""

_PARTS = ("kind", "resource", "tick")


def write_claims(connection: Connection, holding: Mapping[str, Any], keys: Sequence[Key]) -> tuple[int, int]:
    """Write a holding and those of its claims that are free, in the order given; its ID and how many these are."""
    if connection.dialect.name == "postgresql" and keys:
        lists = {part: [key[place] for key in keys] for place, part in enumerate(_PARTS)}
        of_holding = {f"holding_{name}": value for name, value in holding.items()}
        written = connection.execute(_with_claims(tuple(holding)), {**lists, **of_holding}).one()
        return written.id, written.taken
    holding_id = write_row(connection, Holding, holding)
    common = {"event_id": holding["event_id"], "holding_id": holding_id}
    return holding_id, write_new(connection, Claim, [{**common, **dict(zip(_PARTS, key, strict=True))} for key in keys])


@cache
def _with_claims(columns: tuple[str, ...]) -> Select[Any]:
    """Both in one statement: the claims take the number of the holding as it is made."""
    given = {name: bindparam(f"holding_{name}", type_=table_of(Holding).c[name].type) for name in columns}
    made = table_of(Holding).insert().values(given).returning(table_of(Holding).c.id).cte("made")
    rows = rows_listed(table_of(Claim), _PARTS, given["event_id"], made.c.id)
    claims = insert(table_of(Claim)).from_select([*_PARTS, "event_id", "holding_id"], rows, include_defaults=False)
    taken = claims.on_conflict_do_nothing().returning(table_of(Claim).c.tick).cte("taken")
    return select(made.c.id, select(func.count()).select_from(taken).scalar_subquery().label("taken"))
