"""What can no longer be held as planned: somebody is away, or the table is closed; named on the desk, mended by a run."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import MeetingSlot, MeetingTable, TableClosing
from app.events.queries import tables_of
from app.meetings.misfits import misfits_of
from app.meetings.models import Meeting
from app.meetings.planner import build_problem, judge, outcome_of, read_facts
from app.meetings.service import hold_meeting, start_run
from app.meetings.view import table_grid
from app.platform.audit import AuditEntry
from app.solver_runs.enums import RunState
from scheduler.core.limits import Limits
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solve import solve

HOURS = {"on": "2019-09-03", "since": "10:00", "until": "10:30"}


@pytest.fixture
def held(client: Any, cast: Any, accepted: Any, actor: Any, now: datetime) -> dict[str, int]:
    """A pinned meeting of the first two heads in the first slot at the first table; IDs of both."""
    with client.app.state.database.writing() as session:
        slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).first()
        table = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).first()
        wish = accepted(session, cast.heads[0], cast.heads[1])
        made = hold_meeting(
            session, event=cast.event, wish=wish, slot=slot, table=table, is_pinned=True, actor=actor, now=now
        )
        return {"meeting": made.id, "version": made.version, "slot": slot.id, "table": table.id}


def test_a_lost_block_of_tables_is_named_and_replanned_with_the_fewest_moves(
    client: Any, cast: Any, desk: str, held: dict[str, int], fewest_moves: Any
) -> None:
    """MTG-15: what is held at a closed table is marked, is no legal place, and one run moves it and nothing else."""
    last = {"first": "1", "last": "2", **HOURS}
    assert client.post(f"{desk}/tables", data=last).status_code == 303
    page = client.get(desk).text
    assert "1 meeting no longer fits." in page
    assert "The table is closed then." in page
    assert re.search(rf'class="held misfit" id="at-{held["slot"]}-{held["table"]}"', page)
    assert page.count('class="closed"') == 3, "one table in two slots, the other in the second"
    assert "no longer fits" in client.get(f"{desk}?view=list").text
    choices = re.findall(r'value="(\d+)-(\d+)"', client.get(f"{desk}/{held['meeting']}").text)
    assert (str(held["slot"]), "2") not in choices, "closed as well"
    moved = {"version": held["version"], "place": f"{held['slot']}-2"}
    assert client.post(f"{desk}/{held['meeting']}/move", data=moved).status_code == 409
    with client.app.state.database.writing() as session:
        run = fewest_moves(session)
        problem = MeetingsProblem.model_validate_json(run.problem)
        assert [one.pin for one in problem.wishes] == [None], "a pin does not hold it at a closed table"
        outcome = solve(problem, limits=Limits(time_limit=3, workers=1, seed=1))
        run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
        facts = read_facts(session, cast.event)
        assert judge(build_problem(facts), outcome_of(facts, run.outcome)).violations == ()
        run_id = run.id
    assert client.post(f"{desk}/runs/{run_id}/accept").status_code == 303
    with client.app.state.database.reading() as session:
        assert misfits_of(session, cast.event.id) == ()
        assert session.scalar(select(Meeting.table_id)) is not None
    assert "no longer fit" not in client.get(desk).text


def test_closed_tables_open_again_and_hours_in_one_another_are_one_stretch(
    client: Any, cast: Any, desk: str, database: Any
) -> None:
    for since, until in (("10:00", "11:00"), ("10:30", "12:00")):
        said = {"first": "1", "last": "2", "on": "2019-09-03", "since": since, "until": until}
        assert client.post(f"{desk}/tables", data=said).status_code == 303
    page = client.get(f"{desk}/tables").text
    assert page.count("Open again") == 1
    assert "1 to 2" in page
    assert "10:00 to 12:00" in page
    opened = {"first": "1", "on": "2019-09-03", "since": "10:30", "until": "11:00", "state": "open"}
    assert client.post(f"{desk}/tables", data=opened).status_code == 303
    with database.reading() as session:
        closings = [(table.number, len(table.closings)) for table in tables_of(session, cast.event.id)]
        assert closings[:2] == [(1, 2), (2, 1)]
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.entity == "meeting_table")).all()
        assert (done.count("table.closed"), done.count("table.opened")) == (4, 1)


def test_wrong_tables_and_hours_are_named_and_close_nothing(client: Any, desk: str, database: Any) -> None:
    for wrong, field in (
        ({"first": "0"}, "first"),
        ({"first": "x"}, "first"),
        ({"first": "900"}, "first"),
        ({"first": "5", "last": "3"}, "last"),
        ({"first": "1", "until": "09:00"}, "until"),
        ({"first": "1", "on": "2019-12-24"}, "since"),
        ({"first": "1", "since": ""}, "since"),
    ):
        answer = client.post(f"{desk}/tables", data={**HOURS, **wrong})
        assert answer.status_code == 422, wrong
        assert f'href="#{field}"' in answer.text, wrong
    with database.reading() as session:
        assert session.scalars(select(TableClosing)).all() == []


def test_who_comes_late_is_marked_on_the_desk_and_their_page_leads_to_the_run(
    client: Any, cast: Any, desk: str, held: dict[str, int]
) -> None:
    path = f"/e/{cast.event.slug}/people/{cast.heads[0]}/times"
    with client.app.state.database.reading() as session:
        version = session.get_one(Delegate, cast.heads[0]).version
    late = {"version": version, "arrives_at": "2019-09-03T12:00"}
    assert client.post(path, data=late).status_code == 303
    page = client.get(desk).text
    assert "Somebody is away then." in page
    assert 'class="held misfit"' in page
    page = client.get(path).text
    assert f'action="{desk}/runs"' in page
    assert 'name="keeping" value="fewest_moves"' in page


def test_the_place_that_a_meeting_has_is_no_move(
    client: Any, desk: str, held: dict[str, int], mails: Any, database: Any
) -> None:
    """Its own place is not offered, on its page or on the grid; a press on it tells nobody of a move."""
    own = f"{held['slot']}-{held['table']}"
    assert f'value="{own}"' not in client.get(f"{desk}/{held['meeting']}").text
    grid = client.get(f"{desk}?hold=m{held['meeting']}").text
    spots = re.findall(r'name="place" value="(\d+-\d+)"', grid)
    assert own not in spots and spots
    allowed = re.search(r"(\d+) places are allowed", grid)
    assert allowed is not None and int(allowed[1]) >= len(spots)
    answer = client.post(f"{desk}/{held['meeting']}/move", data={"version": held["version"], "place": own})
    assert answer.status_code == 303
    assert mails("meeting placed") == []
    with database.reading() as session:
        assert session.get_one(Meeting, held["meeting"]).version == held["version"]


def test_after_calling_off_the_desk_shows_the_freed_cell(client: Any, desk: str, held: dict[str, int]) -> None:
    said = {"version": held["version"], "reason": "ill"}
    answer = client.post(f"{desk}/{held['meeting']}/cancel", data=said)
    assert answer.headers["location"] == f"{desk}?day=2019-09-03#at-{held['slot']}-{held['table']}"


def test_the_desk_counts_what_is_not_held_by_reason(
    client: Any, cast: Any, desk: str, accepted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.meetings.unheld.MOST", 1)
    with client.app.state.database.writing() as session:
        for other in cast.heads[1:]:
            accepted(session, cast.heads[0], other).unheld_reason = "table_hosts_one_meeting: every table is taken"
        accepted(session, cast.staff[0], cast.staff[1])
    page = client.get(desk).text
    assert "Not held: 4" in page
    assert "The first 1 of 4." in page
    assert re.search(r'why=table_hosts_one_meeting"><span>Every table is taken</span> <span class="number">3<', page)
    page = client.get(f"{desk}?why=planned").text
    listed = re.findall(r'data-take="w\d+">([^<]+)<', page)
    assert listed == ["Phnom Penh · Shenzhen"]
    assert "not planned yet" in page
    assert client.get(f"{desk}?why=nonsense").text.count("data-take") == 1, "counts as all"


def test_a_short_name_ends_before_its_comma_and_keeps_its_number(client: Any, cast: Any, held: dict[str, int]) -> None:
    with client.app.state.database.writing() as session:
        from app.meetings.queries import meetings_of

        (meeting,) = meetings_of(session, cast.event.id)
        meeting.wish.from_delegate.delegation.name = "Organisation 19, software house"
        grid = table_grid([meeting.slot], tables_of(session, cast.event.id), [meeting])
        cell = grid.rows[0].cells[0]
        assert cell.short == "Organisation 19\N{NO-BREAK SPACE}· Shenzhen"
        assert cell.full == "Organisation 19, software house · Shenzhen"
        assert cell.is_cut
        meeting.wish.from_delegate.delegation.name = "Essen"
        assert not table_grid([meeting.slot], tables_of(session, cast.event.id), [meeting]).rows[0].cells[0].is_cut
        session.rollback()


def test_a_plan_that_no_longer_fits_says_why_in_words(
    client: Any, cast: Any, desk: str, held: dict[str, int], actor: Any, now: datetime
) -> None:
    with client.app.state.database.writing() as session:
        run = start_run(session, event=cast.event, label="Old", time_limit_seconds=3, seed=1, actor=actor, now=now)
        outcome = solve(
            MeetingsProblem.model_validate_json(run.problem), limits=Limits(time_limit=3, workers=1, seed=1)
        )
        run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    client.post(f"{desk}/tables", data={"first": "1", **HOURS})
    page = client.get(f"{desk}/plans").text
    assert "table 1 is not open" in page
    assert not re.search(r"\bt1\b|\bw\d+\b|\bs\d+ ", page.partition('id="plans"')[2])
