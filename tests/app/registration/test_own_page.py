"""APP-2: drafts by link, correcting, changing after approval (REG-05), withdrawing (REG-04)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate, Photo, Recheck
from app.platform.audit import AuditEntry
from app.platform.outbox import OutboxMail
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration
from app.registration.tasks import sweep

E = "/e/test-event"


def _stored(client: Any) -> Registration:
    with client.app.state.database.reading() as session:
        return session.scalars(select(Registration).order_by(Registration.id.desc())).first()


def _version(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page).group(1)  # type: ignore[union-attr]


def _lines(client: Any) -> list[str]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# Drafts


def test_a_half_filled_form_is_kept_by_its_link_and_handed_in_later(
    client: Any, register_alone: Any, individual_form: Any
) -> None:
    kept = register_alone(keep="1", without=("function", "country", "languages"))
    assert kept.status_code == 303, kept.text
    link = kept.headers["location"]
    draft = _stored(client)
    assert (draft.door, draft.state, draft.answers) == (Door.INDIVIDUAL, RegistrationState.DRAFT, {})
    assert draft.draft["party_name"] == "A trading house"
    page = client.get(link).text
    assert "draft" in page and "Tue 3 Sep" in page, "fourteen days after 20 August"
    with client.app.state.database.reading() as session:
        (mail,) = session.scalars(select(OutboxMail))
    assert (mail.recipient, link in mail.body) == ("zhang@trade.example", True)
    form = client.get(f"{link}/form").text
    assert 'value="Wei"' in form and 'value="A trading house"' in form
    again = client.post(
        f"{link}/form", data={"step": "1", "given_name": "Wei", "email": "zhang@trade.example", "keep": "1"}
    )
    assert again.headers["location"] == link
    handed_in = client.post(f"{link}/form", data=individual_form)
    assert handed_in.status_code == 303, handed_in.text
    assert handed_in.headers["location"] == link, "the link goes on to hold"
    assert "waits for a decision" in client.get(link).text
    stored = _stored(client)
    assert (stored.state, stored.draft, stored.expires_at) == (RegistrationState.SUBMITTED, {}, None)
    assert _lines(client) == ["registration.draft", "registration.draft", "registration.submitted"]


@pytest.mark.parametrize("door", ["nominate", "register/individual", "register/delegation"])
def test_each_form_can_be_kept_with_nothing_right_in_it(client: Any, open_event: Any, door: str) -> None:
    kept = client.post(
        f"{E}/{door}",
        data={"party_name": "<b>Half", "population": "many", "email": "no", "contact_email": "no", "keep": "1"},
    )
    assert kept.status_code == 303, kept.text
    assert "&lt;b&gt;Half" in client.get(kept.headers["location"] + "/form?screen=2").text
    assert client.get(kept.headers["location"]).status_code == 200
    with client.app.state.database.reading() as session:
        assert session.scalars(select(OutboxMail)).all() == [], "nobody could be written to"


def test_a_draft_ends_after_fourteen_days_and_is_swept(client: Any, register_alone: Any, clock: Any) -> None:
    link = register_alone(keep="1").headers["location"]
    database = client.app.state.database
    clock.set(clock.now() + timedelta(days=14) - timedelta(seconds=1))
    assert sweep(database, clock) == 0
    assert client.get(f"{link}/form").status_code == 200
    clock.set(clock.now() + timedelta(seconds=1))
    for method, path in (("GET", link), ("GET", f"{link}/form"), ("POST", f"{link}/form")):
        assert client.request(method, path).status_code == 410, path
    assert sweep(database, clock) == 1
    assert client.get(link).status_code == 404
    assert _lines(client)[-1] == "registration.swept"
    with database.reading() as session:
        assert session.scalars(select(Registration)).all() == []


def test_a_draft_too_long_for_any_form_is_refused(client: Any, open_event: Any) -> None:
    answer = client.post(f"{E}/nominate", data={"partnership_aim": "x" * 70_000, "keep": "1"})
    assert answer.status_code == 422
    assert "more text than the form takes" in answer.text


# Correcting


def test_a_form_is_corrected_until_it_is_decided_and_keeps_its_place(
    client: Any, nominate: Any, decide_one: Any, nomination_form: Any
) -> None:
    link = nominate().headers["location"]
    seen = client.get(link).text
    assert f'href="{link}/form#country"' in seen, "each line leads to its field"
    form = client.get(f"{link}/form").text
    assert 'value="1438725"' in form and "Hand in" not in form
    version = _version(form)
    corrected = client.post(f"{link}/form", data={**nomination_form, "population": "1500000", "version": version})
    assert (corrected.status_code, corrected.headers["location"]) == (303, link)
    assert "1,500,000" in client.get(link).text
    assert _lines(client)[-1] == "registration.corrected"
    assert _stored(client).state is RegistrationState.SUBMITTED
    late = client.post(f"{link}/form", data={**nomination_form, "population": "9", "version": version})
    assert late.status_code == 409
    assert 'value="9"' in late.text, "what was typed is kept"
    rows = late.text.split('class="versions"')[1].split("</section>")[0]
    assert "1,500,000" in rows and ">9<" in rows, "both stand side by side"
    assert "Wants out of a partnership" not in rows, "only what differs"
    assert f'href="{link}"' in rows and 'form="mine"' in rows, "one of the two is chosen"
    assert _stored(client).answers["population"] == 1500000
    wrong = client.post(f"{link}/form", data={**nomination_form, "country": "XX", "version": _version(late.text)})
    assert wrong.status_code == 422
    decide_one(1, "approved")
    assert client.get(f"{link}/form").headers["location"] == link
    assert client.post(f"{link}/form", data={**nomination_form, "version": "9"}).status_code in {409, 422}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("approved", "Your badge waits"),
        ("rejected", "The hall is full."),
        ("waiting", "place 1"),
    ],
)
def test_the_page_says_where_it_stands_and_what_comes_next(
    client: Any, register_alone: Any, decide_one: Any, state: str, said: str
) -> None:
    link = register_alone().headers["location"]
    decide_one(1, state, "The hall is full." if state == "rejected" else "")
    page = client.get(link).text
    assert said in page
    assert ("office@test.example" in page.split("<main")[1].split("</main>")[0]) is (state == "rejected")


def test_the_place_in_line_is_that_of_handing_in(client: Any, register_alone: Any, decide_one: Any, clock: Any) -> None:
    links = []
    for number in range(3):
        links.append(
            register_alone(email=f"one{number}@trade.example", party_name=f"House {number}").headers["location"]
        )
        clock.set(clock.now() + timedelta(minutes=1))
    for number in (3, 1, 2):
        decide_one(number, "waiting")
    assert ["place 1" in client.get(links[0]).text, "place 3" in client.get(links[2]).text] == [True, True]


# After approval


@pytest.fixture
def approved(client: Any, register_alone: Any, decide_one: Any) -> tuple[str, int]:
    link = register_alone().headers["location"]
    decide_one(1, "approved")
    with client.app.state.database.reading() as session:
        return link, session.scalars(select(Delegate.id)).one()


def _person(client: Any, number: int) -> Delegate:
    with client.app.state.database.reading() as session:
        return session.get_one(Delegate, number)


def test_reg_05_a_phone_keeps_approval_and_a_name_waits_alone(client: Any, approved: Any) -> None:
    link, number = approved
    page = f"{link}/people/{number}"
    version = _version(client.get(page).text)
    person = {
        "version": version, "family_name": "Zhang", "given_name": "Weiming", "badge_name": "Zhang Wei",
        "native_name": "张伟", "function": "Head of exports", "email": "zhang@trade.example", "phone": "+86 755 1",
        "languages": ["zh", "en"],
    }  # fmt: skip
    answer = client.post(page, data=person)
    assert answer.status_code == 303, answer.text
    found = _person(client, number)
    assert (found.phone, found.given_name) == ("+86 755 1", "Wei")
    assert found.approved_at is not None and found.is_active
    with client.app.state.database.reading() as session:
        assert [(one.field.value, one.after) for one in session.scalars(select(Recheck))] == [("given_name", "Weiming")]
    own = client.get(link).text
    assert "approved" in own.split("</h1>")[0]
    assert "Weiming" in own and "is being looked at" in own
    assert "In force: Wei" in client.get(page).text
    late = client.post(page, data={**person, "version": version, "phone": "+1", "function": ""})
    assert late.status_code == 409
    rows = late.text.split('class="versions"')[1].split("</section>")[0]
    assert "+86 755 1" in rows and "+1" in rows and 'value="+1"' in late.text
    again = {**person, "version": _version(late.text), "phone": "+1"}
    assert client.post(page, data=again).status_code == 303, "choosing one's own saves it"
    assert _person(client, number).phone == "+1"
    again = {**person, "version": str(_person(client, number).version)}
    assert client.post(page, data=again).status_code == 303
    assert client.post(page, data={**person, "email": "no"}).status_code == 422
    assert _person(client, number).phone == "+86 755 1"


def test_reg_05_a_photo_is_served_to_those_who_may_see_it(
    client: Any, approved: Any, sign_in: Any, event: Any, picture: bytes
) -> None:
    link, number = approved
    page = f"{link}/people/{number}"
    assert client.post(f"{page}/photo").status_code == 422
    bad = client.post(f"{page}/photo", files={"photo": ("a.jpg", b"<script>alert(1)</script>", "image/jpeg")})
    assert bad.status_code == 422 and 'href="#photo"' in bad.text
    large = client.post(f"{page}/photo", files={"photo": ("a.jpg", picture + b"0" * 2_000_001, "image/jpeg")})
    assert large.status_code == 422
    sent = client.post(f"{page}/photo", files={"photo": ("x.html", picture, "text/html")})
    assert sent.status_code == 303, sent.text
    with client.app.state.database.reading() as session:
        photo = session.scalars(select(Photo.id)).one()
    own = client.get(f"{page}/photos/{photo}")
    assert (own.status_code, own.headers["content-type"], own.content) == (200, "image/png", picture)
    assert own.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in own.headers["cache-control"]
    office = f"{E}/manage/people/{number}/photos/{photo}"
    assert client.get(office).status_code != 200, "nobody is signed in"
    sign_in("desk", event_id=event.id)
    assert client.get(office).content == picture
    assert client.get(f"{E}/manage/people/{number}/photos/{photo + 1}").status_code == 404


def test_a_link_opens_its_own_people_alone(client: Any, register_alone: Any, decide_one: Any) -> None:
    links = [register_alone(party_name=f"House {n}", email=f"n{n}@x.example").headers["location"] for n in range(2)]
    decide_one(1, "approved")
    decide_one(2, "approved")
    status = [[client.get(f"{link}/people/{number}").status_code for number in (1, 2, 3)] for link in links]
    assert status == [[200, 404, 404], [404, 200, 404]]
    assert client.get(f"{links[0]}x/people/1").status_code == 404


# Two at once


def test_a_decided_form_is_not_corrected_and_what_was_typed_is_kept(
    client: Any, nominate: Any, nomination_form: Any, decide_one: Any
) -> None:
    link = nominate().headers["location"]
    version = _version(client.get(f"{link}/form").text)
    decide_one(1, "approved")
    late = client.post(f"{link}/form", data={**nomination_form, "population": "9", "version": version})
    assert late.status_code == 422
    assert "can no longer be corrected" in late.text and 'value="9"' in late.text


@pytest.mark.parametrize("mine", ["keep", "take"])
def test_two_tabs_of_the_short_form_show_both_and_one_is_chosen(
    client: Any, register_alone: Any, individual_form: Any, mine: str
) -> None:
    link = register_alone().headers["location"]
    version = _version(client.get(f"{link}/form?screen=2").text)
    first = {**individual_form, "version": version, "party_name": "The first tab"}
    second = {**individual_form, "version": version, "party_name": "The second tab", "function": "Another"}
    assert client.post(f"{link}/form", data=first).status_code == 303
    late = client.post(f"{link}/form", data=second)
    assert late.status_code == 409
    rows = late.text.split('class="versions"')[1].split("</section>")[0]
    assert all(word in rows for word in ("The first tab", "The second tab", "Another", individual_form["function"]))
    if mine == "keep":
        sent = dict(re.findall(r'name="(function|party_name)"[^>]*value="([^"]*)"', late.text))
        sent |= {
            key: value for value, key in re.findall(r'value="([^"]*)"[^>]*name="(function|party_name)"', late.text)
        }
        done = client.post(f"{link}/form", data={**individual_form, **sent, "version": _version(late.text)})
        assert done.status_code == 303
    stored = _stored(client).answers
    assert stored["party_name"] == ("The second tab" if mine == "keep" else "The first tab")
    assert stored["function"] == ("Another" if mine == "keep" else individual_form["function"])


def test_two_tabs_of_a_delegation_show_who_comes_side_by_side(client: Any, event: Any) -> None:
    sheet = {
        "party_kind": "city", "party_name": "Dakar", "country": "SN", "contact_name": "The focal point",
        "contact_email": "focal@dakar.example", "locale": "en", "member-0-family_name": "Diop",
        "member-0-function": "Mayor", "member-0-rank": "30",
    }  # fmt: skip
    link = client.post(f"{E}/register/delegation", data=sheet).headers["location"]
    form = {**sheet, "version": _version(client.get(f"{link}/form").text)}
    assert client.post(f"{link}/form", data={**form, "member-0-function": "Governor"}).status_code == 303
    late = client.post(f"{link}/form", data={**form, "member-0-function": "Prefect"})
    assert late.status_code == 409
    rows = late.text.split('class="versions"')[1].split("</section>")[0]
    assert "Governor" in rows and "Prefect" in rows and "Who comes" in rows


# Withdrawing


def test_reg_04_the_applicant_withdraws_with_one_line_and_one_mail(client: Any, register_alone: Any) -> None:
    link = register_alone().headers["location"]
    assert client.post(f"{link}/withdraw", data={"version": "99"}).status_code == 409
    version = _version(client.get(link).text.split('id="own-data"')[1])
    assert client.post(f"{link}/withdraw", data={"version": version}).status_code == 303
    assert "withdrawn" in client.get(link).text
    assert _lines(client) == ["registration.submitted", "registration.withdrawn"]
    assert client.post(f"{link}/withdraw", data={"version": str(_stored(client).version)}).status_code == 422
    with client.app.state.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 2
