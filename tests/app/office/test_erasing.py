"""ADM-04, G21: after an erasure nothing tells who somebody was: not the rows, not the file, not a backup, not a page."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.models import Account
from app.accounts.service.roles import ensure_account, grant_role
from app.claims.models import Holding
from app.delegations.models import Delegate, PassportDetail
from app.delegations.service import change_person
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.models import Meeting, MeetingWish
from app.meetings.service import hold_meeting
from app.office.service.erasing import erase_person
from app.platform import audit, outbox
from app.platform.actor import Actor
from app.platform.backup import back_up
from app.platform.errors import Refused
from app.platform.tokens import digest
from app.registration.models import Registration

NAME, NATIVE, MAIL, PHONE, PASSPORT = (
    "Zorovavel Quintessa",
    "佐罗瓦维尔",
    "zorovavel@quintessa.example",
    "+99 555 7788",
    "P0ZORO99",
)
TRACES = ("Zorovavel", NATIVE, "quintessa", PHONE, PASSPORT, "walnut allergy")


@pytest.fixture
def person(database: Any, cast: Any, accepted: Any, actor: Any, now: Any) -> int:
    """Somebody with a passport, a mail, a held meeting, an account that acted, and a line in the log."""
    with database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        delegate = session.get_one(Delegate, cast.heads[0])
        delegate.email, delegate.given_name, delegate.family_name = MAIL, "Zorovavel", "Quintessa"
        delegate.badge_name, delegate.native_name = NAME, NATIVE
        session.flush()
        change_person(
            session, event=event, delegate=delegate, changes={"phone": PHONE, "diet": "walnut allergy"},
            version=delegate.version, actor=Actor(account_id=None, label=NAME), now=now,
        )  # fmt: skip
        session.add(PassportDetail(delegate_id=delegate.id, number=PASSPORT, nationality="KH"))
        account = ensure_account(session, email=MAIL, display_name=NAME, actor=actor, now=now)
        grant_role(
            session, account_id=account.id, role=Role.DELEGATE, event_id=event.id, delegate_id=delegate.id,
            delegation_id=delegate.delegation_id, actor=actor, now=now,
        )  # fmt: skip
        for number, to in enumerate((MAIL, "other@city.example")):
            outbox.queue(
                session, now=now, event_id=event.id, cause="wish", key=f"mail {number}", to=to, locale="en",
                template="mail/sign_in", context={"name": NAME, "address": "http://x", "minutes": 20},
            )  # fmt: skip
        wish = accepted(session, cast.heads[1], cast.heads[0], topic="with Zorovavel Quintessa")
        slot, table = (session.scalars(select(one).order_by(one.id)).first() for one in (MeetingSlot, MeetingTable))
        hold_meeting(session, event=event, wish=wish, slot=slot, table=table, actor=actor, now=now)
        return delegate.id


def _erase(session: Any, cast: Any, person: int, actor: Any, now: Any, number: str | None = None) -> Any:
    return erase_person(
        session,
        event=session.get_one(Event, cast.event.id),
        delegate=session.get_one(Delegate, person),
        number=str(person) if number is None else number,
        actor=actor,
        now=now,
    )


def _count(path: Path, needle: str) -> int:
    text = needle.encode()
    return path.read_bytes().lower().count(text.lower()) if path.exists() else 0


def test_adm_04_nothing_is_found_in_the_file_its_log_or_a_backup(
    database: Any, database_url: str, cast: Any, person: int, actor: Any, now: Any, tmp_path: Path
) -> None:
    """T57."""
    if not database.is_sqlite:
        pytest.skip("files of a PostgreSQL server are not ours to read")
    file = Path(database.engine.url.database)
    files = [file, file.with_name(file.name + "-wal")]
    assert all(sum(_count(one, trace) for one in files) for trace in TRACES), "the control: they are there before"
    with database.writing() as session:
        erased = _erase(session, cast, person, actor, now)
    assert database.leave_no_trace()
    back_up(database_url, tmp_path / "after.backup", now=now)
    for trace in TRACES:
        for one in (*files, *tmp_path.glob("after.backup*")):
            assert _count(one, trace) == 0, (trace, one.name)
    assert erased.proof.found == {}
    assert erased.proof.columns > 100


def test_adm_04_the_row_stays_the_chain_holds_and_places_are_free(
    database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with database.writing() as session:
        assert session.scalar(select(Holding.id).where(Holding.kind == "meeting")) is not None
        _erase(session, cast, person, actor, now)
    with database.reading() as session:
        row = session.get_one(Delegate, person)
        assert (row.badge_name, row.email, row.erased_at, row.is_active) == ("erased", None, now, False)
        assert session.get(PassportDetail, person) is None
        assert session.scalar(select(Holding.id).where(Holding.kind == "meeting")) is None
        assert session.scalars(select(Meeting.state)).one().value == "cancelled"
        assert session.scalars(select(MeetingWish.topic)).one() in {None, "with erased"}
        account = session.scalars(select(Account).where(Account.email.contains("erased"))).one()
        assert (account.is_active, account.display_name) == (False, "erased")
        assert audit.verify(session) is None


def test_adm_04_no_page_names_the_person(
    client: Any, sign_in: Any, database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        _erase(session, cast, person, actor, now)
    event = f"/e/{cast.event.slug}"
    sign_in("organiser", event_id=cast.event.id)
    pages = [
        "/manage",
        "/manage/people",
        "/manage/people.csv",
        f"/manage/people/{person}",
        "/manage/outbox",
        "/manage/meetings",
    ]
    for page in [*pages, "/manage/search?q=zorovavel", "", "/agenda"]:
        text = client.get(f"{event}{page}").text
        assert not [
            trace
            for trace in TRACES
            if trace.casefold() in text.casefold().replace("q=zorovavel", "").replace('value="zorovavel"', "")
        ], page
    client.cookies.clear()
    sign_in("administrator", event_id=None)
    assert "Zorovavel" not in client.get("/admin/log").text


def test_the_number_that_is_shown_must_be_typed_and_once_is_enough(
    database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with database.writing() as session:
        for wrong in ("", "0", f"{person}1"):
            with pytest.raises(Refused):
                _erase(session, cast, person, actor, now, number=wrong)
        _erase(session, cast, person, actor, now)
        with pytest.raises(Refused, match="before"):
            _erase(session, cast, person, actor, now + timedelta(hours=1))


def test_who_works_in_the_office_is_not_erased_by_the_way(
    database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.email == MAIL)).one()
        grant_role(
            session, account_id=account.id, role=Role.ADMINISTRATOR, event_id=None, actor=actor, now=now
        )  # fmt: skip
        with pytest.raises(Refused, match="role of the office"):
            _erase(session, cast, person, actor, now)
        assert session.get_one(Delegate, person).badge_name == NAME


def test_others_keep_their_names(database: Any, cast: Any, person: int, actor: Any, now: Any) -> None:
    with database.writing() as session:
        before = {one.id: one.badge_name for one in session.scalars(select(Delegate)) if one.id != person}
        _erase(session, cast, person, actor, now)
        session.expire_all()
        assert {one.id: one.badge_name for one in session.scalars(select(Delegate)) if one.id != person} == before


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("Zhang Wei", "Zhang Wei"), ("Zhang Wei", "Zhang Weiming"), ("Mayor", "Mayor of Elsewhere"), ("王伟", "王伟明")],
)
def test_a_neighbour_of_like_name_keeps_it(
    database: Any, cast: Any, actor: Any, now: Any, mine: str, theirs: str
) -> None:
    with database.writing() as session:
        one, other = session.get_one(Delegate, cast.heads[0]), session.get_one(Delegate, cast.heads[1])
        one.badge_name, other.badge_name = mine, theirs
        if not mine.isascii():
            one.native_name, other.native_name = mine, theirs
        other.function = f"Deputy of {theirs}"
        session.flush()
        erased = _erase(session, cast, one.id, actor, now)
        session.expire_all()
        other = session.get_one(Delegate, cast.heads[1])
        assert (other.badge_name, other.function) == (theirs, f"Deputy of {theirs}")
        assert session.get_one(Delegate, cast.heads[0]).badge_name == "erased"
        assert (mine in erased.shared) == (mine in theirs.split(" of ") or mine == theirs)


def test_a_row_without_address_goes_from_a_delegations_form(database: Any, cast: Any, actor: Any, now: Any) -> None:
    with database.writing() as session:
        one = session.get_one(Delegate, cast.heads[0])
        one.email, one.family_name, one.given_name = None, "Quintessa", "Zorovavel"
        others = {"family_name": "Other", "given_name": "A"}
        form = Registration(
            event_id=cast.event.id, state="approved", party_name="A city", contact_name="F", contact_email="f@c.example",
            token_digest=digest("a form"), started_at=now, delegation_id=one.delegation_id,
            answers={"members": [{"family_name": "Quintessa", "given_name": "Zorovavel"}, others]},
        )  # fmt: skip
        session.add(form)
        session.flush()
        _erase(session, cast, one.id, actor, now)
        session.expire_all()
        assert form.answers == {"members": [others]}


def test_the_same_person_in_another_edition_goes_too(
    database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        other = Event(
            slug="next", name="Next", starts_on=event.starts_on, ends_on=event.ends_on, timezone=event.timezone,
            venue_name="A venue", contact_email="office@next.example",
        )  # fmt: skip
        session.add(other)
        session.flush()
        first = session.get_one(Delegate, person)
        again = Delegate(
            event_id=other.id, delegation_id=first.delegation_id, family_name="Quintessa", given_name="Zorovavel",
            badge_name=NAME, email=MAIL,
        )  # fmt: skip
        session.add(again)
        session.flush()
        erased = _erase(session, cast, person, actor, now)
        session.expire_all()
        assert set(erased.people) == {person, again.id}
        assert (again.badge_name, again.email) == ("erased", None)
        assert erased.proof.found == {}
