"""REG-03: one person, two screens, twelve fields, no password; and what happens where a city has a focal point."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import HelixRole, PartyKind
from app.delegations.models import City, Delegate, Delegation, Organisation
from app.platform.outbox import OutboxMail
from app.registration.enums import Door
from app.registration.models import Registration

E = "/e/test-event"
FIELDS = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"[^>]*>')


def _asked(page: str) -> set[str]:
    """The questions of a page: names of fields that a person sees, however many boxes each has."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return {found[1] for found in FIELDS.finditer(main) if 'type="hidden"' not in found[0]}


def test_reg_03_two_screens_ask_twelve_questions_and_no_password(client: Any, register_alone: Any) -> None:
    first = client.get(f"{E}/register/individual").text
    second = register_alone(step="1", without=("origin", "party_name", "country", "languages", "needs"))
    assert second.status_code == 200
    questions = [_asked(first), _asked(second.text)]
    assert not questions[0] & questions[1]
    assert len(questions[0] | questions[1]) == 12, questions
    assert 'type="password"' not in first + second.text
    answer = register_alone()
    assert answer.status_code == 303, answer.text
    assert "waits for a decision" in client.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("left_out", "step", "field"),
    [
        ("family_name", "1", "family_name"),
        ("email", "1", "email"),
        ("function", "1", "function"),
        ("family_name", "2", "family_name"),
        ("origin", "2", "origin"),
        ("party_name", "2", "party_name"),
        ("country", "2", "country"),
        ("languages", "2", "languages"),
    ],
)
def test_reg_03_what_is_missing_is_asked_on_its_own_screen(
    client: Any, register_alone: Any, left_out: str, step: str, field: str
) -> None:
    answer = register_alone(step=step, without=(left_out,))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert field in _asked(answer.text)
    assert "A trading house" in answer.text or left_out == "party_name", "what was typed on either screen is kept"
    assert "Head of exports" in answer.text or left_out == "function"
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Registration)).all() == []


def test_going_back_keeps_both_screens(register_alone: Any) -> None:
    back = register_alone(back="1")
    assert back.status_code == 200
    assert "family_name" in _asked(back.text)
    assert 'name="party_name" value="A trading house"' in back.text


def test_the_badge_is_shown_before_anything_is_sent(client: Any, register_alone: Any) -> None:
    preview = client.post(
        f"{E}/register/individual",
        data={"step": "1", "preview": "1", "given_name": "Wei", "badge_name": "Dr <Wei>"},
        headers={"HX-Request": "true"},
    )
    assert preview.status_code == 200
    assert preview.text.strip().startswith('<div class="badge-preview" id="badge_preview"')
    assert "Dr &lt;Wei&gt;" in preview.text
    assert "<form" not in preview.text


def test_approval_makes_one_delegate_with_all_forms_of_the_name(
    client: Any, register_alone: Any, decide_one: Any
) -> None:
    """REG-08, REG-09: the badge says the family name first where the language does; the helix role is kept."""
    register_alone()
    assert decide_one(1, "approved").status_code == 303
    with client.app.state.database.reading() as session:
        person = session.scalars(select(Delegate)).one()
        house = session.scalars(select(Organisation)).one()
        registration = session.scalars(select(Registration)).one()
        assert (person.badge_name, person.native_name, person.native_language) == ("Zhang Wei", "张伟", "zh")
        assert (person.is_head, person.is_focal_point, person.languages) == (True, True, ["zh", "en"])
        assert person.registered_at == registration.submitted_at
        assert person.approved_at == registration.decided_at
        assert house.helix_role is HelixRole.BUSINESS
        assert (registration.door, registration.delegate_id) == (Door.INDIVIDUAL, person.id)


