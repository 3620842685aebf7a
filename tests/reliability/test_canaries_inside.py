"""G9, T14, T15: whoever acts in an event meets no word of a draft and no private word of another delegation.

Every field of every person holds a word of its own (the scene of ``tests/app/office/test_canaries.py``). A delegate asks
for every page, feed, export and block that the role opens, with every number that there is, plain and searched by two
letters. A focal point does so after a few changes at random; at length everybody does after two hundred.
"""

import os
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.agenda.models import AgendaSession
from app.cli.rights import rights_of
from app.delegations.models import BlockedTime, Delegate, Delegation, PassportDetail
from app.main import ROUTERS
from app.pairing.models import Partnership
from tests.app.office.test_canaries import Scene, _met, _word, scene
from tests.reliability.changing import Changer

__all__ = ["scene"]

SEED = int(os.environ.get("BRIDGE_FUZZ_SEED", "9"))

PRIVATE = ("phone", "email", "diet", "access_needs", "passport", "reason")
SEARCHES = ("", "?q=ca", "?q=no", "?search=ca", "?kind=city", "?format=csv")
READ = [one for one in rights_of(ROUTERS) if one.method == "GET" and not one.path.endswith("/events")]


@pytest.fixture
def drafted(client: Any, cast: Any, scene: Scene, placed: Any, nine: Any) -> Scene:
    """The scene with what only some may read: passports, reasons of absences, and sessions that were not released."""
    with client.app.state.database.writing() as session:
        for who, person_id in scene.people.items():
            if who != "erased":
                session.add(PassportDetail(delegate_id=person_id, number=_word(who, "passport"), nationality="AT"))
                session.add(
                    BlockedTime(delegate_id=person_id, starts_at=nine, ends_at=nine, reason=_word(who, "reason"))
                )
        item = placed(session, _word("draft", "title"), tuple(scene.people.values())[:3], 420)
        item.abstract, item.slug = _word("draft", "abstract"), _word("draft", "slug")
        released = session.scalars(select(AgendaSession).where(AgendaSession.title == "Opening")).one()
        released.abstract = _word("draft", "rewritten")
    return scene


def _addresses(client: Any, slug: str, role: Role) -> list[str]:
    with client.app.state.database.reading() as session:
        delegations = [str(one) for one in session.scalars(select(Delegation.id))]
        people = [str(one) for one in session.scalars(select(Delegate.id))]
        pairs = [str(one) for one in session.scalars(select(Partnership.id))]
        sessions = session.scalars(select(AgendaSession.slug)).all()
    known = {
        "delegate_id": people,
        "delegation_id": delegations,
        "person_id": people,
        "partnership_id": pairs,
        "session_slug": sessions,
    }
    paths = []
    for one in READ:
        if role not in one.roles:
            continue
        filled = [one.path]
        for name in re.findall(r"\{(\w+)", one.path):
            values = {"slug": [slug], "format": ["csv", "xlsx"]} | known
            chosen = values.get(name, ["1", "2", "3"] if name.endswith("_id") else ["x" * 27])
            filled = [re.sub(rf"\{{{name}(:\w+)?\}}", str(value), path) for path in filled for value in chosen]
        paths += filled
    return paths


def _walk(client: Any, slug: str, role: Role) -> tuple[dict[str, str], int]:
    pages, opened = {}, 0
    for path in _addresses(client, slug, role):
        for search in SEARCHES:
            answer = client.get(path + search, headers={"HX-Request": "true"} if search == "?q=no" else {})
            assert answer.status_code < 500, path
            opened += answer.status_code == 200
            pages[path + search] = f"{answer.headers} {answer.text}"
            if answer.status_code in {403, 404}:
                break  # it is not there, whatever is searched in it
    return pages, opened


@pytest.fixture
def act_as(client: Any, sign_in: Any, cast: Any, drafted: Scene) -> Callable[[Role], None]:
    """Somebody of the first delegation, somebody who works here, or nobody."""

    def act(role: Role) -> None:
        client.cookies.clear()
        client.headers.pop("Cookie", None)
        scope = {"event_id": cast.event.id}
        if role in {Role.DELEGATE, Role.FOCAL_POINT}:
            scope |= {"delegation_id": cast.delegations[0]}
        if role is Role.DELEGATE:
            scope |= {"delegate_id": cast.heads[0]}
        if role is not Role.PUBLIC:
            sign_in(role.value, **scope)

    return act


@pytest.fixture
def changer(client: Any, cast: Any, drafted: Scene, act_as: Callable[[Role], None]) -> Changer:
    roles = (Role.ORGANISER, Role.PROTOCOL, Role.DESK, Role.FOCAL_POINT, Role.DELEGATE)
    pages = {
        role: [one for one in _addresses(client, cast.event.slug, role) if one.startswith("/e/")] for role in roles
    }
    return Changer(client, act_as, pages, random.Random(SEED))


def _private(drafted: Scene) -> list[str]:
    theirs = [who for who in drafted.people if who not in {"open", "left", "erased"}]
    return [f"{who}{field}" for who in theirs for field in PRIVATE]


def test_g9_no_private_word_of_others_and_none_of_a_draft(
    client: Any, cast: Any, drafted: Scene, act_as: Callable[[Role], None]
) -> None:
    """G9, T14, T15: everything that opens to a delegate, and the text of everything that does not."""
    act_as(Role.DELEGATE)
    pages, opened = _walk(client, cast.event.slug, Role.DELEGATE)
    assert opened > 60
    assert not _met(pages, *_private(drafted), "draft", "erased")
    # The control: one's own private words are met, so the walk reaches the pages where they stand.
    assert _met(pages, "openphone") and _met(pages, "openemail")


def test_g9_a_focal_point_meets_no_word_of_others_after_some_changes(
    client: Any, cast: Any, drafted: Scene, act_as: Callable[[Role], None], changer: Changer
) -> None:
    """G9, T14: a few changes, then everything that opens to a focal point."""
    changer.change(4)
    act_as(Role.FOCAL_POINT)
    pages, opened = _walk(client, cast.event.slug, Role.FOCAL_POINT)
    assert opened > 60
    assert not _met(pages, *_private(drafted), "draft", "erased"), changer.done
    assert _met(pages, "(open|left)(email|reason)"), "the control: those of the own delegation are met"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_g9_nobody_meets_a_word_of_others_after_two_hundred_changes(
    client: Any, cast: Any, drafted: Scene, act_as: Callable[[Role], None], changer: Changer
) -> None:
    """G9, T14."""
    for part in range(1, 5):
        changer.change(50 * part)
        for role in (Role.PUBLIC, Role.DELEGATE, Role.FOCAL_POINT):
            act_as(role)
            pages, opened = _walk(client, cast.event.slug, role)
            assert opened > 30
            assert not _met(pages, *_private(drafted), "draft", "erased"), (role, changer.done)
    print(f"\nseed {SEED}: {len(changer.done)} changes by {len({*changer.done})} kinds of forms")
