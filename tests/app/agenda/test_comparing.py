"""AGD-12: drafts are copied under a name, compared side by side with the cost by rule, and either is taken."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.drafts import compare, drafts_of
from app.agenda.enums import PinKind
from app.agenda.models import DraftPlacement, SessionClash
from app.agenda.planner import build_problem, judge, read_facts, solution_of
from app.agenda.queries import current_draft, newest_release
from app.agenda.service import copy_draft, make_current, release
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.errors import NotFound, Refused

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@both
def test_agd_12_two_drafts_side_by_side(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, nine: Any, kind: str
) -> None:
    """AGD-12: the same figures as validation and score give for each; pins are copied; a change of one leaves the other."""
    with database.writing() as session:
        one, other = placed(session, "One", cast.heads[:1], 0), placed(session, "Other", cast.heads[1:2], 120)
        session.add(SessionClash(session_id=one.id, other_id=other.id, weight=3))
        session.scalars(select(DraftPlacement)).first().pin = PinKind.TIME
        release(session, event=cast.event, name="First", note=None, actor=actor, now=now)
        first = current_draft(session, cast.event.id)
        copy = copy_draft(session, event=cast.event, draft_id=first.id, name="Plan B", actor=actor, now=now)
        with pytest.raises(Refused, match="this name"):
            copy_draft(session, event=cast.event, draft_id=first.id, name="plan b", actor=actor, now=now)
        moves = next(row for row in copy.placements if row.session_id == other.id)
        moves.starts_at = nine
    with database.reading() as session:
        left, right = drafts_of(session, cast.event.id)
        assert (left.is_current, right.is_current) == (True, False)
        assert sorted(row.pin.value for row in right.placements) == sorted(row.pin.value for row in left.placements)
        facts = read_facts(session, cast.event)
        found = compare(session, facts, left, right, newest_release(session, cast.event.id))
        assert found.other.cost - found.one.cost == 3 + 1000
        assert found.one.rules == ()
        assert found.other.costs["clash"] == 3
        assert found.other.costs["moved_start"] == 1000, "moves are counted against the release"
        by_hand = judge(build_problem(session, facts, right), solution_of(facts, right))
        assert [rule.rule for rule in found.other.rules] == [one.rule for one in by_hand.violations]
        assert [rule.rule for rule in found.other.rules] == ["room_hosts_one_session"]
        assert [(change.session_id, change.touched) for change in found.changes] == [(other.id, {cast.heads[1]})]


@both
def test_agd_12_either_draft_is_taken_and_nothing_of_the_other_is_lost(
    database: Database, cast: Any, placed: Any, actor: Actor, now: Any, kind: str
) -> None:
    """AGD-12: there is one current draft at any time."""
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        first = current_draft(session, cast.event.id)
        copy = copy_draft(session, event=cast.event, draft_id=first.id, name="Plan B", actor=actor, now=now)
        for wanted in (copy.id, first.id, copy.id, copy.id):
            make_current(session, event=cast.event, draft_id=wanted, actor=actor, now=now)
            assert [row.id for row in drafts_of(session, cast.event.id) if row.is_current] == [wanted]
        with pytest.raises(NotFound):
            make_current(session, event=cast.event, draft_id=999, actor=actor, now=now)
    with database.reading() as session:
        assert current_draft(session, cast.event.id).name == "Plan B"
        assert all(len(row.placements) == 1 for row in drafts_of(session, cast.event.id))


def test_agd_12_the_page_compares_and_takes(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-12: copy, change, compare and take through the pages."""
    sign_in("organiser", event_id=cast.event.id)
    here, database = "/e/test-event/manage/agenda", client.app.state.database
    assert "Nothing is drafted yet" in client.get(f"{here}/compare").text
    with database.writing() as session:
        placed(session, "Workshop on waste", cast.heads[:1], 0)
        draft_id = current_draft(session, cast.event.id).id
    assert client.post(f"{here}/drafts", data={"draft_id": draft_id, "name": ""}).status_code == 422
    made = client.post(f"{here}/drafts", data={"draft_id": draft_id, "name": "Plan B"})
    assert made.status_code == 303
    with database.writing() as session:
        current_draft(session, cast.event.id).placements[0].starts_at = nine + timedelta(hours=1)
    page = client.get(made.headers["location"]).text
    assert "Plan B" in page
    assert "Workshop on waste" in page
    assert "Mayor of Phnom Penh" in page
    pictures = re.findall(r'<svg[^>]*role="img".*?</svg>', page, flags=re.S)
    assert len([one for one in pictures if "Filled is what differs" in one]) == 2
    assert "Room A, Tue 3 Sep: 10:00 Workshop on waste" in page
    assert "Room A, Tue 3 Sep: 09:00 Workshop on waste" in page
    assert client.get(f"{here}/compare?a=999").status_code == 404
    assert client.post(f"{here}/drafts/{draft_id + 1}/current").status_code == 303
    with database.reading() as session:
        assert current_draft(session, cast.event.id).name == "Plan B"
