"""PAIR-09, PAIR-02: one page for each partnership, in the language of the reader, that names only who agreed to it."""

import io
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete

from app.delegations.enums import TieState
from app.delegations.models import Delegate, Need, Tie
from app.events.models import Challenge
from app.pairing.models import Partnership, PartnershipReason
from app.pairing.queries import partnership_in_event
from app.pairing.service import ask
from app.platform import i18n
from app.platform.actor import Actor
from app.printing.dossier import MOST_REASONS, dossier_of, dossier_pdf


@pytest.fixture
def pair(session: Any, edition: Any, paired: Callable[[], list[Partnership]]) -> Partnership:
    """Phnom Penh and Shenzhen, who match on waste."""
    found = next(one for one in paired() if "phnom-penh" in {member.party.slug for member in one.members})
    return partnership_in_event(session, edition.id, found.id)


def _text(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def _tie(session: Any, edition: Any, pair: Partnership, **more: Any) -> None:
    one, other = sorted(member.party_id for member in pair.members)
    session.add(Tie(event_id=edition.id, city_id=one, other_city_id=other, kind="sister cities", **more))
    session.flush()


def test_the_page_holds_what_a_mayor_asks_for(session: Any, edition: Any, pair: Partnership, now: datetime) -> None:
    """PAIR-09: shared challenges, roles, earlier agreements, contacts; PAIR-02: the rule, its list and what it is not."""
    text = _text(dossier_pdf(session, event=edition, partnership=pair, now=now))
    for said in (
        "Phnom Penh with Shenzhen",
        "South-South",
        "Waste: Shenzhen offers what Phnom Penh seeks.",
        "Cambodia partner",
        "No agreement between these cities is stored: a new partnership.",
        edition.contact_email,
        "Two southern cities as partners are South-South.",
        "Phnom Penh: South, by the list “A list” of September 3, 2019.",
        "They pass no judgement on any country or territory",
    ):
        assert said in text


def test_a_tie_that_fell_short_is_told_as_such(session: Any, edition: Any, pair: Partnership, now: datetime) -> None:
    """PAIR-09: to plan a tie anew reads differently from a new partnership, and from a tie that lives."""
    _tie(session, edition, pair, state=TieState.DORMANT, since=2011, note="No meeting since 2014.")
    text = _text(dossier_pdf(session, event=edition, partnership=pair, now=now))
    assert "Planned anew" in text
    assert "sister cities, since 2011, dormant" in text
    assert "What fell short: No meeting since 2014." in text
    assert "a new partnership" not in text
    session.query(Tie).update({"state": TieState.ACTIVE})
    session.expire_all()
    text = _text(dossier_pdf(session, event=edition, partnership=pair, now=now))
    assert "Earlier agreements" in text
    assert "What fell short" not in text


def test_a_field_that_is_gone_takes_its_reason_off_the_paper_at_once(
    session: Any, edition: Any, cast: Any, pair: Partnership, now: datetime
) -> None:
    """PAIR-01: also before anybody plans anew; the points on the paper are those of the reasons on it."""
    sheet = dossier_of(session, event=edition, partnership=pair, now=now)
    assert any("Waste: Shenzhen offers" in line["text"] for line in sheet["reasons"])
    session.execute(delete(Need).where(Need.party_id == cast.parties[0]))
    sheet = dossier_of(session, event=edition, partnership=pair, now=now)
    assert not any("Phnom Penh seeks" in line["text"] for line in sheet["reasons"])
    assert sheet["total"].startswith(f"{sum(int(line['points']) for line in sheet['reasons'])} point")


def test_nobody_is_named_who_did_not_agree_to_be_listed(
    session: Any, edition: Any, cast: Any, pair: Partnership, now: datetime
) -> None:
    """PAIR-09: contacts by consent; no mail address and no phone of a person stands on the paper."""
    person = session.get_one(Delegate, cast.staff[0])
    person.badge_name, person.function, person.phone = "Sok Dara", "Head of planning", "+855 23 000 000"

    def contact() -> str:
        session.flush()
        text = _text(dossier_pdf(session, event=edition, partnership=pair, now=now))
        assert "@phnom-penh.example" not in text
        assert "+855" not in text
        return text.partition("Contacts")[2].partition("Shenzhen")[0]

    assert "through the office" in contact()
    assert "Sok Dara" not in contact()
    person.consents = {"list_name": True}
    assert "Sok Dara" not in contact(), "not before the approval"
    person.approved_at = now
    assert "Sok Dara" in contact()
    assert "Head of planning" not in contact()
    person.consents = {"list_name": True, "list_function": True}
    assert "Head of planning" in contact()
    person.is_protected = True
    assert "Sok Dara" not in contact()


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_it_is_one_page_in_each_language_however_much_there_is(
    session: Any, edition: Any, pair: Partnership, now: datetime, locale: str
) -> None:
    """PAIR-09: one page, in the words of the language."""
    challenges = session.query(Challenge).all()
    for challenge, member in itertools.product(challenges, pair.members[:2]):
        if session.get(Need, (member.party_id, challenge.id)) is None:
            session.add(Need(party_id=member.party_id, challenge_id=challenge.id, intensity=1))
    for number in range(24):
        pair.reasons.append(
            PartnershipReason(
                kind="need_shared", challenge_id=challenges[number % len(challenges)].id, points=number + 1
            )
        )
    _tie(session, edition, pair, state=TieState.DORMANT, since=1987, note="A sentence that says why. " * 8)
    for member in pair.members:
        member.party.name += " and the whole metropolitan area around it"
    session.flush()
    with i18n.speaking(locale):
        sheet = dossier_of(session, event=edition, partnership=pair, now=now)
        assert len(PdfReader(io.BytesIO(dossier_pdf(session, event=edition, partnership=pair, now=now))).pages) == 1
    assert len(sheet["reasons"]) == MOST_REASONS
    assert sheet["more"]
    if locale != "en":
        assert not set(sheet["words"].values()) & set(_english(session, edition, pair, now)["words"].values())


def _english(session: Any, edition: Any, pair: Partnership, now: datetime) -> dict[str, Any]:
    with i18n.speaking("en"):
        return dossier_of(session, event=edition, partnership=pair, now=now)


def test_it_opens_from_the_link_and_from_the_office_and_from_nowhere_else(
    client: Any, sign_in: Any, session: Any, edition: Any, clock: Any, pair: Partnership, actor: Actor, now: datetime
) -> None:
    """PAIR-09: whoever is asked reads it without signing in, in the own language; it ends with the link."""
    (token, _link), *_rest = ask(session, event=edition, partnership=pair, actor=actor, now=now).values()
    session.commit()
    office = f"/e/test-event/manage/partnerships/{pair.id}"
    assert f"/p/{token}/dossier.pdf" in client.get(f"/p/{token}").text
    reply = client.get(f"/p/{token}/dossier.pdf", headers={"Accept-Language": "fr"})
    assert reply.headers["content-type"] == "application/pdf"
    assert "Sud-Sud" in _text(reply.content)
    assert client.get(f"/p/{token}x/dossier.pdf").status_code == 404
    assert client.get(f"{office}/dossier.pdf").status_code == 303
    clock.advance(timedelta(days=400))
    assert client.get(f"/p/{token}/dossier.pdf").status_code == 410
    sign_in("desk", event_id=edition.id)
    assert client.get(f"{office}/dossier.pdf").status_code == 403
    sign_in("organiser", event_id=edition.id)
    assert f"{office}/dossier.pdf" in client.get(office).text
    assert "Phnom Penh with Shenzhen" in _text(client.get(f"{office}/dossier.pdf").content)
