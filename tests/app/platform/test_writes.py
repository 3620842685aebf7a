"""Short changes that share a commit: each its own savepoint, all told after the commit, none half stored."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.platform import audit
from app.platform.actor import Actor
from app.platform.database import arrivals as arrivals_module
from app.platform.database import pieces as pieces_module
from app.platform.database import writes as module
from app.platform.database.ahead import Asks, take_ahead
from app.platform.database.arrivals import Arrivals
from app.platform.database.engine import Database
from app.platform.database.pieces import AT_COMMIT
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.errors import Conflict, DoneAlready, NoRoom, Refused
from app.platform.i18n import begin_request, current_locale
from app.platform.idempotency import SpentForm, spend
from app.platform.kept import kept

Outcome = Any
on_both = pytest.mark.usefixtures("either")


@pytest.fixture
def commits(database: Database) -> list[int]:
    """One entry for each commit of the connection that writes."""
    counted: list[int] = []
    event.listen(database.engine, "commit", lambda _connection: counted.append(1))
    return counted


@pytest.fixture
def together(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Outcome]]:
    """``together(work, ...)``: what comes of pieces of work that all wait before the first one begins.

    A piece may be a pair: the work, and what it asks for.
    """
    monkeypatch.setattr(module, "BATCH_SECONDS", 60)

    def do(*works: Any) -> list[Outcome]:
        async def all_of_them() -> list[Outcome]:
            writes = Writes(database, Turns(readers=2, writers=1))
            pieces = (one if isinstance(one, tuple) else (one, None) for one in works)
            return await asyncio.gather(*(writes.do(work, asks=asks) for work, asks in pieces), return_exceptions=True)

        return asyncio.run(all_of_them())

    return do


def _spending(key: str, now: Any) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(SpentForm(sender="me", form_digest=key, spent_at=now))
        session.flush()
        return key

    return work


@pytest.fixture
def noting(now: Any) -> Callable[..., Callable[[Session], None]]:
    """``noting(number)``: a piece that writes a line about this."""

    def about(number: int, *, event_id: int | None = None, record: Any = audit.record) -> Callable[[Session], None]:
        def note(session: Session) -> None:
            record(
                session, actor=Actor.system("test"), now=now, event_id=event_id, action="a.line", entity="test",
                entity_id=number, changes={"x": (None, str(number))},
            )  # fmt: skip

        return note

    return about


def _lines(database: Database) -> list[str]:
    """What the lines of the log are about, in their order; its chain holds."""
    with database.reading() as session:
        assert audit.verify(session) is None
        return list(session.scalars(text("SELECT entity_id FROM audit_entry WHERE entity = 'test' ORDER BY id")))


def _stored(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text("SELECT form_digest FROM spent_form")))


@on_both
def test_those_that_wait_share_one_commit(database: Database, together: Any, commits: list[int], now: Any) -> None:
    assert together(*(_spending(key, now) for key in "abc")) == ["a", "b", "c"]
    assert _stored(database) == {"a", "b", "c"}
    assert len(commits) == 1


@on_both
def test_who_is_refused_takes_back_what_is_theirs_alone(
    database: Database, together: Any, commits: list[int], now: Any
) -> None:
    def refused(session: Session) -> None:
        _spending("b", now)(session)
        raise Refused("no")

    said = together(_spending("a", now), refused, _spending("c", now))
    assert [type(one) for one in said] == [str, Refused, str]
    assert _stored(database) == {"a", "c"}
    assert len(commits) == 1


@on_both
def test_a_fault_of_one_is_nobody_elses(database: Database, together: Any, now: Any) -> None:
    """An error of the database, and one that nobody foresaw."""

    def broken(session: Session) -> None:
        _spending("c", now)(session)
        raise ZeroDivisionError

    said = together(_spending("a", now), _spending("a", now), broken, _spending("d", now))
    assert [type(one) for one in said] == [str, IntegrityError, ZeroDivisionError, str]
    assert _stored(database) == {"a", "d"}


@on_both
def test_a_commit_that_fails_fails_for_all(database: Database, together: Any, now: Any) -> None:
    """Also for who was refused: what took their place may be among what was not stored."""

    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    def refused(_session: Session) -> None:
        raise Refused("no")

    event.listen(database.engine, "commit", refuse)
    said = together(_spending("a", now), refused, _spending("b", now))
    event.remove(database.engine, "commit", refuse)
    assert [type(one) for one in said] == [OperationalError] * 3
    assert _stored(database) == set()
    assert together(_spending("a", now)) == ["a"], "the next one finds the connection as it should be"


def test_a_transaction_that_sqlite_undid_is_lost_for_all_and_nothing_follows_it(
    database: Database, together: Any, now: Any
) -> None:
    """As on a full disk; the last one would otherwise be stored line by line, outside any transaction."""

    def full(session: Session) -> None:
        raw: Any = session.connection().connection.dbapi_connection
        raw.execute("ROLLBACK")
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    said = together(_spending("a", now), full, _spending("c", now))
    assert [type(one) for one in said] == [NoRoom, NoRoom, str]
    assert _stored(database) == {"c"}


@on_both
def test_nobody_is_told_before_the_commit(database: Database, now: Any) -> None:
    told: list[str] = []
    at_commit: list[list[str]] = []
    may_commit = threading.Event()

    def wait(_connection: Any) -> None:
        assert may_commit.wait(10)
        at_commit.append(list(told))

    event.listen(database.engine, "commit", wait)

    async def ask(writes: Writes, key: str) -> None:
        told.append(await writes.do(_spending(key, now)))

    async def all_of_them() -> None:
        writes = Writes(database, Turns(readers=2, writers=1))
        asked = [asyncio.create_task(ask(writes, key)) for key in "abc"]
        await asyncio.wait(asked, timeout=0.2)
        assert told == []
        may_commit.set()
        await asyncio.gather(*asked)

    asyncio.run(all_of_them())
    assert at_commit == [[]]
    assert sorted(told) == ["a", "b", "c"]


@on_both
def test_a_form_that_is_sent_twice_in_one_commit_has_one_effect(database: Database, together: Any, now: Any) -> None:
    def work(session: Session) -> None:
        spend(session, sender="me", key="key", now=now)

    said = together(work, work, work)
    assert [type(one) for one in said] == [type(None), DoneAlready, DoneAlready]
    assert len(_stored(database)) == 1


@on_both
def test_the_log_goes_on_from_piece_to_piece(database: Database, together: Any, noting: Any) -> None:
    """Whoever is undone leaves no line, nor does a savepoint that is undone within a piece; the chain holds."""

    def refused(session: Session) -> None:
        noting(1)(session)
        raise Refused("no")

    def in_part(session: Session) -> None:
        noting(2)(session)
        inside = session.begin_nested()
        noting(3)(session)
        inside.rollback()
        noting(4)(session)

    together(noting(0), refused, in_part, noting(5))
    assert _lines(database) == ["0", "2", "4", "5"]


@on_both
def test_a_line_that_waits_counts_for_what_is_kept(database: Database, together: Any, noting: Any) -> None:
    """For its own piece, and for those that share its commit: it is not in the log yet."""
    readings = itertools.count(1)

    def read(session: Session) -> int:
        return kept(session, "number", event_id=7, read=lambda: next(readings))

    def piece(session: Session) -> list[int]:
        before = [read(session), read(session)]
        noting(0, event_id=7)(session)
        return [*before, read(session)]

    assert together(read, piece, read) == [1, [1, 1, 2], 3]
    assert together(read, read) == [4, 4]


@on_both
def test_what_needs_the_number_of_its_line_is_no_short_change(database: Database, together: Any, noting: Any) -> None:
    assert [type(one) for one in together(noting(0, record=audit.record_at_once))] == [AssertionError]
    assert _lines(database) == []


@pytest.mark.postgres
def test_who_is_held_up_by_another_process_comes_first_in_the_next_commit(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit of others does not wait for it, and it is done once whoever stands in its way has gone."""
    database.retry(lambda session: session.add(SpentForm(sender="me", form_digest="theirs", spent_at=now)))
    commits.clear()
    tried: list[str] = []
    with database.engine.connect() as another:
        another.execute(text("SELECT 1 FROM spent_form WHERE form_digest = 'theirs' FOR UPDATE"))

        def held_up(session: Session) -> str:
            tried.append("held up")
            if len(tried) == 2:
                another.rollback()
            session.execute(text("UPDATE spent_form SET sender = 'us' WHERE form_digest = 'theirs'"))
            return "done"

        assert together(_spending("a", now), held_up, _spending("b", now)) == ["a", "done", "b"]
    assert len(tried) == 2
    assert len(commits) == 2, "the first alone, then the one that was held up and the last"
    assert _stored(database) == {"theirs", "a", "b"}


