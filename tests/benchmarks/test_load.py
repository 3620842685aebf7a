"""G12, G13, T60: F-BIG under many clients, reads with a tenth of bookings, on SQLite and PostgreSQL; by ``make bench``.

Clients do not think between two questions, so they ask for all that the machine can give. Each round begins on a fresh
copy of the database, because a booked place is gone. The best round counts, and the table says how busy the machine was.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.platform.settings import Settings
from tests.benchmarks.loads import Load, ask, at, machine_load
from tests.benchmarks.rush import SECRET, make_rush
from tests.benchmarks.serving import serving
from tests.benchmarks.thinking import rush

PORT = 8173
HOST = f"127.0.0.1:{PORT}"
ROUNDS = int(os.environ.get("BRIDGE_BENCH_ROUNDS", "3"))
SECONDS = 8
WRITERS = 20
RUSH_SECONDS = 3
"""So long 916 links last at 305 bookings a second: a longer round would count fewer."""
ALL, VISITORS = "all roles", "visitors"

pytestmark = [pytest.mark.timeout(1800), pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not here")]


@dataclass(frozen=True)
class Ground:
    """A prepared database that is copied for each round, and what the clients ask of it."""

    kind: str
    folder: Path
    copy: Callable[[], str]
    ports: tuple[int, ...]

    @property
    def lines(self) -> Path:
        return self.folder / "load.tsv"

    @property
    def slug(self) -> str:
        return (self.folder / "slug").read_text()

    @contextmanager
    def served(self) -> Iterator[None]:
        """All web processes on a fresh copy, each of which has rendered every page once and booked some meetings.

        Statements are put together by their first use: the first twenty bookings of a process take three times as long each.
        """
        settings = Settings(database_url=self.copy(), secret=SECRET, var=self.folder, base_url=f"http://{HOST}")
        with ExitStack() as stack:
            for port in self.ports:
                stack.enter_context(serving(settings, port=port))
            self.load(clients=4, writes=0, seconds=2)
            self._book_some()
            yield

    def _book_some(self) -> None:
        """With links that no client has."""
        links = (self.folder / "first.tsv").read_text().split()
        for number, link in enumerate(links):
            answer = httpx.post(
                f"http://127.0.0.1:{self.ports[number % len(self.ports)]}{link}",
                headers={"Host": HOST, "Sec-Fetch-Site": "same-origin"}, data={"answer": "accepted"},
            )  # fmt: skip
            assert answer.status_code == 303, answer.text

    def load(self, *, clients: int, writes: int, seconds: int = SECONDS, who: str = ALL) -> Load:
        return ask(
            self.lines if who == ALL else self._visitors(),
            ports=self.ports, host=HOST, clients=clients, writes=writes, seconds=seconds, out=self.folder / "out.tsv",
        )  # fmt: skip

    def best(self, clients: int, writes: int, *, who: str) -> Load:
        """The round of some in which the slowest hundredth waited least."""
        found = []
        for _ in range(ROUNDS):
            with self.served():
                found.append(self.load(clients=clients, writes=writes, who=who))
        return min(found, key=lambda one: (one.failed, at(one.reads + one.writes, 99)))

    def _visitors(self) -> Path:
        """The same without whoever is signed in."""
        path = self.folder / "visitors.tsv"
        kept = [line for line in self.lines.read_text().splitlines() if line.startswith("write") or line.endswith("\t")]
        path.write_text("\n".join(kept) + "\n")
        return path


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """SQLite with the one process that it has, PostgreSQL with two."""
    folder = tmp_path_factory.mktemp(f"load-{request.param}")
    if request.param == "sqlite":
        make_rush(f"sqlite:///{folder / 'rush.sqlite'}", folder, f"http://{HOST}")
        # Whatever still stands in the log of the writes would be missing in a copy of the file.
        with sqlite3.connect(folder / "rush.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        def copy() -> str:
            path = folder / f"{uuid.uuid4().hex[:8]}.sqlite"
            shutil.copy(folder / "rush.sqlite", path)
            return f"sqlite:///{path}"

        return Ground("SQLite, one process", folder, copy, (PORT,))
    address = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
    engine = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def make(name: str, *, template: str = "template1") -> str:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return address.set(database=name).render_as_string(hide_password=False)

    make_rush(make("bridge_rush"), folder, f"http://{HOST}")
    return Ground(
        "PostgreSQL, two processes", folder, lambda: make("bridge_round", template="bridge_rush"), (PORT, PORT + 1)
    )


def _table(ground: Ground, title: str, load: Load, *asked: tuple[str, float, str, float]) -> None:
    """One table: a row for each figure, with what was asked for it."""
    print(f"\n{title} · {ground.kind} · load of the machine {machine_load()}")
    print(f"{'':34}{'p50 ms':>9}{'p99 ms':>9}{'a second':>10}")
    for name, waits in (("reads", load.reads), ("bookings", load.writes)):
        if waits:
            print(f"{name:34}{at(waits, 50):9.0f}{at(waits, 99):9.0f}{len(waits) / load.seconds:10.0f}")
    print(f"{'failed':34}{load.failed:9}    {dict(sorted(load.statuses.items()))}")
    for name, figure, sign, limit in asked:
        is_reached = figure <= limit if sign == "≤" else figure >= limit
        print(f"{name:34}{figure:9.0f}  asked {sign} {limit:.0f}: {'reached' if is_reached else 'NOT REACHED'}")


@pytest.mark.parametrize("who", [VISITORS, ALL])
@pytest.mark.parametrize(("clients", "read_limit", "write_limit"), [(50, 400, 500), (200, 1000, 1000)])
def test_g12_reads_with_a_tenth_of_bookings(
    ground: Ground, clients: int, read_limit: int, write_limit: int, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    best = ground.best(clients, writes=10, who=who)
    with capsys.disabled():
        _table(
            ground, f"G12, T60: {clients} clients, 10 % bookings, pages of {who}", best,
            ("p99 of reads, ms", at(best.reads, 99), "≤", read_limit),
            ("p99 of bookings, ms", at(best.writes, 99), "≤", write_limit),
        )  # fmt: skip
    assert best.failed == 0, best.statuses


@pytest.mark.parametrize("readers", [50, 200])
def test_g12_a_rush_of_answers_while_people_read_and_think(
    ground: Ground, readers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The opening of the window: five hundred bookings within a minute, all roles read for one to three seconds a page."""
    with ground.served():
        found = rush(ground.lines, ports=ground.ports, host=HOST, readers=readers, answers=500, seconds=60)
    with capsys.disabled():
        _table(
            ground, f"G12: 500 bookings in a minute, {readers} people of all roles who read and think", found,
            ("p99 of reads, ms", at(found.reads, 99), "≤", 400 if readers == 50 else 1000),
            ("p99 of bookings, ms", at(found.writes, 99), "≤", 1000),
        )  # fmt: skip
    assert found.failed == 0, found.statuses


