"""What is kept of an edition: until a line that counts, whatever else the log says, and never past what a reader sees."""

import itertools
from typing import Any

import pytest

from app.platform import kept as keeping
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.kept import kept, state_without

QUIET = frozenset({"meeting"})


@pytest.fixture
def write(database: Any, event: Any, now: Any) -> Any:
    def write(entity: str, *, event_id: int = event.id) -> None:
        with database.writing() as session:
            record(
                session, actor=Actor.system("test"), now=now, event_id=event_id, action="changed", entity=entity,
                entity_id=1, changes={},
            )  # fmt: skip

    return write


@pytest.fixture
def state(database: Any, event: Any) -> Any:
    def state() -> str:
        with database.reading() as session:
            return state_without(session, event.id, quiet=QUIET)

    return state


def test_the_state_changes_with_each_line_that_counts_and_with_no_other(write: Any, state: Any, event: Any) -> None:
    seen = [state()]
    for entity in ("meeting", "meeting", "delegate", "meeting", "delegate", "meeting"):
        write(entity)
        seen.append(state())
    write("delegate", event_id=event.id + 1)
    seen.append(state())
    assert [one == other for one, other in itertools.pairwise(seen)] == [
        True, True, False, True, False, True, True,
    ]  # fmt: skip


def test_lines_that_were_skipped_together_count_too(write: Any, state: Any) -> None:
    write("delegate")
    before = state()
    for entity in ("meeting", "delegate", "meeting", "meeting"):
        write(entity)
    after = state()
    assert after != before
    assert state() == after


def test_the_state_is_what_a_process_finds_that_never_looked(
    write: Any, state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state()
    for entity in ("meeting", "delegate", "meeting"):
        write(entity)
        followed = state()
        monkeypatch.setattr(keeping, "_followed", type(keeping._followed)())
        assert state() == followed


def test_who_began_before_a_change_sees_the_state_before_it(database: Any, event: Any, write: Any, state: Any) -> None:
    write("delegate")
    before = state()
    with database.reading() as early:
        early.execute(event.__table__.select())
        write("delegate")
        write("meeting")
        after = state()
        assert after != before
        assert state_without(early, event.id, quiet=QUIET) == before
    assert state() == after


def test_a_value_is_kept_for_each_thing_that_it_is_about(database: Any, event: Any, write: Any) -> None:
    reads: list[tuple[str, int]] = []

    def ask(of: int) -> str:
        with database.reading() as session:
            state = state_without(session, event.id, quiet=QUIET)

            def read() -> str:
                reads.append((state, of))
                return f"{of} at {state}"

            assert kept(session, "test", event_id=event.id, state=state, of=of, read=read) == f"{of} at {state}"
            return state

    for of in (1, 2, 1, 2):
        ask(of)
    write("meeting")
    ask(1)
    assert len(reads) == 2
    write("delegate")
    newest = ask(1)
    assert reads[2:] == [(newest, 1)]


def test_what_was_asked_for_longest_ago_goes_first(database: Any, event: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_VALUES", 2)
    reads: list[int] = []

    def ask(of: int) -> None:
        with database.reading() as session:
            kept(session, "test", event_id=event.id, of=of, read=lambda: reads.append(of))

    for of in (1, 2, 1, 3, 1, 2):
        ask(of)
    assert reads == [1, 2, 3, 2]
