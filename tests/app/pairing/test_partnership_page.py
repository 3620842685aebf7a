"""PAIR-01, PAIR-02: the office's page of one partnership, with reasons that stand and fall with the stored fields."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from app.agenda.enums import Part
from app.agenda.models import SessionPerson
from app.agenda.service import give_case_session
from app.delegations.enums import TieState
from app.delegations.models import City, Need, Tie
from app.main import create_app
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import partnership_in_event
from app.pairing.service import confirm_for_all
from app.platform.actor import Actor
from app.platform.clock import FixedClock
from app.platform.settings import Settings
from app.solver_runs.models import SolverRun
from tests.app.pairing.conftest import end_run


@pytest.fixture
def client(settings: Settings, clock: FixedClock) -> Any:
    """Without the lifespan no engine runs: the test does what a run asks for."""
    browser = TestClient(create_app(settings, clock=clock), base_url="http://testserver", follow_redirects=False)
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    yield browser
    browser.app.state.database.close()


@pytest.fixture
def office(client: Any, sign_in: Any, session: Any, edition: Any) -> Callable[[str], str]:
    """``office(address)``: the page as an organiser reads it."""
    session.commit()
    sign_in("organiser", event_id=edition.id)

    def read(address: str) -> str:
        session.commit()
        reply = client.get(address)
        assert reply.status_code == 200
        return str(reply.text)

    return read


@pytest.fixture
def address(session: Any, edition: Any, paired: Callable[[], list[Partnership]]) -> str:
    """The page of Phnom Penh and Shenzhen."""
    one = next(one for one in paired() if "phnom-penh" in {member.party.slug for member in one.members})
    session.commit()
    return f"/e/test-event/manage/partnerships/{one.id}"


def _reasons(page: str) -> list[tuple[str, list[str]]]:
    """Each reason with the addresses that it links to."""
    listed = page.partition("Why they fit")[2].partition("</ul>")[0]
    return [(item, re.findall(r'href="([^"]+)"', item)) for item in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)]


def test_each_reason_links_to_the_place_of_its_field(office: Callable[[str], str], address: str) -> None:
    """PAIR-01: at least two reasons, each with its points and with links that open where the field stands."""
    reasons = _reasons(office(address))
    assert len(reasons) >= 2
    for said, links in reasons:
        assert re.search(r'<strong class="number">\d+</strong>', said)
        assert len(links) == 2
        for link in links:
            path, _, place = link.partition("#")
            assert place
            assert f'id="{place}"' in office(path), f"{said}: the profile has no such place"


def test_deleting_the_field_removes_the_reason(
    client: Any, office: Callable[[str], str], session: Any, edition: Any, cast: Any, address: str
) -> None:
    """PAIR-01: over the pages: the need goes from the profile, the pairing is run again, the reason is no more."""
    waste = "Waste: Shenzhen offers what Phnom Penh seeks."
    assert waste in office(address)
    before = len(_reasons(office(address)))
    session.execute(delete(Need).where(Need.party_id == cast.parties[0]))
    session.commit()
    at_once = office(address)
    assert waste not in at_once, "not only once it is run again"
    assert "A field of a member is no longer stored" in at_once
    base = "/e/test-event/manage/pairing/runs"
    started = client.post(base, data={"time_limit_seconds": "5"})
    assert started.status_code == 303
    run = session.scalars(select(SolverRun).order_by(SolverRun.id.desc()).limit(1)).one()
    plan = f"/e/test-event/manage/pairing/what-if?run={run.id}"
    assert started.headers["location"] == plan, "the partnerships are seen before they are accepted"
    assert "Working it out" in office(plan)
    end_run(session, run)
    session.commit()
    assert client.post(f"{base}/{run.id}/accept").status_code == 303
    page = office(address)
    assert waste not in page
    reasons = _reasons(page)
    assert len(reasons) < before
    for _, links in reasons:
        for link in links:
            path, _, place = link.partition("#")
            assert f'id="{place}"' in office(path)


def test_a_new_partnership_a_tie_planned_anew_and_a_living_tie_read_differently(
    office: Callable[[str], str], session: Any, edition: Any, cast: Any, address: str
) -> None:
    """PAIR-01: re-planning a tie that does too little is as much at home as a new partnership."""
    page = office(address)
    assert "A new partnership" in page
    assert "They begin from nothing." in page
    one, other = sorted(cast.parties[:2])
    tie = Tie(
        event_id=edition.id, city_id=one, other_city_id=other, kind="sister cities", state=TieState.DORMANT,
        since=2011, note="No meeting since 2014.",
    )  # fmt: skip
    session.add(tie)
    page = office(address)
    assert "Planned anew" in page
    assert "A new partnership" not in page
    for said in ("sister cities", "2011", "What fell short", "No meeting since 2014.", f"/cities/{one}#ties"):
        assert said in page
    tie.state = TieState.ACTIVE
    page = office(address)
    assert "Beside a living tie" in page
    assert "What fell short" not in page


def test_the_page_shows_members_contacts_label_state_and_history(
    client: Any, office: Callable[[str], str], session: Any, cast: Any, address: str
) -> None:
    """PAIR-02: with the rule, the list and the disclaimer; organisers read whom they write to."""
    page = office(address)
    for said in (
        "planner@phnom-penh.example",
        "planner@shenzhen.example",
        "proposed, nobody asked yet",
        "Two southern cities as partners are South-South.",
        "Phnom Penh: South, by the list “A list” of September 3, 2019.",
        "They pass no judgement on any country or territory",
        "Dossier, PDF",
    ):
        assert said in page
    key = re.search(r'/ask"><input type="hidden" name="form_key" value="([^"]+)"', page)
    assert key
    for _press in range(2):
        assert client.post(f"{address}/ask", data={"form_key": key[1]}).headers["location"] == address
    page = office(address)
    assert "waits for answers" in page
    assert "The link works until" in page
    history = re.findall(r'<span class="what">([^<]+)</span>', page.partition("History")[2])
    assert history[:2] == ["members asked", "proposed"]
    assert client.post(f"{address}/confirm").headers["location"] == address
    page = office(address)
    assert "confirmed by all" in page
    assert "What the public reads" in page
    assert client.post(f"{address}/ask").status_code == 409, "who has answered is not asked again"


def test_the_partnership_of_another_edition_is_not_found(
    client: Any, office: Callable[[str], str], session: Any, address: str, now: Any
) -> None:
    from app.events.models import Event

    other = Event(
        slug="another", name="Another", starts_on=now.date(), ends_on=now.date(), timezone="UTC", venue_name="A hall",
        contact_email="office@another.example",
    )  # fmt: skip
    session.add(other)
    session.flush()
    city = City(event_id=other.id, slug="far", name="Far", country="XX", languages=["en"])
    session.add(city)
    session.flush()
    foreign = Partnership(
        event_id=other.id, state=PartnershipState.PROPOSED, modality="south-south", modality_rule="", value=1,
        classification={}, proposed_at=now, reasons=[],
        members=[PartnershipMember(party_id=city.id, role="partner", group="south")],
    )  # fmt: skip
    session.add(foreign)
    session.commit()
    path = f"/e/test-event/manage/partnerships/{foreign.id}"
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/dossier.pdf").status_code == 404
    for verb in ("ask", "confirm", "withdraw"):
        assert client.post(f"{path}/{verb}", data={"reason": "x"}).status_code == 404


def test_a_case_session_without_moderator_says_so(
    office: Callable[[str], str], session: Any, edition: Any, address: str, actor: Any, now: Any
) -> None:
    """Until an organiser names one."""
    partnership = partnership_in_event(session, edition.id, int(address.rpartition("/")[2]))
    item = give_case_session(session, event=edition, partnership=partnership, actor=actor, now=now)
    assert "moderator missing" in office(address)
    person = session.scalars(select(SessionPerson).where(SessionPerson.session_id == item.id)).first()
    person.part = Part.MODERATOR
    assert "moderator missing" not in office(address)


def test_who_does_not_let_itself_be_named_is_told_on_both_pages(
    office: Callable[[str], str], address: str, session: Any, edition: Any, actor: Actor, now: datetime
) -> None:
    """PAIR-09: agreed by all, and yet not public, because a member took its word to be named back."""
    number = int(address.rsplit("/", 1)[1])
    one = confirm_for_all(session, event=edition, partnership_id=number, actor=actor, now=now)
    session.commit()
    public = f"/e/test-event/partnerships/{number}"
    said = f"Not public: {one.members[0].party.name} does not agree to be named."
    for page in (address, public):
        assert "Not public" not in office(page)
    one.members[0].party.is_listed = False
    session.commit()
    for page in (address, public):
        assert said in office(page)