@pytest.mark.usefixtures("hue")
@pytest.mark.parametrize(("join", "delegations"), [("yes", 1), ("no", 2)])
def test_a_city_with_a_focal_point_is_said_and_the_name_is_sent_to_them(
    client: Any, register_alone: Any, decide_one: Any, join: str, delegations: int
) -> None:
    from_hue = {"origin": "city", "party_name": "HUE", "country": "VN"}
    asked = register_alone(**from_hue)
    assert asked.status_code == 200
    assert "Huế has a focal point. Send your name to them?" in asked.text
    assert "focal@hue.example" not in asked.text
    sent = register_alone(**from_hue, join=join)
    assert sent.status_code == 303
    assert decide_one(1, "approved").status_code == 303
    with client.app.state.database.reading() as session:
        told = [mail for mail in session.scalars(select(OutboxMail)) if mail.recipient == "focal@hue.example"]
        assert len(told) == (1 if join == "yes" else 0)
        assert all("Zhang Wei" in mail.body and mail.locale == "fr" for mail in told)
        groups = session.scalars(select(Delegation).order_by(Delegation.id)).all()
        assert len(groups) == delegations
        person = session.scalars(select(Delegate).where(Delegate.family_name == "Zhang")).one()
        assert person.delegation_id == groups[-1].id
        assert person.is_focal_point is (join == "no")
        assert session.scalars(select(City)).one().kind is PartyKind.CITY, "no second city was made"


def test_the_page_is_the_same_whether_the_address_is_known_and_only_the_mail_says_so(
    client: Any, register_alone: Any
) -> None:
    first, second = register_alone(), register_alone(email="ZHANG@trade.example")
    pages = [client.get(answer.headers["location"]).text for answer in (first, second)]
    same = [re.sub(r"/r/[\w-]+|[Zz][Hh][Aa][Nn][Gg]@trade|value=\"\d+\"", "", page) for page in pages]
    assert same[0] == same[1]
    with client.app.state.database.reading() as session:
        mails = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert ["earlier registration" in mail.body for mail in mails] == [False, True]


def test_the_same_form_sent_twice_counts_once(client: Any, register_alone: Any) -> None:
    page = client.get(f"{E}/register/individual").text
    assert "form_key" not in _asked(page)
    assert register_alone(form_key="once").status_code == 303
    assert register_alone(form_key="once").status_code == 409
    with client.app.state.database.reading() as session:
        assert len(session.scalars(select(Registration)).all()) == 1


def test_a_country_in_small_letters_is_the_country(client: Any, register_alone: Any) -> None:
    assert register_alone(country="at").status_code == 303
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Registration)).one().answers["country"] == "AT"


@pytest.mark.parametrize("country", ["zz", "AUT", "Austria", "040"])
def test_a_country_that_is_none_is_refused(register_alone: Any, country: str) -> None:
    answer = register_alone(country=country)
    assert answer.status_code == 422
    assert 'href="#country"' in answer.text


@pytest.mark.parametrize("name", ["\u200b", "\u2060\ufeff", "\u202e", "\u3164", "\u200d"])
def test_reg_08_a_name_of_which_nothing_is_seen_is_missing(register_alone: Any, name: str) -> None:
    answer = register_alone(family_name=name)
    assert answer.status_code == 422
    assert 'href="#family_name"' in answer.text


def test_reg_08_a_name_turns_nothing_around_it(client: Any, register_alone: Any) -> None:
    register_alone(family_name="Zhang\u202e", native_name="\u2067张伟\u2069")
    with client.app.state.database.reading() as session:
        answers = session.scalars(select(Registration)).one().answers
    assert (answers["family_name"], answers["native_name"]) == ("Zhang", "张伟")


def test_reg_08_a_name_in_its_own_script_is_one_word_on_the_preview_and_the_badge(
    client: Any, register_alone: Any, decide_one: Any
) -> None:
    own = {"family_name": "李", "given_name": "小龙", "native_name": ""}
    assert '<p class="badge-name" dir="auto">李小龙</p>' in register_alone(**own, back="1").text
    register_alone(**own)
    decide_one(1, "approved")
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Delegate.badge_name)).one() == "李小龙"
