"""Pages of runs: history, one run in each state, stop, restore, downloads, and who may see them."""

import hashlib
import json
import re
from datetime import UTC, date, datetime

import pytest

from app.solver_runs import keeping, service
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.keeping import Step


@pytest.fixture
def organised(client, sign_in, event):
    """A client that acts as organiser of the event."""
    sign_in("organiser", event_id=event.id)
    return client


@pytest.fixture
def page(organised, event):
    """The text of a page below the event's runs."""

    def get(path="", *, status=200):
        response = organised.get(f"/e/{event.slug}/manage/runs{path}")
        assert response.status_code == status, response.text
        return " ".join(response.text.split())

    return get


@pytest.fixture(autouse=True)
def nobody_solves(monkeypatch):
    """The pages are looked at in states that the tests choose."""
    monkeypatch.setattr("app.solver_runs.engine.ThreadEngine.start", lambda self: None)


@pytest.fixture
def take_up(database):
    def now(run_id):
        with database.writing() as session:
            task = keeping.take_up(
                session, run_id=run_id, worker_name="test", now=datetime(2019, 8, 20, 7, 11, 58, tzinfo=UTC)
            )
            assert task is not None
            return task

    return now


def report(database, task, *steps):
    with database.writing() as session:
        steps = [Step(seconds=s, stage="least_cost", incumbent=i, bound=b) for s, i, b in steps]
        assert keeping.beat(session, task=task, steps=steps, now=datetime.now(UTC))


def test_no_run_yet_says_where_the_first_one_starts(page):
    assert "No solver run yet" in page()


def test_the_history_lists_runs_latest_first_with_figures(page, ask, run_now):
    first, second = ask("solve"), ask("infeasible")
    run_now(first)
    run_now(second)
    text = page()
    assert text.index(f"{second} · infeasible") < text.index(f"{first} · solve")
    assert re.search(r'data-label="Value">40</td>.*data-label="Bound">34</td>', text)
    assert "no plan exists" in text
    assert "No solver run yet" in page("?kind=pairing")


def test_a_queued_run_says_how_many_are_before_it(page, ask):
    ask("solve")
    run_id = ask("solve")
    text = page(f"/{run_id}")
    assert "One run is before this one." in text
    assert f'sse-connect="/e/test-event/manage/runs/{run_id}/events"' in text
    assert '<meta http-equiv="refresh" content="5">' in text


def test_a_running_run_shows_best_bound_gap_and_the_stop_button(page, ask, take_up, database):
    run_id = ask("solve")
    report(database, take_up(run_id), (0.2, 96, 10), (14.0, 38, 34))
    text = page(f"/{run_id}")
    assert "Working on: least cost." in text
    assert re.search(r"<dt>cost, best so far</dt><dd>38</dd>", text)
    assert re.search(r"<dt>cannot be less</dt><dd>34</dd>", text)
    assert "11 %" in text
    assert "<svg" in text
    assert f'action="/e/test-event/manage/runs/{run_id}/stop"' in text


def test_points_that_grow_read_the_other_way(page, ask, take_up, database):
    run_id = ask("solve")
    report(database, take_up(run_id), (0.2, 20, 90), (14.0, 60, 66))
    text = page(f"/{run_id}")
    assert "points, best so far" in text
    assert "cannot be more" in text


def test_stop_is_a_post_and_then_the_page_says_so(organised, page, ask, take_up, look, event):
    run_id = ask("solve")
    take_up(run_id)
    answer = organised.post(f"/e/{event.slug}/manage/runs/{run_id}/stop")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/e/{event.slug}/manage/runs/{run_id}")
    assert look(run_id).stop_requested_at is not None
    text = page(f"/{run_id}")
    assert "Stopping. The best plan so far is kept." in text
    assert f"{run_id}/stop" not in text


def test_a_done_run_offers_its_plan_with_cost_by_term_and_what_it_used(page, ask, run_now, look):
    run_id = ask("solve", hint='{"placements": []}')
    run_now(run_id)
    text = page(f"/{run_id}")
    assert "Best possible plan: nothing can cost less than 40." in text
    assert f'action="/e/x/manage/agenda/runs/{run_id}/accept"' in text
    assert look(run_id).problem_hash in text
    assert re.search(r"<th scope=\"row\">moves</th>.*?>6</td>.*?>10</td>.*?>-4</td>", text)
    assert "sse-connect" not in text
    assert "http-equiv" not in text


def test_a_good_plan_says_how_far_it_may_be_off(page, ask, run_now):
    run_id = ask("incumbent at the limit", time_limit_seconds=0.2)
    run_now(run_id)
    assert "Good plan: at most 15 % from the best possible (least cost)." in page(f"/{run_id}")


def test_an_infeasible_run_shows_facts_and_the_mend(page, ask, run_now):
    run_id = ask("infeasible")
    run_now(run_id)
    text = page(f"/{run_id}")
    assert "This one fact leaves no plan, whatever the rest." in text
    assert "Hall A is closed on Tuesday." in text
    assert "Easing it gives a plan:</strong> Open Hall A on Tuesday." in text
    assert "Cost by term" not in text, "there is no plan that could cost anything"
    assert "accept" not in text


def test_a_failed_run_shows_its_number_and_no_plan(page, ask, run_now, look):
    run_id = ask("segfault")
    run_now(run_id)
    text = page(f"/{run_id}")
    assert f"Number {look(run_id).error_number}." in text
    assert "SIGSEGV" in text
    assert "Accept this plan" not in text


