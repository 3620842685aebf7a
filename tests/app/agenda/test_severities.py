"""AGD-08: what each rule may do, and single violations that somebody lets stand with a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.enums import PinKind, Severity
from app.agenda.models import Acknowledgement, AgendaSession, DraftPlacement
from app.agenda.planner import build_problem, read_facts
from app.agenda.preview import preview_of
from app.agenda.queries import current_draft, newest_release
from app.agenda.rules import CHOICES, DOUBLE_USE, WEIGHTS
from app.agenda.service import ReleaseRefused, acknowledge, release, set_rules, take_back
from app.delegations.models import BlockedTime
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.errors import Conflict, Refused
from scheduler.agenda.problem import Weights
from scheduler.agenda.validation import CHECKS

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
USUALLY = dict.fromkeys(CHOICES, Severity.BLOCK_RELEASE)


@pytest.fixture
def ruled(cast: Any, actor: Actor, now: Any) -> Callable[..., Any]:
    """``ruled(session, room_fits="warn")`` sets severities; what is not named is as usual."""

    def run(session: Any, *, max_parallel: int | None = None, **severities: str) -> Any:
        chosen = USUALLY | {rule: Severity(value) for rule, value in severities.items()}
        version = preview_of(session, cast.event).facts.rules.version
        return set_rules(
            session,
            event=cast.event,
            severities=chosen,
            weights=dict(WEIGHTS),
            max_parallel=max_parallel,
            version=version,
            actor=actor,
            now=now,
        )

    return run


@pytest.fixture
def too_many(cast: Any, placed: Any) -> Callable[..., Any]:
    """``too_many(session)`` places a session with more guests than its room seats, and nothing else wrong."""

    def run(session: Any) -> Any:
        item = placed(session, "Crowded", cast.heads[:1], 0, room="room-b")
        item.audience = 85
        session.flush()
        session.expire_all()
        return item

    return run


def _mark(session: Any, event: Any) -> str:
    (rule,) = preview_of(session, event).rules
    return rule.mark


def test_agd_08_every_rule_of_the_scheduler_has_its_severities() -> None:
    """AGD-08: the page lists each rule that a draft can break, and each wish with the scheduler's own weight."""
    assert CHOICES.keys() == CHECKS.keys() - {"left_out_listed"}, "drafts list what they leave out by themselves"
    assert Weights().model_dump() == WEIGHTS
    assert {rule for rule, choices in CHOICES.items() if Severity.WARN not in choices} == DOUBLE_USE


@both
def test_agd_08_a_broken_rule_blocks_warns_or_is_not_asked(
    database: Database, cast: Any, too_many: Any, ruled: Any, actor: Actor, now: Any, kind: str
) -> None:
    """AGD-08: block and block release refuse; warn shows and releases; ignore does not even ask the solver."""
    with database.writing() as session:
        too_many(session)
    for severity, is_refused, is_shown in (
        ("block", True, True),
        ("block_release", True, True),
        ("warn", False, True),
        ("ignore", False, False),
    ):
        with database.write_sessions() as session:
            ruled(session, room_fits=severity)
            found = preview_of(session, cast.event)
            assert bool(found.rules) is is_shown
            problem = build_problem(session, found.facts, found.draft)
            assert (problem.sessions[0].audience == 0) is (severity == "ignore")
            if is_refused:
                with pytest.raises(ReleaseRefused):
                    release(session, event=cast.event, name="R", note=None, actor=actor, now=now)
            else:
                assert release(session, event=cast.event, name="R", note=None, actor=actor, now=now).release.number == 1
            session.rollback()


@both
def test_agd_08_one_violation_is_let_stand_with_a_reason(
    database: Database, cast: Any, too_many: Any, actor: Actor, now: Any, kind: str
) -> None:
    """AGD-08: refused, let stand, released; the release keeps sentence and reason; taken back, it blocks again."""
    with database.writing() as session:
        too_many(session)
        with pytest.raises(ReleaseRefused, match="seats 60, 85 are expected"):
            release(session, event=cast.event, name="R", note=None, actor=actor, now=now)
    with database.writing() as session:
        mark = _mark(session, cast.event)
        row = acknowledge(session, event=cast.event, mark=mark, reason="Chairs are brought in", actor=actor, now=now)
        acknowledgement_id = row.id
        with pytest.raises(Conflict):
            acknowledge(session, event=cast.event, mark=mark, reason="Twice", actor=actor, now=now)
    with database.writing() as session:
        release(session, event=cast.event, name="R", note=None, actor=actor, now=now)
    with database.reading() as session:
        stood = newest_release(session, cast.event.id).acknowledged
        assert [(one["rule"], one["reason"]) for one in stood] == [("room_fits", "Chairs are brought in")]
        assert "“Crowded” cannot be in Room B" in stood[0]["sentence"]
    with database.writing() as session:
        take_back(session, event=cast.event, acknowledgement_id=acknowledgement_id, actor=actor, now=now)
        with pytest.raises(ReleaseRefused):
            release(session, event=cast.event, name="R", note=None, actor=actor, now=now)


