"""A run that was stopped before it had a plan says so on its page, and how to go on."""

from collections.abc import Callable
from typing import Any

from app.agenda.enums import SolveMode
from app.agenda.service import start_run
from app.platform.actor import Actor
from app.solver_runs.service import request_stop

HERE = "/e/test-event/manage/agenda"


def test_agd_01_a_run_without_a_plan_says_that_nothing_has_changed(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, actor: Actor, now: Any
) -> None:
    """AGD-01: stopped while it waits for its turn."""
    sign_in("organiser", event_id=cast.event.id)
    with client.app.state.database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        run = start_run(
            session, event=cast.event, label="Improve", mode=SolveMode.IMPROVE, time_limit_seconds=5, seed=1,
            actor=actor, now=now,
        )  # fmt: skip
        request_stop(session, run=run, actor=actor, now=now)
        number = run.id
    page = client.get(f"{HERE}/runs/{number}").text
    assert "Stopped before a plan was found. Nothing in the draft has changed." in page
    assert f'href="{HERE}/solve"' in page
    assert "Solve again" in page
