"""Both engines: how transactions begin, what readers may do, who may serve, which SQLite is safe."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.platform.database.engine import Database, check_sqlite
from app.platform.database.faults import AlreadyServed, UnsafeSqlite
from app.platform.database.line import FairPool
from app.platform.idempotency import SpentForm


def _row(clock, key: str = "a") -> SpentForm:
    return SpentForm(sender="somebody", form_digest=key, spent_at=clock.now())


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 52, 0), (3, 50, 7), (3, 50, 9), (3, 44, 6)])
def test_safe_sqlite_is_let_through(version: tuple[int, ...]) -> None:
    check_sqlite(version)


@pytest.mark.parametrize(
    "version", [(3, 51, 2), (3, 51, 0), (3, 50, 6), (3, 49, 9), (3, 45, 0), (3, 44, 5), (3, 40, 1)]
)
def test_unsafe_sqlite_is_refused_by_name(version: tuple[int, ...]) -> None:
    """T50."""
    with pytest.raises(UnsafeSqlite, match=r"SQLite " + r"\.".join(map(str, version)) + r" .* Use 3\.51\.3"):
        check_sqlite(version)


def test_rows_are_kept_in_a_file() -> None:
    with pytest.raises(ValueError, match="in a file"):
        Database("sqlite://")


@pytest.mark.parametrize(
    ("pragma", "wanted"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("busy_timeout", 30000),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
    ],
)
def test_each_connection_of_sqlite_is_prepared(database: Database, pragma: str, wanted: object) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    with database.writing() as writer, database.reading() as reader:
        assert writer.scalar(text(f"PRAGMA {pragma}")) == wanted
        assert reader.scalar(text(f"PRAGMA {pragma}")) == wanted


def test_whoever_waits_to_write_comes_before_whoever_has_just_written(database: Database) -> None:
    """G3: else somebody who writes without a pause lets others wait until they give up."""
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    pool, came = database.engine.pool, []
    assert isinstance(pool, FairPool)

    def write(number: int) -> None:
        with database.engine.connect():
            came.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    first = database.engine.connect()
    for number, thread in enumerate(threads):
        thread.start()
        until = time.monotonic() + 60
        while pool.waiting <= number and time.monotonic() < until:
            time.sleep(0.001)
    first.close()
    with database.engine.connect():
        assert came == [0, 1, 2, 3]
    for thread in threads:
        thread.join()


def test_whoever_waited_too_long_is_told_and_holds_nobody_up(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/short.sqlite")
    database.engine.pool._timeout = 0.05
    with database.engine.connect():
        with pytest.raises(NoConnection):
            database.engine.connect()
        assert database.engine.pool.waiting == 0
    with database.engine.connect() as broken:
        broken.invalidate()
    for _ in range(2):
        with database.writing() as session:
            session.execute(text("SELECT 1"))
    database.close()


def test_a_writer_holds_the_lock_from_its_begin_and_a_reader_does_not(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    other = pysqlite3.connect(str(database.engine.url.database), timeout=0, isolation_level=None)

    def can_write() -> bool:
        try:
            other.execute("BEGIN IMMEDIATE")
        except pysqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True

    with database.reading() as session:
        session.execute(text("SELECT * FROM spent_form"))
        assert can_write()
    with database.writing() as session:
        session.execute(text("SELECT * FROM spent_form"))
        assert not can_write()
    assert can_write()
    other.close()


@pytest.mark.usefixtures("either")
def test_a_reader_cannot_write(database: Database, clock) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.reading() as session:
        session.add(_row(clock))
        session.flush()
    with database.writing() as session:
        session.add(_row(clock))


@pytest.mark.usefixtures("either")
def test_a_reader_sees_one_moment(database: Database, clock) -> None:
    count = text("SELECT count(*) FROM spent_form")
    with database.reading() as session:
        assert session.scalar(count) == 0
        with database.writing() as writer:
            writer.add(_row(clock))
        assert session.scalar(count) == 0
    with database.reading() as session:
        assert session.scalar(count) == 1


def test_what_a_reader_still_sees_is_not_said_to_be_gone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADM-04: the log of the file ends once nobody reads what stood there before, and this is told."""
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    monkeypatch.setattr("app.platform.database.engine.LOG_TRIES", 2)
    with database.reading() as reader:
        reader.scalar(text("SELECT count(*) FROM account"))
        assert not database.leave_no_trace()
    assert database.leave_no_trace()
    assert Path(f"{database.engine.url.database}-wal").stat().st_size == 0


def test_a_page_that_notes_something_gets_on_while_the_log_is_ended(database: Database) -> None:
    """It reads, and waits for the line of the writers; the end of the log waits for it, and lets go of that line."""
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    done: list[bool] = []
    with database.reading() as reader:
        reader.scalar(text("SELECT count(*) FROM account"))
        ending = threading.Thread(target=lambda: done.append(database.leave_no_trace()))
        ending.start()
        for _ in range(3):
            with database.writing() as session:
                session.execute(text("UPDATE account SET display_name = display_name"))
            time.sleep(0.1)
        assert ending.is_alive(), "the reader is still there"
    ending.join(timeout=60)
    assert done == [True]


@pytest.mark.usefixtures("either")
def test_return_commits_and_raise_rolls_back(database: Database, clock) -> None:
    with database.writing() as session:
        session.add(_row(clock, "kept"))
    with pytest.raises(RuntimeError), database.writing() as session:
        session.add(_row(clock, "lost"))
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert list(session.scalars(text("SELECT form_digest FROM spent_form"))) == ["kept"]


