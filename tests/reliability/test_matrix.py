"""G8, T10: the matrix of who may do what, asked with objects that are there, and published as ``matrix.md``.

``tests/app/test_policies.py`` asks every route in every role with numbers that no row has. Here the numbers are those of
rows: one's own, another delegation's, another event's. Nothing but one's own opens, and no table changes meanwhile.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.cli.rights import HEADINGS, Right, rights_of
from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.main import ROUTERS, create_app
from app.meetings.models import Meeting, MeetingWish, WishPerson
from app.pairing.models import PartnershipMember
from app.platform.actor import Actor
from app.platform.backup import sqlite
from app.platform.clock import FixedClock
from app.platform.settings import Settings

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
PUBLISHED = Path(__file__).parent / "matrix.md"
RIGHTS = rights_of(ROUTERS)
GUESTS = (Role.DELEGATE, Role.FOCAL_POINT)
TABLES = {
    "acknowledgement_id": "acknowledgement", "city_id": "city", "delegate_id": "delegate", "delegation_id": "delegation",
    "draft_id": "draft", "erasure_id": "erasure_request", "job_id": "print_job", "meeting_id": "meeting",
    "offer_id": "meeting_offer", "pair_id": "", "partnership_id": "partnership", "party_id": "city", "photo_id": "photo",
    "question_id": "partnership_question", "recheck_id": "recheck", "registration_id": "registration",
    "resource_id": "resource", "room_id": "room", "run_id": "solver_run", "session_id": "agenda_session", "tie_id": "tie",
    "time_id": "resource_time", "wish_id": "meeting_wish", "grant_id": "role_grant",
}  # fmt: skip
"""The table that a number in an address is of; a table that holds nothing in the demonstration gives 1."""

IN_EVENT = [one for one in RIGHTS if "{slug}" in one.path and Role.PUBLIC not in one.roles]
WITH_OBJECT = [one for one in IN_EVENT if set(re.findall(r"\{(\w+)", one.path)) & set(TABLES)]


def _name(one: Any) -> str:
    return f"{one.method} {one.path}" if isinstance(one, Right) else str(one)


def filled(path: str, values: dict[str, Any]) -> str:
    more = {"format": "csv", "kind": "doors", "number": "1", "upload": "x" * 27, "token": "x" * 27, "code": "x" * 12}
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: str((more | values).get(match[1], 1)), path)


@dataclass
class World:
    """The planned demonstration, a second event, and a session for each role in each of them."""

    client: TestClient
    path: Path
    slug: str = ""
    ids: dict[str, int] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    tokens: dict[tuple[Role, str], str] = field(default_factory=dict)

    def ask(self, role: Role, slug: str, method: str, address: str) -> int:
        headers = {"Cookie": f"bridge={self.tokens[role, slug]}"} if role is not Role.PUBLIC else {}
        answer = self.client.request(method, address, headers=headers)
        self.client.cookies.clear()
        return answer.status_code


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, planned: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    path = folder / "bridge.sqlite"
    shutil.copy(planned, path)
    settings = Settings(
        database_url=f"sqlite:///{path}", base_url="http://testserver", secret="a key for tests", var=folder,
        log_level="CRITICAL",
    )  # fmt: skip
    application = create_app(settings, clock=FixedClock(NOW))
    world = World(TestClient(application, base_url="http://testserver", follow_redirects=False), path)
    world.client.headers["Sec-Fetch-Site"] = "same-origin"
    with application.state.database.writing() as session:
        _people(session, world)
    yield world
    application.state.database.close()


def _people(session: Any, world: World) -> None:
    event = session.scalars(select(Event)).one()
    other = Event(
        slug="other-event", name="Another edition", starts_on=event.starts_on, ends_on=event.ends_on,
        timezone=event.timezone, venue_name="Another venue", contact_email="office@other.example",
    )  # fmt: skip
    session.add(other)
    session.flush()
    party_id = session.scalars(select(PartnershipMember.party_id).order_by(PartnershipMember.id)).first()
    # Whose delegation has both a partnership and a meeting, so that every kind of object is somebody's own.
    met = select(WishPerson.delegate_id).join(Meeting, Meeting.wish_id == WishPerson.wish_id)
    paired = select(PartnershipMember.party_id)
    me = session.scalars(
        select(Delegate)
        .join(Delegation)
        .where(Delegation.event_id == event.id, Delegation.party_id.in_(paired), Delegate.id.in_(met))
        .order_by(Delegate.id)
    ).first()
    assert me is not None and party_id is not None
    world.slug = event.slug
    world.ids = {name: _some(session, table) for name, table in TABLES.items()}
    world.own, world.others = _mine(session, me), _theirs(session, me)
    elsewhere = Delegation(
        event_id=other.id, party_id=_city_of(session, other, me), code="x", name="Elsewhere", locale="en"
    )
    session.add(elsewhere)
    session.flush()
    stranger = Delegate(event_id=other.id, delegation_id=elsewhere.id, family_name="X", badge_name="X")
    session.add(stranger)
    session.flush()
    here = {event.slug: (event.id, me.delegation_id, me.id), other.slug: (other.id, elsewhere.id, stranger.id)}
    for slug, (event_id, delegation_id, delegate_id) in here.items():
        for role in Role:
            if role is not Role.PUBLIC:
                world.tokens[role, slug] = _token(session, role, slug, event_id, delegation_id, delegate_id)


def _some(session: Any, table: str) -> int:
    known = session.scalar(text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name"), {"name": table})
    if not known:
        return 1
    column = "party_id" if table == "city" else "id"
    columns = {row[1] for row in session.execute(text(f"PRAGMA table_info({table})"))}
    wanted = "id" if "id" in columns else column
    return session.scalar(text(f"SELECT min({wanted}) FROM {table}")) or 1


def _city_of(session: Any, other: Event, me: Delegate) -> int:
    from app.delegations.models import City

    city = City(event_id=other.id, slug="elsewhere", name="Elsewhere", country="AT", languages=[])
    session.add(city)
    session.flush()
    return city.id


def _mine(session: Any, me: Delegate) -> dict[str, int]:
    party_id = session.scalars(select(Delegation.party_id).where(Delegation.id == me.delegation_id)).one()
    wish = session.scalars(
        select(MeetingWish.id).join(WishPerson).join(Meeting).where(WishPerson.delegate_id == me.id)
    ).first()
    return {
        "delegation_id": me.delegation_id,
        "delegate_id": me.id,
        "city_id": party_id,
        "partnership_id": session.scalars(
            select(PartnershipMember.partnership_id).where(PartnershipMember.party_id == party_id)
        ).first(),
        "wish_id": wish,
        "meeting_id": session.scalars(select(Meeting.id).where(Meeting.wish_id == wish)).one(),
    }


def _theirs(session: Any, me: Delegate) -> dict[str, int]:
    party_id = session.scalars(select(Delegation.party_id).where(Delegation.id == me.delegation_id)).one()
    members = select(Delegate.id).where(Delegate.delegation_id == me.delegation_id)
    touched = select(WishPerson.wish_id).where(WishPerson.delegate_id.in_(members))
    own = select(PartnershipMember.partnership_id).where(PartnershipMember.party_id == party_id)
    other = session.scalars(
        select(Delegation).where(Delegation.event_id == me.event_id, Delegation.id != me.delegation_id)
    ).first()
    wish = session.scalars(
        select(MeetingWish.id)
        .join(Meeting)
        .where(
            MeetingWish.id.not_in(touched),
            MeetingWish.from_delegate_id.not_in(members),
            MeetingWish.to_delegate_id.not_in(members),
        )
    ).first()
    return {
        "delegation_id": other.id,
        "delegate_id": session.scalars(select(Delegate.id).where(Delegate.delegation_id == other.id)).first(),
        "city_id": session.scalars(
            select(Delegation.party_id).where(Delegation.event_id == me.event_id, Delegation.party_id != party_id)
        ).first(),
        "partnership_id": session.scalars(
            select(PartnershipMember.partnership_id).where(PartnershipMember.partnership_id.not_in(own))
        ).first(),
        "wish_id": wish,
        "meeting_id": session.scalars(select(Meeting.id).where(Meeting.wish_id == wish)).one(),
    }


def _token(session: Any, role: Role, slug: str, event_id: int, delegation_id: int, delegate_id: int) -> str:
    actor = Actor.system("test")
    account = ensure_account(session, email=f"{role}@{slug}.example", display_name=f"{role}", actor=actor, now=NOW)
    scope: dict[str, Any] = {"event_id": None if role is Role.ADMINISTRATOR else event_id}
    if role in GUESTS:
        scope["delegation_id"] = delegation_id
    if role is Role.DELEGATE:
        scope["delegate_id"] = delegate_id
    grant: RoleGrant = grant_role(session, account_id=account.id, role=role, actor=actor, now=NOW, **scope)
    opened = open_session(session, account_id=account.id, grant_id=grant.id, device="", replaces=None, now=NOW)
    assert opened is not None
    return opened.token


def _sums(world: World) -> dict[str, Any]:
    with sqlite.snapshot(world.path) as seen:
        return {name: one for name, one in sqlite.table_sums(seen).items() if name not in {"read_log", "audit_name"}}


def _with_head(one: Right) -> tuple[str, ...]:
    return (one.method, "HEAD") if one.method == "GET" else (one.method,)


def test_g8_another_events_object_is_not_there(world: World) -> None:
    """Whoever acts in another event asks there, by any method, for what this one has: not found, and nothing changed."""
    before, opened = _sums(world), []
    for one in WITH_OBJECT:
        address = filled(one.path, {**world.ids, **world.others, "slug": "other-event"})
        for role in one.roles - {Role.PUBLIC}:
            for method in _with_head(one):
                status = world.ask(role, "other-event", method, address)
                # What a form names is looked up after the form was read: 422 comes before it.
                if status != 404 and not (status == 422 and one.method == "POST"):
                    opened.append((role.value, method, address, status))
    assert not opened
    assert _sums(world) == before


THEIRS = {"delegation_id", "delegate_id", "partnership_id", "wish_id", "meeting_id", "city_id"}
ABOUT_OTHERS = "/my/people/{delegate_id}/no"
"""A delegate's own "no" to a meeting with somebody else: about others on purpose, and told to nobody."""

