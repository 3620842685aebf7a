"""PAIR-09: a side asks before it answers, the office replies, and its focal point may do it all signed in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import TieState
from app.delegations.models import Delegation, Party, Tie
from app.pairing.models import PartnershipQuestion
from app.pairing.queries import partnerships_of
from app.platform.outbox import OutboxMail
from tests.app.pairing.answering.conftest import Browser, first_of, mails_of


def _questions(session: Any) -> list[PartnershipQuestion]:
    session.expire_all()
    return list(session.scalars(select(PartnershipQuestion).order_by(PartnershipQuestion.id)))


def test_a_side_asks_without_signing_in_and_answers_afterwards(
    city: Browser, office: Browser, session: Any, edition: Any, asked: dict[str, str]
) -> None:
    """PAIR-09: the question goes to the office by mail and stands on its pages with who and when; the answer stays open."""
    link = asked["phnom-penh"]
    assert "A question first?" in city.get(link).text
    sent = city.post(f"{link}/question", question="Who pays for the study visits?")
    assert sent.status_code == 303 and sent.headers["location"] == f"{link}#questions"
    mail = mails_of(session)[-1]
    one = first_of(session)
    assert mail.recipient == edition.contact_email
    assert mail.subject.startswith("Phnom Penh asks about: ")
    assert "Who pays for the study visits?" in mail.body
    assert f"/manage/partnerships/{one.id}#questions" in mail.body
    for address in (f"/e/test-event/manage/partnerships/{one.id}", "/e/test-event/manage/pairing/consent"):
        page = office.get(address).text
        assert "Who pays for the study visits?" in page, address
        assert "Phnom Penh" in page
    assert "Who pays" not in city.get(asked["shenzhen"]).text, "the other side does not read it"
    page = city.get(link).text
    assert "The organisers have your question" in page
    assert "Does Phnom Penh accept?" in page
    assert city.post(link, consent="accepted").status_code == 303
    assert {member.party.slug: member.consent.value for member in first_of(session).members}["phnom-penh"] == "accepted"
    late = city.post(f"{link}/question", question="And another thing?")
    assert late.status_code == 409
    assert "no longer waits for your answer" in late.text
    assert len(_questions(session)) == 1


def test_the_office_replies_once_and_the_side_reads_it_by_mail_and_on_its_page(
    city: Browser, office: Browser, session: Any, asked: dict[str, str]
) -> None:
    city.post(f"{asked['phnom-penh']}/question", question="Who pays for the study visits?")
    one = first_of(session)
    page = office.get(f"/e/test-event/manage/partnerships/{one.id}").text
    action = re.search(r'action="([^"]+/questions/\d+)"', page)
    assert action
    assert office.post(action[1], reply=" ").status_code == 422
    assert office.post(action[1], reply="The programme does.").status_code == 303
    told = mails_of(session)[-1]
    assert told.recipient == "planner@phnom-penh.example"
    assert "The programme does." in told.body
    assert "The programme does." in city.get(asked["phnom-penh"]).text
    again = office.post(action[1], reply="The cities do.")
    assert again.status_code == 409
    assert _questions(session)[0].reply == "The programme does."
    assert office.post(f"/e/test-event/manage/partnerships/{one.id}/questions/999", reply="x").status_code == 404


def test_questions_are_limited_and_a_button_pressed_twice_asks_once(
    city: Browser, session: Any, clock: Any, asked: dict[str, str]
) -> None:
    link = asked["phnom-penh"]
    for text in ("", "?"):
        refused = city.post(f"{link}/question", question=text)
        assert refused.status_code == 422
    twice = [city.post(f"{link}/question", question="Who pays?", form_key="a-key").status_code for _ in range(2)]
    assert twice == [303, 303]
    assert len(_questions(session)) == 1
    for number in range(4):
        assert city.post(f"{link}/question", question=f"Question {number}?").status_code == 303
    stopped = city.post(f"{link}/question", question="And the sixth?")
    assert stopped.status_code == 429
    assert "And the sixth?" in stopped.text, "what was typed is kept"
    assert len(_questions(session)) == 5
    assert city.post(f"{asked['shenzhen']}/question", question="We too?").status_code == 303
    clock.advance(timedelta(hours=1, minutes=1))
    assert city.post(f"{link}/question", question="And the sixth?").status_code == 303


def _delegation_of(session: Any, event_id: int, slug: str) -> Delegation:
    return session.scalars(
        select(Delegation).join(Party, Party.id == Delegation.party_id).where(
            Delegation.event_id == event_id, Party.slug == slug
        )
    ).one()  # type: ignore[no-any-return]  # fmt: skip


@pytest.fixture
def focal_point(client: Any, session: Any, edition: Any, sign_in: Any) -> Any:
    """``focal_point(slug)``: the browser of whoever registers for that city."""

    def of(slug: str) -> Browser:
        delegation_id = _delegation_of(session, edition.id, slug).id
        session.commit()
        sign_in("focal_point", event_id=edition.id, delegation_id=delegation_id)
        return Browser(client, session, client.cookies["bridge"])

    return of


def test_a_focal_point_reads_answers_and_asks_on_the_page_of_its_own_partnership(
    city: Browser, session: Any, edition: Any, focal_point: Any, asked: dict[str, str]
) -> None:
    """PAIR-09, DEL-5: signed in, for its own side alone; another's is not there, nor one of which nobody was told."""
    one = first_of(session)
    address = f"/e/test-event/partnerships/{one.id}/dossier"
    ours, others = focal_point("phnom-penh"), focal_point("essen")
    assert "Does Phnom Penh accept?" in ours.get(address).text
    assert ours.get(f"{address}.pdf").content.startswith(b"%PDF")
    for path in (address, f"{address}.pdf"):
        assert others.get(path).status_code == 404
    assert others.post(address, consent="accepted").status_code == 404
    assert others.post(f"{address}/question", question="Who pays?").status_code == 404
    assert city.get(address).status_code in {303, 401}, "a visitor signs in first"
    unasked = next(
        row.id
        for row in partnerships_of(session, edition.id)
        if "essen" in {member.party.slug for member in row.members}
    )
    assert others.get(f"/e/test-event/partnerships/{unasked}/dossier").status_code == 404
    assert ours.post(f"{address}/question", question="Who pays?").status_code == 303
    assert ours.post(address, consent="declined").status_code == 422
    assert ours.post(address, consent="accepted").status_code == 303
    assert "You accepted this" in ours.get(address).text
    assert "You accepted this" in city.get(asked["phnom-penh"]).text, "once, whichever way"