@both
@pytest.mark.parametrize("change", ["guests", "room", "time", "nothing"])
def test_agd_08_it_lapses_when_what_it_was_about_changes(
    database: Database, cast: Any, too_many: Any, placed: Any, actor: Actor, now: Any, nine: Any, change: str, kind: str
) -> None:
    """AGD-08: more guests, another time, a smaller room: asked again; what has nothing to do with it changes nothing."""
    with database.writing() as session:
        item = too_many(session)
        acknowledge(session, event=cast.event, mark=_mark(session, cast.event), reason="Agreed", actor=actor, now=now)
    with database.writing() as session:
        placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).one()
        if change == "guests":
            session.get(AgendaSession, item.id).audience = 86
        elif change == "room":
            preview_of(session, cast.event).facts.room_by_slug("room-b").capacity = 50
        elif change == "time":
            placement.starts_at = nine + timedelta(hours=1)
        else:
            session.get(AgendaSession, item.id).title = "Another title"
            placed(session, "Beside it", cast.heads[1:2], 0)
            placement.pin = PinKind.BOTH
    with database.writing() as session:
        found = preview_of(session, cast.event)
        assert [rule.rule for rule in found.rules] == ["room_fits"]
        assert bool(found.blocking) is (change != "nothing")


@both
def test_agd_08_double_use_is_never_let_stand(
    database: Database, cast: Any, placed: Any, ruled: Any, actor: Actor, now: Any, kind: str
) -> None:
    """AGD-08: no severity, no reason and no row written by hand brings a person into two places."""
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        placed(session, "Other", cast.heads[:1], 30, room="room-b")
    with database.writing() as session:
        for weak in ("warn", "ignore"):
            with pytest.raises(Refused):
                ruled(session, person_in_one_place=weak)
        mark = _mark(session, cast.event)
        with pytest.raises(Refused, match="Double use"):
            acknowledge(session, event=cast.event, mark=mark, reason="They run fast", actor=actor, now=now)
        session.add(
            Acknowledgement(
                event_id=cast.event.id,
                rule="person_in_one_place",
                mark=mark,
                sentence="-",
                reason="smuggled in",
                given_at=now,
            )
        )
        session.flush()
        with pytest.raises(ReleaseRefused):
            release(session, event=cast.event, name="R", note=None, actor=actor, now=now)


def test_agd_08_an_absence_can_be_let_stand_and_a_visit_cannot_be_overbooked(
    database: Database, cast: Any, placed: Any, ruled: Any, actor: Actor, now: Any, nine: Any
) -> None:
    """AGD-08: with ``person_available`` ignored the solver may use an absence, never time that the ledger holds."""
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        session.add(
            BlockedTime(delegate_id=cast.heads[0], starts_at=nine, ends_at=nine + timedelta(hours=1), reason="rest")
        )
    with database.writing() as session:
        assert [rule.rule for rule in preview_of(session, cast.event).blocking] == ["person_available"]
        ruled(session, person_available="ignore")
        facts = read_facts(session, cast.event)
        assert build_problem(session, facts, current_draft(session, cast.event.id)).people[0].available is None
        assert release(session, event=cast.event, name="R", note=None, actor=actor, now=now).release.number == 1


def test_agd_08_the_page_of_the_rules(client: Any, sign_in: Callable[..., Any], cast: Any, too_many: Any) -> None:
    """AGD-08: severities and weights are set on a page; a weak severity for double use is refused; two editors conflict."""
    sign_in("organiser", event_id=cast.event.id)
    here = "/e/test-event/manage/agenda/rules"
    with client.app.state.database.writing() as session:
        too_many(session)
    fields = {f"severity_{rule}": "block_release" for rule in CHOICES}
    fields |= {f"weight_{term}": str(weight) for term, weight in WEIGHTS.items()}
    fields |= {"version": "0", "max_parallel": ""}
    page = client.get(here).text
    assert "The room fits" in page
    assert all(f'name="{field}"' in page for field in fields)
    weak = client.post(here, data={**fields, "severity_person_in_one_place": "warn"})
    assert weak.status_code == 422
    assert client.post(here, data={**fields, "weight_clash": "-3"}).status_code == 422
    saved = client.post(here, data={**fields, "severity_room_fits": "warn", "weight_clash": "30"})
    assert saved.status_code == 303
    late = client.post(here, data=fields)
    assert late.status_code == 409, "version 0 was overtaken"
    assert "Changed meanwhile by Organiser" in late.text, "AGD-15: who, and both versions"
    assert 'name="severity_room_fits" value="warn"' in late.text
    assert 'name="mine.severity_room_fits" value="block_release"' in late.text
    with client.app.state.database.reading() as session:
        found = preview_of(session, cast.event)
        assert [rule.severity for rule in found.rules] == [Severity.WARN]
        assert build_problem(session, found.facts, found.draft).weights.clash == 30


def test_agd_08_letting_stand_on_the_page_of_the_release(
    client: Any, sign_in: Callable[..., Any], cast: Any, too_many: Any
) -> None:
    """AGD-08: a reason is asked for on the page; the rule then warns there with the reason and can be taken back."""
    sign_in("organiser", event_id=cast.event.id)
    here = "/e/test-event/manage/agenda"
    with client.app.state.database.writing() as session:
        too_many(session)
        mark = _mark(session, cast.event)
    assert client.post(f"{here}/acknowledgements", data={"mark": mark, "reason": ""}).status_code == 422
    assert client.post(f"{here}/acknowledgements", data={"mark": "0" * 64, "reason": "Agreed"}).status_code == 409
    assert client.post(f"{here}/acknowledgements", data={"mark": mark, "reason": "Chairs come"}).status_code == 303
    assert "Let stand: Chairs come" in client.get(f"{here}/release").text
    with client.app.state.database.reading() as session:
        row = session.scalars(select(Acknowledgement)).one()
    assert client.post(f"{here}/acknowledgements/999/take-back").status_code == 404
    assert client.post(f"{here}/acknowledgements/{row.id}/take-back").status_code == 303
    assert "Chairs come" not in client.get(f"{here}/release").text
