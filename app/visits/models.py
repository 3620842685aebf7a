"""What a delegation does outside the agenda."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.delegations.models import Delegate
from app.platform.database.base import Attested, Base, ShortText, Versioned
from app.visits.enums import VisitKind, VisitState


class Visit(Attested, Versioned, Base):
    """A visit item: kind, time, place, members, host, state. Confirmed items own a holding."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), index=True)
    kind: Mapped[VisitKind]
    state: Mapped[VisitState] = mapped_column(default=VisitState.DRAFT)
    title: Mapped[str] = mapped_column(ShortText)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    leave_at: Mapped[datetime | None]
    is_time_known: Mapped[bool] = mapped_column(default=True)
    place: Mapped[str] = mapped_column(ShortText)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    host: Mapped[str | None] = mapped_column(ShortText)
    counterpart: Mapped[str | None] = mapped_column(ShortText)
    greeter: Mapped[str | None] = mapped_column(ShortText)
    languages: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str | None] = mapped_column(Text)
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))
    members: Mapped[list["VisitMember"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class VisitMember(Base):
    """A delegate who goes along."""

    __tablename__ = "visit_member"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), primary_key=True, index=True)
    delegate: Mapped[Delegate] = relationship(lazy="raise")
