"""What stands before every route: host, size, other sites, headers, language, and a log without secrets."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.platform.clock import FixedClock
from app.platform.settings import Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
OWN = "http://testserver"
COOKIE = "bridge=nobody"


@pytest.fixture
def bare(client: Any) -> TestClient:
    """The client without the header that a browser of our own pages sends."""
    del client.headers["Sec-Fetch-Site"]
    return client


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/healthz", "/static/css/base.css", "/metrics"])
def test_every_answer_has_the_headers(client: Any, path: str) -> None:
    """T31."""
    answer = client.get(path)
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/sign-in", "/no-such-page", "/healthz", "/static/css/base.css"])
def test_head_is_answered_like_get_without_the_body(client: Any, path: str) -> None:
    asked, got = client.head(path), client.get(path)
    assert (asked.status_code, asked.headers["content-type"]) == (got.status_code, got.headers["content-type"])
    assert asked.headers["content-length"] == got.headers["content-length"]
    assert asked.content == b""


def test_refusals_of_the_guard_have_the_headers_too(bare: TestClient) -> None:
    for answer in (
        bare.get("/sign-in", headers={"host": "evil.example"}),
        bare.post("/sign-in", headers={"origin": "x"}),
    ):
        assert answer.status_code >= 400
        assert answer.headers["content-security-policy"] == CSP


def test_https_is_asked_to_stay(settings: Settings, clock: FixedClock) -> None:
    secure = settings.model_copy(update={"base_url": "https://bridge.example"})
    with TestClient(create_app(secure, clock=clock), base_url="https://bridge.example") as client:
        answer = client.get("/sign-in?lang=fr")
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert "Secure" in answer.headers["set-cookie"]
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"host": "10.0.0.7:8000"}).status_code == 200


def test_pages_are_private_and_static_files_are_kept_by_their_digest(client: Any) -> None:
    """T36."""
    page = client.get("/sign-in")
    assert page.headers["cache-control"] == "no-store, private"
    assert {"HX-Request", "Accept-Language"} <= set(page.headers["vary"].split(", "))
    assert client.get("/static/css/base.css?v=0123").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/css/base.css").headers["cache-control"] == "public, max-age=3600"
    assert client.get("/static/js/board/page.js").headers["cache-control"] == "public, no-cache"
    assert client.get("/static/css/none.css?v=0123").headers["cache-control"] == "no-store"
    assert client.get("/static/%2e%2e/pyproject.toml").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "testserver:81", "testserver.evil.example", "127.0.0.1", ""])
def test_another_host_is_not_served(bare: TestClient, host: str) -> None:
    answer = bare.get("/sign-in", headers={"host": host})
    assert answer.status_code == 400
    assert OWN in answer.text
    assert "evil" not in answer.text


def test_health_is_told_under_any_name(bare: TestClient) -> None:
    assert bare.get("/healthz", headers={"host": "10.0.0.7:8000"}).text == "well\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": OWN}, False),
        ({"sec-fetch-site": "invented"}, False),
        ({"origin": OWN}, True),
        ({"origin": "http://testserver:81"}, False),
        ({"origin": "https://testserver"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://testserver.evil.example"}, False),
        ({"cookie": COOKIE}, False),
        ({}, True),
    ],
)
def test_unsafe_methods_pass_from_our_own_pages_alone(
    bare: TestClient, method: str, headers: dict[str, str], passes: bool
) -> None:
    """T24."""
    answer = bare.request(method, "/no-such-page", headers=headers)
    assert answer.status_code == (404 if passes else 403)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_reading_passes_from_anywhere(bare: TestClient, site: str) -> None:
    assert bare.get("/sign-in", headers={"sec-fetch-site": site}).status_code == 200


def test_a_large_body_is_refused_whether_it_says_so_or_not(client: Any) -> None:
    """T40."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    said = client.post("/sign-in", content=b"x", headers={**form, "content-length": str(11 * 2**20)})
    assert said.status_code == 413
    unsaid = client.post("/sign-in", content=(b"x" * 2**20 for _ in range(11)), headers=form)
    assert unsaid.status_code == 413
    assert client.post("/sign-in", content=b"email=a", headers=form).status_code == 422


def test_a_form_of_too_many_fields_is_refused(client: Any) -> None:
    """T40."""
    answer = client.post("/sign-in", data={f"f{number}": "x" for number in range(3000)})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize(
    ("address", "cookie", "accepts", "spoken"),
    [
        ("/sign-in", None, "", "en"),
        ("/sign-in", None, "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("/sign-in", None, "de,ru;q=0.5", "ru"),
        ("/sign-in", "ar", "fr", "ar"),
        ("/sign-in?lang=zh", "ar", "fr", "zh"),
        ("/sign-in?lang=xx", "ar", "fr", "ar"),
        ("/sign-in", "../../etc", "", "en"),
    ],
)
def test_the_language_is_negotiated(client: Any, address: str, cookie: str | None, accepts: str, spoken: str) -> None:
    if cookie:
        client.cookies.set("lang", cookie)
    page = client.get(address, headers={"accept-language": accepts})
    assert f'<html lang="{spoken}" dir="{"rtl" if spoken == "ar" else "ltr"}">' in page.text


def test_the_language_asked_for_stays(client: Any) -> None:
    client.get("/sign-in?lang=es")
    assert '<html lang="es"' in client.get("/sign-in").text


def test_pages_speak_the_language_of_the_person(client: Any, sign_in: Any) -> None:
    from app.accounts.models import Account

    account = sign_in("administrator")
    with client.app.state.database.writing() as session:
        session.get_one(Account, account.id).locale = "ar"
    assert '<html lang="ar" dir="rtl">' in client.get("/account").text
    assert '<html lang="es"' in client.get("/account?lang=es").text


def test_the_log_has_routes_and_no_secrets(settings: Settings, clock: FixedClock, capsys: Any) -> None:
    talking = settings.model_copy(update={"log_level": "INFO"})
    with TestClient(create_app(talking, clock=clock), base_url=OWN) as client:
        client.get("/sign-in/a-secret-token?next=/a-secret-page", headers={"cookie": "bridge=a-secret-session"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    request = next(line for line in lines if line["event"] == "request")
    assert (request["method"], request["route"], request["status"]) == ("GET", "/sign-in/{token}", 200)
    assert "a-secret" not in json.dumps(lines)


def test_metrics_count_without_names(client: Any) -> None:
    client.get("/sign-in/a-secret-token")
    text = client.get("/metrics").text
    assert 'bridge_requests_total{method="GET",status="2xx"}' in text
    assert "a-secret" not in text


def test_health_says_when_the_database_is_gone(client: Any) -> None:
    def broken() -> None:
        raise OSError

    client.app.state.database.reading = broken
    assert client.get("/healthz").status_code == 503
