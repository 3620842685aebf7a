"""The clock of a demonstration: set off once, going on at the pace of the machine's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.platform.clock import DEMONSTRATION_BEGINS, SystemClock, clock_for
from app.platform.settings import Settings


def _settings(folder: Path, *, demonstration: bool) -> Settings:
    return Settings(database_url="sqlite://", var=folder, demonstration=demonstration)


def test_a_demonstration_begins_before_its_event_and_every_start_agrees(tmp_path: Path) -> None:
    first = clock_for(_settings(tmp_path, demonstration=True))
    second = clock_for(_settings(tmp_path, demonstration=True))
    assert timedelta() <= first.now() - DEMONSTRATION_BEGINS < timedelta(minutes=1)
    assert abs(second.now() - first.now()) < timedelta(seconds=5)


def test_otherwise_the_machine_tells_the_time(tmp_path: Path) -> None:
    clock = clock_for(_settings(tmp_path, demonstration=False))
    assert isinstance(clock, SystemClock)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert not list(tmp_path.iterdir())
