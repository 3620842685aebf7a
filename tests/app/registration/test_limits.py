"""Nobody floods the inbox or bombs an address with mails: the three doors count forms as sign-in counts links."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import AttemptKind
from app.accounts.models import SignInAttempt
from app.accounts.service.limits import LIMITS
from app.platform.outbox import OutboxMail
from app.registration.models import Registration

E = "/e/test-event"
AN_ADDRESS, A_PEER, JOINS = (
    LIMITS[kind].most for kind in (AttemptKind.FORM_ADDRESS, AttemptKind.FORM_PEER, AttemptKind.FORM_JOINS)
)
DELEGATION = {
    "party_kind": "city", "party_name": "Dakar", "country": "SN", "contact_name": "The focal point",
    "contact_email": "zhang@trade.example", "locale": "fr", "languages": "fr", "member-0-family_name": "Ndiaye",
    "member-0-given_name": "Awa", "member-0-function": "Mayor", "member-0-email": "mayor@dakar.example",
}  # fmt: skip


def _counted(client: Any) -> tuple[int, int]:
    with client.app.state.database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(one)) for one in (Registration, OutboxMail))


@pytest.mark.parametrize("door", ["individual", "delegation", "nomination", "draft"])
def test_an_address_gets_ten_mails_an_hour_through_any_door(
    client: Any, clock: Any, register_alone: Any, nomination_form: dict[str, Any], door: str
) -> None:
    def send() -> Any:
        if door == "individual":
            return register_alone()
        if door == "draft":
            return register_alone(keep="1")
        if door == "delegation":
            return client.post(f"{E}/register/delegation", data=DELEGATION)
        return client.post(f"{E}/nominate", data=nomination_form)

    answers = [send() for _number in range(120)]
    assert [one.status_code for one in answers] == [303] * AN_ADDRESS + [429] * (120 - AN_ADDRESS)
    assert _counted(client) == (AN_ADDRESS, AN_ADDRESS)
    refused = answers[-1]
    assert refused.headers["retry-after"] == "3600"
    assert "in 60 minutes" in refused.text
    typed = {"individual": "A trading house", "draft": "Zhang", "delegation": "Ndiaye", "nomination": "Sorting at the"}
    assert typed[door] in refused.text, "what was typed comes back"
    clock.advance(timedelta(hours=1))
    assert send().status_code == 303


def test_the_doors_count_together_and_capitals_are_no_way_around(client: Any, register_alone: Any) -> None:
    for number in range(AN_ADDRESS):
        answer = register_alone(email="Zhang@Trade.Example") if number % 2 else register_alone(keep="1")
        assert answer.status_code == 303
    assert client.post(f"{E}/register/delegation", data=DELEGATION).status_code == 429


def test_a_hall_full_of_people_registers_and_a_flood_does_not(client: Any, clock: Any, register_alone: Any) -> None:
    for number in range(A_PEER):
        assert register_alone(email=f"guest{number}@hall.example").status_code == 303
    assert register_alone(email="one-more@hall.example").status_code == 429
    assert register_alone(email="", keep="1").status_code == 429, "a draft without an address makes a row too"
    assert _counted(client)[0] == A_PEER
    clock.advance(timedelta(minutes=10))
    assert register_alone(email="one-more@hall.example").status_code == 303


def test_drafts_made_without_an_address_do_not_mail_it_later_without_end(client: Any, register_alone: Any) -> None:
    links = [register_alone(keep="1", email="").headers["location"] for _number in range(AN_ADDRESS + 1)]
    sent = [
        client.post(f"{link}/form", data={"email": "victim@far.example", "keep": "1"}).status_code for link in links
    ]
    assert sent == [303] * AN_ADDRESS + [429]


def test_keeping_the_same_draft_again_is_not_counted(client: Any, register_alone: Any) -> None:
    link = register_alone(keep="1").headers["location"]
    again = {"given_name": "Wei", "email": "zhang@trade.example", "keep": "1"}
    assert {client.post(f"{link}/form", data=again).status_code for _number in range(AN_ADDRESS + 5)} == {303}


def test_what_is_refused_for_another_reason_is_not_counted(client: Any, register_alone: Any) -> None:
    """And its key is not spent: the same form can be sent again."""
    for _number in range(AN_ADDRESS + 5):
        assert register_alone(needs=["unheard-of"], form_key="the same").status_code == 422
    with client.app.state.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0
    assert register_alone(form_key="the same").status_code == 303
    assert register_alone().status_code == 303


@pytest.mark.usefixtures("hue")
def test_a_focal_point_gets_no_flood_of_people_who_want_to_join(register_alone: Any) -> None:
    from_hue = {"origin": "city", "party_name": "HUE", "country": "VN", "join": "yes"}
    sent = [register_alone(email=f"guest{number}@hue.example", **from_hue).status_code for number in range(JOINS + 1)]
    assert sent == [303] * JOINS + [429]
