"""PAIR-09, PAIR-C: the office sees who was asked, who has answered, and reminds those who have not."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import CaseCityStage
from app.pairing.answers import answers_of
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership
from app.pairing.queries import partnerships_of
from app.pairing.service import accept_run
from app.platform.actor import Actor
from app.platform.outbox import MailState, OutboxMail
from tests.app.pairing.answering.conftest import Browser, first_of, mails_of

GRID = "/e/test-event/manage/pairing/consent"


@pytest.fixture
def later(office: Browser, session: Any, edition: Any, clock: Any, sign_in: Any) -> Callable[[int], None]:
    """``later(days)``: some days on, when the organiser has to sign in anew."""

    event_id = edition.id

    def go_on(days: int) -> None:
        clock.advance(timedelta(days=days))
        session.commit()
        sign_in("organiser", event_id=event_id)
        office.cookie = office.client.cookies["bridge"]

    return go_on


def _titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><div class="stack-s"><p><a[^>]*>([^<]+)</a>', page)


def test_the_grid_says_who_was_asked_who_answered_and_why_not(
    city: Browser, office: Browser, session: Any, asked: dict[str, str]
) -> None:
    page = office.get(GRID).text
    assert "2 answers are missing" in page
    assert _titles(page)[0] == "Phnom Penh with Shenzhen", "those who wait come first"
    assert len(_titles(page)) == 2
    city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    page = office.get(GRID).text
    assert "No staff until spring." in page
    sentences = page.partition('id="sentences"')[2]
    assert re.search(r"Shenzhen: declined on [^.]+No staff until spring", sentences), "the same in sentences"
    one = first_of(session)
    assert f"/manage/partnerships/{one.id}/dossier.pdf" in page
    assert f"/manage/partnerships/{one.id}#replacement" in page
    assert "Send a fresh link" not in page, "nobody is waited for any more"


def test_filters_stand_in_the_address_and_say_which_to_drop(
    city: Browser, office: Browser, session: Any, asked: dict[str, str]
) -> None:
    assert _titles(office.get(f"{GRID}?state=waiting").text) == ["Phnom Penh with Shenzhen"]
    assert len(_titles(office.get(f"{GRID}?state=proposed").text)) == 1
    assert _titles(office.get(f"{GRID}?modality=south-south").text) == ["Phnom Penh with Shenzhen"]
    nothing = office.get(f"{GRID}?state=waiting&modality=triangular").text
    assert _titles(nothing) == []
    assert "Without this filter: 1" in nothing
    assert office.get(f"{GRID}?state=nonsense").status_code == 422
    city.post(f"{asked['phnom-penh']}/question", question="Who pays?")
    assert _titles(office.get(f"{GRID}?state=questions").text) == ["Phnom Penh with Shenzhen"]
    assert _titles(office.get(f"{GRID}?state=accepted").text) == []


def test_a_side_gets_a_fresh_link_and_the_other_keeps_its_own(
    city: Browser, office: Browser, session: Any, later: Callable[[int], None], asked: dict[str, str]
) -> None:
    one = first_of(session)
    member = next(member for member in one.members if member.party.slug == "shenzhen")
    later(1)
    form = {"member": str(member.id), "state": "waiting", "modality": "//evil", "form_key": "pressed twice"}
    for _press in range(2):
        sent = office.post(f"/e/test-event/manage/partnerships/{one.id}/remind", **form)
        assert sent.status_code == 303
    assert sent.headers["location"] == f"{GRID}?state=waiting#partnership-{one.id}"
    mails = mails_of(session)
    assert len(mails) == 3
    assert mails[-1].recipient == "planner@shenzhen.example"
    assert mails[-1].subject.startswith("A reminder, your answer please: ")
    assert city.get(asked["shenzhen"]).status_code == 410
    assert city.get(asked["phnom-penh"]).status_code == 200
    assert "reminded" in office.get(GRID).text
    assert office.post(f"/e/test-event/manage/partnerships/{one.id}/remind", member="9999").status_code == 404


def test_one_button_reminds_all_who_are_due_and_nobody_else(
    city: Browser,
    office: Browser,
    session: Any,
    edition: Any,
    clock: Any,
    later: Callable[[int], None],
    asked: dict[str, str],
) -> None:
    assert "Remind" not in office.get(GRID).text.partition("<main")[2].partition("</h1>")[0]
    assert office.post(f"{GRID}/remind").status_code == 303
    assert len(mails_of(session)) == 2, "asked today: nobody is due"
    city.post(asked["phnom-penh"], consent="accepted")
    later(5)
    assert "Remind 1 side" in office.get(GRID).text
    assert office.post(f"{GRID}/remind").status_code == 303
    assert [mail.recipient for mail in mails_of(session)[2:]] == ["planner@shenzhen.example"]
    assert [row.due for row in answers_of(session, edition.id, now=clock.now())] == [(), ()]
    assert office.post(f"{GRID}/remind").status_code == 303
    assert len(mails_of(session)) == 3


def test_who_was_asked_and_is_left_out_by_a_later_plan_reads_why_once_somebody_lets_the_mail_go(
    session: Any, edition: Any, asked: dict[str, str], solved: Callable[[], Any], actor: Actor, now: datetime
) -> None:
    """One held mail to each side that was asked; none where nobody was told."""
    before = {one.id: one.state for one in partnerships_of(session, edition.id)}
    for city_row in {member.party for one in partnerships_of(session, edition.id) for member in one.members}:
        if city_row.slug == "phnom-penh":
            city_row.stage = CaseCityStage.NOMINATED
    run = solved()
    accept_run(session, event=edition, run=run, actor=actor, now=now)
    session.commit()
    session.expire_all()
    gone = session.scalars(select(Partnership).where(Partnership.state == PartnershipState.WITHDRAWN)).all()
    assert [before[one.id] for one in gone].count(PartnershipState.ASKED) == 1
    told = list(session.scalars(select(OutboxMail).where(OutboxMail.subject.startswith("No longer proposed: "))))
    assert {mail.recipient for mail in told} == {"planner@phnom-penh.example", "planner@shenzhen.example"}
    assert all(mail.state is MailState.HELD for mail in told)
    assert all("The reason: all partnerships were planned anew" in mail.body for mail in told)


def test_one_button_asks_all_that_were_only_proposed(
    office: Browser, session: Any, edition: Any, asked: dict[str, str]
) -> None:
    """PAIR-09: nobody is asked twice by it."""
    assert "Ask the cities: 1" in office.get("/e/test-event/manage/pairing").text
    assert office.post("/e/test-event/manage/pairing/ask").headers["location"] == f"{GRID}?state=waiting"
    assert {one.state for one in partnerships_of(session, edition.id)} == {PartnershipState.ASKED}
    assert len(mails_of(session)) == 4
    assert "Ask the cities" not in office.get("/e/test-event/manage/pairing").text
    office.post("/e/test-event/manage/pairing/ask")
    assert len(mails_of(session)) == 4
