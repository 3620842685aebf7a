"""AGD-08: double use of a person, a room or an interpreter never gets into a release, through no form and no row."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.agenda.models import Acknowledgement, AgendaRelease, AgendaRules, SessionUse
from app.agenda.preview import preview_of
from app.agenda.rules import CHOICES, DOUBLE_USE, WEIGHTS
from app.claims.models import Claim
from app.events.models import Resource

HERE = "/e/test-event/manage/agenda"


@pytest.fixture
def office(client: Any, sign_in: Any, cast: Any) -> Any:
    sign_in(Role.ORGANISER, event_id=cast.event.id)
    return client


def _use_twice(session: Any, cast: Any, placed: Any, rule: str) -> None:
    """Two sessions at once that share what the rule is about, and nothing else."""
    people = cast.heads[:1] if rule == "person_in_one_place" else ()
    room = "room-a" if rule == "room_hosts_one_session" else "room-b"
    both = [placed(session, "One", people, 0), placed(session, "Other", people, 30, room=room)]
    if rule == "resource_not_overused":
        team = Resource(event_id=cast.event.id, code="zh", name="Chinese", capacity=1)
        session.add(team)
        session.flush()
        session.add_all(SessionUse(session_id=item.id, resource_id=team.id, units=1) for item in both)


def _released(office: Any) -> int:
    with office.app.state.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(AgendaRelease)) or 0)


def _release(office: Any) -> Any:
    seen = re.search(r'name="seen" value="([^"]+)"', office.get(f"{HERE}/release").text)[1]
    return office.post(f"{HERE}/release", data={"name": "First", "note": "", "seen": seen})


@pytest.mark.parametrize("rule", sorted(DOUBLE_USE))
def test_agd_08_double_use_cannot_be_let_stand_by_a_forged_form(
    office: Any, cast: Any, placed: Any, now: Any, rule: str
) -> None:
    """AGD-08: the page offers no reason; a form sent all the same, a severity sent all the same, rows written behind the
    pages and even a judgement that lets it stand leave the release refused, and nothing of it behind."""
    database = office.app.state.database
    with database.writing() as session:
        _use_twice(session, cast, placed, rule)
    with database.reading() as session:
        (broken,) = preview_of(session, cast.event).rules
    assert broken.rule == rule
    page = office.get(f"{HERE}/release").text
    assert "Double use can never be let stand." in page
    assert broken.mark not in page

    forged = office.post(f"{HERE}/acknowledgements", data={"mark": broken.mark, "reason": "They will manage."})
    assert forged.status_code == 422
    for weak in ("warn", "ignore"):
        said = {f"severity_{one}": "block_release" for one in CHOICES} | {f"weight_{one}": "1" for one in WEIGHTS}
        sent = office.post(f"{HERE}/rules", data={**said, f"severity_{rule}": weak, "version": "0"})
        assert sent.status_code == 422, weak
    assert _release(office).status_code == 422

    with database.writing() as session:
        row = {"rule": rule, "mark": broken.mark, "sentence": "-", "reason": "smuggled in", "given_at": now}
        session.add(Acknowledgement(event_id=cast.event.id, **row))
        session.add(AgendaRules(event_id=cast.event.id, severities={rule: "ignore"}, weights={}))
    assert _release(office).status_code == 422
    assert _released(office) == 0


@pytest.mark.parametrize("rule", sorted(DOUBLE_USE))
def test_agd_08_the_ledger_refuses_double_use_that_every_check_missed(
    office: Any, cast: Any, placed: Any, monkeypatch: Any, rule: str
) -> None:
    """AGD-08: with the judgement taken out altogether the rows themselves refuse the release, and it leaves nothing."""
    database = office.app.state.database
    with database.writing() as session:
        _use_twice(session, cast, placed, rule)
    monkeypatch.setattr("app.agenda.preview.weigh", lambda *_: ())
    assert _release(office).status_code == 409
    assert _released(office) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_agd_08_one_use_is_released(office: Any, cast: Any, placed: Any) -> None:
    """AGD-08, the control: the same sessions one after the other go through."""
    with office.app.state.database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        placed(session, "Other", cast.heads[:1], 120, room="room-b")
    assert _release(office).status_code == 303
    assert _released(office) == 1
