"""MTG-10: the organiser gives a delegation a table of its own, and takes it back."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegation
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import Keeping
from app.meetings.planner import build_problem, read_facts
from app.meetings.service import hold_meeting
from app.platform.audit import AuditEntry
from scheduler.core.limits import Limits
from scheduler.meetings.solve import solve


@pytest.fixture
def path(cast: Any) -> str:
    return f"/e/{cast.event.slug}/delegations/{cast.delegations[1]}"


@pytest.fixture
def tables(client: Any, cast: Any) -> list[int]:
    with client.app.state.database.reading() as session:
        asked = select(MeetingTable.id).where(MeetingTable.event_id == cast.event.id).order_by(MeetingTable.number)
        return list(session.scalars(asked))


def _stored(client: Any, delegation_id: int) -> tuple[int | None, int]:
    with client.app.state.database.reading() as session:
        found = session.get_one(Delegation, delegation_id)
        return found.host_table_id, found.version


def test_mtg_10_the_organiser_gives_a_host_table_on_the_page_of_the_delegation(
    client: Any, sign_in: Any, cast: Any, path: str, tables: list[int], accepted: Any
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    assert 'name="host_table_id"' in client.get(path).text
    done = client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[1]})
    assert done.status_code == 303
    assert f'<option value="{tables[1]}" selected>' in client.get(path).text
    with client.app.state.database.writing() as session:
        wish = accepted(session, cast.heads[0], cast.heads[1])
        problem = build_problem(read_facts(session, cast.event))
        zones = {table.id: table.zone for table in problem.tables}
        assert next(one.zone for one in problem.wishes if one.id == f"w{wish.id}") == zones["t2"] != zones["t1"]
    version = _stored(client, cast.delegations[1])[1]
    assert client.post(f"{path}/host-table", data={"version": version}).status_code == 303
    assert _stored(client, cast.delegations[1])[0] is None
    with client.app.state.database.reading() as session:
        asked = select(AuditEntry.action).where(AuditEntry.action == "delegation.host_table_set")
        assert len(session.scalars(asked).all()) == 2


@pytest.mark.parametrize("typed", ["4711", "two"])
def test_mtg_10_a_table_that_is_none_of_the_event_is_refused(
    client: Any, sign_in: Any, cast: Any, path: str, tables: list[int], typed: str
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    answer = client.post(f"{path}/host-table", data={"version": 1, "host_table_id": typed})
    assert answer.status_code == 422
    assert 'href="#host_table_id"' in answer.text
    assert _stored(client, cast.delegations[1]) == (None, 1)


def test_mtg_10_a_table_has_one_host(client: Any, sign_in: Any, cast: Any, path: str, tables: list[int]) -> None:
    with client.app.state.database.writing() as session:
        other = session.get_one(Delegation, cast.delegations[0])
        other.host_table_id, name = tables[1], other.name
    sign_in("organiser", event_id=cast.event.id)
    assert f'<option value="{tables[1]}"' not in client.get(path).text
    answer = client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[1]})
    assert answer.status_code == 422
    assert f"{name} hosts at this table" in answer.text
    assert _stored(client, cast.delegations[1]) == (None, 1)


def test_mtg_10_who_was_overtaken_sees_both_versions(
    client: Any, sign_in: Any, cast: Any, path: str, tables: list[int]
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[0]})
    answer = client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[2]})
    assert answer.status_code == 409
    assert '<td data-label="As stored">1</td><td data-label="Yours">3</td>' in answer.text
    assert f'<option value="{tables[2]}" selected>' in answer.text
    assert _stored(client, cast.delegations[1]) == (tables[0], 2)
    again = client.post(f"{path}/host-table", data={"version": 2, "host_table_id": tables[2]})
    assert again.status_code == 303, "the form of the answer carries the version of now"
    assert 'name="version" value="2"' in answer.text


def test_mtg_10_nobody_else_gives_tables(client: Any, sign_in: Any, cast: Any, path: str, tables: list[int]) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    assert 'name="host_table_id"' not in client.get(path).text
    assert client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[0]}).status_code == 403


def test_mtg_10_a_meeting_that_stands_stays_where_it_is(
    session: Any, cast: Any, accepted: Any, actor: Any, now: datetime
) -> None:
    """A host table that is given while meetings stand leaves a problem that can be solved, also without a free table."""
    tables = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).all()
    slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).first()
    wish = accepted(session, cast.heads[0], cast.heads[1])
    hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=tables[0], actor=actor, now=now)
    for delegation_id, table in zip(cast.delegations, (tables[1], tables[2], tables[0]), strict=False):
        session.get_one(Delegation, delegation_id).host_table_id = table.id
    plain = accepted(session, cast.heads[3], cast.staff[3])
    session.flush()
    problem = build_problem(read_facts(session, cast.event), keeping=Keeping.ALL)
    by_id = {one.id: one for one in problem.wishes}
    assert by_id[f"w{plain.id}"].slots == (), "every table has a host"
    stands = by_id[f"w{wish.id}"]
    assert stands.pin is not None
    assert (stands.pin.table, stands.zone) == ("t1", None)
    outcome = solve(problem, limits=Limits(time_limit=3, workers=1, seed=1))
    assert outcome.solution is not None
    assert [(one.wish, one.table) for one in outcome.solution.meetings] == [(f"w{wish.id}", "t1")]


def test_mtg_10_who_was_overtaken_sees_that_the_other_took_the_table_away(
    client: Any, sign_in: Any, cast: Any, path: str, tables: list[int]
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[0]})
    client.post(f"{path}/host-table", data={"version": 2})
    answer = client.post(f"{path}/host-table", data={"version": 1, "host_table_id": tables[2]})
    assert answer.status_code == 409
    assert '<td data-label="As stored">—</td><td data-label="Yours">3</td>' in answer.text