@pytest.mark.usefixtures("either")
def test_writers_wait_for_each_other_and_lose_nothing(database: Database, clock) -> None:
    faults: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for number in range(20):
                with database.writing() as session:
                    session.add(_row(clock, f"{worker}-{number}"))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM spent_form")) == 160


def test_two_processes_write_one_file(database: Database, clock) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    program = (
        "import sys; from sqlalchemy import text; from app.platform.database.engine import Database\n"
        "d = Database(sys.argv[1])\n"
        "for n in range(50):\n"
        '    with d.writing() as s: s.execute(text("INSERT INTO spent_form (sender, form_digest, spent_at) '
        "VALUES ('child', :n, '2019-01-01 00:00:00')\"), {'n': str(n)})\n"
    )
    root = Path(__file__).parents[3]
    child = subprocess.Popen([sys.executable, "-c", program, database.url], cwd=root)
    for number in range(50):
        with database.writing() as session:
            session.add(_row(clock, str(number)))
    assert child.wait(60) == 0
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM spent_form")) == 100


def test_one_process_serves_a_file(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    program = (
        "import sys; from app.platform.database.engine import Database\n"
        "d = Database(sys.argv[1]); d.serve_alone(); print('mine', flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", program, database.url],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "mine\n"
    with pytest.raises(AlreadyServed, match="Another process serves"):
        database.serve_alone()
    child.kill()
    child.wait()
    database.serve_alone()
    database.serve_alone()


@pytest.mark.postgres
def test_postgres_gives_up_in_time(database: Database) -> None:
    with database.writing() as session:
        found = {
            name: session.scalar(text(f"SHOW {name}"))
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "transaction_isolation",
            )
        }
    assert found == {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
        "transaction_isolation": "read committed",
    }
    with database.reading() as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
    # The pool hands the same connection to writers again, as it was.
    with database.writing() as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert session.scalar(text("SHOW transaction_read_only")) == "off"


@pytest.mark.postgres
def test_a_deadlock_is_tried_again(database: Database, clock) -> None:
    with database.writing() as session:
        session.add_all([_row(clock, "a"), _row(clock, "b")])
    meet = threading.Barrier(2)
    tries: list[str] = []
    faults: list[BaseException] = []

    def cross(first: str, second: str, *, retried: bool) -> None:
        is_first_try = True

        def use_case(session) -> None:
            nonlocal is_first_try
            tries.append(first)
            update = text("UPDATE spent_form SET sender = sender || 'x' WHERE form_digest = :key")
            session.execute(update, {"key": first})
            if is_first_try:
                is_first_try = False
                meet.wait(5)
            session.execute(update, {"key": second})

        try:
            if retried:
                database.retry(use_case)
            else:
                with database.writing() as session:
                    use_case(session)
        except BaseException as fault:
            faults.append(fault)

    def both(*, retried: bool) -> None:
        tries.clear()
        threads = [
            threading.Thread(target=cross, args=pair, kwargs={"retried": retried}) for pair in (("a", "b"), ("b", "a"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    both(retried=False)
    assert len(faults) == 1, "the control: without a second try one of the two is told to go away"
    assert isinstance(faults.pop(), OperationalError)
    both(retried=True)
    assert not faults
    assert len(tries) == 3


@pytest.mark.usefixtures("either")
def test_what_is_no_deadlock_is_not_tried_again(database: Database) -> None:
    tries = []

    def use_case(session) -> None:
        tries.append(time.monotonic())
        session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError):
        database.retry(use_case)
    assert len(tries) == 1


@pytest.mark.postgres
def test_one_process_of_two_does_a_round(database: Database) -> None:
    """Two web processes on one PostgreSQL: while one purges, the other leaves its round out; another work goes on."""
    second = Database(database.url)
    with database.alone("purging") as is_mine, second.alone("purging") as is_theirs, second.alone("mails") as is_other:
        assert (is_mine, is_theirs, is_other) == (True, False, True)
    with second.alone("purging") as is_theirs:
        assert is_theirs
    second.close()


def test_the_one_process_of_sqlite_does_every_round(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    with database.alone("purging") as is_mine:
        assert is_mine


def test_a_dead_line_is_found_out_in_half_a_minute() -> None:
    """Without it a pulled plug holds a process for as long as TCP goes on trying."""
    told = Database("postgresql://bridge@elsewhere/bridge?connect_timeout=3").conninfo
    assert "tcp_user_timeout=20000" in told
    assert "keepalives_idle=10" in told
    assert "connect_timeout=3" in told, "what the address says itself comes first"


def test_changes_of_any_process_are_counted_and_looks_are_not(database: Database, clock) -> None:
    """What is not committed is no change."""
    if not database.is_sqlite:
        assert database.changes() is None
        return
    first = database.changes()
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    assert database.changes() == first
    with database.writing() as session:
        session.add(_row(clock))
        session.flush()
        assert database.changes() == first
    own = database.changes()
    assert own != first
    other = Database(database.url)
    with other.writing() as session:
        session.add(_row(clock, "b"))
    other.close()
    assert database.changes() not in {first, own}


def test_a_database_that_was_watched_is_closed_from_another_thread(database: Database) -> None:
    own = Database(database.url)
    watching = threading.Thread(target=own.changes)
    watching.start()
    watching.join()
    own.close()
