"""From a pair to the agenda: what all agreed to has its session in the tray, once; a withdrawn partnership marks it.

PAIR-09 and issue 4: what a consent leads to.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.agenda.enums import Part, SessionKind
from app.agenda.models import AgendaSession, DraftPlacement, SessionPerson, SessionUse
from app.delegations.models import City, Delegate
from app.events.models import Event, Resource
from app.office.needs import needs_of
from app.office.service.agreeing import confirm_partnership
from app.pairing.enums import Consent, MemberRole
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import partnership_in_event
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def pair(session: Any, edition: Any, paired: Callable[[], list[Partnership]]) -> Partnership:
    """Phnom Penh and Shenzhen, proposed."""
    found = next(one for one in paired() if "phnom-penh" in {member.party.slug for member in one.members})
    return partnership_in_event(session, edition.id, found.id)


@pytest.fixture
def agree(session: Any, edition: Any, pair: Partnership, actor: Actor, now: datetime) -> Callable[[], None]:
    """All members agree, as the office notes it."""

    def confirm() -> None:
        confirm_partnership(
            session, event=edition, partnership=pair, base_url="http://testserver", actor=actor, now=now
        )

    return confirm


def _sessions(session: Any) -> list[AgendaSession]:
    session.expire_all()
    statement = select(AgendaSession).where(AgendaSession.kind == SessionKind.CASE_CITY)
    return list(session.scalars(statement.options(selectinload(AgendaSession.people))))


def test_the_session_has_people_languages_and_audience_and_no_place(
    session: Any, edition: Any, cast: Any, pair: Partnership, agree: Callable[[], None]
) -> None:
    for party_id, spoken in zip(cast.parties[:2], (["km", "en"], ["zh", "en"]), strict=True):
        session.get_one(City, party_id).languages = spoken
    mayor = session.get_one(Delegate, cast.heads[1])
    mayor.languages, mayor.interpretation_into = ["zh"], ["zh"]
    session.get_one(Delegate, cast.heads[0]).languages = ["en"]
    team = Resource(event_id=edition.id, code="interpreters-zh", name="Chinese", language="zh", capacity=2)
    session.add(team)
    session.flush()
    agree()
    (item,) = _sessions(session)
    assert item.partnership_id == pair.id
    assert item.challenge_id == pair.challenge_id
    assert item.title == "Phnom Penh with Shenzhen"
    assert item.titles["fr"] == "Phnom Penh avec Shenzhen"
    assert [(one.delegate_id, one.part.value) for one in item.people] == [
        (cast.heads[0], "speaker"),
        (cast.heads[1], "speaker"),
        (cast.staff[0], "panellist"),
        (cast.staff[1], "panellist"),
    ]
    assert (item.languages, item.booths) == (["en", "zh"], 1)
    assert item.audience > 0
    assert item.duration_minutes > 0
    uses = session.execute(select(SessionUse.resource_id).where(SessionUse.session_id == item.id)).all()
    assert [tuple(row) for row in uses] == [(team.id,)]
    assert session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).all() == []


def test_it_is_written_once_and_what_organisers_make_of_it_stays(
    session: Any, pair: Partnership, agree: Callable[[], None]
) -> None:
    assert _sessions(session) == []
    agree()
    (item,) = _sessions(session)
    item.title, item.audience = "Waste in two deltas", 85
    session.delete(item.people[-1])
    session.flush()
    lines = len(session.scalars(select(AuditEntry.id)).all())
    agree()
    (again,) = _sessions(session)
    assert (again.id, again.title, again.audience, len(again.people)) == (item.id, "Waste in two deltas", 85, 3)
    assert len(session.scalars(select(AuditEntry.id)).all()) == lines


@both
def test_two_who_confirm_at_once_write_one_session(
    database: Database, session: Any, edition: Any, pair: Partnership, actor: Actor, now: datetime, kind: str
) -> None:
    session.commit()
    start, faults = threading.Barrier(2), []

    def confirm() -> None:
        start.wait()
        try:
            with database.writing() as own:
                confirm_partnership(
                    own,
                    event=own.get_one(Event, edition.id),
                    partnership=partnership_in_event(own, edition.id, pair.id),
                    base_url="http://testserver",
                    actor=actor,
                    now=now,
                )
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(_sessions(session)) == 1
    assert len(session.scalars(select(SessionPerson)).all()) == 4


def test_it_stands_in_the_tray_and_a_withdrawn_partnership_marks_it(
    client: Any, sign_in: Any, session: Any, edition: Any, pair: Partnership, agree: Callable[[], None]
) -> None:
    agree()
    (item,) = _sessions(session)
    board, page = "/e/test-event/manage/agenda", f"/e/test-event/manage/partnerships/{pair.id}"
    event_id, address = edition.id, f"/manage/agenda/sessions/{item.id}"
    session.commit()
    sign_in("organiser", event_id=event_id)
    shown = client.get(board).text
    assert "Phnom Penh with Shenzhen" in shown
    assert "partnership ended" not in shown
    assert address in client.get(page).text
    assert client.post(f"{page}/withdraw", data={"reason": "Budget."}).status_code == 303
    for view in ("rooms", "list"):
        assert "partnership ended" in client.get(f"{board}?view={view}").text
    assert "its partnership ended" in client.get(page).text
    (needed,) = [need for need in needs_of(session, edition) if "partnership that ended" in need.title]
    session.commit()
    assert client.get(needed.href).status_code == 200
    (item,) = _sessions(session)
    assert not item.is_cancelled, "whether it is cancelled is for the organisers to say"
    item.is_cancelled = True
    session.flush()
    assert [need for need in needs_of(session, edition) if "partnership that ended" in need.title] == []


def test_a_pair_has_no_moderator_and_the_list_of_things_to_do_says_so(
    session: Any, edition: Any, agree: Callable[[], None]
) -> None:
    agree()
    session.flush()
    (item,) = _sessions(session)
    wanted = [need for need in needs_of(session, edition) if "moderator" in need.title]
    assert [(need.title, need.href.endswith(f"/sessions/{item.id}")) for need in wanted] == [
        ("1 case city session has no moderator", True)
    ]
    item.people[0].part = Part.MODERATOR
    session.flush()
    assert [need for need in needs_of(session, edition) if "moderator" in need.title] == []


def test_the_facilitator_of_a_triangle_moderates_its_session(
    session: Any, edition: Any, cast: Any, pair: Partnership, agree: Callable[[], None]
) -> None:
    """Essen, which facilitates here, moderates with its head and does not speak besides."""
    first, second = pair.members
    first.role, second.role = MemberRole.BENEFICIARY, MemberRole.PIVOTAL
    session.add(
        PartnershipMember(
            partnership_id=pair.id, party_id=cast.parties[2], position=2, role=MemberRole.FACILITATING, group="north",
            consent=Consent.PENDING,
        )
    )  # fmt: skip
    session.flush()
    session.expire_all()
    agree()
    (item,) = _sessions(session)
    assert [(one.delegate_id, one.part.value) for one in item.people][:3] == [
        (cast.heads[2], "moderator"),
        (cast.heads[0], "speaker"),
        (cast.heads[1], "speaker"),
    ]
    assert [one.delegate_id for one in item.people].count(cast.heads[2]) == 1
