"""PAIR-09: members answer once through a link, without signing in; a "no" brings the best replacement."""

import re
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.office.service.agreeing import answer_partnership
from app.pairing.enums import Consent, PartnershipState
from app.pairing.queries import partnership_in_event
from app.pairing.service import ask
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.outbox import MailState
from app.solver_runs.models import SolverRun
from tests.app.pairing.answering.conftest import BASE, Browser, first_of, mails_of

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


def _answers(session: Any) -> dict[str, tuple[str, str | None]]:
    return {one.party.slug: (one.consent.value, one.consent_reason) for one in first_of(session).members}


@both
def test_all_accept_and_the_partnership_is_confirmed_public_and_told(
    city: Browser, session: Any, asked: dict[str, str], kind: str
) -> None:
    """PAIR-09: accept from a link, without signing in; the last yes confirms, writes to all and into the log."""
    page = city.get(asked["phnom-penh"])
    assert page.status_code == 200
    assert "Does Phnom Penh accept?" in page.text
    assert "Waste: Shenzhen offers what Phnom Penh seeks." in page.text
    assert _answers(session)["phnom-penh"] == ("pending", None), "looking changes nothing"
    assert city.post(asked["phnom-penh"], consent="accepted").status_code == 303
    assert "You accepted this" in city.get(asked["phnom-penh"]).text
    assert first_of(session).state is PartnershipState.ASKED
    assert len(mails_of(session)) == 2, "nobody is written to before all agreed"
    assert "accepted" in city.get(asked["shenzhen"]).text
    assert city.post(asked["shenzhen"], consent="accepted").status_code == 303
    one = first_of(session)
    assert one.state is PartnershipState.CONFIRMED
    assert "All members agreed. The partnership is public." in city.get(asked["phnom-penh"]).text
    assert city.get(f"/e/test-event/partnerships/{one.id}").status_code == 200
    told = mails_of(session)[2:]
    assert {mail.recipient for mail in told} == {"planner@phnom-penh.example", "planner@shenzhen.example"}
    assert all(mail.subject.startswith("Agreed by all: ") for mail in told)
    actions = select(AuditEntry.action).where(AuditEntry.entity == "partnership", AuditEntry.entity_id == str(one.id))
    assert session.scalars(actions).all().count("partnership.accepted") == 2


@both
def test_a_second_answer_changes_nothing_and_shows_thefirst_of(
    city: Browser, session: Any, asked: dict[str, str], kind: str
) -> None:
    """PAIR-09: once."""
    city.post(asked["phnom-penh"], consent="accepted")
    lines = len(session.scalars(select(AuditEntry.id)).all())
    again = city.post(asked["phnom-penh"], consent="declined", reason="On second thought.")
    assert again.status_code == 303
    again = city.get(asked["phnom-penh"])
    assert "You accepted this" in again.text
    assert "<form" not in again.text.partition('id="answer"')[2].partition("</div>")[0]
    assert _answers(session)["phnom-penh"] == ("accepted", None)
    assert len(session.scalars(select(AuditEntry.id)).all()) == lines
    assert len(mails_of(session)) == 2
    assert session.scalars(select(SolverRun.label).where(SolverRun.label.startswith("Instead"))).all() == []


def test_a_no_without_a_reason_is_refused_and_what_was_chosen_is_kept(
    city: Browser, session: Any, asked: dict[str, str]
) -> None:
    """PAIR-09: decline with a reason."""
    refused = city.post(asked["shenzhen"], consent="declined")
    assert refused.status_code == 422
    assert "Give a reason" in refused.text
    assert city.post(asked["shenzhen"]).status_code == 422
    assert _answers(session)["shenzhen"] == ("pending", None)


def test_the_form_says_of_the_reason_what_is_done_with_it(city: Browser, asked: dict[str, str]) -> None:
    """PAIR-09: nothing calls it optional, in no language, since who declines has to give one; who accepts need not."""
    said = set()
    for language in ("en", "fr", "es", "ar", "zh", "ru"):
        city.client.headers["Accept-Language"] = language
        page = city.get(asked["shenzhen"]).text
        field = re.search(r'<label for="reason">(.*?)</label>\s*<p class="hint" id="reason-hint">(.*?)</p>', page)
        assert field, language
        assert "optional" not in field[1]
        said.add(field.groups())
        refused = city.post(asked["shenzhen"], consent="declined", reason=" ")
        assert refused.status_code == 422
        assert 'id="reason-error"' in refused.text
    assert len({label for label, _hint in said}) == len({hint for _label, hint in said}) == 6
    assert city.post(asked["shenzhen"], consent="accepted").status_code == 303


