"""ADM-01, T10, T13: every route declares one policy, and each role gets in where its policy says and nowhere else."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select
from starlette.testclient import TestClient

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.policies import ANYONE, Policy
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.delegations.models import Delegate, Delegation
from app.demo.load import load_demo
from app.events.models import Event
from app.main import create_app
from app.platform import audit
from app.platform.actor import Actor
from app.platform.backup import sqlite
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.settings import Settings

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
WITHOUT_POLICY = {"/static", "/healthz", "/metrics"}
"""What machines ask for: files that everybody gets, and whether the server is well."""

FOUND_BY_SERVICE = {"/account/sessions/{session_id}/end", "/account/second-step/keys/{key_id:int}/remove"}
"""Looked up among the caller's own rows by the service itself; ``accounts/test_roles.py`` and ``test_keys.py`` walk."""

OWN = {"account.own", "account.second_step"}
"""Open in every role, but not to nobody."""

NO_ID = "999999"


@dataclass(frozen=True)
class Declared:
    """One method of one route with its policies."""

    path: str
    method: str
    policies: tuple[Policy[Any], ...]

    @property
    def roles(self) -> frozenset[Role]:
        return self.policies[0].roles

    def address(self, **values: str) -> str:
        """The path with these values, a number that no row has for the rest, and a token that nobody holds."""
        filled = {"slug": "nowhere", "token": "x" * 27, "session_slug": "nothing", **values}
        return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: filled.get(match[1], NO_ID), self.path)


def _policies(dependant: Any) -> Iterator[Policy[Any]]:
    for one in dependant.dependencies:
        if isinstance(one.call, Policy):
            yield one.call
        yield from _policies(one)


def _declared() -> list[Declared]:
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/none.sqlite", secret="a key for tests")
        application = create_app(settings)
        application.state.database.close()
    routes = []
    for route in iter_route_contexts(application.routes):
        if route.path in WITHOUT_POLICY:
            continue
        dependant = getattr(route, "dependant", None)
        policies = tuple(_policies(dependant)) if dependant is not None else ()
        routes += [Declared(route.path, method, policies) for method in sorted(route.methods or {"MOUNT"})]
    return routes


ROUTES = _declared()
GUARDED = [route for route in ROUTES if len(route.policies) == 1]


def _name(value: Any) -> str:
    return f"{value.method} {value.path}" if isinstance(value, Declared) else str(value)


# What is declared


def test_the_walk_sees_the_routes() -> None:
    seen = {(route.method, route.path) for route in ROUTES}
    assert {("POST", "/sign-in"), ("GET", "/e/{slug}/agenda"), ("GET", "/admin/accounts")} <= seen


@pytest.mark.parametrize("route", ROUTES, ids=_name)
def test_a_route_declares_exactly_one_policy(route: Declared) -> None:
    assert len(route.policies) == 1


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_what_an_address_names_is_looked_up_in_scope(route: Declared) -> None:
    """A route with a number or a short name in its path has a loader: nothing is read by number alone."""
    named = set(re.findall(r"\{(\w+)", route.path)) - {"token"}
    if named and route.path not in FOUND_BY_SERVICE:
        assert route.policies[0].loader is not None


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_pages_of_the_office_are_not_for_everybody(route: Declared) -> None:
    if "/manage" in route.path or route.path.startswith("/admin"):
        guests = {Role.PUBLIC, Role.APPLICANT, Role.DELEGATE, Role.FOCAL_POINT}
        assert not route.roles & guests


def test_one_action_asks_the_same_of_everybody() -> None:
    """Two routes with the same action name let the same roles in."""
    roles: dict[str, frozenset[Role]] = {}
    for route in GUARDED:
        assert roles.setdefault(route.policies[0].action, route.roles) == route.roles, route.policies[0].action