GUESTS_OBJECT = [
    one
    for one in WITH_OBJECT
    if one.roles & set(GUESTS) and set(re.findall(r"\{(\w+)", one.path)) & THEIRS and ABOUT_OTHERS not in one.path
]


def test_g8_another_delegations_object_is_not_there(world: World) -> None:
    """Delegates and focal points, by any method, with numbers of other delegations of their own event."""
    before, opened = _sums(world), []
    for one in GUESTS_OBJECT:
        address = filled(one.path, {**world.ids, **world.others, "slug": world.slug})
        for role in one.roles & set(GUESTS):
            for method in _with_head(one):
                status = world.ask(role, world.slug, method, address)
                if status != 404:
                    opened.append((role.value, method, address, status))
    assert not opened
    assert _sums(world) == before


def test_g8_ones_own_object_is_there(world: World) -> None:
    """The control: with one's own numbers the same pages open, so that 404 above is about whose they are."""
    found = {}
    for one in GUESTS_OBJECT:
        if one.method == "GET" and "photo" not in one.path:
            address = filled(one.path, {**world.ids, **world.own, "slug": world.slug})
            for role in one.roles & set(GUESTS):
                found[role.value, one.path] = world.ask(role, world.slug, "GET", address)
    assert sum(status in {200, 303} for status in found.values()) >= 0.8 * len(found), found
    assert len(found) > 15


