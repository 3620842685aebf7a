"""PRT-02: 1,000 personal schedules and all packs of F-BIG as one document and as an archive; run by ``make bench``.

Seconds from the button to the file, with every sheet noted as handed out; seconds of processors that it took, of which
two give two a second; and the memory that it takes besides the server: what its children hold at once, and what the
server itself grows by. The limit of wall time holds on a machine that does nothing else: where the load shows that
others work too, the seconds of processors are asked instead.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.demo.load import load_fixture
from app.demo.planning import plan_event
from app.events.models import Event
from app.platform import audit
from app.platform.actor import Actor
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from app.printing.enums import JobForm, JobState, JobWhat, Sorting
from app.printing.jobs.running import run_job
from app.printing.jobs.service import ask_job
from app.printing.models import PrintJob

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
LONGEST_SECONDS = 20.0
MOST_MEGABYTES = 300
PAGE = 4096
BUSY = 1.0
"""Processes that wait for a processor on average before the print begins."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, int, Path]:
    """F-BIG, paired, placed, released, with its meetings."""
    folder = tmp_path_factory.mktemp("bench-print")
    settings = Settings(database_url=f"sqlite:///{folder / 'big.sqlite'}", secret="a key for benches", var=folder)
    audit.use_key(settings.key())
    migrate(settings.database_url)
    database = Database(settings.database_url)
    with database.writing() as session:
        event = load_fixture(session, name="F-BIG", seed=1, now=NOW)
        event_id, slug = event.id, event.slug
    plan_event(database, settings, slug=slug, seconds=20, now=NOW)
    return database, event_id, folder


class Meter:
    """The most megabytes that children of this process held together, and by how much it grew itself."""

    def __init__(self) -> None:
        self.children = self.grown = 0.0
        self._before = _resident(Path("/proc/self"))
        self._stop = threading.Event()

    def run(self) -> None:
        while not self._stop.wait(0.05):
            own = {"self": _resident(Path("/proc/self"))}
            self.grown = max(self.grown, own["self"] - self._before)
            self.children = max(self.children, sum(_resident(path) for path in _children()))

    @contextmanager
    def measured(self) -> Iterator["Meter"]:
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


def _children() -> list[Path]:
    """Processes of this one, and theirs."""
    found, parents = [], {str(threading.main_thread().native_id)}
    while parents:
        listed = [Path(f"/proc/{one}/task") for one in parents]
        below = {
            child
            for tasks in listed
            if tasks.exists()
            for task in tasks.iterdir()
            for child in _read(task / "children").split()
        }
        found += [Path(f"/proc/{one}") for one in below]
        parents = below
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _resident(process: Path) -> float:
    """Megabytes in memory that no other process shares (code of libraries is shared)."""
    fields = _read(process / "statm").split()
    return (int(fields[1]) - int(fields[2])) * PAGE / 2**20 if fields else 0.0


def _processors() -> float:
    """Seconds that this process and its children have computed."""
    return sum(os.times()[:4])


@pytest.mark.parametrize("form", list(JobForm))
@pytest.mark.parametrize("what", [JobWhat.PERSONS, JobWhat.PACKS])
def test_print_everything_of_f_big(
    benchmark: Any, planned: tuple[Database, int, Path], what: JobWhat, form: JobForm
) -> None:
    database, event_id, folder = planned
    actor, clock = Actor.system("bench"), FixedClock(NOW)

    def run() -> None:
        with database.writing() as session:
            event = session.get_one(Event, event_id)
            job_id = ask_job(
                session, event=event, what=what, form=form, sorting=Sorting.NAME, copies=1, actor=actor, now=NOW
            ).id
        run_job(database, job_id, folder=folder, base_url="http://127.0.0.1:8000", actor=actor, clock=clock)
        with database.reading() as session:
            job = session.get_one(PrintJob, job_id)
            assert (job.state, job.message) == (JobState.DONE, None)
            benchmark.extra_info["sheets"] = job.total
            benchmark.extra_info["megabytes of the file"] = round((folder / str(job.file)).stat().st_size / 2**20, 1)

    busy, began, before = os.getloadavg()[0] > BUSY, time.monotonic(), _processors()
    with Meter().measured() as meter:
        benchmark.pedantic(run, rounds=1, iterations=1)
    benchmark.extra_info["megabytes of children"] = round(meter.children)
    benchmark.extra_info["megabytes grown"] = round(meter.grown)
    used = _processors() - before
    benchmark.extra_info["seconds of processors"] = round(used, 1)
    benchmark.extra_info["others at work"] = busy
    assert used / 2 < LONGEST_SECONDS
    assert busy or time.monotonic() - began < LONGEST_SECONDS
    assert meter.children + meter.grown < MOST_MEGABYTES
