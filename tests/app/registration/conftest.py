"""Forms as pages send them."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from app.delegations.models import City, Delegate, Delegation
from app.events.models import Challenge

E = "/e/test-event"

NOMINATION: dict[str, Any] = {
    "party_name": "Dakar",
    "native_name": "Ndakaaru",
    "country": "SN",
    "region": "Africa",
    "population": "1438725",
    "income_group": "lower_middle",
    "languages": ["fr", "en"],
    "need-waste": "5",
    "need-water": "2",
    "offer-mobility": "4",
    "partner-0-name": "Phnom Penh",
    "partner-0-country": "KH",
    "partner-0-state": "active",
    "partner-1-name": "Lima",
    "partner-1-country": "PE",
    "partner-1-state": "dormant",
    "partnership_aim": "Sorting at the source in two districts.",
    "component": "partner",
    "commitment-by": "The mayor of Dakar",
    "commitment-function": "Mayor",
    "commitment-on": "2019-04-02",
    "commitment-is_given": "yes",
    "contact_name": "The focal point",
    "contact_email": "focal@dakar.example",
    "locale": "fr",
}
WHO: dict[str, Any] = {
    "given_name": "Wei",
    "family_name": "Zhang",
    "email": "zhang@trade.example",
    "function": "Head of exports",
    "native_name": "张伟",
}
INDIVIDUAL: dict[str, Any] = {
    **WHO,
    "step": "2",
    "origin": "business",
    "party_name": "A trading house",
    "country": "CN",
    "languages": ["zh", "en"],
    "needs": ["waste"],
}


@pytest.fixture
def nomination_form() -> dict[str, Any]:
    return dict(NOMINATION)


@pytest.fixture
def individual_form() -> dict[str, Any]:
    return dict(INDIVIDUAL)


@pytest.fixture
def picture() -> bytes:
    """A grey PNG that a badge can use."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = zlib.compress(b"".join(b"\x00" + b"\x80" * 300 for _ in range(400)))
    head = struct.pack(">IIBBBBB", 300, 400, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def open_event(client: Any, event: Any) -> Any:
    """The event with four challenges."""
    with client.app.state.database.writing() as session:
        for code in ("waste", "water", "mobility", "tourism", "energy", "floods"):
            session.add(Challenge(event_id=event.id, code=code, names={"en": code.title()}))
    return event


@pytest.fixture
def nominate(client: Any, open_event: Any) -> Callable[..., Any]:
    def send(*, without: tuple[str, ...] = (), **changes: Any) -> Any:
        form = {name: value for name, value in {**NOMINATION, **changes}.items() if name not in without}
        return client.post(f"{E}/nominate", data=form)

    return send


@pytest.fixture
def register_alone(client: Any, open_event: Any) -> Callable[..., Any]:
    def send(*, without: tuple[str, ...] = (), **changes: Any) -> Any:
        form = {name: value for name, value in {**INDIVIDUAL, **changes}.items() if name not in without}
        return client.post(f"{E}/register/individual", data=form)

    return send


@pytest.fixture
def hue(client: Any, open_event: Any) -> None:
    """A city whose delegation has a focal point, who reads French."""
    with client.app.state.database.writing() as session:
        city = City(event_id=open_event.id, slug="hue", name="Huế", country="VN")
        session.add(city)
        session.flush()
        group = Delegation(event_id=open_event.id, party_id=city.id, code="hue", name="Huế")
        session.add(group)
        session.flush()
        session.add(
            Delegate(
                event_id=open_event.id, delegation_id=group.id, family_name="Focal", badge_name="Focal",
                email="focal@hue.example", is_focal_point=True, locale="fr",
            )
        )  # fmt: skip


@pytest.fixture
def decide_one(client: Any, event: Any, sign_in: Callable[..., Any]) -> Callable[..., Any]:
    """``decide_one(registration_id, "approved")`` as an organiser, who is signed out after it."""
    from app.registration.models import Registration

    def decide(registration_id: int, state: str, reason: str = "") -> Any:
        with client.app.state.database.reading() as session:
            version = session.get_one(Registration, registration_id).version
        kept = dict(client.cookies)
        sign_in("organiser", event_id=event.id)
        answer = client.post(
            f"{E}/manage/registrations/{registration_id}",
            data={"state": state, "version": str(version), "reason": reason},
        )
        assert answer.status_code == 303, answer.text.split("<main", 1)[-1][:3000]
        client.cookies.clear()
        client.cookies.update(kept)
        return answer

    return decide
