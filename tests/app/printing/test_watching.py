"""Reads of a protected person's movements are logged on every way to them; one's own and others' are not."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.platform.audit import ReadLog, names_of

WAYS = (
    ("/delegations/{delegation}/schedule", "movements.page"),
    ("/delegations/{delegation}/schedule.pdf", "movements.pdf"),
    ("/delegations/{delegation}/schedule.ics", "movements.calendar"),
    ("/people/{person}/schedule.pdf", "movements.pdf"),
    ("/people/{person}/schedule.ics", "movements.calendar"),
    ("/manage/people/{person}", "movements.page"),
)


@pytest.fixture
def protected(client: Any, cast: Any) -> int:
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).is_protected = True
    return cast.heads[0]


def _lines(client: Any) -> list[tuple[str, str, str]]:
    with client.app.state.database.reading() as session:
        rows = session.scalars(select(ReadLog).order_by(ReadLog.id)).all()
        names = names_of(session, [row.actor for row in rows])
    return [(names[row.actor], row.action, row.entity_id) for row in rows]


def _path(cast: Any, way: str, person: int) -> str:
    return f"/e/{cast.event.slug}" + way.format(delegation=cast.delegations[0], person=person)


@pytest.mark.parametrize(("way", "action"), WAYS, ids=[way for way, _action in WAYS])
def test_each_way_to_a_protected_persons_day_leaves_a_line(
    client: Any, sign_in: Any, cast: Any, protected: int, way: str, action: str
) -> None:
    sign_in("protocol", event_id=cast.event.id)
    assert client.get(_path(cast, way, protected)).status_code == 200
    assert _lines(client) == [("Protocol", action, str(protected))]


def test_a_day_of_ones_own_and_of_who_is_not_protected_leave_none(
    client: Any, sign_in: Any, cast: Any, protected: int
) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=protected)
    for way, _action in WAYS[:-1]:
        assert client.get(_path(cast, way, protected)).status_code == 200
    client.cookies.clear()
    sign_in("protocol", event_id=cast.event.id)
    for way in ("/people/{person}/schedule.pdf", "/manage/people/{person}"):
        assert client.get(_path(cast, way, cast.staff[0])).status_code == 200
    assert _lines(client) == []


def test_who_may_not_look_leaves_no_line(client: Any, sign_in: Any, cast: Any, protected: int) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    for way, _action in WAYS[:-1]:
        assert client.get(_path(cast, way, protected)).status_code == 404
    assert _lines(client) == []
