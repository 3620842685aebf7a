"""Sessions, who is on them, drafts with placements, and frozen releases."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.agenda.enums import BINDING_PARTS, Part, PinKind, SessionKind, StepVerb
from app.delegations.models import Delegate
from app.events.models import Challenge, Room
from app.platform.database.base import Attested, Base, ShortText, Versioned


class AgendaSession(Attested, Versioned, Base):
    """An item of the agenda: what it needs, not where it is. ``session`` alone is the database session."""

    __tablename__ = "agenda_session"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    kind: Mapped[SessionKind]
    title: Mapped[str] = mapped_column(ShortText)
    titles: Mapped[dict[str, str]] = mapped_column(default=dict)
    abstract: Mapped[str | None] = mapped_column(Text)
    duration_minutes: Mapped[int]
    audience: Mapped[int] = mapped_column(default=0)
    layout: Mapped[str | None] = mapped_column(String(40))
    features: Mapped[list[str]] = mapped_column(default=list)
    booths: Mapped[int] = mapped_column(default=0)
    languages: Mapped[list[str]] = mapped_column(default=list)
    is_plenary: Mapped[bool] = mapped_column(default=False)
    is_optional: Mapped[bool] = mapped_column(default=False)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    value: Mapped[int] = mapped_column(default=0)
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id"))
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"), unique=True)
    same_room_as_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_session.id"))
    people: Mapped[list["SessionPerson"]] = relationship(lazy="raise", order_by="SessionPerson.position")
    windows: Mapped[list["SessionWindow"]] = relationship(lazy="raise", order_by="SessionWindow.starts_at")
    rooms: Mapped[list["SessionRoom"]] = relationship(lazy="raise")
    uses: Mapped[list["SessionUse"]] = relationship(lazy="raise")
    challenge: Mapped[Challenge | None] = relationship(lazy="raise")

    def counts_on(self, delegate_id: int) -> bool:
        """Whether it cannot be held without this person as it is planned; ``people`` must be loaded."""
        return any(one.delegate_id == delegate_id and one.part in BINDING_PARTS for one in self.people)


class SessionPerson(Base):
    """A delegate on a session with a part; ``position`` is the speaking order."""

    __tablename__ = "session_person"
    __table_args__ = (UniqueConstraint("session_id", "delegate_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    part: Mapped[Part]
    speaking_minutes: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    delegate: Mapped[Delegate] = relationship(lazy="raise")


class SessionAbsence(Base):
    """Somebody on a session cannot come, and who could go instead; an organiser decides, nothing moves before."""

    __tablename__ = "session_absence"
    __table_args__ = (UniqueConstraint("session_id", "delegate_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    instead_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    session: Mapped[AgendaSession] = relationship(lazy="raise")
    delegate: Mapped[Delegate] = relationship(lazy="raise", foreign_keys=[delegate_id])
    instead: Mapped[Delegate | None] = relationship(lazy="raise", foreign_keys=[instead_id])


class SessionWindow(Base):
    """A window in which a session must lie; none means any time."""

    __tablename__ = "session_window"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SessionRoom(Base):
    """A room that a session may have; none means any that fits."""

    __tablename__ = "session_room"

    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), primary_key=True)


class SessionOrder(Base):
    """A session that comes after another has ended."""

    __tablename__ = "session_order"

    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    after_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)


class SessionApart(Base):
    """Two sessions that must not overlap."""

    __tablename__ = "session_apart"

    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)


class SessionUse(Base):
    """Units of a resource that a session takes while it runs."""

    __tablename__ = "session_use"

    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    units: Mapped[int] = mapped_column(default=1)


class SessionClash(Base):
    """Two sessions that one public wants: overlapping costs ``weight``."""

    __tablename__ = "session_clash"

    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id", ondelete="CASCADE"), primary_key=True)
    weight: Mapped[int] = mapped_column(default=1)


class AgendaDraft(Versioned, Base):
    """Work in progress; an edition has one current draft."""

    __tablename__ = "agenda_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    name: Mapped[str] = mapped_column(ShortText)
    is_current: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("solver_run.id"))
    placements: Mapped[list["DraftPlacement"]] = relationship(lazy="raise")


def _version_after(version: int | None) -> int:
    """One more than before; a placement that is new begins anywhere."""
    return secrets.randbelow(2**30) + 1 if version is None else version + 1


class DraftPlacement(Versioned, Base):
    """A session given a start and a room in a draft.

    A session that went back to the tray and came again has another row. Its version does not begin at 1 once more:
    whoever saw the row before would move this one unseen.
    """

    __tablename__ = "draft_placement"
    __table_args__ = (UniqueConstraint("draft_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("agenda_draft.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    pin: Mapped[PinKind] = mapped_column(default=PinKind.NONE)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version, "version_id_generator": _version_after}


class DraftStep(Base):
    """A change to a draft that can be taken back, newest last.

    ``places`` maps the ID of each session touched to where it was and where it then is: ``[room ID, instant, pin]``, or
    None where it has no place.
    """

    __tablename__ = "draft_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("agenda_draft.id", ondelete="CASCADE"), index=True)
    verb: Mapped[StepVerb]
    places: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_undone: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class AgendaRelease(Base):
    """A frozen, public version of the agenda."""

    __tablename__ = "agenda_release"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(ShortText)
    note: Mapped[str | None] = mapped_column(Text)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_draft.id"))
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    acknowledged: Mapped[list[Any]] = mapped_column(default=list)
    """Broken rules with which it was released: rule, sentence, reason, who."""
    sessions: Mapped[list["ReleasedSession"]] = relationship(lazy="raise", order_by="ReleasedSession.starts_at")


class ReleasedSession(Base):
    """A session as it was released. ``frozen`` keeps every word that a page, feed or print shows of it.

    Only the rows of the newest release own a holding.
    """

    __tablename__ = "released_session"
    __table_args__ = (UniqueConstraint("release_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("agenda_release.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_session.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    frozen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))
    room: Mapped[Room] = relationship(lazy="raise")
    people: Mapped[list["ReleasedPerson"]] = relationship(lazy="raise", order_by="ReleasedPerson.position")


class ReleasedPerson(Base):
    """A person on a released session; ``released_session_id`` and ``delegate_id`` find a person's day quickly."""

    __tablename__ = "released_person"

    released_session_id: Mapped[int] = mapped_column(
        ForeignKey("released_session.id", ondelete="CASCADE"), primary_key=True
    )
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), primary_key=True, index=True)
    part: Mapped[Part]
    speaking_minutes: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)


class AgendaRules(Versioned, Base):
    """What an edition makes of the rules: severities by rule and weights by term where they differ from the usual."""

    __tablename__ = "agenda_rules"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    severities: Mapped[dict[str, str]] = mapped_column(default=dict)
    weights: Mapped[dict[str, int]] = mapped_column(default=dict)
    max_parallel: Mapped[int | None]


class Acknowledgement(Base):
    """One broken rule that an organiser lets stand, with the reason.

    ``mark`` is a digest of everything that the violation was about: where that changes, the acknowledgement lapses.
    """

    __tablename__ = "agenda_acknowledgement"
    __table_args__ = (UniqueConstraint("event_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    rule: Mapped[str] = mapped_column(String(60))
    mark: Mapped[str] = mapped_column(String(64))
    sentence: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
