"""PAIR-09, ADM-07: the page of an answer and what it says afterwards, in a browser and on a phone, without signing in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.events.models import Event
from app.pairing.enums import PartnershipState
from app.pairing.notices import ask_members
from app.pairing.queries import partnerships_of
from app.platform.actor import Actor
from app.platform.outbox import OutboxMail
from tests.browser.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = next((Path(__file__).parent / "vendor").glob("axe*.js"))


@pytest.fixture
def links(served: Any, address: str) -> list[str]:
    """Fresh links to the answers of a partnership that waits, as they stand in the mails."""
    with served.state.database.writing() as session:
        event = session.scalars(select(Event).where(Event.slug == "bridge-2019")).one()
        one = next(row for row in partnerships_of(session, event.id) if row.state is PartnershipState.ASKED)
        before = session.scalars(select(OutboxMail.id).order_by(OutboxMail.id.desc()).limit(1)).first() or 0
        ask_members(session, event=event, partnership=one, base_url=address, actor=Actor.system("test"), now=NOW)
        bodies = session.scalars(select(OutboxMail.body).where(OutboxMail.id > before).order_by(OutboxMail.id))
        return [found[0] for body in bodies if (found := re.search(r"/p/\S+", body))]


def _look(page: Any) -> None:
    """No serious finding, one h1, nothing beyond the edge of a phone."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    serious = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
    assert not serious, json.dumps([(one["id"], one["nodes"][0]["html"][:160]) for one in serious])
    assert page.locator("h1").count() == 1
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1440, "height": 1000})


def test_a_side_asks_and_accepts_and_another_declines(page: Any, links: list[str]) -> None:
    page.goto(links[0])
    _look(page)
    page.get_by_label("Your question").fill("Who pays for the study visits?")
    page.get_by_role("button", name="Ask the organisers").click()
    page.wait_for_url(re.compile("#questions$"))
    assert page.get_by_text("Who pays for the study visits?").is_visible()
    _look(page)
    page.get_by_role("button", name="Accept").click()
    page.wait_for_selector("text=You accepted this")
    _look(page)
    page.goto(links[1])
    page.get_by_role("button", name="Decline").click()
    page.wait_for_selector("text=Give a reason")
    _look(page)
    page.get_by_label("Reason for declining").fill("No staff until spring.")
    page.get_by_role("button", name="Decline").click()
    page.wait_for_selector("text=You declined this")
    _look(page)
