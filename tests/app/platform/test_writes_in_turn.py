"""How many short changes share a commit, and who waits for whom."""

import asyncio
from typing import Any

import pytest

from app.platform.database import writes as module
from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from tests.app.platform.writing import spending

on_both = pytest.mark.usefixtures("either")


@on_both
def test_a_commit_takes_so_many_and_no_more(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    together(*(spending(str(number), now) for number in range(5)))
    assert len(commits) == 3


@on_both
def test_whoever_came_first_does_not_wait_for_all_who_follow(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_SECONDS", -1)
    together(*(spending(str(number), now) for number in range(3)))
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


async def _read(turns: Turns) -> None:
    async with turns.taken(writes=False):
        pass


@pytest.mark.parametrize("somebody_waits_to_read", [True, False])
def test_while_others_wait_to_read_the_first_waits_for_more_and_for_nobody_otherwise(
    database: Database, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch, somebody_waits_to_read: bool
) -> None:
    monkeypatch.setattr(module, "GATHER_SECONDS", 1 if somebody_waits_to_read else 3600)

    async def one_after_the_other() -> None:
        turns = Turns(readers=1, writers=1)
        writes = Writes(database, turns)
        async with turns.taken(writes=False), asyncio.timeout(60):
            waiting = asyncio.create_task(_read(turns if somebody_waits_to_read else Turns(readers=1, writers=1)))
            await asyncio.sleep(0)
            first = asyncio.create_task(writes.do(spending("first", now)))
            await (asyncio.sleep(0.1) if somebody_waits_to_read else first)
            await asyncio.gather(first, writes.do(spending("second", now)))
        await waiting

    asyncio.run(one_after_the_other())
    assert len(commits) == (1 if somebody_waits_to_read else 2)


@pytest.mark.parametrize(("comes", "longest", "shared"), [("before", 60, 1), ("after", 60, 2), ("before", 0, 2)])
def test_the_first_waits_on_for_readers_who_came_before_it_and_not_for_ever(
    database: Database, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch,
    comes: str, longest: int, shared: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "GATHER_SECONDS", 0)
    monkeypatch.setattr(module, "LONGEST_GATHER", longest)

    async def one_after_the_other() -> None:
        turns = Turns(readers=1, writers=1)
        writes = Writes(database, turns)
        async with turns.taken(writes=False), asyncio.timeout(60):
            reader = asyncio.create_task(_read(turns)) if comes == "before" else None
            await asyncio.sleep(0)
            first = asyncio.create_task(writes.do(spending("first", now)))
            await asyncio.sleep(0)
            reader = reader or asyncio.create_task(_read(turns))
            await (asyncio.sleep(0.1) if shared == 1 else first)
            second = asyncio.create_task(writes.do(spending("second", now)))
            await asyncio.sleep(0)
        await asyncio.gather(first, second, reader)

    asyncio.run(one_after_the_other())
    assert len(commits) == shared


def test_who_goes_away_keeps_nobody_waiting(database: Database, now: Any) -> None:
    async def all_of_them() -> str:
        writes = Writes(database, Turns(readers=2, writers=1))
        gone = asyncio.create_task(writes.do(spending("a", now)))
        await asyncio.sleep(0)
        gone.cancel()
        return await writes.do(spending("b", now))

    assert asyncio.run(all_of_them()) == "b"
