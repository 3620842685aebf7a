"""Figures of runs without any page: gaps, senses, what is read aloud, what is stored of many steps."""

import json
from datetime import UTC, datetime

import pytest

from app.platform.errors import NotFound
from app.solver_runs import panels, queries
from app.solver_runs.enums import RunState
from app.solver_runs.models import RunProgress, SolverRun
from app.solver_runs.progress import StepBuffer, step_of
from app.solver_runs.view import MOST_POINTS, Announcement, Announcer, Stage, stages_reported, view_of

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)


def run_in(state, **fields):
    run = SolverRun(
        id=7,
        event_id=1,
        kind="agenda",
        label="x",
        state=state,
        time_limit_seconds=60.0,
        submitted_at=NOW,
        has_solution=False,
        is_explained=False,
        started_at=NOW,
    )
    for name, value in fields.items():
        setattr(run, name, value)
    return run


def steps(*triples, stage="cost"):
    return [
        RunProgress(run_id=7, position=n, seconds=s, stage=stage, incumbent=i, bound=b)
        for n, (s, i, b) in enumerate(triples)
    ]


@pytest.mark.parametrize(
    ("best", "bound", "gap"),
    [(38, 34, 11), (38, 38, 0), (100, 99, 1), (1000, 999, 1), (0, 0, 0), (0, -3, 300), (60, 66, 10), (None, 3, None)],
)
def test_the_gap_is_rounded_up_so_that_it_never_promises_too_much(best, bound, gap):
    assert Stage(name="cost", sense="min", best=best, bound=bound).gap_percent == gap


def test_which_way_a_stage_goes_is_read_from_its_bound_and_kept_when_both_meet():
    falling = stages_reported(steps((0, 96, 10), (1, 38, 38)))[0]
    growing = stages_reported(steps((0, 20, 90), (1, 66, 66)))[0]
    unknown = stages_reported(steps((0, 5, 5)))[0]
    assert (falling.sense, growing.sense, unknown.sense) == ("min", "max", None)


def test_figures_are_of_the_first_stage_that_is_not_proven():
    stages = [
        {"name": "unplaced", "sense": "min", "value": 0, "bound": 0, "seconds": 0.1},
        {"name": "cost", "sense": "min", "value": 40, "bound": 34, "seconds": 5.0},
    ]
    shown = view_of(run_in(RunState.DONE, stages=stages, has_solution=True), slug="e", now=NOW)
    assert (shown.stage.name, shown.best, shown.bound, shown.gap_percent) == ("cost", 40, 34, 15)


def test_a_picture_keeps_its_first_and_last_point_and_stays_light():
    many = steps(*((second, 2000 - second, 0) for second in range(1000)))
    (_, points), *_ = view_of(run_in(RunState.RUNNING), slug="e", steps=many, now=NOW).lines
    assert len(points) <= MOST_POINTS + 1
    assert (points[0].seconds, points[-1].seconds) == (0, 999)


def test_four_moments_are_read_aloud_and_no_more():
    announcer = Announcer()

    def at(state, *triples, **fields):
        return announcer.of(view_of(run_in(state, **fields), slug="e", steps=steps(*triples), now=NOW))

    assert at(RunState.QUEUED) is None
    assert at(RunState.RUNNING) is Announcement.STARTED
    assert at(RunState.RUNNING, (0, 100, 20)) is Announcement.FIRST_PLAN
    assert at(RunState.RUNNING, (1, 100, 40)) is None
    assert at(RunState.RUNNING, (2, 100, 61)) is Announcement.GAP_HALVED
    assert at(RunState.RUNNING, (3, 100, 70)) is None
    assert at(RunState.DONE, (4, 100, 100), has_solution=True) is Announcement.ENDED
    assert at(RunState.DONE, (4, 100, 100), has_solution=True) is None


@pytest.mark.parametrize(
    "line",
    ["", "Traceback", "{", "{}", '{"seconds": "x", "stage": "a", "incumbent": 1, "bound": 1}', "[1]", '{"a": NaN}'],
)
def test_what_is_no_progress_is_no_step(line):
    assert step_of(line) is None


def test_of_many_steps_the_first_and_the_latest_of_each_stage_are_kept():
    def line(seconds, stage, incumbent):
        return json.dumps({"seconds": seconds, "stage": stage, "incumbent": incumbent, "bound": None})

    buffer = StepBuffer()
    buffer.add([line(0.1, "a", 9), line(0.2, "a", 8), line(0.3, "a", 8), line(0.4, "a", 7), line(0.5, "b", 3)])
    assert [(step.stage, step.incumbent) for step in buffer.take()] == [("a", 9), ("a", 7), ("b", 3)]
    assert not buffer
    buffer.add([line(0.6, "b", 3), line(0.7, "b", 2)])
    assert [(step.stage, step.incumbent) for step in buffer.take()] == [("b", 2)]


def test_a_board_shows_the_latest_run_of_its_kind(ask, run_now, database, event):
    run_now(ask("solve", steps=80))
    run_id = ask("infeasible")
    run_now(run_id)
    with database.reading() as session:
        assert panels.latest_panel(session, event_id=event.id, slug=event.slug, kind="pairing", now=NOW) is None
        panel = panels.latest_panel(session, event_id=event.id, slug=event.slug, kind="agenda", now=NOW)
    assert panel.run.number == run_id
    assert panel.run.page_path == f"/e/test-event/manage/runs/{run_id}"
    assert panel.explanation["facts"][0]["rule"] == "rooms_open"


def test_a_run_of_another_kind_is_not_found(ask, database, event):
    run_id = ask("solve")
    with database.reading() as session:
        assert queries.run_of_event(session, event_id=event.id, run_id=run_id, kind="agenda").id == run_id
        with pytest.raises(NotFound):
            queries.run_of_event(session, event_id=event.id, run_id=run_id, kind="pairing")
