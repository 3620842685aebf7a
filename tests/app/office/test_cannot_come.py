"""ME-1: somebody cannot come to a session that counts on them. The office is told; nothing moves before it decides."""

from typing import Any

import pytest
from sqlalchemy import select, text

from app.agenda.models import ReleasedPerson, SessionAbsence, SessionPerson
from app.agenda.service import release
from app.delegations.models import Delegate
from app.events.models import Event

E = "/e/test-event"


@pytest.fixture
def opening(client: Any, cast: Any, placed: Any, actor: Any, now: Any) -> int:
    """A released session with the first mayor as its speaker; the planner of the same city is free and approved."""
    with client.app.state.database.writing() as session:
        item = placed(session, "Opening", (cast.heads[0],), 0)
        placed(session, "Beside it", (cast.staff[1],), 0, room="room-b")
        for one in cast.people:
            session.get_one(Delegate, one).approved_at = now
        # A deputy's rank lets them go for the mayor.
        session.get_one(Delegate, cast.staff[0]).rank = 40
        release(session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now)
        return int(item.id)


def _path(delegate_id: int, session_id: int, what: str = "cannot-come") -> str:
    return f"{E}/people/{delegate_id}/sessions/{session_id}/{what}"


def _people(client: Any, session_id: int) -> dict[int, str]:
    with client.app.state.database.reading() as session:
        rows = session.scalars(select(SessionPerson).where(SessionPerson.session_id == session_id))
        return {one.delegate_id: one.part.value for one in rows}


def _absences(client: Any) -> list[tuple[int, int | None, str | None]]:
    with client.app.state.database.reading() as session:
        return [(one.delegate_id, one.instead_id, one.reason) for one in session.scalars(select(SessionAbsence))]


def test_a_delegate_says_so_from_my_day_and_an_organiser_sends_the_colleague(
    client: Any, sign_in: Any, cast: Any, opening: int
) -> None:
    mayor, planner, event = cast.heads[0], cast.staff[0], cast.event.id
    sign_in("delegate", event_id=event, delegation_id=cast.delegations[0], delegate_id=mayor)
    assert client.get(f"{E}/my").text.count(f'href="{_path(mayor, opening)}"') == 2, "next up, and in the list"
    page = client.get(_path(mayor, opening)).text
    assert "Planner of Phnom Penh" in page
    assert "Planner of Shenzhen" not in page
    answer = client.post(_path(mayor, opening), data={"instead_id": str(planner), "reason": ""})
    assert answer.status_code == 303
    assert "The office knows that you cannot come" in client.get(answer.headers["Location"]).text
    day = client.get(f"{E}/my").text
    assert "You said that you cannot come" in day and "Opening" in day, "nothing is taken away silently"
    assert _people(client, opening) == {mayor: "speaker"}

    sign_in("organiser", event_id=event)
    home = client.get(f"{E}/manage").text
    assert "1 person cannot come to a session" in home and f"/manage/agenda/sessions/{opening}#absent" in home
    office = f"{E}/manage/agenda/sessions/{opening}"
    assert "Planner of Phnom Penh goes instead" in client.get(office).text
    assert client.post(f"{office}/people/{mayor}/send-instead").status_code == 303
    assert _people(client, opening) == {planner: "speaker"}
    assert _absences(client) == []
    assert "cannot come to a session" not in client.get(f"{E}/manage").text
    with client.app.state.database.reading() as session:
        public = session.scalars(select(ReleasedPerson.delegate_id)).all()
        assert mayor in public and planner not in public, "the public learns it with the next release"
        lines = session.scalars(text("SELECT action FROM audit_entry WHERE entity = 'agenda_session' ORDER BY id"))
        assert [one for one in lines if "absence" in one or "person" in one] == [
            "agenda.absence_said", "agenda.person_set", "agenda.person_set",
        ]  # fmt: skip


def test_whoever_names_nobody_says_why_and_what_was_typed_is_kept(
    client: Any, sign_in: Any, cast: Any, opening: int
) -> None:
    mayor = cast.heads[0]
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=mayor)
    refused = client.post(_path(mayor, opening), data={"instead_id": "", "reason": " "})
    assert refused.status_code == 422 and "the office reads it" in refused.text
    # Somebody who is busy then, or of another city, is refused as well, and the words are kept.
    refused = client.post(_path(mayor, opening), data={"instead_id": str(cast.staff[1]), "reason": "A vote at home"})
    assert refused.status_code == 422 and 'value="A vote at home"' in refused.text
    assert _absences(client) == []
    assert client.post(_path(mayor, opening), data={"reason": "A vote at home"}).status_code == 303
    assert _absences(client) == [(mayor, None, "A vote at home")]


def test_it_is_taken_back_and_the_organiser_takes_off_as_well(
    client: Any, sign_in: Any, cast: Any, opening: int
) -> None:
    mayor = cast.heads[0]
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    assert _path(mayor, opening) in client.get(f"{E}/people/{mayor}/schedule").text
    assert client.post(_path(mayor, opening), data={"reason": "Ill"}).status_code == 303
    assert client.post(_path(mayor, opening), data={"reason": "Still ill"}).status_code == 303
    assert _absences(client) == [(mayor, None, "Still ill")]
    for _ in range(2):
        assert client.post(_path(mayor, opening, "comes-after-all")).status_code == 303
        assert _absences(client) == []
    client.post(_path(mayor, opening), data={"reason": "Ill again"})
    sign_in("organiser", event_id=cast.event.id)
    client.post(f"{E}/manage/agenda/sessions/{opening}/people", data={"delegate_id": str(mayor), "part": "off"})
    assert (_people(client, opening), _absences(client)) == ({}, [])


def test_nobody_speaks_for_others(client: Any, sign_in: Any, cast: Any, opening: int) -> None:
    mayor = cast.heads[0]
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[1], delegate_id=cast.heads[1])
    assert client.get(_path(mayor, opening)).status_code == 404
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    assert client.post(_path(mayor, opening), data={"reason": "x"}).status_code == 404
    assert client.post(f"{E}/manage/agenda/sessions/{opening}/people/{mayor}/send-instead").status_code in (403, 404)
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    assert client.get(_path(cast.staff[0], opening)).status_code == 404, "the planner is not on it"
