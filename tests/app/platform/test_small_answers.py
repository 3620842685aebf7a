"""Answers that cost little: they make way for a batch, and keep the order in which all came."""

import asyncio
import threading

import pytest
from sqlalchemy.orm import Session

from app.platform.database import arrivals as arrivals_module
from app.platform.database import writes as module
from app.platform.database.arrivals import Arrivals
from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.errors import DoneAlready


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
