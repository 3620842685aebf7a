"""Merging two delegates: each line is chosen, what belongs to both moves, and the log of both leads to one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.delegations.readers import as_logged
from app.events.models import Event
from app.office.service.merging.ledger import Clash, clashes_of, move_claims
from app.office.service.merging.rows import count_rows, move_rows
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

FIELDS = (
    "honorific", "family_name", "given_name", "native_name", "native_language", "badge_name", "function",
    "delegation_id", "rank", "email", "phone", "languages", "interpretation_into", "access_needs", "diet",
    "arrives_at", "departs_at",
)  # fmt: skip
"""Lines of which one of the two is chosen."""
FIRST_OF_BOTH = ("invited_at", "registered_at", "approved_at", "accredited_at", "checked_in_at")
EITHER = ("is_focal_point", "is_protected", "represents_party")
SHELL: Mapping[str, Any] = {
    "honorific": None, "family_name": "", "given_name": "", "native_name": None, "native_language": None,
    "badge_name": "", "function": None, "email": None, "phone": None, "rank_since": None, "languages": [],
    "interpretation_into": [], "access_needs": None, "diet": None, "consents": {}, "arrives_at": None,
    "departs_at": None, "source": None, "is_head": False, "is_focal_point": False, "represents_party": False,
}  # fmt: skip
"""What is left of a merged row: nothing that says who it was."""


@dataclass(frozen=True, kw_only=True)
class Moves:
    """What a merge would move, by table, and what stands against it."""

    rows: Mapping[str, int]
    clashes: tuple[Clash, ...]


def moves_of(session: Session, event: Event, *, stays: Delegate, goes: Delegate) -> Moves:
    """What would move, before anything does."""
    return Moves(rows=count_rows(session, goes.id), clashes=tuple(clashes_of(session, event, stays.id, goes.id)))


def merge(
    session: Session,
    *,
    event: Event,
    stays: Delegate,
    goes: Delegate,
    versions: tuple[int, int],
    taken_from_other: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Make one person of two; everything of ``goes`` moves to ``stays``, or nothing happens at all.

    Args:
        versions: of both rows as they stood on the page.
        taken_from_other: lines of ``FIELDS`` that ``goes`` says better.

    Raises:
        Conflict: one of the two was changed meanwhile.
        DoubleBooked: both are somewhere else at the same time.
        Refused: it is one row, one of them no longer takes part, or they have a meeting with each other.
    """
    if stays.id == goes.id or stays.event_id != event.id or goes.event_id != event.id:
        raise Refused(_("These are the same entry."))
    if not stays.is_active or not goes.is_active:
        raise Refused(_("One of the two no longer takes part."))
    if (stays.version, goes.version) != versions:
        raise Conflict(_("One of the two was changed meanwhile. Look again before you merge."))
    with session.begin_nested():
        _merge(session, event, stays, goes, taken_from_other, actor, now)


def _merge(
    session: Session,
    event: Event,
    stays: Delegate,
    goes: Delegate,
    taken_from_other: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    moved = count_rows(session, goes.id)
    move_claims(session, event, from_id=goes.id, to_id=stays.id)
    move_rows(session, from_id=goes.id, to_id=stays.id)
    changes = _one_of_two(stays, goes, taken_from_other)
    emptied = {name: (getattr(goes, name), value) for name, value in SHELL.items() if getattr(goes, name) != value}
    for name, value in SHELL.items():
        setattr(goes, name, type(value)() if isinstance(value, list | dict) else value)
    goes.account_id, goes.is_active, goes.merged_into_id = None, False, stays.id
    session.flush()
    # Rows were moved past the objects that stand for them.
    session.expire_all()
    common: dict[str, Any] = {"actor": actor, "now": now, "event_id": event.id, "entity": "delegate"}
    moves = {"merged": (None, goes.id), "moved": (None, moved)}
    record(session, **common, action="delegate.merged", entity_id=stays.id, changes={**as_logged(changes), **moves})
    gone = {**as_logged(emptied), "merged_into": (None, stays.id)}
    record(session, **common, action="delegate.merged_into", entity_id=goes.id, changes=gone)


def _one_of_two(stays: Delegate, goes: Delegate, taken_from_other: frozenset[str]) -> dict[str, tuple[Any, Any]]:
    """Write what is chosen and what follows from both into the row that stays; returns what changed."""
    values: dict[str, Any] = {name: getattr(goes, name) for name in FIELDS if name in taken_from_other}
    # An address, a rank date or an account that only one of the two has is not lost.
    for name in (*FIELDS, "rank_since", "account_id", "locale"):
        if getattr(stays, name) in (None, "", []) and name not in values:
            values[name] = getattr(goes, name)
    for name in FIRST_OF_BOTH:
        values[name] = min(filter(None, (getattr(stays, name), getattr(goes, name))), default=None)
    for name in EITHER:
        values[name] = getattr(stays, name) or getattr(goes, name)
    delegation_id = values.get("delegation_id", stays.delegation_id)
    heads = [one for one in (stays, goes) if one.is_head and one.delegation_id == delegation_id]
    values["is_head"] = bool(heads)
    changes = {name: (getattr(stays, name), value) for name, value in values.items() if getattr(stays, name) != value}
    for name, (_before, value) in changes.items():
        setattr(stays, name, value)
    return changes
