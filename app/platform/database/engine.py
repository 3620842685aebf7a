"""One way to open the database, SQLite or PostgreSQL."""

import contextlib
import fcntl
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import structlog
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.platform.database.faults import LOCKED, RETRYABLE, AlreadyServed, LineLost, UnsafeSqlite, state_of
from app.platform.database.inline_values import keep_states_whole
from app.platform.database.line import FairPool
from app.platform.database.savepoints import say_savepoints_plainly
from app.platform.database.statements import keep_statements

keep_states_whole()

log = structlog.get_logger("bridge.database")

Result = TypeVar("Result")

SAFE_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Releases, each good within its line, without the rare corruption of the write-ahead log."""

WAIT, LOG_WAIT, LOG_TRIES = 30_000, 200, 40
"""Milliseconds that SQLite waits for another's lock, and for the end of its log; how often the second is tried."""

RETRIES = 5
LOCK_WAIT = 3000
"""Milliseconds that a statement waits for a lock of another."""

MOST_READERS = 40
"""More than the web server handles requests at once: nobody waits for a connection to read."""
MOST_CONNECTIONS = 30
"""To PostgreSQL: two for each request at once, the second for what a page notes, and some for what goes by itself."""

LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How soon a PostgreSQL on another machine counts as gone, where a pulled plug would hold a process for a quarter of an
hour. Seconds, the last in milliseconds; a socket on this machine takes no notice."""


class Database:
    """An engine to write with and one to read with; sessions come from ``writing`` and ``reading`` alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.engine = _sqlite(url, begin="BEGIN IMMEDIATE", is_reader=False)
            self.read_engine = _sqlite(url, begin="BEGIN", is_reader=True)
        else:
            self.engine = _postgres(url)
            # One snapshot for the whole page. It shares the pool, and a reader is never asked to try again.
            self.read_engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        say_savepoints_plainly(self.engine)
        self.write_sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.read_sessions = sessionmaker(self.read_engine, expire_on_commit=False)
        self._lock: Any = None
        self._watch: Any = None

    @property
    def conninfo(self) -> str:
        """The address as psycopg reads it, with how soon the line counts as dead."""
        address = make_url(self.url).set(drivername="postgresql")
        line = {name: str(value) for name, value in LINE.items()}
        return address.update_query_dict({**line, **address.query}).render_as_string(hide_password=False)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: leaving in good order commits, an exception rolls back."""
        with self.write_sessions() as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look that cannot write.

        Raises:
            LineLost: PostgreSQL went away, be it at the very end: of what only reads nothing can have been changed.
        """
        try:
            with self.read_sessions() as session:
                yield session
        except DBAPIError as error:
            if error.connection_invalidated and error.statement is None:
                raise LineLost(str(error)) from error
            raise

    def changes(self) -> int | None:
        """A number that is another one after each commit, of whatever process; SQLite alone knows one.

        Asked for in one thread at a time, without waiting for anybody: it costs a hundredth of a look at a table.
        """
        if not self.is_sqlite:
            return None
        if self._watch is None:
            # Past the pool: whoever holds one of its connections has a transaction, which sees no change.
            self._watch = self.read_engine.dialect.connect(
                make_url(self.url).database, isolation_level=None, timeout=0, check_same_thread=False
            )
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def retry(self, use_case: Callable[[Session], Result]) -> Result:
        """Run a use case of pure database work again, five times at most.

        When PostgreSQL asks for it (``RETRYABLE``), and when another held a lock for longer than is waited (55P03).
        """
        for attempt in range(RETRIES):
            try:
                with self.writing() as session:
                    return use_case(session)
            except DBAPIError as error:
                if attempt == RETRIES - 1 or state_of(error) not in RETRYABLE | {LOCKED}:
                    raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  (so that two do not meet again)
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def alone(self, work: str) -> Iterator[bool]:
        """Whether this process, of all on the database, may do a piece of work now; it has it until the block ends.

        A process that dies, or is cut off, gives it back with its connection. SQLite has one process anyway.
        """
        if self.is_sqlite:
            yield True
            return
        # No transaction: it may last longer than one may idle.
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key = {"key": crc32(work.encode()) & 0x7FFFFFFF}
            is_mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(72759, :key)"), key))
            try:
                yield is_mine
            finally:
                if is_mine:
                    connection.execute(text("SELECT pg_advisory_unlock(72759, :key)"), key)

    def leave_no_trace(self) -> bool:
        """Rewrite an SQLite file so that nothing deleted can be read in it or its log; PostgreSQL does it by itself.

        Outside any transaction of this process; readers that stand in the way delay the end of the log until they go.

        Returns:
            Whether it is done: not so where somebody read for longer than is waited. Then the log ends later.
        """
        if not self.is_sqlite:
            return True
        self._outside_transactions("VACUUM")
        for _ in range(LOG_TRIES):
            # In short turns: a page that reads, and waits for the line of the writers, would never let it end.
            is_blocked, _pages, _brought_in = self._outside_transactions(
                f"PRAGMA busy_timeout = {LOG_WAIT}", "PRAGMA wal_checkpoint(TRUNCATE)", f"PRAGMA busy_timeout = {WAIT}"
            )[1]
            if not is_blocked:
                return True
            time.sleep(LOG_WAIT / 1000)
        log.warning("what was deleted can be read in the log of the file until its readers go")
        return False

    def _outside_transactions(self, *statements: str) -> list[Any]:
        """The first row of each statement, on the one line of SQLite's writers."""
        with self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            connection.rollback()
            cursor = raw.cursor()
            try:
                return [cursor.execute(statement).fetchone() for statement in statements]
            finally:
                cursor.close()

    def serve_alone(self) -> None:
        """Hold the lock of an SQLite file for as long as this process lives.

        Raises:
            AlreadyServed: another process holds it.
        """
        if not self.is_sqlite or self._lock is not None:
            return
        path = Path(f"{make_url(self.url).database}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise AlreadyServed(f"Another process serves {make_url(self.url).database}. Stop it first.") from None
        self._lock = lock

    def close(self) -> None:
        self.engine.dispose()
        self.read_engine.dispose()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def check_sqlite(version: tuple[int, ...]) -> None:
    """Refuse a SQLite library with the bug of the write-ahead log.

    Raises:
        UnsafeSqlite: with the version and what to do.
    """
    newest, *lines = SAFE_SQLITE
    if version >= newest or any(version[:2] == line[:2] and version >= line for line in lines):
        return
    shown = ".".join(str(part) for part in version)
    raise UnsafeSqlite(f"SQLite {shown} can corrupt a database in WAL mode. Use 3.51.3 or newer (make install does).")


def _sqlite(url: str, *, begin: str, is_reader: bool) -> Engine:
    import pysqlite3

    check_sqlite(tuple(pysqlite3.sqlite_version_info))
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("BRIDGE keeps its rows in a file: sqlite:///var/bridge.sqlite, for example.")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # One writer at a time is all that SQLite has: writers queue for one connection, in place of polling for its lock.
    pool: dict[str, Any] = {"pool_size": MOST_READERS} if is_reader else {"pool_size": 1, "poolclass": FairPool}
    engine = create_engine(
        url,
        module=pysqlite3,
        **pool,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": WAIT / 1000, "check_same_thread": False},
        json_serializer=_to_json,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={WAIT}",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if is_reader:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    # Not by listening for "begin": whoever listens to an engine is asked about each of its statements.
    def do_begin(connection: Any) -> None:
        connection.cursor().execute(begin)

    engine.dialect.do_begin = do_begin  # type: ignore[assignment]
    return engine


def _postgres(url: str) -> Engine:
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
    options = f"-c statement_timeout=15000 -c lock_timeout={LOCK_WAIT} -c idle_in_transaction_session_timeout=30000"
    engine = create_engine(
        address,
        isolation_level="READ COMMITTED",
        pool_size=MOST_CONNECTIONS // 2,
        max_overflow=MOST_CONNECTIONS // 2,
        pool_pre_ping=True,
        pool_use_lifo=True,  # taken in turn, each line would have to learn all statements
        connect_args={"options": options, **{name: value for name, value in LINE.items() if name not in address.query}},
        json_serializer=_to_json,
    )
    keep_statements(engine)
    return engine


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
