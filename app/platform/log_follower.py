"""Which editions changed, followed by the log: one small look for all who ask at one moment, whatever the process."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from sqlalchemy import func, select

from app.platform.audit import AuditEntry
from app.platform.database.engine import Database


@dataclass(frozen=True)
class Look:
    """The log at one moment: the number of the newest line about each edition that had one since ``begun_at``."""

    begun_at: int
    newest: Mapping[int, int]

    def of(self, event_id: int) -> int:
        """What knows the log up to this line knows the edition as it is."""
        return self.newest.get(event_id, self.begun_at)


class LogFollower:
    """Reads on in the log from where it was. Numbers rise in the order of commits: one transaction at a time writes it.

    Args:
        quiet: entities whose lines do not count.
    """

    def __init__(self, database: Database, *, quiet: Collection[str] = ()) -> None:
        self._database = database
        self._quiet = frozenset(quiet)
        self._read_to: int | None = None
        self._look = Look(0, {})
        self._changes: int | None = None
        self._limiter: CapacityLimiter | None = None
        self._running: asyncio.Task[Look] | None = None
        self._next: asyncio.Task[Look] | None = None

    async def look(self) -> Look:
        """The log as it is now: as somebody reads it who begins after this was called. Many callers share one reading.

        Raises:
            Exception: whatever the database raises when it does not answer.
        """
        if self._changes is not None and self._changes == self._database.changes():
            return self._look
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: "asyncio.Task[Look] | None") -> Look:
        if running is not None:
            await asyncio.wait([running])
        # Whoever comes from here on may have seen more than this reading will: they wait for the next one.
        self._running, self._next = self._next, None
        if self._limiter is None:
            # A thread of its own: a look does not wait behind pages that take long.
            self._limiter = CapacityLimiter(1)
        # Before the reading: what is committed meanwhile is looked for again.
        changes = self._database.changes()
        look = await to_thread.run_sync(self._read, limiter=self._limiter)
        self._changes = changes
        return look

    def _read(self) -> Look:
        lines = select(AuditEntry.id, AuditEntry.event_id, AuditEntry.entity)
        with self._database.read_engine.connect() as connection:
            if self._read_to is None:
                begun_at = connection.scalar(select(func.max(AuditEntry.id))) or 0
                self._read_to, self._look = begun_at, Look(begun_at, {})
                return self._look
            rows = connection.execute(lines.where(AuditEntry.id > self._read_to).order_by(AuditEntry.id)).all()
        if rows:
            told = {one.event_id: one.id for one in rows if one.entity not in self._quiet}
            self._read_to = rows[-1].id
            self._look = Look(self._look.begun_at, {**self._look.newest, **told})
        return self._look
