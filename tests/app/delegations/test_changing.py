"""REG-05: a phone changes at once; a name or a photo waits for a look while the person stays approved."""

import struct
import zlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.enums import RecheckField, RecheckState
from app.delegations.models import Delegate, Photo, Recheck
from app.delegations.photographs import MOST_BYTES, read_picture
from app.delegations.rechecks import photo_in_force, rechecks_of, waiting_recheck_count
from app.delegations.service import (
    accredit,
    change_person,
    check_in,
    decide_recheck,
    propose_photo,
    take_back_check_in,
    take_back_pass,
)
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.errors import Conflict, Refused
from app.platform.outbox import OutboxMail

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


def png(width: int = 300, height: int = 400, *, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + (chunk(b"tEXt", extra) if extra else b"")
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 300, height: int = 400, *, exif: bytes = b"") -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + (b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if exif else b"")
        + b"\xff\xc0"
        + struct.pack(">H", len(frame) + 2)
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"pixels\xff\x00"
        + b"\xff\xd9"
    )


@pytest.fixture
def person(session: Any, cast: Any, now: datetime) -> Delegate:
    found = session.get_one(Delegate, cast.heads[0])
    found.approved_at = now - timedelta(days=3)
    found.phone = "+1"
    session.flush()
    return found


@pytest.fixture
def change(session: Any, event: Any, actor: Actor, now: datetime) -> Any:
    def make(delegate: Delegate, **changes: Any) -> Any:
        return change_person(
            session,
            event=event,
            delegate=delegate,
            changes=changes,
            version=delegate.version,
            actor=actor,
            now=now,
        )

    return make


def _lines(session: Any, start: str = "") -> list[str]:
    statement = select(AuditEntry.action).where(AuditEntry.action.startswith(start)).order_by(AuditEntry.id)
    return list(session.scalars(statement))


def _mails(session: Any) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMail))


def test_a_phone_changes_at_once_and_nothing_waits(session: Any, person: Delegate, change: Any) -> None:
    approved_at = person.approved_at
    done = change(person, phone="+43 1 26026")
    assert (done.applied, done.asked) == (("phone",), ())
    assert (person.phone, person.approved_at, person.is_active) == ("+43 1 26026", approved_at, True)
    assert session.scalars(select(Recheck)).all() == []
    assert _lines(session, "delegate.") == ["delegate.changed"]


@both
def test_a_name_waits_alone_and_the_old_one_stays_in_force(
    session: Any, event: Any, person: Delegate, change: Any, kind: str
) -> None:
    before, approved_at = person.family_name, person.approved_at
    done = change(person, family_name="Renamed", phone="+2", function="Lord Mayor")
    assert (set(done.applied), done.asked) == ({"phone", "function"}, ("family_name",))
    assert (person.family_name, person.approved_at, person.is_active) == (before, approved_at, True)
    (waiting,) = session.scalars(select(Recheck))
    assert (waiting.field, waiting.before, waiting.after) == (RecheckField.FAMILY_NAME, before, "Renamed")
    assert waiting.state is RecheckState.ASKED
    assert rechecks_of(session, [person.id]) == [waiting]
    assert waiting_recheck_count(session, event.id) == 1
    assert _lines(session, "recheck.") == ["recheck.asked"]


def test_before_approval_a_name_changes_at_once(session: Any, cast: Any, change: Any) -> None:
    person = session.get_one(Delegate, cast.heads[0])
    assert change(person, family_name="Renamed").asked == ()
    assert person.family_name == "Renamed"
    assert session.scalars(select(Recheck)).all() == []


def test_a_newer_proposal_replaces_the_older_and_the_old_value_takes_it_back(
    session: Any, person: Delegate, change: Any
) -> None:
    before = person.family_name
    change(person, family_name="First")
    change(person, family_name="Second")
    change(person, family_name="Second")
    states = [one.state for one in session.scalars(select(Recheck).order_by(Recheck.id))]
    assert states == [RecheckState.REPLACED, RecheckState.ASKED]
    change(person, family_name=before)
    assert rechecks_of(session, [person.id]) == []
    assert _lines(session, "recheck.") == ["recheck.asked", "recheck.asked", "recheck.withdrawn"]


@both
@pytest.mark.parametrize("state", [RecheckState.ACCEPTED, RecheckState.REFUSED])
def test_a_decision_has_one_line_and_one_mail_and_is_made_once(
    session: Any, event: Any, person: Delegate, change: Any, actor: Actor, now: datetime, state: Any, kind: str
) -> None:
    before = person.family_name
    change(person, family_name="Renamed")
    (waiting,) = rechecks_of(session, [person.id])
    common = {"event": event, "recheck": waiting, "state": state, "actor": actor, "now": now}
    if state is RecheckState.REFUSED:
        with pytest.raises(Refused, match="reason"):
            decide_recheck(session, **common, reason=" ")
    decide_recheck(session, **common, reason="Not as in the passport.")
    assert person.family_name == ("Renamed" if state is RecheckState.ACCEPTED else before)
    assert person.approved_at is not None
    assert _lines(session, "recheck.") == ["recheck.asked", f"recheck.{state.value}"]
    (mail,) = session.scalars(select(OutboxMail))
    assert mail.recipient == person.email
    assert "Renamed" in mail.body
    assert ("Not as in the passport." in mail.body) is (state is RecheckState.REFUSED)
    with pytest.raises(Conflict):
        decide_recheck(session, **common, reason="Again.")
    assert _mails(session) == 1


