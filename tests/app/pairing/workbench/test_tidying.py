"""What-ifs that nobody applied go by themselves, with a line in the log; plans that were applied stay."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.office.tasks import tidy_now
from app.solver_runs.models import RunProgress, SolverRun
from tests.app.pairing.workbench.conftest import Bench, told


def _runs(bench: Bench) -> list[str]:
    with bench.client.app.state.database.reading() as session:
        return list(session.scalars(select(SolverRun.label).order_by(SolverRun.id)))


def _tidy(bench: Bench, clock: Any, **later: int) -> int:
    """The periodic task, some time from now, as it is called by the server."""
    now = clock.now()
    clock.advance(timedelta(**later))
    gone = tidy_now(bench.client.app.state.database, clock)
    clock.advance(now - clock.now())
    return gone


def test_a_what_if_is_kept_for_two_weeks_and_then_goes(paired: Bench, clock: Any) -> None:
    applied = _runs(paired)
    paired.ask(add="together", first="Essen", second="Dakar", do="pin")
    assert len(_runs(paired)) == len(applied) + 1
    assert _tidy(paired, clock, days=13) == 0
    lines = len(paired.log())
    assert _tidy(paired, clock, days=15) == 1
    assert _runs(paired) == applied, "what was applied stays"
    assert paired.log()[lines:] == ["pairing.what_if_dropped"]
    assert _tidy(paired, clock, days=15) == 0
    with paired.client.app.state.database.reading() as session:
        assert set(session.scalars(select(RunProgress.run_id))) <= set(session.scalars(select(SolverRun.id)))
    address = "/what-if?pin=dakar~essen"
    assert "Not worked out yet" in told(paired.get(address)), "its address still opens, and offers to compute it anew"


def test_what_an_applied_plan_has_overtaken_goes_the_next_day(paired: Bench, clock: Any) -> None:
    paired.ask(add="together", first="Essen", second="Dakar", do="pin")
    assert _tidy(paired, clock, days=2) == 0, "nothing was applied since"
    clock.advance(timedelta(minutes=1))
    _address, page = paired.ask(add="together", first="Phnom Penh", second="Shenzhen", do="veto")
    assert paired.apply(page).status_code == 303
    before = _runs(paired)
    assert _tidy(paired, clock, hours=2) == 0, "somebody may still read it"
    assert _tidy(paired, clock, days=2) == 1
    assert len(_runs(paired)) == len(before) - 1
    assert "stay together" not in " ".join(_runs(paired))
