"""Which editions changed, followed by the log: one small look for all who ask at one moment, whatever the process."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter, to_thread
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.database.inserting import table_of

Lines = Sequence[Any]
People = Callable[[Session, Lines], Mapping[int, frozenset[int]]]
"""Whom lines are about, by the number of the line; a line that is not named there may be about everybody."""
Readers = Callable[[Session, Collection[str]], Mapping[str, Any]]
"""Who holds these tokens of browsers now; nobody holds one that is not named there."""

NOBODY_IN_PARTICULAR: frozenset[int] = frozenset()
NO_BOOKINGS: frozenset[int] = frozenset({0})
"""Nobody's bookings, for no row has this ID, but whatever may be about everybody, such as a run of the solver."""
MOST_LINES = 500
"""Quiet lines in one look that are asked whom they are about; where there are more, they are about everybody."""

_LOG = table_of(AuditEntry).c
_SINCE = (
    select(_LOG.id, _LOG.event_id, _LOG.action, _LOG.entity, _LOG.entity_id)
    .where(_LOG.id > bindparam("read_to"))
    .order_by(_LOG.id)
)


@dataclass(frozen=True)
class Look:
    """The log at one moment, and who held the tokens that were asked about: numbers of the newest lines since
    ``begun_at``, by edition.

    Args:
        newest: lines that count for everybody.
        quiet: all other lines.
        of_all: those of them that may be about everybody.
        of_people: those that are about a person, by edition and person.
        readers: who holds a token, for tokens that were asked about and are good.
        asked: the tokens that were asked about.
    """

    begun_at: int
    newest: Mapping[int, int] = field(default_factory=dict)
    quiet: Mapping[int, int] = field(default_factory=dict)
    of_all: Mapping[int, int] = field(default_factory=dict)
    of_people: Mapping[tuple[int, int], int] = field(default_factory=dict)
    readers: Mapping[str, Any] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    def of(self, event_id: int, people: frozenset[int] | None = NOBODY_IN_PARTICULAR) -> int:
        """What knows the log up to this line knows the edition as it is, and what is quiet of these people.

        Args:
            people: nobody where quiet lines do not count at all, None where all of them do.
        """
        newest = self.newest.get(event_id, self.begun_at)
        if people is None:
            return max(newest, self.quiet.get(event_id, self.begun_at))
        if not people:
            return newest
        named = (self.of_people.get((event_id, one), self.begun_at) for one in people)
        return max(newest, self.of_all.get(event_id, self.begun_at), *named)


class LogFollower:
    """Reads on in the log from where it was. Numbers rise in the order of commits: one transaction at a time writes it.

    Args:
        quiet: entities whose lines count for those alone whom they are about.
        people: says whom they are about.
        readers: says who holds a token, in the transaction in which the log is read.
    """

    def __init__(
        self,
        database: Database,
        *,
        quiet: Collection[str] = (),
        people: People = lambda _session, _lines: {},
        readers: Readers = lambda _session, _tokens: {},
    ) -> None:
        self._database = database
        self._quiet = frozenset(quiet)
        self._people, self._readers = people, readers
        self._read_to: int | None = None
        self._look = Look(0)
        self._changes: int | None = None
        self._limiter: CapacityLimiter | None = None
        self._running: asyncio.Task[Look] | None = None
        self._next: asyncio.Task[Look] | None = None
        self._asked: set[str] = set()

    async def look(self, token: str | None = None) -> Look:
        """The log as it is now: as somebody reads it who begins after this was called. Many callers share one reading.

        Args:
            token: that of a browser of which the look is to say who holds it.

        Raises:
            Exception: whatever the database raises when it does not answer.
        """
        is_as_it_was = self._changes is not None and self._changes == self._database.changes()
        if is_as_it_was and (token is None or token in self._look.asked):
            return self._look
        if token is not None:
            self._asked.add(token)
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: "asyncio.Task[Look] | None") -> Look:
        if running is not None:
            await asyncio.wait([running])
        # Whoever comes from here on may have seen more than this reading will: they wait for the next one.
        self._running, self._next = self._next, None
        asked, self._asked = frozenset(self._asked), set()
        if self._limiter is None:
            # A thread of its own: a look does not wait behind pages that take long.
            self._limiter = CapacityLimiter(1)
        # Before the reading: what is committed meanwhile is looked for again.
        changes = self._database.changes()
        if changes is not None and changes == self._changes:
            asked |= self._look.asked
        look = await to_thread.run_sync(self._read, asked, limiter=self._limiter)
        self._changes = changes
        return look

    def _read(self, asked: frozenset[str]) -> Look:
        rows: Lines = ()
        with self._database.reading() as session:
            if self._read_to is None:
                self._read_to = session.scalar(select(func.max(_LOG.id))) or 0
                before = Look(self._read_to)
            else:
                before = self._look
                rows = session.connection().execute(_SINCE, {"read_to": self._read_to}).all()
            self._look = self._added(session, before, rows, asked)
        if rows:
            self._read_to = rows[-1].id
        return self._look

    def _added(self, session: Session, before: Look, rows: Lines, asked: frozenset[str]) -> Look:
        quiet = [one for one in rows if one.entity in self._quiet]
        # Before anybody who is signed in asked, no page needs to know: they may be about everybody.
        is_needed = bool(asked or before.of_people) and 0 < len(quiet) <= MOST_LINES
        people = self._people(session, quiet) if is_needed else {}
        return Look(
            begun_at=before.begun_at,
            newest={**before.newest, **{one.event_id: one.id for one in rows if one.entity not in self._quiet}},
            quiet={**before.quiet, **{one.event_id: one.id for one in quiet}},
            of_all={**before.of_all, **{one.event_id: one.id for one in quiet if one.id not in people}},
            of_people={
                **before.of_people,
                **{(one.event_id, person): one.id for one in quiet for person in people.get(one.id, ())},
            },
            readers=self._readers(session, asked) if asked else {},
            asked=asked,
        )
