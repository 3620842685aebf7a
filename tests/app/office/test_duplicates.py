"""REG-07: who is here twice is found, merged with everything that belongs to them, or kept apart for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.service.roles import ensure_account, grant_role
from app.agenda.enums import Part
from app.agenda.models import ReleasedPerson, SessionPerson
from app.agenda.service import release
from app.claims.enums import ClaimKind
from app.claims.models import Claim
from app.delegations.models import Delegate, PassportDetail
from app.delegations.queries import ids_of_person
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.models import Meeting, MeetingVeto, MeetingWish, WishPerson
from app.meetings.service import hold_meeting
from app.office.service import merging
from app.office.service.merging.rows import count_rows, pointing_columns
from app.platform import audit
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, Refused
from app.printing.models import PrintedSheet, SheetKind
from app.registration.duplicates import duplicates_of, form_subjects
from app.registration.enums import RegistrationState
from app.registration.forms import DelegationForm, MemberForm
from app.registration.service import reviewing, submit
from app.visits.enums import VisitKind
from app.visits.forms import VisitForm
from app.visits.service import add_visit, confirm

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def twin(cast: Any) -> Callable[..., Delegate]:
    """``twin(session, of, …)``: a second row for a person, with other columns where they are given."""

    def make(session: Any, of: int, **changes: Any) -> Delegate:
        one = session.get(Delegate, of)
        columns = ("event_id", "delegation_id", "family_name", "given_name", "badge_name", "function", "email", "rank")
        row = Delegate(**{name: getattr(one, name) for name in columns} | changes)
        session.add(row)
        session.flush()
        return row

    return make


@pytest.fixture
def merged(cast: Any, actor: Any, now: Any) -> Callable[..., Delegate]:
    def make(session: Any, stays: int, goes: int, take: tuple[str, ...] = ()) -> Delegate:
        rows = session.get(Delegate, stays), session.get(Delegate, goes)
        merging.merge(
            session,
            event=cast.event,
            stays=rows[0],
            goes=rows[1],
            versions=(rows[0].version, rows[1].version),
            taken_from_other=frozenset(take),
            actor=actor,
            now=now,
        )
        return rows[0]

    return make


def _found(session: Any, cast: Any) -> list[tuple[set[str], tuple[str, ...]]]:
    return [({pair.one.key, pair.other.key}, pair.because) for pair in duplicates_of(session, cast.event.id)]


@pytest.mark.parametrize(
    ("first", "second", "because"),
    [
        ({"email": "Wei@A.example"}, {"email": "wei@a.EXAMPLE"}, ("mail",)),
        ({"given_name": "Wei", "family_name": "Zhang"}, {"given_name": "zhang", "family_name": "WEI"}, ("name",)),
        ({"given_name": "José", "family_name": "Peña"}, {"given_name": "Jose", "family_name": "PENA"}, ("name",)),
        ({"native_name": "张 伟"}, {"native_name": "张\u3000伟"}, ("native_name",)),
        ({"native_name": "مُحَمَّد"}, {"native_name": "محمد"}, ("native_name",)),
        ({"given_name": "Wei", "family_name": "Zhang"}, {"given_name": "Wei", "family_name": "Zhao"}, None),
    ],
)
def test_reg_07_who_looks_alike_is_flagged(
    session: Any, cast: Any, twin: Any, first: Any, second: Any, because: Any
) -> None:
    plain = {"email": None, "family_name": "Nobody", "given_name": ""}
    one = twin(session, cast.heads[0], **{**plain, "family_name": "One"} | first)
    other = twin(session, cast.heads[0], **{**plain, "family_name": "Other"} | second)
    assert _found(session, cast) == ([({f"d{one.id}", f"d{other.id}"}, because)] if because else [])


def test_reg_07_a_name_counts_within_its_organisation(session: Any, cast: Any, twin: Any) -> None:
    twin(session, cast.heads[0], email=None, delegation_id=cast.delegations[1])
    assert _found(session, cast) == []


def test_reg_07_not_the_same_is_remembered(session: Any, cast: Any, twin: Any, actor: Any, now: Any) -> None:
    other = twin(session, cast.heads[0])
    assert len(_found(session, cast)) == 1
    keys = {"one": f"d{other.id}", "other": f"d{cast.heads[0]}"}
    for _again in range(2):
        reviewing.say_different(session, event=cast.event, **keys, actor=actor, now=now)
    assert _found(session, cast) == []
    lines = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "duplicate.different")
    assert session.scalar(lines) == 1


def test_reg_07_no_column_that_points_at_a_person_is_forgotten() -> None:
    """What a merge moves is read from the tables themselves; these are the ones there are today, and more may come."""
    tables = {column.table.name for column in pointing_columns()}
    assert {
        "session_person", "released_person", "visit_member", "wish_person", "meeting_wish", "meeting_veto",
        "printed_sheet", "role_grant", "registration", "blocked_time", "passport_detail", "photo", "recheck",
    } <= tables  # fmt: skip


@both
def test_reg_07_a_merge_keeps_meetings_roles_and_log_of_both(
    session: Any, cast: Any, twin: Any, merged: Any, accepted: Any, placed: Any, actor: Any, now: Any, nine: Any,
    kind: str,
) -> None:  # fmt: skip
    """Sessions, visits, a meeting, a role and a sheet of the second row are the person's afterwards, claims included."""
    stays, event = cast.heads[0], cast.event
    goes = twin(session, stays, phone="+855 1", email="other@phnom-penh.example").id
    item = placed(session, "With the second row", (goes, cast.heads[1]), 0)
    both_on = placed(session, "With both rows", (stays, goes), 480, room="room-b")
    session.scalars(select(SessionPerson).where(SessionPerson.delegate_id == stays)).one().part = Part.MAY_ATTEND
    session.flush()
    release(session, event=event, name="Release", note=None, actor=actor, now=now)
    wish = accepted(session, goes, cast.heads[2])
    slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at.desc())).first()
    table = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).first()
    hold_meeting(session, event=event, wish=wish, slot=slot, table=table, run_id=None, actor=actor, now=now)
    visit = add_visit(
        session,
        event=event,
        delegation_id=cast.delegations[0],
        form=VisitForm(
            kind=VisitKind.SITE_VISIT,
            title="A visit",
            place="A depot",
            starts_at=nine - timedelta(minutes=120),
            ends_at=nine - timedelta(minutes=60),
            member_ids=(goes,),
        ),
        actor=actor,
        now=now,
    )
    confirm(session, event=event, visit=visit, version=visit.version, actor=actor, now=now)
    account = ensure_account(session, email="one@phnom-penh.example", display_name="The mayor", actor=actor, now=now)
    for row in (stays, goes):
        grant_role(
            session, account_id=account.id, role=Role.DELEGATE, event_id=event.id, delegate_id=row,
            delegation_id=cast.delegations[0], actor=actor, now=now,
        )  # fmt: skip
    for row, number in ((stays, 1), (goes, 1)):
        session.add(
            PrintedSheet(
                event_id=event.id, kind=SheetKind.PERSON, delegation_id=cast.delegations[0], delegate_id=row,
                number=number, locale="en", content_digest="x", printed_at=now,
            )
        )  # fmt: skip
    session.add(PassportDetail(delegate_id=goes, number="X1", nationality="KH"))
    session.add(MeetingVeto(event_id=event.id, delegate_id=goes, other_delegate_id=stays))
    session.flush()
    claims = select(func.count()).select_from(Claim).where(Claim.kind == ClaimKind.PERSON)
    ticks = set(session.scalars(select(Claim.tick).where(Claim.resource.in_([str(stays), str(goes)]))))

    person = merged(session, stays, goes, ("email",))

    assert count_rows(session, goes) == {}
    mine = select(Claim.tick).where(Claim.kind == ClaimKind.PERSON, Claim.resource == str(stays))
    assert set(session.scalars(mine)) == ticks
    assert session.scalar(claims.where(Claim.resource == str(goes))) == 0
    assert session.scalars(select(WishPerson.delegate_id).where(WishPerson.wish_id == wish.id)).all().count(stays) == 1
    assert session.get(MeetingWish, wish.id).from_delegate_id == stays
    assert session.scalars(select(Meeting.wish_id)).all() == [wish.id]
    on = {
        row.session_id: row.part
        for row in session.scalars(select(SessionPerson).where(SessionPerson.delegate_id == stays))
    }
    assert on == {item.id: Part.SPEAKER, both_on.id: Part.SPEAKER}  # of two parts the weightier
    assert (
        session.scalar(select(func.count()).select_from(ReleasedPerson).where(ReleasedPerson.delegate_id == stays)) == 2
    )
    assert session.scalars(
        select(PrintedSheet.number).where(PrintedSheet.delegate_id == stays).order_by(PrintedSheet.number)
    ).all() == [1, 2]
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.delegate_id == stays)).all()) == 1
    assert session.get(PassportDetail, stays).number == "X1"
    assert session.scalar(select(func.count()).select_from(MeetingVeto)) == 0
    assert (person.email, person.phone) == ("other@phnom-penh.example", "+855 1")
    shell = session.get(Delegate, goes)
    assert (shell.is_active, shell.merged_into_id, shell.family_name, shell.email) == (False, stays, "", None)
    assert ids_of_person(session, stays) == [stays, goes]
    logged = select(AuditEntry.entity_id).where(AuditEntry.action.in_(("delegate.merged", "delegate.merged_into")))
    assert set(session.scalars(logged)) == {str(stays), str(goes)}
    assert audit.verify(session) is None


