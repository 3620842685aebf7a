"""PAIR-09: a "no" brings the best replacement, which leaves all others alone."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import CaseCityStage
from app.delegations.models import City, Need, Offer
from app.events.enums import CountryGroup
from app.events.models import Challenge
from app.office.needs import needs_of
from app.pairing.enums import PartnershipState
from app.pairing.models import PairingWish, Partnership
from app.pairing.queries import partnerships_of
from app.pairing.service import ask
from app.platform.actor import Actor
from app.solver_runs.models import SolverRun
from tests.app.pairing.answering.conftest import Browser, first_of, mails_of
from tests.app.pairing.conftest import end_run

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def fifth(session: Any, edition: Any, asked: dict[str, str]) -> City:
    """A city that comes after the others were paired."""
    city = City(
        event_id=edition.id, slug="leftover", name="Leftover", country="TR", languages=["en"],
        stage=CaseCityStage.SELECTED, group_override=CountryGroup.SOUTH, group_override_note="for this test",
    )  # fmt: skip
    session.add(city)
    session.flush()
    tourism = session.scalars(select(Challenge.id).where(Challenge.code == "tourism")).one()
    session.add(Need(party_id=city.id, challenge_id=tourism, intensity=1))
    session.add(Offer(party_id=city.id, challenge_id=tourism, intensity=1))
    session.flush()
    return city


@both
def test_a_no_releases_the_members_and_the_best_replacement_is_taken_with_one_button(
    city: Browser, office: Browser, session: Any, edition: Any, fifth: City, asked: dict[str, str], kind: str
) -> None:
    """PAIR-09: others are left alone; the office is told; the reason is for the office alone."""
    city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    one = first_of(session)
    others = {found.id: (found.version, found.value) for found in partnerships_of(session, edition.id)}
    assert one.state is PartnershipState.DECLINED
    assert one.id not in others
    assert len(others) == 1
    mails = {mail.recipient: mail for mail in mails_of(session)[2:]}
    assert set(mails) == {"planner@phnom-penh.example", edition.contact_email}
    assert "No staff until spring." in mails[edition.contact_email].body
    assert f"/manage/partnerships/{one.id}" in mails[edition.contact_email].body
    assert "spring" not in mails["planner@phnom-penh.example"].body
    assert "spring" not in city.get(asked["phnom-penh"]).text
    assert "no longer stands" in city.get(asked["phnom-penh"]).text
    needed = [need for need in needs_of(session, edition) if need.href.endswith(f"/partnerships/{one.id}")]
    assert [need.title for need in needed] == ["1 partnership was declined"]
    address = f"/e/test-event/manage/partnerships/{one.id}"
    assert "It is being worked out" in office.get(address).text
    run = session.get_one(SolverRun, one.replacement_run_id)
    assert run.label == "Instead of Phnom Penh with Shenzhen"
    end_run(session, run)
    session.commit()
    page = office.get(address).text
    assert "Leftover" in page
    take = re.search(r'action="([^"]+/take)"', page)
    assert take
    bench = office.get("/e/test-event/manage/pairing").text
    assert "Accept this plan" not in bench, "its plan is no plan of all cities"
    taken = office.post(take[1])
    assert taken.status_code == 303
    session.expire_all()
    stand = {found.id: found for found in partnerships_of(session, edition.id)}
    new = next(found for number, found in stand.items() if number not in others)
    assert taken.headers["location"].endswith(f"/manage/partnerships/{new.id}")
    assert "leftover" in {member.party.slug for member in new.members}
    assert new.state is PartnershipState.PROPOSED
    assert sum(reason.points for reason in new.reasons) == new.value > 0
    assert {number: (found.version, found.value) for number, found in stand.items() if number != new.id} == others
    assert [need for need in needs_of(session, edition) if "declined" in need.title] == []
    assert f"/partnerships/{new.id}" in office.get(address).text
    assert office.post(take[1]).status_code == 422, "it is taken once"


@both
def test_who_declined_is_not_proposed_to_the_same_city_again(
    city: Browser, session: Any, edition: Any, fifth: City, asked: dict[str, str],
    paired: Callable[[], list[Partnership]], kind: str,
) -> None:  # fmt: skip
    """PAIR-09: a later run over everything knows the "no" too."""
    city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    session.expire_all()
    said = session.scalars(select(PairingWish)).one()
    assert (said.level.value, said.note) == ("no", "No staff until spring.")
    sides = [{member.party.slug for member in one.members} for one in paired()]
    assert {"phnom-penh", "shenzhen"} not in sides
    assert sides


def test_where_nobody_is_left_the_page_says_so(
    city: Browser, office: Browser, session: Any, edition: Any, asked: dict[str, str]
) -> None:
    city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    one = first_of(session)
    end_run(session, session.get_one(SolverRun, one.replacement_run_id))
    session.commit()
    page = office.get(f"/e/test-event/manage/partnerships/{one.id}").text
    assert "Nobody is left for its members unless other partnerships change." in page
    assert "/take" not in page


def test_what_was_left_alone_and_declined_since_is_no_replacement(
    city: Browser, office: Browser, session: Any, edition: Any, fifth: City, asked: dict[str, str], actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """PAIR-09: the plan of a run holds the others of its day; one that falls later is not offered again."""
    city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    one = first_of(session)
    end_run(session, session.get_one(SolverRun, one.replacement_run_id))
    (other,) = partnerships_of(session, edition.id)
    names = [member.party.name for member in other.members]
    for member_id, (token, _) in ask(session, event=edition, partnership=other, actor=actor, now=now).items():
        last = (member_id, token)
    session.commit()
    address = f"/e/test-event/manage/partnerships/{one.id}"
    before = office.get(address).text
    assert "Leftover" in before
    assert city.post(f"/p/{last[1]}", consent="declined", reason="Elections.").status_code == 303
    after = re.sub(r"<[^>]+>", " ", office.get(address).text.partition("In its place")[2])
    assert "Leftover" in after
    assert not any(name in after.partition("Propose")[0] for name in names)
