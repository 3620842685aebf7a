"""Draft, solution and release: what editors place is judged, what is released holds its people, drafts stay inside."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.agenda.models import AgendaRelease, DraftPlacement, ReleasedSession
from app.agenda.planner import build_problem, judge, placements_of, read_facts, solution_of
from app.agenda.queries import current_draft, newest_release
from app.agenda.service import ReleaseRefused, accept_run, place, put_back, release, start_run
from app.claims.enums import HoldingKind
from app.claims.models import Claim, Holding
from app.claims.service import AlreadyTaken
from app.events.models import Room, Site
from app.office.service import release_agenda
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.outbox import MailState, OutboxMail
from app.solver_runs.enums import RunState
from app.visits.enums import VisitKind
from app.visits.forms import VisitForm
from app.visits.service import add_visit, confirm
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solve import solve
from scheduler.core.limits import Limits

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def publish(cast: Any, actor: Actor, now: datetime) -> Callable[..., Any]:
    """``publish(session, "name")`` releases the draft as it is."""

    def run(session: Any, name: str = "Programme") -> Any:
        session.expire_all()
        return release(session, event=cast.event, name=name, note=None, actor=actor, now=now)

    return run


@pytest.fixture
def moved(cast: Any, actor: Actor, now: datetime, nine: datetime) -> Callable[..., None]:
    """``moved(session, item, minutes_after_nine)`` places a session anew, room kept unless another is named."""

    def run(session: Any, item: Any, minutes: int, *, room: str | None = None) -> None:
        one = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).one()
        room_id = session.scalars(select(Room.id).where(Room.slug == room)).one() if room else one.room_id
        place(
            session,
            event=cast.event,
            session_id=item.id,
            room_id=room_id,
            starts_at=nine + timedelta(minutes=minutes),
            version=one.version,
            actor=actor,
            now=now,
        )

    return run


@both
def test_a_draft_goes_to_the_planner_and_back(session: Any, cast: Any, placed: Any, nine: datetime, kind: str) -> None:
    for number in range(3):
        placed(session, f"Workshop {number}", cast.heads[:2], 60 * number)
    session.expire_all()
    facts, draft = read_facts(session, cast.event), current_draft(session, cast.event.id)
    solution = solution_of(facts, draft)
    back = {one.session_id: (one.room_id, one.starts_at) for one in placements_of(facts, solution)}
    assert back == {one.session_id: (one.room_id, one.starts_at) for one in draft.placements}
    assert judge(build_problem(session, facts, draft), solution).violations == ()


@both
def test_the_solver_s_plan_is_judged_and_becomes_the_draft(
    session: Any, cast: Any, placed: Any, actor: Actor, now: datetime, kind: str
) -> None:
    items = [placed(session, f"Workshop {number}", cast.heads[:2], 0) for number in range(3)]
    session.expire_all()
    facts, draft = read_facts(session, cast.event), current_draft(session, cast.event.id)
    assert judge(build_problem(session, facts, draft), solution_of(facts, draft)).violations != ()
    run = start_run(session, event=cast.event, label="Test", time_limit_seconds=5, seed=1, actor=actor, now=now)
    with pytest.raises(Refused, match="no plan"):
        accept_run(session, event=cast.event, run=run, actor=actor, now=now)
    outcome = solve(AgendaProblem.model_validate_json(run.problem), limits=Limits(time_limit=5, workers=1, seed=1))
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()
    session.expire_all()
    assert accept_run(session, event=cast.event, run=run, actor=actor, now=now) >= 2
    session.expire_all()
    facts, draft = read_facts(session, cast.event), current_draft(session, cast.event.id)
    assert {one.session_id for one in draft.placements} == {item.id for item in items}
    assert judge(build_problem(session, facts, draft), solution_of(facts, draft)).violations == ()


def test_a_stale_version_is_a_conflict_and_the_first_save_stands(
    session: Any, cast: Any, placed: Any, moved: Any, actor: Actor, now: datetime, nine: datetime
) -> None:
    one, other = placed(session, "One", (), 0), placed(session, "Other", (), 120)
    session.expire_all()
    seen = {row.session_id: row for row in session.scalars(select(DraftPlacement))}
    versions = {session_id: row.version for session_id, row in seen.items()}
    moved(session, one, 60)

    def late(item: Any, version: int | None) -> None:
        place(
            session,
            event=cast.event,
            session_id=item.id,
            room_id=seen[item.id].room_id,
            starts_at=nine + timedelta(minutes=240),
            version=version,
            actor=actor,
            now=now,
        )

    with pytest.raises(Conflict):
        late(one, versions[one.id])
    with pytest.raises(Conflict):
        late(one, None)
    with pytest.raises(Conflict):
        put_back(session, event=cast.event, session_id=one.id, version=versions[one.id], actor=actor, now=now)
    late(other, versions[other.id])
    stands = {row.session_id: row.starts_at for row in session.scalars(select(DraftPlacement))}
    assert stands == {one.id: nine + timedelta(minutes=60), other.id: nine + timedelta(minutes=240)}


def test_what_is_of_another_event_is_not_there(
    session: Any, cast: Any, actor: Actor, now: datetime, nine: datetime
) -> None:
    with pytest.raises(NotFound):
        place(session, event=cast.event, session_id=999, room_id=1, starts_at=nine, version=None, actor=actor, now=now)


def test_no_session_is_placed_where_none_run(
    session: Any, cast: Any, placed: Any, actor: Actor, now: datetime, nine: datetime
) -> None:
    """A hall of tables is no room for sessions: the board could not be drawn."""
    item = placed(session, "One", cast.heads[:1], 0)
    hall = session.scalars(select(Room.id).where(Room.slug == "hall")).one()
    version = session.scalars(select(DraftPlacement.version).where(DraftPlacement.session_id == item.id)).one()
    with pytest.raises(NotFound):
        place(
            session, event=cast.event, session_id=item.id, room_id=hall, starts_at=nine, version=version,
            actor=actor, now=now,
        )  # fmt: skip


@both
def test_a_draft_that_breaks_a_rule_is_not_released(
    session: Any, cast: Any, placed: Any, moved: Any, publish: Any, kind: str
) -> None:
    placed(session, "One", cast.heads[:1], 0)
    other = placed(session, "Other", cast.heads[:1], 30, room="room-b")
    with pytest.raises(ReleaseRefused) as refused:
        publish(session)
    assert refused.value.violations
    assert session.scalar(select(func.count()).select_from(AgendaRelease)) == 0
    assert session.scalar(select(func.count()).select_from(Claim)) == 0
    moved(session, other, 70)
    assert publish(session).release.number == 1


def test_an_empty_draft_is_not_released(session: Any, cast: Any, publish: Any) -> None:
    with pytest.raises(Refused, match="empty"):
        publish(session)


@both
def test_the_next_release_swaps_the_claims_and_has_the_next_number(
    database: Database, cast: Any, placed: Any, moved: Any, publish: Any, nine: datetime, kind: str
) -> None:
    with database.writing() as session:
        item = placed(session, "One", cast.heads[:2], 0)
        assert publish(session, "First").release.number == 1
    with database.writing() as session:
        before = {(one.kind.value, one.resource, one.tick) for one in session.scalars(select(Claim))}
        moved(session, item, 180)
        assert publish(session, "Second").release.number == 2
    with database.reading() as session:
        after = {(one.kind.value, one.resource, one.tick) for one in session.scalars(select(Claim))}
        assert len(after) == len(before) > 0
        assert {tick - 36 for _, _, tick in after} == {tick for _, _, tick in before}, "three hours later, by 5 minutes"
        holders = session.scalars(select(ReleasedSession).where(ReleasedSession.holding_id.is_not(None))).all()
        assert [one.starts_at for one in holders] == [nine + timedelta(hours=3)]
        assert session.scalar(select(func.count()).select_from(Holding)) == 1
        first = session.scalars(select(ReleasedSession).order_by(ReleasedSession.id)).first()
        assert first.starts_at == nine, "an earlier release stays as it was shown"


def _confirmed_visit(session: Any, cast: Any, actor: Actor, now: datetime, starts_at: datetime, **more: Any) -> Any:
    form = VisitForm(
        kind=VisitKind.BILATERAL,
        title="At the ministry",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        place="Ministry",
        member_ids=(cast.heads[0],),
        **more,
    )
    visit = add_visit(session, event=cast.event, delegation_id=cast.delegations[0], form=form, actor=actor, now=now)
    confirm(session, event=cast.event, visit=visit, version=visit.version, actor=actor, now=now)
    return visit


@both
def test_a_release_cannot_take_who_is_on_a_confirmed_visit(
    database: Database,
    cast: Any,
    placed: Any,
    moved: Any,
    publish: Any,
    actor: Actor,
    now: datetime,
    nine: datetime,
    kind: str,
) -> None:
    with database.writing() as session:
        item = placed(session, "One", cast.heads[:1], 0)
        publish(session, "First")
    with database.writing() as session:
        far = session.scalars(select(Site.id).where(Site.code == "M")).one()
        _confirmed_visit(session, cast, actor, now, nine + timedelta(minutes=120), site_id=far)
        kept = {(one.kind, one.resource, one.tick) for one in session.scalars(select(Claim))}
    # At the same time the planner sees it; five minutes after it, with ten to walk, the ledger refuses it.
    for minutes, refusal in ((120, ReleaseRefused), (185, AlreadyTaken)):
        with pytest.raises(refusal), database.writing() as session:
            moved(session, item, minutes)
            publish(session, "Second")
    with database.reading() as session:
        assert {(one.kind, one.resource, one.tick) for one in session.scalars(select(Claim))} == kept
        assert newest_release(session, cast.event.id).number == 1
    with database.writing() as session:
        moved(session, item, 190)
        assert publish(session, "Second").release.number == 2
        kinds = session.scalars(select(Holding.kind)).all()
        assert sorted(kinds) == [HoldingKind.SESSION, HoldingKind.VISIT, HoldingKind.WALK]


@both
def test_notices_go_to_exactly_those_whose_day_changed_and_wait(
    database: Database, cast: Any, placed: Any, moved: Any, actor: Actor, now: datetime, kind: str
) -> None:
    def publish() -> Any:
        session.expire_all()
        return release_agenda(session, event=cast.event, name="Programme", note=None, actor=actor, now=now)

    with database.writing() as session:
        placed(session, "Stays", cast.heads[:2], 0)
        moves = placed(session, "Moves", cast.heads[1:3], 90, room="room-b")
        assert publish().touched == set(cast.heads[:3])
        # What is still held would be replaced by one mail of both changes.
        session.execute(update(OutboxMail).values(state=MailState.SENT))
    with database.writing() as session:
        moved(session, moves, 240)
        effects = publish()
        assert effects.touched == set(cast.heads[1:3])
        assert effects.notices == 2
    with database.reading() as session:
        mails = session.scalars(select(OutboxMail).where(OutboxMail.cause == "release 2")).all()
        assert {mail.recipient for mail in mails} == {"mayor@shenzhen.example", "mayor@essen.example"}
        assert {mail.state for mail in mails} == {MailState.HELD}
        assert all("Moves" in mail.body and "Stays" not in mail.body for mail in mails)
    with database.writing() as session:
        assert publish().notices == 0, "nothing changed: nobody is written to"


def test_the_public_reads_the_release_and_no_word_of_the_draft(
    client: Any, cast: Any, placed: Any, moved: Any, publish: Any
) -> None:
    database = client.app.state.database
    with database.writing() as session:
        item = placed(session, "Workshop on waste", cast.heads[:1], 0)
        publish(session, "First")
    with database.writing() as session:
        item = session.merge(item)
        item.title, item.abstract = "CANARY-TITLE", "CANARY-ABSTRACT"
        item.titles = {"fr": "CANARY-FR"}
        placed(session, "CANARY-NEW", cast.heads[1:2], 300, room="room-b").slug = "canary-slug"
        moved(session, item, 125)
    pages, queue = {}, ["/", "/e/test-event", "/e/test-event/agenda", "/e/test-event/cities", "/e/test-event/register"]
    while queue and len(pages) < 60:
        address = queue.pop()
        if address in pages or "/manage" in address:
            continue
        answer = client.get(address)
        pages[address] = answer.text
        queue += re.findall(r'href="(/[^"#]*)"', answer.text) if answer.status_code == 200 else []
    assert any("Workshop on waste" in text for text in pages.values())
    assert len(pages) > 5
    for address, text in pages.items():
        assert "canary" not in text.lower(), address
    agenda = pages["/e/test-event/agenda"]
    assert "09:00" in agenda
    assert "11:05" not in agenda
    assert client.get("/e/test-event/agenda/canary-slug").status_code == 404
    for language in ("fr", "zh"):
        assert "CANARY" not in client.get("/e/test-event/agenda", headers={"Accept-Language": language}).text


def test_before_the_first_release_the_public_reads_nothing(client: Any, cast: Any, placed: Any) -> None:
    with client.app.state.database.writing() as session:
        placed(session, "CANARY-DRAFT", cast.heads[:1], 0)
    page = client.get("/e/test-event/agenda")
    assert page.status_code == 200
    assert "CANARY" not in page.text
    assert client.get("/e/test-event/agenda/session-0").status_code == 404