@pytest.mark.parametrize("how", ["declined", "withdrawn", "asked anew"])
def test_a_letter_that_leads_nowhere_any_more_is_not_sent(
    city: Browser, office: Browser, session: Any, edition: Any, asked: dict[str, str], actor: Actor, now: datetime,
    how: str,
) -> None:  # fmt: skip
    """PAIR-09: what waits in the outbox ends with its link."""
    letters = [mail.id for mail in mails_of(session)]
    for mail in mails_of(session):
        mail.state = MailState.HELD
    one = first_of(session)
    if how == "declined":
        city.post(asked["shenzhen"], consent="declined", reason="No staff until spring.")
    elif how == "withdrawn":
        office.post(f"/e/test-event/manage/partnerships/{one.id}/withdraw", reason="Budget.")
    else:
        ask(session, event=edition, partnership=one, actor=actor, now=now)
    session.commit()
    session.expire_all()
    mails = mails_of(session)
    assert {mail.state for mail in mails if mail.id in letters} == {MailState.DROPPED}
    assert all(mail.reason for mail in mails if mail.id in letters)
    assert MailState.DROPPED not in {mail.state for mail in mails if mail.id not in letters}


def test_forged_replaced_and_late_links_say_what_to_do(
    city: Browser, session: Any, edition: Any, clock: Any, asked: dict[str, str], actor: Actor, now: datetime
) -> None:
    """PAIR-09: a link that does not work says why, and takes no answer."""
    for forged in ("/p/nothing", asked["shenzhen"][:-1]):
        for reply in (city.get(forged), city.post(forged, consent="accepted")):
            assert reply.status_code == 404
            assert "This link opens nothing. Copy it whole from the mail" in reply.text
    fresh = {
        member_id: f"/p/{token}"
        for member_id, (token, _) in ask(
            session, event=edition, partnership=first_of(session), actor=actor, now=now
        ).items()
    }
    session.commit()
    for reply in (city.get(asked["shenzhen"]), city.post(asked["shenzhen"], consent="accepted")):
        assert reply.status_code == 410
        assert "A newer mail with another link was sent." in reply.text
    slugs = {member.id: member.party.slug for member in first_of(session).members}
    links = {slugs[member_id]: link for member_id, link in fresh.items()}
    assert city.post(links["phnom-penh"], consent="accepted").status_code == 303
    clock.advance(timedelta(days=400))
    for reply in (city.get(links["shenzhen"]), city.post(links["shenzhen"], consent="accepted")):
        assert reply.status_code == 410
        assert f"Write to {edition.contact_email} for a new link." in reply.text
    assert "You accepted this" in city.get(links["phnom-penh"]).text, "what was answered in time can be read"
    assert _answers(session) == {"phnom-penh": ("accepted", None), "shenzhen": ("pending", None)}


def test_a_partnership_taken_back_asks_nothing_more(
    city: Browser, office: Browser, session: Any, edition: Any, asked: dict[str, str]
) -> None:
    one = first_of(session)
    address = f"/e/test-event/manage/partnerships/{one.id}"
    assert office.post(f"{address}/withdraw", reason=" ").status_code == 422
    assert office.post(f"{address}/withdraw", reason="Budget.").status_code == 303
    assert first_of(session).state is PartnershipState.WITHDRAWN
    page = city.get(asked["phnom-penh"]).text
    assert "This proposal no longer stands. Nothing is asked of you." in page
    assert city.post(asked["phnom-penh"], consent="accepted").status_code == 409
    told = mails_of(session)[2:]
    assert len(told) == 2
    assert all("Budget" not in mail.body for mail in told)
    assert "Budget." in office.get(address).text


@both
@pytest.mark.parametrize("twice", [False, True], ids=["both sides", "one side twice"])
def test_answers_at_once_lose_nothing(
    database: Database, session: Any, edition: Any, asked: dict[str, str], actor: Actor, now: datetime,
    twice: bool, kind: str,
) -> None:  # fmt: skip
    """PAIR-09: two at once confirm once; the same side twice counts once."""
    one = first_of(session)
    members = [member.id for member in one.members]
    partnership_id, event_id = one.id, edition.id
    session.commit()
    start, faults = threading.Barrier(2), []

    def say(member_id: int) -> None:
        start.wait()
        try:
            with database.writing() as own:
                found = partnership_in_event(own, event_id, partnership_id)
                answer_partnership(
                    own,
                    event=own.get_one(type(edition), event_id),
                    partnership=found,
                    member=next(member for member in found.members if member.id == member_id),
                    consent=Consent.ACCEPTED,
                    reason=None,
                    base_url=BASE,
                    actor=actor,
                    now=now,
                )
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=say, args=(members[0 if twice else side],)) for side in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    one = first_of(session)
    accepted = [member.consent for member in one.members].count(Consent.ACCEPTED)
    assert accepted == (1 if twice else 2)
    assert one.state is (PartnershipState.ASKED if twice else PartnershipState.CONFIRMED)
    assert len(mails_of(session)) == (2 if twice else 4)
    lines = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "partnership.accepted")).all()
    assert len(lines) == accepted