# What happens


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator["World"]:
    """The demonstration's people, a second event, and one session for each role in the first."""
    folder = tmp_path_factory.mktemp("matrix")
    path = folder / "bridge.sqlite"
    shutil.copy(sqlite_template, path)
    settings = Settings(
        database_url=f"sqlite:///{path}",
        base_url="http://testserver",
        secret="a key for tests",
        var=folder,
        log_level="CRITICAL",
    )
    audit.use_key(settings.key())
    application = create_app(settings, clock=FixedClock(NOW))
    # Without the lifespan no engine runs: a solve that a test asks for stays in the queue.
    world = World(TestClient(application, base_url="http://testserver", follow_redirects=False), path)
    yield world
    world.database.close()


class World:
    """A client that can ask as any role."""

    def __init__(self, client: TestClient, path: Path) -> None:
        self.client, self.path = client, path
        self.client.headers["Sec-Fetch-Site"] = "same-origin"
        self.database: Database = client.app.state.database  # type: ignore[attr-defined]
        self.actor = Actor.system("test")
        self.tokens: dict[Role, str] = {}
        self.sums: tuple[int | None, dict[str, Any]] = (None, {})
        with self.database.writing() as session:
            event = load_demo(session, now=NOW).event
            self.slug = event.slug
            other = Event(
                slug="other-event",
                name="Another edition",
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                timezone=event.timezone,
                venue_name="Another venue",
                contact_email="office@other.example",
            )
            session.add(other)
            session.flush()
            own = session.execute(
                select(RoleGrant.delegation_id, RoleGrant.delegate_id).where(RoleGrant.role == Role.DELEGATE)
            ).first()
            assert own is not None
            self.delegation_id, self.delegate_id = own
            self.grants = {role: self._grant(session, role, event.id) for role in Role if role is not Role.PUBLIC}

    def _grant(self, session: Any, role: Role, event_id: int) -> tuple[int, int]:
        account = ensure_account(
            session, email=f"{role}@matrix.example", display_name=f"Matrix {role}", actor=self.actor, now=NOW
        )
        scope = {"event_id": None if role is Role.ADMINISTRATOR else event_id}
        if role in {Role.DELEGATE, Role.FOCAL_POINT}:
            scope |= {"delegation_id": self.delegation_id}
        if role is Role.DELEGATE:
            scope |= {"delegate_id": self.delegate_id}
        grant = grant_role(session, account_id=account.id, role=role, actor=self.actor, now=NOW, **scope)
        return account.id, grant.id

    def tables(self) -> dict[str, Any]:
        """What is in every table, read anew where anything was written since it was asked for last."""
        state = self.database.changes()
        if state != self.sums[0]:
            with sqlite.snapshot(self.path) as seen:
                self.sums = state, sqlite.table_sums(seen)
        return self.sums[1]

    def sign_everybody_in(self) -> None:
        for role in Role:
            if role is not Role.PUBLIC:
                self._token(role)

    def ask(self, role: Role, method: str, address: str) -> Any:
        headers = {} if role is Role.PUBLIC else {"Cookie": f"bridge={self._token(role)}"}
        answer = self.client.request(method, address, headers=headers)
        if method == "POST" and address.startswith(("/account", "/sign")):
            self.tokens.pop(role, None)  # it may have ended or changed the session
        self.client.cookies.clear()
        return answer

    def _token(self, role: Role) -> str:
        if role not in self.tokens:
            account_id, grant_id = self.grants[role]
            with self.database.writing() as session:
                signed_in = open_session(
                    session, account_id=account_id, grant_id=grant_id, device="", replaces=None, now=NOW
                )
            assert signed_in is not None
            self.tokens[role] = signed_in.token
        return self.tokens[role]


