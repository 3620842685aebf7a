"""T11: no page of one edition reads a row of another, whatever it shows in the end."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as events
from sqlalchemy import func, select, text

from app.accounts.enums import Role
from app.agenda.models import SessionOrder
from app.delegations.models import Delegate, Delegation
from tests.reliability.editions import SCOPED, Spy, with_another_edition
from tests.reliability.fuzzing import SLOW, TABLES, policies_of
from tests.reliability.world import SIGNED_IN, World

OF_ALL = frozenset({"/admin/accounts", "/admin/accounts/{account_id:int}", "/admin/log", "/admin/privacy"})
"""The administrator's pages, which are about all editions; nobody else may open them (T10)."""


@pytest.fixture(scope="module")
def two_editions(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The planned demonstration, and a generated edition beside it."""
    world = World(planned, tmp_path_factory.mktemp("editions"))
    with_another_edition(world)
    world.close()
    return world.path


@pytest.fixture
def world(two_editions: Path, tmp_path: Path) -> Iterator[World]:
    world = World(two_editions, tmp_path)
    yield world
    world.close()


@pytest.fixture
def spy(world: World) -> Spy:
    return Spy(world.database, world.event_id)


def _address(world: World, path: str, tokens: Iterator[str]) -> str:
    own = {"delegation_id": world.delegation_id, "delegate_id": world.delegate_id}

    def part(match: re.Match[str]) -> str:
        name = match[1]
        if name == "slug":
            return world.slug
        if name == "token":
            return next(tokens)
        if name in own or name not in TABLES:
            return str(own.get(name, 1))
        table = TABLES[name]
        where = f"event_id = {world.event_id}" if table in SCOPED else "id > 0"
        return next(iter(world.column(f"SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1")), "1")

    return re.sub(r"\{(\w+)(?::\w+)?\}", part, path)


def _walk(world: World, spy: Spy, roles: tuple[Role, ...], *, is_slow_too: bool) -> set[str]:
    """Ask for every page in each role that may; which were there."""
    mails = " ".join(world.column(f"SELECT body FROM outbox_mail WHERE event_id = {world.event_id}"))
    found = set()
    for route in world.routes:
        path = route.path
        is_left_out = path.endswith("/events") or path in OF_ALL or (SLOW.search(path) and not is_slow_too)
        if "GET" not in (route.methods or ()) or is_left_out:
            continue
        open_to = {role for policy in policies_of(route.dependant) for role in policy.roles}
        before = re.escape(path.partition("{token}")[0])
        tokens = iter([*re.findall(rf"https?://[^/\s]+{before}([\w-]{{20,}})", mails)[:1], "x" * 27])
        address = _address(world, path, tokens)
        for role in roles:
            if role in open_to:
                with spy.watching():
                    answer = world.ask(role, "GET", address)
                assert answer.status_code < 500, address
                found |= {path} if answer.status_code == 200 else set()
    return found


def test_a_page_of_one_edition_reads_no_row_of_another(world: World, spy: Spy) -> None:
    """T11: as an organiser."""
    assert len(world.column("SELECT id FROM delegate WHERE id < 0")) > 5, "there are others to be read by mistake"
    found = _walk(world, spy, (Role.ORGANISER,), is_slow_too=False)
    assert len(found) > 70 and spy.read > 5000, (len(found), spy.read)
    assert spy.rows == set(), "\n".join(sorted(one.partition(" by ")[2] for one in spy.rows))
    assert spy.questions == set()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_role_reads_a_row_of_another_edition(world: World, spy: Spy) -> None:
    """T11: every role, papers included."""
    found = _walk(world, spy, (*SIGNED_IN, Role.PUBLIC), is_slow_too=True)
    print(f"\n{len(found)} pages were there, {spy.read} rows were read, none of another edition")
    assert len(found) > 100
    assert spy.rows == set(), "\n".join(sorted(one.partition(" by ")[2] for one in spy.rows))
    assert spy.questions == set()


@pytest.mark.parametrize(
    ("forgets", "is_seen_by"),
    [
        (select(Delegation), {"rows", "questions"}),
        (select(Delegate.family_name).where(Delegate.is_active), {"rows", "questions"}),
        (text("SELECT name FROM room"), {"rows", "questions"}),
        (select(func.count()).select_from(Delegate), {"questions"}),
        (select(Delegate).where(Delegate.id < 0), {"rows"}),
        (select(SessionOrder.after_id), {"rows", "questions"}),
    ],
)
def test_whoever_forgets_the_edition_is_found(world: World, spy: Spy, forgets: Any, is_seen_by: set[str]) -> None:
    """T11: the control: objects, columns, a text and a number that were asked for without their edition."""
    with spy.watching(), world.database.reading() as session:
        session.execute(forgets).all()
    assert {name for name in ("rows", "questions") if getattr(spy, name)} == is_seen_by


def test_a_page_that_forgets_the_edition_is_found(world: World, spy: Spy) -> None:
    """T11: the control: a page in whose questions the edition stands no longer."""
    page = f"/e/{world.slug}/manage/delegations"
    with spy.watching():
        assert world.ask(Role.ORGANISER, "GET", page).status_code == 200
    assert spy.rows == set(), "\n".join(sorted(one.partition(" by ")[2] for one in spy.rows))

    def forget(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> tuple[str, Any]:
        return re.sub(r"\b(delegation|delegate|party)\.event_id = \?", "? IS NOT NULL", statement), values

    events.listen(world.database.read_engine, "before_cursor_execute", forget, retval=True)
    with spy.watching():
        world.ask(Role.ORGANISER, "GET", page)
    assert spy.rows