def test_a_member_without_mail_is_told_through_the_focal_point(
    session: Any, event: Any, cast: Any, person: Delegate, change: Any, actor: Actor, now: datetime
) -> None:
    person.email = None
    session.flush()
    change(person, given_name="Given")
    (waiting,) = rechecks_of(session, [person.id])
    decide_recheck(
        session, event=event, recheck=waiting, state=RecheckState.ACCEPTED, reason=None, actor=actor, now=now
    )
    assert session.scalars(select(OutboxMail)).one().recipient == session.get_one(Delegate, cast.staff[0]).email


def test_what_a_person_may_not_change_is_refused_with_nothing_written(
    session: Any, person: Delegate, change: Any, event: Any, actor: Actor, now: datetime
) -> None:
    lines = _lines(session)
    with pytest.raises(Refused) as refused:
        change(person, phone="+3", rank=10)
    assert set(refused.value.errors) == {"rank"}
    with pytest.raises(Refused) as refused:
        change(person, family_name="")
    assert set(refused.value.errors) == {"family_name"}
    with pytest.raises(Conflict):
        change_person(session, event=event, delegate=person, changes={}, version=99, actor=actor, now=now)
    person.is_active = False
    with pytest.raises(Refused):
        change(person, phone="+3")
    assert (person.phone, _lines(session)) == ("+1", lines)


def test_a_new_photo_waits_while_the_old_one_stands_on_the_badge(
    session: Any, event: Any, cast: Any, actor: Actor, now: datetime
) -> None:
    person = session.get_one(Delegate, cast.heads[0])
    common = {"event": event, "delegate": person, "actor": actor, "now": now}
    first = propose_photo(session, content=png(), **common)
    assert photo_in_force(session, person.id) is first
    person.approved_at = now
    second = propose_photo(session, content=jpeg(), **common)
    third = propose_photo(session, content=jpeg(500, 500), **common)
    assert photo_in_force(session, person.id) is first
    (waiting,) = rechecks_of(session, [person.id])
    assert (waiting.field, waiting.before, waiting.after) == (RecheckField.PHOTO, str(first.id), str(third.id))
    assert second.id not in set(session.scalars(select(Photo.id))), "a photo that was replaced is not kept"
    decide_recheck(
        session, event=event, recheck=waiting, state=RecheckState.REFUSED, reason="Dark.", actor=actor, now=now
    )
    assert set(session.scalars(select(Photo.id))) == {first.id}
    fourth = propose_photo(session, content=jpeg(600, 600), **common)
    (waiting,) = rechecks_of(session, [person.id])
    decide_recheck(
        session, event=event, recheck=waiting, state=RecheckState.ACCEPTED, reason=None, actor=actor, now=now
    )
    assert photo_in_force(session, person.id) is fourth
    assert set(session.scalars(select(Photo.id))) == {fourth.id}
    values = " ".join(one.after or "" for one in session.scalars(select(AuditValue)))
    assert "pixels" not in values


def test_a_picture_is_known_by_its_content_and_keeps_nothing_of_the_camera() -> None:
    """T37."""
    picture = read_picture(jpeg(exif=b"Exif\x00\x00 48.2082 N 16.3738 E"))
    assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", 300, 400)
    assert b"48.2082" not in picture.content
    assert picture.content == jpeg()
    picture = read_picture(png(extra=b"Location\x0048.2082") + b"<script>")
    assert (picture.media_type, picture.width, picture.height) == ("image/png", 300, 400)
    assert picture.content == png()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\x00" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        png()[:-8],
        png()[:20],
        jpeg()[:-2],
        jpeg()[:9],
        b"\xff\xd8\xff",
        png(199, 300),
        jpeg(300, 7000),
        png() + b"\x00" * MOST_BYTES,
    ],
    ids=["empty", "gif", "svg", "png-cut", "png-head", "jpeg-cut", "jpeg-head", "jpeg-bare", "narrow", "tall", "large"],
)
def test_no_picture_for_a_badge_is_refused_at_its_field(content: bytes) -> None:
    """T37."""
    with pytest.raises(Refused) as refused:
        read_picture(content)
    assert set(refused.value.errors) == {"photo"}


def test_the_pass_and_the_door_are_two_facts_with_a_line_each(
    session: Any, person: Delegate, actor: Actor, now: datetime
) -> None:
    common = {"delegate": person, "actor": actor}
    accredit(session, **common, now=now)
    check_in(session, **common, now=now + timedelta(hours=1))
    assert (person.accredited_at, person.checked_in_at) == (now, now + timedelta(hours=1))
    for again in (accredit, check_in):
        with pytest.raises(Conflict):
            again(session, **common, now=now)
    take_back_check_in(session, **common, now=now)
    take_back_pass(session, **common, now=now)
    assert (person.accredited_at, person.checked_in_at) == (None, None)
    for again in (take_back_pass, take_back_check_in):
        with pytest.raises(Conflict):
            again(session, **common, now=now)
    person.approved_at = None
    for refused in (accredit, check_in):
        with pytest.raises(Refused):
            refused(session, **common, now=now)
    assert _lines(session, "delegate.") == [
        "delegate.accredited",
        "delegate.checked_in",
        "delegate.check_in_taken_back",
        "delegate.pass_taken_back",
    ]