def test_reg_07_what_both_hold_at_one_time_is_refused_by_name(
    session: Any, cast: Any, twin: Any, merged: Any, placed: Any, actor: Any, now: Any
) -> None:
    stays = cast.heads[0]
    goes = twin(session, stays).id
    placed(session, "One", (stays,), 0)
    placed(session, "Other", (goes,), 30, room="room-b")
    release(session, event=cast.event, name="Release", note=None, actor=actor, now=now)
    before = count_rows(session, goes)
    with pytest.raises(merging.DoubleBooked) as refused:
        merged(session, stays, goes)
    (clash,) = refused.value.clashes
    assert (clash.rule, clash.one.title, clash.other.title) == ("person_not_busy", "One", "Other")
    assert count_rows(session, goes) == before
    assert session.get(Delegate, goes).is_active


def test_reg_07_two_who_meet_each_other_are_refused_and_nothing_moved(
    session: Any, cast: Any, twin: Any, merged: Any, accepted: Any, placed: Any, actor: Any, now: Any
) -> None:
    stays = cast.heads[0]
    goes = twin(session, stays, delegation_id=cast.delegations[1]).id
    placed(session, "Other", (goes,), 0)
    release(session, event=cast.event, name="Release", note=None, actor=actor, now=now)
    wish = accepted(session, stays, goes)
    slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at.desc())).first()
    table = session.scalars(select(MeetingTable)).first()
    hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=table, run_id=None, actor=actor, now=now)
    held = set(session.scalars(select(Claim.tick).where(Claim.resource == str(goes))))
    with pytest.raises(Refused):
        merged(session, stays, goes)
    assert set(session.scalars(select(Claim.tick).where(Claim.resource == str(goes)))) == held


