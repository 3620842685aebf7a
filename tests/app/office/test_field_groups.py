"""ADM-01, REG-09: each role meets the protected fields of a person where its work needs them, and nowhere else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate
from app.platform.audit import AuditValue, ReadLog
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration

DAY = datetime(2019, 9, 2, 11, 37, tzinfo=UTC)
SHOWN = "13:37"
"""The same in Vienna."""
MAIL, PHONE = "canary@people.example", "+43 1 555 77 31"
NEED, DIET = "CANARY ramp", "CANARY vegan"


@pytest.fixture
def base(client: Any, cast: Any, now: Any) -> str:
    """A protected head with days, address, needs and diet, and a form of a delegation with the like."""
    with client.app.state.database.writing() as session:
        head = session.get_one(Delegate, cast.heads[0])
        head.email, head.phone, head.access_needs, head.diet = MAIL, PHONE, NEED, DIET
        head.arrives_at, head.is_protected = DAY, True
        session.add(
            Registration(
                event_id=cast.event.id, door=Door.DELEGATION, state=RegistrationState.SUBMITTED, party_name="Dakar",
                contact_name="Focal", contact_email=MAIL, token_digest="0" * 64, started_at=now, submitted_at=now,
                answers={
                    "party_kind": "city", "party_name": "Dakar", "country": "SN", "contact_name": "Focal",
                    "contact_email": MAIL, "contact_phone": PHONE, "arrives_at": DAY.isoformat(),
                    "members": [{"family_name": "Mayor", "is_head": True, "email": MAIL}],
                },
            )
        )  # fmt: skip
    return f"/e/{cast.event.slug}"


@pytest.mark.parametrize(
    ("role", "days", "reached", "needs"),
    [
        ("desk", False, False, False),
        ("protocol", True, False, True),
        ("organiser", True, True, True),
        ("administrator", True, True, False),
        ("focal_point", True, False, False),
        ("delegate", False, False, False),
    ],
)
def test_adm_01_days_addresses_and_needs_are_for_the_roles_that_need_them(
    client: Any, sign_in: Any, cast: Any, base: str, role: str, days: bool, reached: bool, needs: bool
) -> None:
    own = {"focal_point": {"delegation_id": cast.delegations[0]}, "delegate": {"delegate_id": cast.staff[0]}}
    sign_in(role, event_id=None if role == "administrator" else cast.event.id, **own.get(role, {}))
    delegation = client.get(f"{base}/delegations/{cast.delegations[0]}")
    assert delegation.status_code == 200
    assert (SHOWN in delegation.text) is days
    with client.app.state.database.reading() as session:
        looks = session.scalar(select(func.count()).where(ReadLog.action == "movements.page"))
        form = session.scalars(select(Registration.id)).one()
    assert looks == int(days), "a look at a protected person's days is noted"
    if role in {"focal_point", "delegate"}:
        return
    pages = [client.get(f"{base}/manage/{path}") for path in (f"registrations/{form}", f"people/{cast.heads[0]}")]
    assert {page.status_code for page in pages} == {200}
    for page in pages:
        assert (MAIL in page.text) is reached
        assert (PHONE in page.text) is reached
    assert (NEED in pages[1].text and DIET in pages[1].text) is needs
    assert (SHOWN in pages[1].text) is days


def test_adm_01_the_log_says_that_there_is_a_need_and_never_which(
    client: Any, sign_in: Any, cast: Any, base: str
) -> None:
    """Whoever reads the log is not who reads what somebody eats."""
    sign_in("organiser", event_id=cast.event.id)
    head = f"{base}/manage/people/{cast.heads[0]}"
    sent = {"version": "2", "family_name": "Mayor", "badge_name": "Mayor", "rank": "30", "diet": "CANARY kosher"}
    assert client.post(head, data=sent).status_code == 303
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, cast.heads[0]).diet == "CANARY kosher"
        said = {row.field: (row.before, row.after) for row in session.scalars(select(AuditValue))}
    assert said["diet"] == ("given", "given")
    assert "CANARY" not in str(said)
    sign_in("administrator")
    assert "CANARY" not in client.get("/admin/log").text


def test_adm_01_whoever_does_not_read_needs_merges_without_seeing_them(
    client: Any, sign_in: Any, cast: Any, base: str
) -> None:
    with client.app.state.database.writing() as session:
        other = session.get_one(Delegate, cast.staff[0])
        other.diet, other.badge_name = "CANARY halal", "Somebody"
    pair = f"{base}/manage/duplicates/d{cast.heads[0]}~d{cast.staff[0]}"
    sign_in("organiser", event_id=cast.event.id)
    assert client.get(pair).text.count("CANARY") == 3
    sign_in("administrator")
    page = client.get(pair)
    assert page.status_code == 200
    assert "CANARY" not in page.text