def test_g13_bookings(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """All answers at once: as many as there are places, or as fit into the time."""
    found = []
    for _ in range(ROUNDS):
        with ground.served():
            found.append(ground.load(clients=WRITERS, writes=100, seconds=RUSH_SECONDS))
    best = max(found, key=lambda one: one.bookings_a_second)
    with capsys.disabled():
        _table(
            ground, f"G13: {WRITERS} clients who book and do nothing else", best,
            ("bookings a second", best.bookings_a_second, "≥", 200),
        )  # fmt: skip
    assert best.failed == 0, best.statuses


def test_g13_pages(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """The pages of ``rush.PAGES`` by thirty visitors, eighteen delegates and two organisers, and those of visitors alone."""
    with ground.served():
        best = {
            who: max(
                (ground.load(clients=50, writes=0, who=who) for _ in range(ROUNDS)), key=lambda one: one.pages_a_second
            )
            for who in (VISITORS, ALL)
        }
    with capsys.disabled():
        for who, load in best.items():
            _table(ground, f"G13: pages of {who}", load, ("pages a second", load.pages_a_second, "≥", 500))
    assert not any(load.failed for load in best.values())


def test_the_agenda_beside_a_static_file(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """A release is immutable: its page goes out as quickly as a file of its weight from the same server, within a factor of two."""
    with ground.served():
        page = f"/e/{ground.slug}/agenda"
        whole = httpx.get(f"http://{HOST}{page}", headers={"Accept-Encoding": "identity"})
        packed = httpx.get(f"http://{HOST}{page}", headers={"Accept-Encoding": "gzip"})
        tag = whole.headers["ETag"]
        static = min(
            (path for path in Path("static").rglob("*") if path.is_file()),
            key=lambda path: abs(path.stat().st_size - len(whole.content)),
        )
        rows = []
        for name, path, headers in (
            ("the agenda", page, {}),
            ("the agenda, packed", page, {"Accept-Encoding": "gzip"}),
            ("the agenda, known by its ETag", page, {"If-None-Match": tag}),
            (f"/{static}", f"/{static}", {}),
            (f"/{static}, packed", f"/{static}", {"Accept-Encoding": "gzip"}),
        ):
            rows.append((name, max(_rate(path, headers) for _ in range(ROUNDS))))
    rates = dict(rows)
    ratio = rates["the agenda"] / rates[f"/{static}"]
    with capsys.disabled():
        print(f"\nThe agenda of F-BIG beside a static file · {ground.kind} · load of the machine {machine_load()}")
        print(
            f"weight: {len(whole.content)} bytes, packed {packed.headers['Content-Length']}; the file {static.stat().st_size}"
        )
        for name, rate in rows:
            print(f"{name:44}{rate:9.0f} a second")
        print(f"{'page to file':44}{ratio:9.2f}  asked ≥ 0.5: {'reached' if ratio >= 0.5 else 'NOT REACHED'}")
    assert rates["the agenda"] > 0


def _rate(path: str, headers: dict[str, str]) -> float:
    """Answers a second of one process to twenty clients that ask for nothing else."""
    more = [part for name, said in headers.items() for part in ("-H", f"{name}: {said}")]
    done = subprocess.run(
        ["wrk", "-t1", "-c20", "-d4s", *more, f"http://{HOST}{path}"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout or "If-None-Match" in headers, done.stdout
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)[0])
