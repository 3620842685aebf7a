"""ADM-01: whoever follows every link that is shown to their role meets no page that is not for them, and none that is missing."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import lxml.html
import pytest
from starlette.testclient import TestClient

from app.accounts.service.demonstration import demonstration_links
from app.main import create_app
from app.platform.clock import FixedClock
from app.platform.settings import Settings

pytestmark = pytest.mark.timeout(300)

HERE = "http://testserver"
NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
ROLES = ("public", "applicant", "delegate", "focal_point", "desk", "protocol", "organiser", "administrator")

OF_ONE_SHAPE = 4
"""So many addresses are followed at length that differ in numbers and in what they ask for alone."""


class Link(NamedTuple):
    """An address on this server, and the part of its page that is meant."""

    address: str
    part: str = ""

    @property
    def shape(self) -> str:
        """The address without numbers and without the values of what it asks for."""
        found = urlsplit(self.address)
        return f"{re.sub(r'[0-9]+', '#', found.path)}?{','.join(sorted(parse_qs(found.query, keep_blank_values=True)))}"


@dataclass
class Walk:
    """What was met: by link the page that showed it, and each link that leads nowhere, with why."""

    shown_by: dict[Link, str] = field(default_factory=dict)
    astray: dict[str, str] = field(default_factory=dict)


def _asked(form: Any) -> str:
    """The address that a form of a search or filter goes to as it stands."""
    return urlsplit(form.get("action") or "")._replace(query=urlencode(form.form_values())).geturl()


def _link(address: str) -> Link:
    found = urlsplit(address)
    return Link(found._replace(scheme="", netloc="", fragment="").geturl(), found.fragment)


def _links(page: Any, at: str) -> Iterator[Link]:
    shown = page.xpath("//a/@href | //area/@href | //img/@src | //*[@hx-get]/@hx-get | //link[@rel='alternate']/@href")
    searches = [_asked(form) for form in page.forms if form.method == "GET"]
    for one in (*shown, *searches):
        found = urlsplit(urljoin(HERE + at, one))
        if f"{found.scheme}://{found.netloc}" == HERE and not found.path.startswith("/static/"):
            yield _link(found.geturl())


def _walk(client: TestClient, start: str, *, of_one_shape: int = OF_ONE_SHAPE) -> Walk:
    walk = Walk()
    todo = [_link(start)]
    walk.shown_by |= dict.fromkeys(todo, "nobody")
    times: Counter[str] = Counter()
    parts: dict[str, set[str] | None] = {}
    while todo:
        link = todo.pop(0)
        if link.address not in parts:
            times[link.shape] += 1
            if times[link.shape] > of_one_shape:
                continue
            answer = client.get(link.address)
            if answer.status_code >= 400:
                walk.astray[link.address] = f"{answer.status_code}, shown by {walk.shown_by[link]}"
            is_page = answer.headers.get("content-type", "").startswith("text/html") and answer.content
            page = lxml.html.fromstring(answer.text) if is_page else None
            parts[link.address] = set(page.xpath("//@id")) if page is not None else None
            found = _links(page, link.address) if page is not None else ()
            moved = answer.headers.get("location")
            for other in (*found, *([_link(moved)] if moved else ())):
                if other not in walk.shown_by:
                    walk.shown_by[other] = link.address
                    todo.append(other)
        ids = parts[link.address]
        if link.part and ids is not None and link.part not in ids:
            walk.astray[f"{link.address}#{link.part}"] = f"no such part, shown by {walk.shown_by[link]}"
    return walk


@pytest.fixture
def client(planned: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The application on a copy of the planned demonstration."""
    shutil.copy(planned, tmp_path / "demo.sqlite")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'demo.sqlite'}",
        base_url=HERE,
        secret="a key for tests",
        var=tmp_path,
        log_level="ERROR",
        demonstration=True,
    )
    with TestClient(create_app(settings, clock=FixedClock(NOW)), base_url=HERE, follow_redirects=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client


def _enter(client: TestClient, role: str) -> str:
    """Sign in as the demonstration's person of a role; gives where that leads."""
    if role == "public":
        return "/"
    with client.app.state.database.writing() as session:  # type: ignore[attr-defined]
        links = {link.role.value: link.address for link in demonstration_links(session, base_url="", now=NOW)}
    return str(client.post(links[role]).headers["location"])


@pytest.mark.parametrize("of_one_shape", [1, pytest.param(OF_ONE_SHAPE, marks=pytest.mark.long)])
@pytest.mark.parametrize("role", ROLES)
def test_adm_01_no_link_that_is_shown_leads_to_a_page_that_is_not_there(
    client: TestClient, role: str, of_one_shape: int
) -> None:
    """ADM-01: every link, picture, fragment and search shown to a role, followed by that role, answers it."""
    walk = _walk(client, _enter(client, role), of_one_shape=of_one_shape)
    assert walk.astray == {}
    assert len(walk.shown_by) > 30


def test_the_walk_finds_what_leads_nowhere(client: TestClient) -> None:
    """The control: pages of the office are not for delegates, and a part that a page has not is missed."""
    _enter(client, "delegate")
    assert _walk(client, "/e/bridge-2019/manage").astray == {"/e/bridge-2019/manage": "403, shown by nobody"}
    assert "/account#there" in _walk(client, "/account#there").astray
    page = lxml.html.fromstring("<p><a href='#a'>a</a><form action='/x?y=1#b'><input name=q value=1></form></p>")
    assert list(_links(page, "/z")) == [Link("/z", "a"), Link("/x?q=1", "b")]
