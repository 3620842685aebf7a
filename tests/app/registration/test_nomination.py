"""REG-01: a city nominates itself; all that it says can be read again, and what is wrong is named by its field."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import CaseCityStage, TieState
from app.delegations.models import City, Tie
from app.platform.outbox import OutboxMail
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration

E = "/e/test-event"
SAID = (
    "Dakar", "Ndakaaru", "Senegal", "Africa", "1,438,725", "Lower middle income", "French, English",
    "Waste (most of all, 5)", "Water (somewhat, 2)", "Mobility (strongly, 4)", "Phnom Penh, Cambodia (active)",
    "Lima, Peru (dormant)", "Sorting at the source in two districts.", "Partner: we look for whom to work with",
    "The mayor of Dakar, Mayor", "focal@dakar.example",
)  # fmt: skip


def _one(client: Any) -> Registration:
    with client.app.state.database.reading() as session:
        return session.scalars(select(Registration)).one()


def test_reg_01_all_that_a_city_says_is_read_again_by_itself_and_by_the_office(
    client: Any, nominate: Any, sign_in: Any, event: Any, decide_one: Any
) -> None:
    answer = nominate()
    assert answer.status_code == 303, answer.text
    own = client.get(answer.headers["location"]).text
    for said in SAID:
        assert said in own, said
    assert (_one(client).door, _one(client).state) == (Door.CITY, RegistrationState.SUBMITTED)
    assert decide_one(1, "approved").status_code == 303
    sign_in("organiser", event_id=event.id)
    form = client.get(f"{E}/manage/registrations/1").text
    city = client.get(f"{E}/manage/cities/{_one(client).party_id}").text
    for said in SAID:
        assert said in form, said
    for said in (
        "Dakar", "Ndakaaru", "Senegal", "Africa", "1,438,725", "Lower middle income", "French, English", "Waste", "Water",
        "Mobility", "Phnom Penh, Cambodia", "Lima, Peru", "Sorting at the source", "Partner:", "The mayor of Dakar",
    ):  # fmt: skip
        assert said in city, said


@pytest.mark.parametrize(
    ("left_out", "field"),
    [
        ("party_name", "party_name"),
        ("country", "country"),
        ("region", "region"),
        ("population", "population"),
        ("income_group", "income_group"),
        ("languages", "languages"),
        ("partnership_aim", "partnership_aim"),
        ("component", "component"),
        ("contact_name", "contact_name"),
        ("contact_email", "contact_email"),
        ("partner-0-country", "partners-0-country"),
        ("commitment-on", "commitment-on"),
        ("commitment-is_given", "commitment-is_given"),
    ],
)
def test_reg_01_what_is_left_out_is_named_by_its_field(client: Any, nominate: Any, left_out: str, field: str) -> None:
    answer = nominate(without=(left_out,))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text, "the box on top leads to the field"
    assert f'id="{field}"' in answer.text, "and the field is there"
    assert answer.text.count('class="error"') == 1
    assert "Sorting at the source" in answer.text or left_out == "partnership_aim", "what was typed is kept"
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Registration)).all() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"population": "many"}, "population"),
        ({"need-waste": "6"}, "needs-waste"),
        ({"need-levitation": "3"}, "needs"),
        ({f"need-{code}": "1" for code in ("mobility", "tourism", "energy", "floods")}, "needs"),
        ({f"offer-{code}": "1" for code in ("waste", "water", "tourism", "energy", "floods")}, "offers"),
        ({"component": "dance"}, "component"),
        ({"commitment-on": "soon"}, "commitment-on"),
        ({"contact_email": "no"}, "contact_email"),
    ],
)
def test_reg_01_what_cannot_be_is_named_by_its_field(nominate: Any, changes: Any, field: str) -> None:
    answer = nominate(**changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text


def test_no_need_at_all_is_refused_and_no_offer_is_not(nominate: Any) -> None:
    assert nominate(without=("need-waste", "need-water")).status_code == 422
    assert nominate(without=("offer-mobility", "partner-0-name", "partner-0-country")).status_code == 303


def test_without_the_mayors_word_a_city_is_nominated_and_with_it_selected(
    client: Any, nominate: Any, decide_one: Any
) -> None:
    fields = ("commitment-by", "commitment-function", "commitment-on", "commitment-is_given")
    bare = nominate(without=fields, party_name="Thies")
    assert "missing" in client.get(bare.headers["location"]).text
    nominate()
    for number in (1, 2):
        assert decide_one(number, "approved").status_code == 303
    assert "commitment is missing" in client.get(bare.headers["location"]).text
    with client.app.state.database.reading() as session:
        stages = {city.name: city.stage for city in session.scalars(select(City))}
    assert stages == {"Thies": CaseCityStage.NOMINATED, "Dakar": CaseCityStage.SELECTED}


def test_a_partner_that_comes_is_a_tie_whoever_came_first(
    client: Any, nominate: Any, decide_one: Any, event: Any
) -> None:
    nominate()
    decide_one(1, "approved")
    nominate(
        party_name="Phnom  Penh".replace("  ", " "),
        country="KH",
        **{"partner-0-name": "DAKAR", "partner-0-country": "SN"},
    )
    decide_one(2, "approved")
    with client.app.state.database.reading() as session:
        (tie,) = session.scalars(select(Tie))
        cities = {city.id: city for city in session.scalars(select(City))}
        assert {cities[tie.city_id].name, cities[tie.other_city_id].name} == {"Dakar", "Phnom Penh"}
        assert (tie.city_id < tie.other_city_id, tie.state) == (True, TieState.ACTIVE)
        assert all([one["name"] for one in city.other_partners] == ["Lima"] for city in cities.values())


def test_the_mail_of_an_approved_nomination_says_what_comes_next(client: Any, nominate: Any, decide_one: Any) -> None:
    nominate()
    decide_one(1, "approved")
    with client.app.state.database.reading() as session:
        mails = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert [mail.recipient for mail in mails] == ["focal@dakar.example"] * 2
    assert [mail.locale for mail in mails] == ["fr", "fr"]
    assert "candidature" in mails[1].body