def test_the_delegation_page_leads_to_the_dossier_once_the_city_was_asked(
    session: Any, edition: Any, focal_point: Any, asked: dict[str, str]
) -> None:
    for slug, is_there in (("phnom-penh", True), ("essen", False)):
        browser = focal_point(slug)
        delegation = _delegation_of(session, edition.id, slug)
        page = browser.get(f"/e/test-event/delegations/{delegation.id}")
        assert page.status_code == 200
        assert ("/dossier" in page.text) is is_there, slug
        assert ("waits for the city" in page.text) is is_there


def test_outbox_mails_of_questions_are_one_each(city: Browser, session: Any, asked: dict[str, str]) -> None:
    for text in ("First?", "Second?"):
        city.post(f"{asked['phnom-penh']}/question", question=text)
    keys = session.scalars(select(OutboxMail.key).where(OutboxMail.key.startswith("partnership question"))).all()
    assert len(set(keys)) == 2


def test_the_page_says_what_was_before(city: Browser, session: Any, edition: Any, asked: dict[str, str]) -> None:
    """DEL-5: earlier agreements with what fell short of them, or that there is none."""
    assert "a new partnership" in city.get(asked["phnom-penh"]).text
    ids = sorted(member.party_id for member in first_of(session).members)
    session.add(
        Tie(
            event_id=edition.id, city_id=ids[0], other_city_id=ids[1], kind="sister cities", since=2011,
            state=TieState.DORMANT, note="Two visits in eight years.",
        )
    )  # fmt: skip
    page = city.get(asked["phnom-penh"]).text
    assert "since 2011" in page
    assert "What fell short: Two visits in eight years." in page