@pytest.mark.postgres
def test_whoever_is_done_waits_for_the_end_of_the_log_as_long_as_anybody(
    database: Database, together: Any, noting: Any, now: Any
) -> None:
    """Also where the one behind it was held up, and did not wait for long."""
    database.retry(lambda session: session.add(SpentForm(sender="me", form_digest="theirs", spent_at=now)))
    tried: list[str] = []
    with database.engine.connect() as another:
        another.execute(text("SELECT 1 FROM spent_form WHERE form_digest = 'theirs' FOR UPDATE"))
        another.execute(text("SELECT pg_advisory_xact_lock(72757)"))
        goes = threading.Timer(1, another.rollback)

        def held_up(session: Session) -> str:
            tried.append("held up")
            if len(tried) == 1:
                goes.start()
            _take(session, "theirs")
            return "done"

        assert together(noting(0), held_up) == [None, "done"]
        goes.join()
    assert _lines(database) == ["0"]


@pytest.mark.postgres
def test_two_processes_that_stand_in_each_others_way_are_both_done(database: Database, now: Any) -> None:
    """Each has a row that the other wants next: one of them gives way and is done after the other."""
    for key in "xy":
        database.retry(lambda session, key=key: session.add(SpentForm(sender="me", form_digest=key, spent_at=now)))
    both_hold = threading.Barrier(2)
    tries: list[str] = []

    def crossing(first: str, second: str) -> Callable[[Session], str]:
        def work(session: Session) -> str:
            tries.append(first)
            _take(session, first)
            if tries.count(first) == 1:
                both_hold.wait(10)
            _take(session, second)
            return first

        return work

    def process(first: str, second: str) -> None:
        own = Database(database.url)
        writes = Writes(own, Turns(readers=2, writers=1))
        said.append(asyncio.run(writes.do(crossing(first, second))))
        own.close()

    said: list[str] = []
    running = [threading.Thread(target=process, args=pair) for pair in (("x", "y"), ("y", "x"))]
    for one in running:
        one.start()
    for one in running:
        one.join(30)
    assert sorted(said) == ["x", "y"]
    assert len(tries) > 2, "one of them was undone and done again"


