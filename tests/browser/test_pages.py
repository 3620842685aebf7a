"""Pages in a real browser: no serious finding by axe (ADM-07), nothing the content policy stops (T31), light (ADM-08)."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.service.links import issue_link
from app.agenda.enums import BINDING_PARTS
from app.agenda.models import ReleasedSession, SessionPerson
from app.delegations.models import Delegate, Delegation
from app.meetings.models import Meeting, MeetingOffer, MeetingWish, WishPerson
from app.pairing.models import PartnershipLink, PartnershipMember
from app.platform.tokens import digest
from app.registration.duplicates import duplicates_of
from app.registration.enums import QuestionKind, QuestionState, RegistrationState
from app.registration.models import MemberLink, Question, Registration
from tests.browser.walked import NO_PAGE, PAGES, UNSEEN, E

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = sorted((Path(__file__).parent / "vendor").glob("axe*.js"))
NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
TOKEN = "a-letter-of-the-tests-77777"


@pytest.fixture
def letters(served: Any) -> dict[str, str]:
    """What stands in addresses that no page shows: links out of letters, and a pair of likely twins."""
    with served.state.database.writing() as session:
        submitted, approved = (
            session.scalars(select(Registration).where(Registration.state == state)).first()
            for state in (RegistrationState.SUBMITTED, RegistrationState.APPROVED)
        )
        person = session.scalars(select(Delegate).where(Delegate.delegation_id == approved.delegation_id)).first()
        submitted.token_digest, approved.token_digest = digest(TOKEN), digest(TOKEN[::-1])
        for model in (PartnershipLink, MeetingWish):
            session.scalars(select(model).order_by(model.id.desc())).first().token_digest = digest(TOKEN)
        event_id = submitted.event_id
        session.add(
            MemberLink(
                event_id=event_id,
                delegate_id=person.id,
                token_digest=digest(TOKEN),
                created_at=NOW,
                expires_at=NOW + timedelta(days=9),
            )
        )
        session.add(
            Question(
                event_id=event_id,
                registration_id=submitted.id,
                kind=QuestionKind.OTHER,
                state=QuestionState.ASKED,
                text="Which languages does the delegation speak?",
                token_digest=digest(TOKEN),
                asked_at=NOW,
            )
        )
        account = session.scalars(select(Account).where(Account.email.startswith("organiser"))).first()
        link = issue_link(session, email=account.email, account_id=account.id, grant_id=None, now=NOW)
        own = f"/r/{TOKEN[::-1]}/people/{person.id}"
        twins = f"{E}/manage/duplicates/{duplicates_of(session, event_id)[0].key}"
        member = select(PartnershipMember.partnership_id).join(
            Delegation, Delegation.party_id == PartnershipMember.party_id
        )
        pair_id = session.scalars(member.where(Delegation.id == 2)).first()
        dossier = f"{E}/partnerships/{pair_id}/dossier"
        deputy = session.scalars(select(Delegate.id).where(Delegate.badge_name == "Deputy Mayor of Shenzhen")).one()
        mine = select(WishPerson.wish_id).where(WishPerson.delegate_id == deputy)
        meeting = session.scalars(select(Meeting).where(Meeting.wish_id.in_(mine)).order_by(Meeting.id)).first()
        session.add(
            MeetingOffer(
                event_id=event_id,
                wish_id=meeting.wish_id,
                slot_id=meeting.slot_id,
                table_id=meeting.table_id,
                offered_at=NOW,
                expires_at=NOW + timedelta(minutes=15),
                token_digest=digest(TOKEN),
            )
        )
        waiting = select(MeetingWish.id).where(MeetingWish.to_delegate_id == deputy, MeetingWish.answer == "pending")
        wish_id = session.scalars(waiting).first()
        part = select(SessionPerson).join(ReleasedSession, ReleasedSession.session_id == SessionPerson.session_id)
        seat = session.scalars(part.where(SessionPerson.part.in_(BINDING_PARTS)).order_by(SessionPerson.id)).first()
    return {
        "/sign-in/{token}": f"/sign-in/{link}",
        "{own}": own,
        "{twins}": twins,
        "{dossier}": dossier,
        "{own_meeting}": f"{E}/my/meetings/{meeting.id}",
        "{own_wish}": f"{E}/my/meetings/wishes/{wish_id}/answer",
        "{seat}": f"{E}/people/{seat.delegate_id}/sessions/{seat.session_id}/cannot-come",
    }


@pytest.fixture
def walk(enter: Callable[[Any, str], None], letters: dict[str, str]) -> Callable[[Any, str], Iterator[str]]:
    """``walk(page, role)``: open one page after the other as that role, giving its address."""

    def pages(page: Any, role: str) -> Iterator[str]:
        if role != "public":
            enter(page, role)
        for path in PAGES[role]:
            answer = page.goto(letters.get(path, path.replace("{token}", TOKEN)))
            assert answer.status == 200, f"{answer.status} {path}"
            yield path

    return pages


def test_the_walks_leave_no_page_out(served: Any) -> None:
    """Each route that answers with a page is in ``PAGES``, or in ``UNSEEN`` with its reason."""
    names = {
        "{own}": "/r/x/people/1",
        "{twins}": f"{E}/manage/duplicates/1",
        "{dossier}": f"{E}/partnerships/1/dossier",
        "{own_meeting}": f"{E}/my/meetings/1",
        "{own_wish}": f"{E}/my/meetings/wishes/1/answer",
        "{seat}": f"{E}/people/1/sessions/1/cannot-come",
    }
    shown = {re.sub(r"\?.*", "", names.get(path, path)).format(token="x") for paths in PAGES.values() for path in paths}
    pages = {
        route.path
        for route in iter_route_contexts(served.routes)
        if "GET" in (route.methods or ()) and not NO_PAGE.search(route.path)
    }
    missing = {
        path
        for path in pages
        if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), address) for address in shown)
    }
    assert missing == set(UNSEEN)


LISTENER = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""


def test_t31_the_listener_hears_what_the_policy_refuses(browser: Any, address: str) -> None:
    """The control of T31: a style and a script that do not belong to the page are refused, and heard of."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.add_init_script(LISTENER)
    page.goto("/sign-in")
    assert page.evaluate("window.refused") == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=color:red><img src=x onerror=alert(1)>')")
    page.wait_for_function("window.refused.length >= 2")
    assert {one.split()[0] for one in page.evaluate("window.refused")} == {"style-src-attr", "script-src-attr"}
    context.close()


