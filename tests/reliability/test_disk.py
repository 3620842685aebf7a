"""T09, T51, G6: what is acknowledged is on the disk, and a disk that is full is said in words and harms nothing."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.events.models import MeetingSlot
from app.meetings.models import Meeting
from app.meetings.service import wish_meeting
from app.office.soundness import faults_of
from app.platform.database.engine import Database
from tests.reliability.killing import integrity_of

ROOT = Path(__file__).parent.parent.parent
SAFE = {"Sec-Fetch-Site": "same-origin"}


def _links(database: Database, cast: Any, actor: Any, now: Any) -> list[str]:
    """Answer links of wishes that do not get in each other's way: a slot for each."""
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()
        return [
            wish_meeting(
                session, event=cast.event, from_id=cast.heads[0], to_id=other, topic="x" * 150, message="y" * 900,
                slot_id=slot, actor=actor, now=now,
            ).token
            for slot, other in zip(slots, [*cast.heads[1:], *cast.staff[1:]], strict=False)
        ]  # fmt: skip


def _accept(client: Any, token: str) -> Any:
    return client.post(f"/m/{token}", data={"answer": "accepted"})


def _no_page_more(database: Database) -> None:
    """Let the file grow no more, and leave no page free in it."""
    with database.writing() as session:
        session.execute(text("CREATE TABLE filler (x BLOB)"))
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))


def _room_again(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))


def test_a_full_disk_is_said_in_words_and_nothing_is_half_booked(
    client: Any, database: Database, cast: Any, actor: Any, now: Any
) -> None:
    """T09: by SQLite's own limit of pages; the same links are accepted when there is room again."""
    own = client.app.state.database
    if not own.is_sqlite:
        pytest.skip("SQLite only: the limit of pages is its own")
    links = _links(own, cast, actor, now)
    _no_page_more(own)
    said = [_accept(client, token) for token in links]
    refused = [token for token, answer in zip(links, said, strict=True) if answer.status_code == 503]
    assert {answer.status_code for answer in said} <= {303, 503}
    assert refused, "the disk was full, and somebody was told"
    assert all("No room is left to keep this" in answer.text for answer in said if answer.status_code == 503)
    with own.reading() as session:
        held = session.scalars(select(Meeting)).all()
        assert len(held) == len(links) - len(refused)
        assert list(faults_of(session)) == []
    assert client.get(f"/m/{refused[0]}").status_code == 200, "reading goes on"
    _room_again(own)
    assert {_accept(client, token).status_code for token in refused} == {303}
    assert integrity_of(own) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(path)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root mounts a disk, and not in every container")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_disk_that_is_really_full_harms_nothing(small_disk: Path, sqlite_template: Path) -> None:
    """T09: a small disk, filled by a file beside the database."""
    path = small_disk / "bridge.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE entry (id INTEGER PRIMARY KEY, words TEXT)"))
    filler = small_disk / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    with pytest.raises(OSError, match="No space left"):
        while True:
            os.write(descriptor, bytes(4096))
    os.close(descriptor)
    stored, refused = 0, 0
    for number in range(400):
        try:
            with database.writing() as session:
                session.execute(text("INSERT INTO entry VALUES (:n, :words)"), {"n": number, "words": "x" * 3000})
        except Exception as error:
            assert re.search("disk is full|disk I/O error", str(error)), error
            refused += 1
        else:
            stored += 1
    assert refused, "the disk was full"
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM entry")) == stored, "what was acknowledged, and nothing else"
    filler.unlink()
    with database.writing() as session:
        session.execute(text("INSERT INTO entry VALUES (1000, 'room again')"))
    assert integrity_of(database) == []
    database.close()


COMMITS = 100
COMMIT_OFTEN = """
import sys
from sqlalchemy import event, text
from app.platform.database.engine import Database
database = Database(sys.argv[1])
if sys.argv[2] != "FULL":
    event.listen(database.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA synchronous = {sys.argv[2]}"))
for number in range(int(sys.argv[3])):
    with database.writing() as session:
        session.execute(text("INSERT INTO entry VALUES (:n)"), {"n": number})
"""


@pytest.fixture
def syncs(tmp_path: Path) -> Callable[[str], int]:
    """``syncs("FULL")``: how often the kernel was asked to bring a file to the disk during a hundred commits."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: on Debian, apt-get install strace")

    def count(mode: str) -> int:
        url = f"sqlite:///{tmp_path / mode}.sqlite"
        database = Database(url)
        with database.writing() as session:
            session.execute(text("CREATE TABLE entry (id INTEGER PRIMARY KEY)"))
        database.close()
        counted = tmp_path / f"{mode}.calls"
        subprocess.run(
            [strace, "-f", "-e", "trace=fdatasync,fsync", "-o", str(counted),
             sys.executable, "-c", COMMIT_OFTEN, url, mode, str(COMMITS)],
            cwd=ROOT, check=True, timeout=120, capture_output=True,
        )  # fmt: skip
        return len(re.findall(r"\b(?:fdatasync|fsync)\(", counted.read_text()))

    return count


def test_every_commit_is_brought_to_the_disk(syncs: Callable[[str], int]) -> None:
    """T51, G6: as the application opens its file."""
    assert syncs("FULL") >= COMMITS


def test_with_less_care_most_commits_are_not(syncs: Callable[[str], int]) -> None:
    """T51: the control."""
    assert syncs("NORMAL") < COMMITS / 4
