"""Delegates that many readers ask for, each read once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id


@dataclass(frozen=True)
class People:
    """Delegates with blocked times, delegation and party as one state of the edition has them, read when asked for."""

    _known: dict[int, Delegate] = field(default_factory=dict)

    def by_id(self, session: Session, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
        """Delegates by ID in the order of IDs. The transaction must see the state that this was begun in."""
        wanted = sorted(set(delegate_ids))
        missing = [one for one in wanted if one not in self._known]
        if missing:
            self._known.update(delegates_by_id(session, missing))
        return {one: self._known[one] for one in wanted if one in self._known}