def test_reg_07_a_row_that_changed_meanwhile_is_a_conflict(
    session: Any, cast: Any, twin: Any, actor: Any, now: Any
) -> None:
    stays, goes = session.get(Delegate, cast.heads[0]), twin(session, cast.heads[0])
    with pytest.raises(Conflict):
        merging.merge(
            session, event=cast.event, stays=stays, goes=goes, versions=(stays.version, goes.version + 1),
            taken_from_other=frozenset(), actor=actor, now=now,
        )  # fmt: skip
    with pytest.raises(Refused):
        merging.merge(
            session, event=cast.event, stays=stays, goes=stays, versions=(1, 1), taken_from_other=frozenset(),
            actor=actor, now=now,
        )  # fmt: skip


@pytest.fixture
def form(cast: Any, actor: Any, now: Any) -> Callable[..., Any]:
    """A form of Essen with somebody new, and the mayor who is here already under other capitals."""

    def make(session: Any) -> Any:
        handed_in = DelegationForm(
            party_kind="city",
            party_name="Essen",
            country="DE",
            contact_name="The focal point",
            contact_email="focal@essen.example",
            contact_phone="+49 1",
            members=[
                MemberForm(family_name="New", email="new@essen.example"),
                MemberForm(family_name="MAYOR OF ESSEN", function="Lord Mayor", rank=30, is_head=True),
            ],
        )
        return submit(
            session, event=cast.event, form=handed_in, base_url="http://testserver", actor=actor, now=now
        ).registration

    return make