@pytest.mark.parametrize("role", PAGES)
def test_adm_07_no_serious_finding_by_axe(page: Any, walk: Callable[[Any, str], Iterator[str]], role: str) -> None:
    """ADM-07: axe finds nothing serious or critical on any page; each has one h1 and a language.

    T31: and no page asks for anything that the content policy refuses, while it is loaded and looked at.
    """
    page.add_init_script(LISTENER)
    assert AXE, "axe-core is checked in under tests/browser/vendor"
    axe = AXE[0].read_text()
    found: dict[str, Any] = {}
    for path in walk(page, role):
        refused = page.evaluate("window.refused")
        assert refused == [], f"{path}: {refused}"
        page.evaluate(axe)
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
        if serious:
            found[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in serious]
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == "en", path
    assert not found, json.dumps(found, indent=1)


WIDE = """
() => {
  const room = document.documentElement.clientWidth;
  const frames = [...document.querySelectorAll("main *")].filter(
    (one) => /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1,
  );
  // A frame takes the focus itself, or what is in it does.
  const entered = (one) => one.tabIndex >= 0 || one.querySelector("a[href], button, input, select, [tabindex='0']");
  const silent = frames.filter((one) => !entered(one) || !(one.ariaLabel || one.getAttribute("aria-labelledby")));
  const wide = [...document.querySelectorAll("body *")].filter(
    (one) => one.getBoundingClientRect().right > room + 1 && !frames.some((frame) => frame !== one && frame.contains(one)),
  );
  return {
    width: document.documentElement.scrollWidth,
    silent: silent.map((one) => one.outerHTML.slice(0, 120)),
    wide: wide.slice(-3).map((one) => one.outerHTML.slice(0, 120)),
  };
}
"""


@pytest.mark.parametrize("role", PAGES)
def test_adm_07_on_a_phone_no_page_scrolls_sideways(
    browser: Any, address: str, walk: Callable[[Any, str], Iterator[str]], role: str
) -> None:
    """ADM-07: at 360 px each page fits; what is wider scrolls in a frame that has a name and takes the focus."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    found = {}
    for path in walk(page, role):
        told = page.evaluate(WIDE)
        if told["width"] > 360 or told["silent"]:
            found[path] = told
    context.close()
    assert not found, json.dumps(found, indent=1)


SCRIPT_FONT = re.compile(r"noto-(?!sans-latin)[a-z-]+-\d+\.woff2$")
"""Fonts of scripts other than Latin."""


LIGHT = [
    ("public", E),
    ("public", f"{E}/agenda"),
    ("public", f"{E}/register/delegation"),
    ("focal_point", f"{E}/delegations/2/schedule"),
    ("organiser", f"{E}/manage/counts"),
]


@pytest.mark.parametrize(("role", "path"), LIGHT)
def test_adm_08_pages_are_light(page: Any, enter: Callable[[Any, str], None], role: str, path: str) -> None:
    """ADM-08: what a first look at a page brings over the network stays under 150 kB.

    The letters of another script come once, with the first name that needs them, and are kept for a year: each under 70 kB.
    """
    if role != "public":
        enter(page, role)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    brought = dict(page.evaluate(f"{entries}.map(one => [one.name.split('/').pop(), one.encodedBodySize])"))
    scripts = {name: size for name, size in brought.items() if SCRIPT_FONT.match(name)}
    size = sum(brought.values()) - sum(scripts.values())
    assert 10_000 < size < 150_000, f"{size} bytes"
    assert all(size < 70_000 for size in scripts.values()), scripts


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_of_visitors_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in (E, f"{E}/agenda", f"{E}/register", f"{E}/cities", "/sign-in"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_a_foreign_page_is_not_there(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "delegate")
    assert page.goto(f"{E}/manage").status == 403
    assert page.goto("/e/no-such-event").status == 404
    assert "Nothing here under this address" in page.content()
