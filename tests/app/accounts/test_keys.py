"""Security keys: a key signs this browser's last challenge for this address, once, and a copied one is found out."""

import hashlib
import json
import struct
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select
from starlette.testclient import TestClient
from webauthn.helpers import bytes_to_base64url

from app.accounts.models import SecurityKey
from app.accounts.service.second_step.keys import site_of
from app.main import create_app

HERE = "/account/second-step"
STEP = "/sign-in/second-step"
SITE = "bridge.example"
ORIGIN = f"https://{SITE}"


class SoftKey:
    """A key of its own (ES256, no attestation), as a browser and an authenticator would speak."""

    def __init__(self) -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.credential = b"credential of a test key"
        self.count = 0

    def _data(self, *, flags: int, site: str, more: bytes = b"") -> bytes:
        self.count += 1
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count) + more

    def _answer(self, kind: str, challenge: str, origin: str, response: dict[str, bytes], data: bytes) -> str:
        told = {**response, "clientDataJSON": data}
        named = bytes_to_base64url(self.credential)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "response": {name: bytes_to_base64url(value) for name, value in told.items()},
            }
        )

    def made(self, options: dict[str, Any], *, origin: str = ORIGIN, site: str = SITE) -> str:
        numbers = self.secret.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        more = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cose
        attestation = cbor2.dumps(
            {"fmt": "none", "attStmt": {}, "authData": self._data(flags=0x41, site=site, more=more)}
        )
        client = _client_data("webauthn.create", options["challenge"], origin)
        return self._answer("create", options["challenge"], origin, {"attestationObject": attestation}, client)

    def signed(self, options: dict[str, Any], *, origin: str = ORIGIN, site: str = SITE) -> str:
        data = self._data(flags=0x01, site=site)
        client = _client_data("webauthn.get", options["challenge"], origin)
        signature = self.secret.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        told = {"authenticatorData": data, "signature": signature}
        return self._answer("get", options["challenge"], origin, told, client)


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


@pytest.fixture
def secure(settings, clock):
    """A client of an installation that is reached by name."""
    named = settings.model_copy(update={"base_url": ORIGIN})
    with TestClient(create_app(named, clock=clock), base_url=ORIGIN, follow_redirects=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client


@pytest.fixture
def enter(secure, mails, clock):
    def spend() -> Any:
        secure.cookies.clear()
        clock.advance(timedelta(minutes=3))
        secure.post("/sign-in", data={"email": "chief@office.example"})
        return secure.post(next(word for word in mails()[-1].body.split() if "/sign-in/" in word))

    return spend


@pytest.fixture
def key(secure, person, enter):
    """A key that is set up; the browser waits at its second step."""
    person()
    enter()
    key = SoftKey()
    options = secure.post(f"{HERE}/keys/options").json()
    page = secure.post(f"{HERE}/keys", data={"name": "Blue key", "answer": key.made(options)})
    assert page.status_code == 200 and "ten codes" in page.text
    assert enter().headers["location"].startswith(STEP)
    return key


def _options(secure) -> dict[str, Any]:
    return secure.post(f"{STEP}/key/options").json()


def test_a_key_signs_in(secure, key, database):
    assert secure.get(STEP).text.count("Use a security key") == 1
    assert secure.get(HERE).status_code == 303
    answer = secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure)), "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Blue key" in secure.get(HERE).text
    with database.reading() as session:
        held = session.scalars(select(SecurityKey)).one()
        assert held.sign_count == key.count and held.used_at is not None


def test_a_challenge_is_answered_once_and_within_five_minutes(secure, key, enter, clock):
    options = _options(secure)
    assert secure.post(f"{STEP}/key", data={"answer": key.signed({"challenge": "AAAA"})}).status_code == 422
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(options)}).status_code == 422, "it was spent"
    late = _options(secure)
    clock.advance(timedelta(minutes=5, seconds=1))
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(late)}).status_code == 422
    fresh = _options(secure)
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(fresh)}).status_code == 303
    enter()
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(fresh)}).status_code == 422, "of another sign-in"


@pytest.mark.parametrize("wrong", [{"origin": "https://bridge.example.evil.example"}, {"site": "evil.example"}])
def test_another_site_cannot_use_the_key(secure, key, wrong):
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure), **wrong)}).status_code == 422


def test_a_copied_key_is_found_out_by_its_count(secure, key, enter):
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure))}).status_code == 303
    enter()
    key.count -= 1
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure))}).status_code == 422
    assert secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure))}).status_code == 303, "it counts on"


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x", '{"id": 1}', '{"id": "a", "rawId": "a", "response": 3}']
)
def test_what_is_no_answer_is_refused(secure, key, answer):
    _options(secure)
    assert secure.post(f"{STEP}/key", data={"answer": answer}).status_code == 422


def test_anothers_key_opens_nothing(secure, key):
    stranger = SoftKey()
    assert secure.post(f"{STEP}/key", data={"answer": stranger.signed(_options(secure))}).status_code == 422
    stranger.credential = b"unknown"
    assert secure.post(f"{STEP}/key", data={"answer": stranger.signed(_options(secure))}).status_code == 422


def test_a_key_is_added_once_with_a_name_and_taken_away_by_its_owner(secure, key, database):
    secure.post(f"{STEP}/key", data={"answer": key.signed(_options(secure))})
    options = secure.post(f"{HERE}/keys/options").json()
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(key.credential)]
    assert secure.post(f"{HERE}/keys", data={"name": "Again", "answer": key.made(options)}).status_code == 422
    nameless = secure.post(f"{HERE}/keys", data={"name": " ", "answer": "x"})
    assert nameless.status_code == 422
    with database.reading() as session:
        held = session.scalars(select(SecurityKey.id)).one()
    assert secure.post(f"{HERE}/keys/{held + 1}/remove").status_code == 404
    assert secure.post(f"{HERE}/keys/{held}/remove").status_code == 303
    assert "Recovery codes" not in secure.get(HERE).text, "nothing is left to recover"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://bridge.example", SITE),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]", None),
    ],
)
def test_a_number_is_no_name_for_keys(address, site):
    assert site_of(address) == site


def test_an_address_that_is_a_number_offers_no_keys(settings, clock, client, sign_in, event):
    sign_in("organiser", event_id=event.id)
    assert "data-key=" in client.get(HERE).text, "the control: a name does"
    client.app.state.settings = settings.model_copy(update={"base_url": "http://127.0.0.1:8000"})
    assert "data-key=" not in client.get(HERE).text
    assert client.post(f"{HERE}/keys/options").status_code == 404