def test_g8_methods_that_nobody_declared_are_refused(world: World) -> None:
    """V4.1.4: what a path does not name is answered with 405, for an organiser as for anybody."""
    declared: dict[str, set[str]] = {}
    for one in RIGHTS:
        declared.setdefault(one.path, set()).add(one.method)
    before, wrong = _sums(world), []
    for path, methods in declared.items():
        address = filled(path, {**world.ids, **world.own, "slug": world.slug})
        for method in {"POST", "DELETE", "TRACE"} - methods:
            if (status := world.ask(Role.ORGANISER, world.slug, method, address)) != 405:
                wrong.append((method, path, status))
    # Where two paths meet (`…/runs/{id}` and `…/runs/new`) the other one answers, as it does for everybody.
    assert [one for one in wrong if one[2] < 400] == []
    assert len(wrong) < 12, wrong
    assert _sums(world) == before


def published() -> str:
    """The table as it stands in ``matrix.md``."""
    named = ", ".join(f"{heading}: {role.value.replace('_', ' ')}" for role, heading in HEADINGS.items())
    lines = [
        "# Who may do what",
        "",
        "Every method of every route, read from the routes themselves (`bridge rights` prints the same of an installation).",
        f"x: let in; nothing: refused (403, or the sign-in page). {named}.",
        "",
        "*Others*: what a number of another delegation, or of another event, is answered with. Tests ask each line in each",
        "role: `tests/app/test_policies.py` with numbers that no row has, `tests/reliability/test_matrix.py` with those of others,",
        "by HEAD too; methods that do not stand here are answered with 405. A draft reads as nothing: `test_canaries.py`.",
        "",
        f"{len(RIGHTS)} lines. After a change of the routes: `BRIDGE_WRITE_MATRIX=1 pytest tests/reliability/test_matrix.py`.",
        "",
        f"| method | path | {' | '.join(HEADINGS.values())} | others | action |",
        "|---|---|" + "---|" * (len(HEADINGS) + 2),
    ]
    asked = {(one.method, one.path) for one in WITH_OBJECT}
    for one in RIGHTS:
        marks = " | ".join("x" if role in one.roles else "" for role in HEADINGS)
        others = "404" if (one.method, one.path) in asked else ""
        lines.append(f"| {one.method} | `{one.path}` | {marks} | {others} | {one.action} |")
    return re.sub(r" +\|", " |", "\n".join(lines)) + "\n"


def test_g8_the_matrix_is_as_published() -> None:
    if os.environ.get("BRIDGE_WRITE_MATRIX") == "1":
        PUBLISHED.write_text(published(), encoding="utf-8")
    assert PUBLISHED.read_text(encoding="utf-8") == published()


def test_the_walks_see_the_objects(world: World) -> None:
    assert len(WITH_OBJECT) > 80 and len(GUESTS_OBJECT) > 20
    assert all(world.own[name] != world.others[name] for name in world.own)