def _is_turned_away(answer: Any) -> bool:
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
    return to_sign_in or answer.status_code == 403


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_each_role_gets_in_where_the_policy_says_and_nowhere_else(world: World, route: Declared) -> None:
    """Both ways: whom the policy names is let in (to find a page, or nothing under the number); all others are not.

    T24: after a page was asked for in every role, every table is what it was, but for the notes of who looked: the log of
    reads, and what a delegate has seen of the own day.
    """
    world.sign_everybody_in()
    before = world.tables() if route.method == "GET" else {}
    for role in Role:
        answer = world.ask(role, route.method, route.address(slug=world.slug))
        is_named = role in route.roles and not (role is Role.PUBLIC and route.policies[0].action in OWN)
        assert answer.status_code < 500, f"{role}: {answer.status_code}"
        assert _is_turned_away(answer) is not is_named, f"{role}: {answer.status_code} {answer.headers}"
        if not is_named:
            assert answer.status_code == (303 if role is Role.PUBLIC else 403)
    if route.method == "GET":
        world.ask(Role.ORGANISER, "HEAD", route.address(slug=world.slug))
        after = world.tables()
        assert {name for name in before if before[name] != after[name]} <= {"read_log", "day_look"}


def test_what_a_look_writes_is_found(world: World) -> None:
    """The control: one row that is written meanwhile makes its table another one."""
    world.sign_everybody_in()
    before = world.tables()
    assert world.tables() is before, "nothing was written"
    world.ask(Role.ORGANISER, "GET", "/")
    world.tokens.pop(Role.DESK, None)
    world.sign_everybody_in()
    after = world.tables()
    assert "sign_in_session" in {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("slug", ["other-event", "nowhere"])
@pytest.mark.parametrize("route", [one for one in GUARDED if "{slug}" in one.path and one.roles != ANYONE], ids=_name)
def test_another_event_is_not_there(world: World, route: Declared, slug: str) -> None:
    """A role in one event opens nothing in another: it reads as if there were none."""
    for role in route.roles - {Role.ADMINISTRATOR}:
        answer = world.ask(role, route.method, route.address(slug=slug))
        assert answer.status_code == 404, f"{role}: {answer.status_code}"


def test_rights_in_another_event_are_those_of_a_visitor(world: World) -> None:
    page = world.ask(Role.ORGANISER, "GET", "/e/other-event")
    assert page.status_code == 200
    assert "as Visitor" in page.text


GUESTS = (Role.DELEGATE, Role.FOCAL_POINT)
WALKED = [
    route
    for route in GUARDED
    if route.method == "GET"
    and re.search(r"\{delegat\w+_id", route.path)
    and route.roles & set(GUESTS)
    and not route.path.endswith(".pdf")
    and "{session_id" not in route.path
]
"""Whose part in a session is whose: ``office/test_cannot_come.py``."""


@pytest.mark.parametrize("route", WALKED, ids=_name)
def test_guests_who_walk_the_numbers_find_only_their_own(world: World, route: Declared) -> None:
    """T13: every delegation and every delegate of the event, one number after the other."""
    with world.database.reading() as session:
        members = set(session.scalars(select(Delegate.id).where(Delegate.delegation_id == world.delegation_id)))
        delegations = list(session.scalars(select(Delegation.id)))
        delegates = list(session.scalars(select(Delegate.id)))
    assert len(delegations) > 10 and len(delegates) > 20
    for role in set(GUESTS) & route.roles:
        if "{delegation_id" in route.path:
            own, walked, name = {world.delegation_id}, delegations, "delegation_id"
        else:
            own = {world.delegate_id} if role is Role.DELEGATE else members
            walked, name = delegates, "delegate_id"
        answers = {
            number: world.ask(role, "GET", route.address(slug=world.slug, **{name: str(number)})).status_code
            for number in walked
        }
        assert {number for number, status in answers.items() if status == 200} == own, role
        assert {status for number, status in answers.items() if number not in own} == {404}


# The matrix as a command prints it


def test_the_printed_matrix_says_what_the_routes_declare() -> None:
    from app.cli.rights import HEADINGS, rights_of, table
    from app.main import ROUTERS

    printed = list(table(rights_of(ROUTERS)))[4:]
    told = {}
    for line in printed:
        method, path, rest = line.split(maxsplit=2)
        marks = rest.split()[: len(HEADINGS)]
        told[method, path] = frozenset(role for role, mark in zip(HEADINGS, marks, strict=True) if mark == "x")
    assert told == {(route.method, route.path): route.roles for route in GUARDED}
    assert set(HEADINGS) == set(Role)
