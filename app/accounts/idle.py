"""How long a signed-in browser may go unused. What was used is kept by the process and written down in rounds.

Looking at a page writes nothing: a column for each look would make every reader wait for the writers. So a use counts
in its own process at once, and in the others, and after a restart, once a round has written it.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.enums import STAFF_ROLES, Role

UNASKED = "Bridge-Unasked"
"""The header of what a page asks for by itself, again and again: nobody is using a browser because of it."""


@dataclass(frozen=True, kw_only=True)
class IdleLives:
    """How long a browser stays signed in that nobody uses."""

    staff: timedelta
    guests: timedelta

    def of(self, role: Role) -> timedelta:
        return self.staff if role in STAFF_ROLES else self.guests


class LastUses:
    """When the sessions of this process were used last, until that is written down."""

    def __init__(self, lives: IdleLives) -> None:
        self.lives = lives
        self._at: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def ends_at(self, *, session_id: int, role: Role, written_at: datetime) -> datetime:
        """When this session ends unless it is used before. ``written_at`` is its last use that was written down."""
        return self.of(session_id=session_id, written_at=written_at) + self.lives.of(role)

    def of(self, *, session_id: int, written_at: datetime) -> datetime:
        """When a session was used last, as far as this process knows."""
        return max(self._at.get(session_id, written_at), written_at)

    def note(self, *, session_id: int, now: datetime) -> None:
        """Somebody used their browser now."""
        with self._lock:
            self._at[session_id] = now

    def unwritten(self) -> Mapping[int, datetime]:
        """The uses by session, oldest session first, that are not written down yet."""
        with self._lock:
            return dict(sorted(self._at.items()))

    def forget(self, written: Mapping[int, datetime]) -> None:
        """These stand in the table now; what was used again meanwhile is kept."""
        with self._lock:
            self._at = {one: at for one, at in self._at.items() if written.get(one) != at}