def test_reg_07_a_form_of_somebody_who_is_here_is_approved_and_joined(
    session: Any, cast: Any, form: Any, actor: Any, now: Any
) -> None:
    registration = form(session)
    ((keys, because),) = _found(session, cast)
    assert because == ("name",)
    people = session.scalar(select(func.count()).select_from(Delegate).where(Delegate.is_active))
    person = next(one for one in form_subjects(session, cast.event.id) if one.key in keys)
    stays = session.get(Delegate, cast.heads[2])
    merging.approve_and_merge(
        session, event=cast.event, registration=registration, person=person, stays=stays,
        versions=(registration.version, stays.version), taken_from_form=frozenset({"function"}), actor=actor, now=now,
    )  # fmt: skip
    assert registration.state is RegistrationState.APPROVED
    assert session.scalar(select(func.count()).select_from(Delegate).where(Delegate.is_active)) == people + 1
    assert (stays.function, stays.approved_at) == ("Lord Mayor", now)
    assert _found(session, cast) == []


def test_reg_07_the_pages_compare_merge_and_keep_apart(
    client: Any, cast: Any, twin: Any, form: Any, sign_in: Any, actor: Any, now: Any
) -> None:
    """Without script: radio by line, both versions sent, the merged address leads to the person."""
    stays = cast.heads[0]
    with client.app.state.database.writing() as session:
        goes = twin(session, stays, badge_name="The better badge").id
        apart = twin(session, cast.heads[1]).id
        form(session)
    sign_in("organiser", event_id=cast.event.id)
    base = f"/e/{cast.event.slug}/manage/duplicates"
    page = client.get(base).text
    assert "3 pairs look like one person" in page
    pair = f"{base}/d{stays}~d{goes}"
    page = client.get(pair).text
    assert page.count('name="line-badge_name"') == 2
    assert 'name="line-family_name"' not in page  # what is the same is not asked
    assert client.get(f"{base}/d{goes}~d{goes}").status_code == 404
    assert client.get(f"{base}/d{stays}~d999999").status_code == 404
    stale = {"one_version": 99, "other_version": 1}
    assert client.post(f"{pair}/merge", data=stale).status_code == 409
    done = client.post(
        f"{pair}/merge", data={"one_version": 1, "other_version": 1, "line-badge_name": "other", "line-email": "one"}
    )
    assert (done.status_code, done.headers["location"]) == (303, f"/e/{cast.event.slug}/manage/people/{stays}")
    assert "The better badge" in client.get(done.headers["location"]).text
    apart_page = f"{base}/d{cast.heads[1]}~d{apart}"
    assert client.post(f"{apart_page}/different").status_code == 303
    page = client.get(base).text
    assert "1 pair looks like one person" in page and "a form that waits" in page
    sign_in("desk", event_id=cast.event.id)
    assert client.get(base).status_code == 403


def test_reg_07_five_thousand_are_compared_in_a_few_queries(session: Any, cast: Any, event: Any) -> None:
    """The number of queries does not grow with the number of people, and a shared address stays within bounds."""
    from sqlalchemy import event as sqlalchemy_event
    from sqlalchemy import insert

    rows = [
        {
            "event_id": event.id, "delegation_id": cast.delegations[number % 4], "family_name": f"Family {number // 2}",
            "given_name": "Person", "badge_name": "x", "email": f"p{number}@x.example",
        }
        for number in range(5000)
    ]  # fmt: skip
    for row in rows[:300]:
        row["email"] = "office@x.example"
    session.execute(insert(Delegate), rows)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    bind = session.get_bind()
    sqlalchemy_event.listen(bind, "before_cursor_execute", note)
    try:
        pairs = duplicates_of(session, event.id)
    finally:
        sqlalchemy_event.remove(bind, "before_cursor_execute", note)
    assert len(statements) < 20
    assert len(pairs) < 300 * 7
