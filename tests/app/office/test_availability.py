"""REG-10: arrival, departure and blocked times limit scheduling; a later change names what no longer fits."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.agenda import planner as agenda_planner
from app.agenda.service import release
from app.claims.enums import HoldingKind
from app.claims.models import Claim
from app.delegations.models import BlockedTime, Delegate
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings import planner as meetings_planner
from app.meetings.service import hold_meeting
from app.office.absence import placed_while_away
from app.office.needs import needs_of
from app.platform.audit import AuditEntry

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def mayor(client: Any, cast: Any, placed: Any, accepted: Any, actor: Any, now: Any) -> int:
    """A head with a released session at nine and a held meeting in the first slot of the afternoon or later."""
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        placed(session, "Opening", (cast.heads[0],), 0)
        release(session, event=event, name="One", note=None, actor=actor, now=now)
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at.desc())).all()
        table = session.scalars(select(MeetingTable).order_by(MeetingTable.id)).first()
        hold_meeting(
            session, event=event, wish=accepted(session, cast.heads[1], cast.heads[0]), slot=slots[0], table=table,
            actor=actor, now=now,
        )  # fmt: skip
    return cast.heads[0]


def _path(cast: Any, person: int) -> str:
    return f"/e/{cast.event.slug}/people/{person}/times"


def _version(client: Any, person: int) -> str:
    with client.app.state.database.reading() as session:
        return str(session.get_one(Delegate, person).version)


def _save(client: Any, cast: Any, person: int, **form: str) -> Any:
    return client.post(_path(cast, person), data={"version": _version(client, person), **form})


def _away(client: Any, cast: Any) -> list[tuple[str, HoldingKind, str]]:
    with client.app.state.database.reading() as session:
        found = placed_while_away(session, session.get_one(Event, cast.event.id))
    return [(one.rule, one.kind, one.cause) for one in found]


def _claims(client: Any) -> list[tuple[str, int]]:
    with client.app.state.database.reading() as session:
        return sorted((row.resource, row.tick) for row in session.scalars(select(Claim)))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"arrives_at": "2019-09-03T09:30"}, [("person_available", HoldingKind.SESSION, "before the arrival")]),
        ({"departs_at": "2019-09-03T10:30"}, [("person_not_absent", HoldingKind.MEETING, "after the departure")]),
        (
            {"block-0-start": "2019-09-03T09:15", "block-0-end": "2019-09-03T09:20", "block-0-reason": "a call"},
            [("person_available", HoldingKind.SESSION, "in a blocked time")],
        ),
        ({"arrives_at": "2019-09-03T08:00", "departs_at": "2019-09-05T08:00"}, []),
    ],
)
def test_reg_10_a_later_change_names_what_no_longer_fits_and_moves_nothing(
    client: Any, sign_in: Any, cast: Any, mayor: int, form: dict[str, str], expected: Any
) -> None:
    before = _claims(client)
    assert _away(client, cast) == []
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    assert _save(client, cast, mayor, **form).status_code == 303
    assert _away(client, cast) == expected
    assert _claims(client) == before
    page = client.get(_path(cast, mayor)).text
    assert ("no longer fit" in page) == bool(expected)
    assert (
        "while somebody is away" in client.get(f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}").text
    ) == bool(expected)
    sign_in("organiser", event_id=cast.event.id)
    assert ("while this person is away" in client.get(f"/e/{cast.event.slug}/manage/people/{mayor}").text) == bool(
        expected
    )
    with client.app.state.database.reading() as session:
        needs = needs_of(session, session.get_one(Event, cast.event.id))
    assert any("while somebody is away" in one.title for one in needs) == bool(expected)


def test_reg_10_times_limit_both_planning_problems(client: Any, sign_in: Any, cast: Any, mayor: int) -> None:
    sign_in("organiser", event_id=cast.event.id)
    blocked = {"block-0-start": "2019-09-03T11:00", "block-0-end": "2019-09-03T12:00"}
    assert _save(client, cast, mayor, arrives_at="2019-09-03T10:00", **blocked).status_code == 303
    with client.app.state.database.reading() as session:
        agenda = agenda_planner.problem_of(session, cast.event.id)
        meetings = meetings_planner.problem_of(session, cast.event.id)
        slots = {slot.id: slot for slot in session.scalars(select(MeetingSlot))}
        first = datetime(2019, 9, 3, 10, tzinfo=VIENNA)
    windows = next(one.available for one in agenda.people if one.id == f"p{mayor}")
    assert windows is not None
    assert len(windows) >= 2
    absent = set(next(one.absent for one in meetings.people if one.id == f"p{mayor}"))
    blocked = (datetime(2019, 9, 3, 11, tzinfo=VIENNA), datetime(2019, 9, 3, 12, tzinfo=VIENNA))
    expected = {
        slot.id
        for slot in slots.values()
        if slot.starts_at < first or (slot.starts_at < blocked[1] and blocked[0] < slot.ends_at)
    }
    assert expected
    assert absent == {meetings_planner.slot_key(one) for one in expected}


def test_every_delegate_keeps_their_own_times_and_no_others(client: Any, sign_in: Any, cast: Any, mayor: int) -> None:
    own = {"event_id": cast.event.id, "delegation_id": cast.delegations[0]}
    sign_in("delegate", **own, delegate_id=cast.heads[0])
    assert _save(client, cast, mayor, arrives_at="2019-09-03T08:00").status_code == 303
    assert client.get(_path(cast, cast.staff[0])).status_code == 404
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    assert client.get(_path(cast, mayor)).status_code == 404
    assert _save(client, cast, mayor, arrives_at="2019-09-03T12:00").status_code == 404
    sign_in("desk", event_id=cast.event.id)
    assert client.get(_path(cast, mayor)).status_code == 403


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"arrives_at": "2019-09-03T10:00", "departs_at": "2019-09-03T09:00"}, "departs_at"),
        ({"block-0-start": "2019-09-03T10:00", "block-0-end": "2019-09-03T10:00"}, "blocks"),
        (
            {
                "block-0-start": "2019-09-03T10:00", "block-0-end": "2019-09-03T11:00",
                "block-1-start": "2019-09-03T10:30", "block-1-end": "2019-09-03T12:00",
            },
            "blocks",
        ),
        ({"block-0-start": "2019-09-03T10:00"}, "blocks-0-end"),
        ({"arrives_at": "soon"}, "arrives_at"),
        ({"arrives_at": "1066-10-14T09:00"}, "arrives_at"),
        ({"departs_at": "2091-09-04T09:00"}, "departs_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_comes_back_as_it_was_typed(
    client: Any, sign_in: Any, cast: Any, mayor: int, form: dict[str, str], field: str
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    answer = _save(client, cast, mayor, **form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert all(f'value="{text}"' in answer.text for text in form.values())
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, mayor).arrives_at is None
        assert session.scalar(select(BlockedTime.id)) is None


def test_two_who_edit_lose_nothing_and_a_change_is_one_line(client: Any, sign_in: Any, cast: Any, mayor: int) -> None:
    sign_in("organiser", event_id=cast.event.id)
    old = _version(client, mayor)
    blocked = {"block-0-start": "2019-09-03T11:00", "block-0-end": "2019-09-03T12:00"}
    assert _save(client, cast, mayor, **blocked).status_code == 303
    lost = client.post(_path(cast, mayor), data={"version": old, "arrives_at": "2019-09-03T12:00"})
    assert lost.status_code == 409
    shown = re.search(r'<section class="versions".*?</section>', lost.text, re.DOTALL)[0]
    assert "2019-09-03 11:00 – 2019-09-03 12:00" in shown and "2019-09-03 12:00" in shown, "both versions"
    assert f'name="version" value="{_version(client, mayor)}"' in lost.text, "who keeps theirs is not refused again"
    assert _save(client, cast, mayor, **blocked).status_code == 303
    with client.app.state.database.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "delegate.availability")).all()
        assert len(lines) == 1
        assert session.get_one(Delegate, mayor).arrives_at is None
        row = session.scalars(select(BlockedTime)).one()
        assert row.ends_at - row.starts_at == timedelta(hours=1)
        assert row.starts_at == datetime(2019, 9, 3, 11, tzinfo=VIENNA)