def _take(session: Session, key: str) -> None:
    session.execute(text("SELECT 1 FROM spent_form WHERE form_digest = :key FOR UPDATE"), {"key": key})


@pytest.mark.postgres
def test_the_end_of_the_log_is_left_to_others_until_all_pieces_are_done(
    database: Database, together: Any, noting: Any
) -> None:
    def another_writes(session: Session) -> None:
        noting(0)(session)
        database.retry(noting(1))

    together(another_writes, noting(2))
    assert _lines(database) == ["1", "0", "2"], "in the order of the commits"


def test_a_piece_speaks_the_language_of_its_request(database: Database) -> None:
    async def ask(writes: Writes, locale: str) -> str:
        begin_request(locale)
        return await writes.do(lambda _session: current_locale())

    async def all_of_them() -> list[str]:
        writes = Writes(database, Turns(readers=2, writers=1))
        return await asyncio.gather(*(asyncio.create_task(ask(writes, one)) for one in ("fr", "en", "es")))

    assert asyncio.run(all_of_them()) == ["fr", "en", "es"]


@on_both
def test_a_commit_takes_so_many_and_no_more(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    together(*(_spending(str(number), now) for number in range(5)))
    assert len(commits) == 3


@on_both
def test_whoever_came_first_does_not_wait_for_all_who_follow(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_SECONDS", -1)
    together(*(_spending(str(number), now) for number in range(3)))
    assert len(commits) == 3


def test_others_that_write_have_their_turn_in_between(
    database: Database, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TURN_SECONDS", 0)
    order: list[str] = []

    async def another(turns: Turns) -> None:
        async with turns.taken(writes=True):
            order.append("another")

    async def piece(writes: Writes, key: str) -> None:
        await writes.do(lambda _session: order.append(key))

    async def all_of_them() -> None:
        turns = Turns(readers=2, writers=1)
        writes = Writes(database, turns)
        monkeypatch.setattr(module, "MOST", 1)
        pieces = [asyncio.create_task(piece(writes, key)) for key in "ab"]
        await asyncio.sleep(0)
        await asyncio.gather(asyncio.create_task(another(turns)), *pieces)

    asyncio.run(all_of_them())
    assert order == ["a", "another", "b"]


@pytest.mark.parametrize("somebody_waits_to_read", [True, False])
def test_while_others_wait_to_read_the_first_waits_for_more_and_for_nobody_otherwise(
    database: Database, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch, somebody_waits_to_read: bool
) -> None:
    monkeypatch.setattr(module, "GATHER_SECONDS", 1 if somebody_waits_to_read else 3600)

    async def read(turns: Turns) -> None:
        async with turns.taken(writes=False):
            pass

    async def one_after_the_other() -> None:
        turns = Turns(readers=1, writers=1)
        writes = Writes(database, turns)
        async with turns.taken(writes=False), asyncio.timeout(60):
            waiting = asyncio.create_task(read(turns if somebody_waits_to_read else Turns(readers=1, writers=1)))
            await asyncio.sleep(0)
            first = asyncio.create_task(writes.do(_spending("first", now)))
            await (asyncio.sleep(0.1) if somebody_waits_to_read else first)
            await asyncio.gather(first, writes.do(_spending("second", now)))
        await waiting

    asyncio.run(one_after_the_other())
    assert len(commits) == (1 if somebody_waits_to_read else 2)


def test_who_goes_away_keeps_nobody_waiting(database: Database, now: Any) -> None:
    async def all_of_them() -> str:
        writes = Writes(database, Turns(readers=2, writers=1))
        gone = asyncio.create_task(writes.do(_spending("a", now)))
        await asyncio.sleep(0)
        gone.cancel()
        return await writes.do(_spending("b", now))

    assert asyncio.run(all_of_them()) == "b"


@on_both
def test_what_waits_for_a_commit_of_its_own_is_no_short_change(database: Database, together: Any) -> None:
    """Solver runs are handed out by the commit of the session that wrote them: here it would come too early."""

    def submit(session: Session) -> None:
        session.info[AT_COMMIT] = [1]

    assert [type(one) for one in together(submit)] == [AssertionError]


@pytest.mark.parametrize("comes", ["between", "last"])
def test_small_answers_go_out_in_the_order_of_arrival_never_while_a_batch_is_done(
    database: Database, monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    monkeypatch.setattr(module, "AT_A_TIME", 0)
    begun, may_go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def first(_session: Session) -> None:
        begun.set()
        assert may_go_on.wait(10)
        order.append("first booking")

    async def answer(writes: Writes) -> None:
        await writes.make_way()
        order.append("small answer")

    async def all_of_them() -> None:
        writes = Writes(database, Turns(readers=2, writers=1))
        pieces = [asyncio.create_task(writes.do(first))]
        assert await asyncio.to_thread(begun.wait, 10)
        behind = [answer(writes), writes.do(lambda _session: order.append("second booking"))]
        for one in behind if comes == "between" else behind[::-1]:
            pieces.append(asyncio.create_task(one))
            for _ in range(5):
                await asyncio.sleep(0)
        assert order == []
        may_go_on.set()
        await asyncio.gather(*pieces)
        await asyncio.wait_for(writes.make_way(), 1)

    asyncio.run(all_of_them())
    later = ["small answer", "second booking"]
    assert order == ["first booking", *(later if comes == "between" else later[::-1])]


def test_some_small_answers_pass_those_who_came_before_and_the_others_wait() -> None:
    async def all_of_them() -> list[bool]:
        arrivals = Arrivals()
        first = arrivals.come()
        small = [asyncio.create_task(arrivals.behind()) for _ in range(3)]
        await asyncio.sleep(0)
        arrivals.let_pass(2)
        await asyncio.gather(*small[:2])
        passed = [one.done() for one in small]
        arrivals.go(first)
        await small[2]
        return passed

    assert asyncio.run(all_of_them()) == [True, True, False]


def test_nobody_waits_for_ever_for_those_who_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals_module, "PATIENCE", 0.01)

    async def all_of_them() -> bool:
        arrivals = Arrivals()
        number = arrivals.come()
        await asyncio.wait_for(arrivals.behind(), 5)
        return arrivals.is_small_before(number + 10)

    assert not asyncio.run(all_of_them()), "who went away is forgotten"


def test_small_answers_go_out_after_a_batch_that_broke(database: Database) -> None:
    def broken(_session: Session) -> None:
        raise DoneAlready("no")

    async def all_of_them() -> None:
        writes = Writes(database, Turns(readers=2, writers=1))
        with pytest.raises(DoneAlready):
            await writes.do(broken)
        await asyncio.wait_for(writes.make_way(), 1)

    asyncio.run(all_of_them())


@dataclass
class _Reading:
    """Reads ahead, and keeps in mind for whom."""

    asked: list[list[str]] = field(default_factory=list)

    def read(self, _session: Session, about: Sequence[str]) -> dict[Hashable, str]:
        self.asked.append([*about])
        return {("word", one): one.upper() for one in about}

    def asks(self, about: str) -> Asks:
        return Asks(self.read, about)


def _taking(*names: str) -> Callable[[Session], list[str | None]]:
    return lambda session: [take_ahead(session, ("word", name)) for name in names]


@pytest.mark.postgres
def test_what_those_that_wait_ask_for_is_read_once_and_given_once(database: Database, together: Any) -> None:
    reading = _Reading()
    said = together(
        (_taking("a", "c"), reading.asks("a")),
        (_taking("b", "a"), reading.asks("b")),
        (_taking("c"), reading.asks("c")),
    )
    assert reading.asked == [["a", "b", "c"]], "one reading for all"
    assert said == [["A", "C"], ["B", None], [None]], "what one took the others read anew"


@pytest.mark.postgres
def test_whoever_is_alone_asks_for_themselves(database: Database, together: Any) -> None:
    reading = _Reading()
    assert together((_taking("a"), reading.asks("a"))) == [[None]]
    assert reading.asked == []


@pytest.mark.postgres
def test_behind_a_piece_of_another_kind_nothing_is_known_that_was_read_before(
    database: Database, together: Any
) -> None:
    """It may have changed what was read."""
    reading = _Reading()
    said = together((_taking("a"), reading.asks("a")), _taking("b"), (_taking("b"), reading.asks("b")))
    assert reading.asked == [["a", "b"]]
    assert said == [["A"], [None], [None]]


@pytest.mark.postgres
def test_who_stood_on_what_was_saved_meanwhile_is_done_again_and_others_are_told(
    database: Database, together: Any
) -> None:
    """Between the reading and the work another process saved it: the next try reads anew."""
    reading, tries = _Reading(), itertools.count(1)

    def outrun(session: Session) -> int:
        tried = next(tries)
        if take_ahead(session, ("word", "b")) is not None and tried == 1:
            raise StaleDataError
        return tried

    def told(_session: Session) -> None:
        raise StaleDataError

    said = together((_taking("a"), reading.asks("a")), (outrun, reading.asks("b")), (told, reading.asks("c")))
    assert said[:2] == [["A"], 2]
    assert type(said[2]) is Conflict


@pytest.mark.postgres
@pytest.mark.parametrize("broken", [{1}, {2}, {1, 2}])
def test_a_reading_ahead_that_breaks_is_nobodys_fault(
    database: Database, together: Any, now: Any, monkeypatch: pytest.MonkeyPatch, broken: set[int]
) -> None:
    """Before the first piece or behind it: what was done stays, and each asks for itself."""
    monkeypatch.setattr(pieces_module, "MOST_AHEAD", 2)
    numbers = itertools.count(1)

    def read(session: Session, _about: Sequence[str]) -> dict[Hashable, Any]:
        session.execute(text("SELECT 1 / :number"), {"number": 0 if next(numbers) in broken else 1})
        return {}

    assert together(*((_spending(key, now), Asks(read, key)) for key in "abcd")) == [*"abcd"]
    assert _stored(database) == {*"abcd"}
    assert next(numbers) == 3, "two readings, each for two"


@pytest.mark.postgres
def test_whoever_comes_first_waits_not_long_while_more_is_locked_for_those_behind(
    database: Database, together: Any, now: Any
) -> None:
    """Another process has what the first one wants, and wants what was locked for the second: it gets it."""
    for key in "xy":
        database.retry(lambda session, key=key: session.add(SpentForm(sender="me", form_digest=key, spent_at=now)))
    has_begun, order = threading.Event(), []

    def theirs() -> None:
        with database.writing() as session:
            _take(session, "y")
            has_begun.set()
            _take(session, "x")
            order.append("another")

    another = threading.Thread(target=theirs)

    def read(session: Session, _about: Sequence[str]) -> dict[Hashable, Any]:
        _take(session, "x")
        return {}

    def first(session: Session) -> None:
        if not another.ident:
            another.start()
            assert has_begun.wait(10)
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                pass
        _take(session, "y")
        order.append("first")

    asks = Asks(read, "both")
    assert together((first, asks), (lambda _session: order.append("second"), asks)) == [None, None]
    another.join(10)
    assert order == ["another", "first", "second"], "nobody was the victim of a deadlock"


@pytest.mark.postgres
@pytest.mark.parametrize("before", [0, 1])
def test_a_statement_that_was_prepared_before_a_migration_is_said_anew(
    database: Database, together: Any, now: Any, before: int
) -> None:
    """Also behind a piece that does not say it, in whose transaction the line would not forget it."""

    def said(session: Session) -> list[str]:
        return list(session.scalars(text("SELECT sender FROM spent_form")))

    together(_spending("a", now))
    for _ in range(3):
        assert together(said) == [["me"]]
    other = Database(database.url)
    with other.writing() as session:
        session.execute(text("ALTER TABLE spent_form ALTER COLUMN sender TYPE text"))
    other.close()
    assert together(*[lambda _session: ["x"]] * before, said, said) == [["x"]] * before + [["me"], ["me"]]