@pytest.mark.parametrize("failure", list(RunFailure))
def test_each_failure_has_its_own_sentence(failure):
    from app.platform.rendering import templates

    words = templates().get_template("solver_runs/words.html").module
    said = {str(words.failure(other)) for other in RunFailure}
    assert len(said) == len(RunFailure)
    assert str(words.failure(failure)).endswith(".")


def test_what_the_solver_said_is_text_and_never_markup(page, ask, database, take_up):
    from app.solver_runs.ending import failed

    run_id = ask("solve")
    task = take_up(run_id)
    with database.writing() as session:
        ending = failed(RunFailure.CRASHED, '"><svg onload=alert(1)>')
        assert keeping.finish(session, task=task, ending=ending, now=datetime.now(UTC))
    assert "<svg onload" not in page(f"/{run_id}")


def test_problem_and_outcome_are_files_to_the_byte(organised, ask, run_now, look, event):
    run_id = ask("solve")
    assert organised.get(f"/e/{event.slug}/manage/runs/{run_id}/outcome.json").status_code == 404
    run_now(run_id)
    problem = organised.get(f"/e/{event.slug}/manage/runs/{run_id}/problem.json")
    assert hashlib.sha256(problem.content).hexdigest() == look(run_id).problem_hash
    assert "attachment" in problem.headers["content-disposition"]
    outcome = organised.get(f"/e/{event.slug}/manage/runs/{run_id}/outcome.json")
    assert outcome.json() == json.loads(look(run_id).outcome)


def test_a_run_with_a_plan_is_restored_as_a_proposal(organised, ask, run_now, look, event):
    run_id = ask("solve")
    run_now(run_id)
    answer = organised.post(f"/e/{event.slug}/manage/runs/{run_id}/restore")
    restored = look(int(answer.headers["location"].rpartition("/")[2]))
    earlier = look(run_id)
    assert restored.id != run_id
    assert (restored.state, restored.restored_from_id) == (RunState.DONE, run_id)
    for kept in ("problem", "problem_hash", "outcome", "stages", "seed", "time_limit_seconds", "solve_seconds"):
        assert getattr(restored, kept) == getattr(earlier, kept)
    assert restored.accept_path == f"/e/x/manage/agenda/runs/{restored.id}/accept"
    assert restored.accepted_at is None


def test_a_run_without_a_plan_is_restored_by_solving_it_again(organised, ask, run_now, look, event):
    run_id = ask("segfault")
    run_now(run_id)
    answer = organised.post(f"/e/{event.slug}/manage/runs/{run_id}/restore")
    restored = look(int(answer.headers["location"].rpartition("/")[2]))
    assert (restored.state, restored.failure, restored.problem_hash) == (
        RunState.QUEUED,
        None,
        look(run_id).problem_hash,
    )


def test_an_open_run_is_not_restored(organised, ask, event):
    assert organised.post(f"/e/{event.slug}/manage/runs/{ask('solve')}/restore").status_code == 409


def test_accepting_is_noted_with_who_and_when(page, ask, run_now, database, organiser, look):
    from app.platform.errors import Conflict

    run_id, failed = ask("solve"), ask("segfault")
    run_now(run_id)
    run_now(failed)
    now = datetime(2019, 8, 20, 9, 0, tzinfo=UTC)
    with database.writing() as session:
        run = session.merge(look(run_id))
        service.mark_accepted(session, run=run, actor=organiser, now=now)
        with pytest.raises(Conflict):
            service.mark_accepted(session, run=session.merge(look(failed)), actor=organiser, now=now)
    assert look(run_id).accepted_at == now
    assert "This plan was accepted." in page(f"/{run_id}")


def test_only_organisers_see_runs_and_another_events_run_is_not_there(client, sign_in, event, ask, database):
    from app.events.models import Event

    run_id = ask("solve")
    with database.writing() as session:
        other = Event(
            slug="other",
            name="Other",
            starts_on=date(2019, 9, 3),
            ends_on=date(2019, 9, 4),
            timezone="UTC",
            venue_name="A venue",
            contact_email="office@test.example",
        )
        session.add(other)
        session.flush()
        other_id = other.id
    paths = [f"/manage/runs{rest}" for rest in ("", f"/{run_id}", f"/{run_id}/events", f"/{run_id}/problem.json")]
    assert {client.get(f"/e/{event.slug}{path}").status_code for path in paths} == {303}
    sign_in("desk", event_id=event.id)
    assert {client.get(f"/e/{event.slug}{path}").status_code for path in paths} == {403}
    sign_in("organiser", event_id=other_id)
    assert {client.get(f"/e/{event.slug}{path}").status_code for path in paths} == {404}
    assert client.get(f"/e/other/manage/runs/{run_id}").status_code == 404
    assert client.post(f"/e/other/manage/runs/{run_id}/stop").status_code == 404
    assert client.get("/e/other/manage/runs/x").status_code == 404


def test_limits_outside_what_is_allowed_are_refused(ask, database, event, organiser):
    from app.platform.errors import Refused

    with pytest.raises(Refused) as refused, database.writing() as session:
        service.submit(
            session,
            event_id=event.id,
            kind="agenda",
            label="x",
            problem_json="{}",
            time_limit_seconds=0,
            seed=-1,
            workers=1000,
            actor=organiser,
            now=datetime.now(UTC),
        )
    assert set(refused.value.errors) == {"time_limit_seconds", "seed", "workers"}


@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "x"])
def test_an_accept_path_stays_on_this_site(path, database, event, organiser):
    from app.platform.errors import Refused

    with pytest.raises(Refused), database.writing() as session:
        service.submit(
            session,
            event_id=event.id,
            kind="agenda",
            label="x",
            problem_json="{}",
            time_limit_seconds=1,
            accept_path=path,
            actor=organiser,
            now=datetime.now(UTC),
        )
