"""Wishes with their answers, private vetoes, and the meetings that were given a slot and a table."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.delegations.models import Delegate
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import Answer, MeetingMode, MeetingState, MeetingWishLevel, OfferState
from app.platform.database.base import Base, ShortText, Versioned


class MeetingSettings(Versioned, Base):
    """Rules of an edition's meetings; ``fairness`` and ``weights`` are in the words of the scheduler's files.

    ``modes`` holds what differs from self-chosen by pair of groups, ``limits`` fewest and most meetings by group.
    ``pending_percent`` is the share of somebody's free slots that one delegation may have pending with them.
    """

    __tablename__ = "meeting_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    fairness: Mapped[dict[str, Any] | None]
    weights: Mapped[dict[str, int]] = mapped_column(default=dict)
    modes: Mapped[dict[str, str]] = mapped_column(default=dict)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    pending_percent: Mapped[int] = mapped_column(default=50)
    musts_max: Mapped[int] = mapped_column(default=3)
    offer_minutes: Mapped[int] = mapped_column(default=15)


class MeetingWish(Versioned, Base):
    """A proposal to meet. A pending wish takes no slot and ends at ``expires_at``.

    ``counter_by_id`` is who answered last with another time: then the other one is asked. ``token_digest`` belongs to
    the link of the one the wish is to, ``counter_token_digest`` to that of the one it is from. A must of a delegate
    counts more than any want; a must that the office set (``is_set_by_office``) is held in every plan.
    """

    __tablename__ = "meeting_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    from_delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    to_delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    level: Mapped[MeetingWishLevel] = mapped_column(default=MeetingWishLevel.WANT)
    value: Mapped[int] = mapped_column(default=1)
    answer: Mapped[Answer] = mapped_column(default=Answer.PENDING, index=True)
    mode: Mapped[MeetingMode] = mapped_column(default=MeetingMode.SELF_CHOSEN)
    is_set_by_office: Mapped[bool] = mapped_column(default=False)
    counter_by_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"))
    topic: Mapped[str | None] = mapped_column(ShortText)
    message: Mapped[str | None] = mapped_column(Text)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_slot.id"))
    zone: Mapped[str | None] = mapped_column(String(40))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    unheld_reason: Mapped[str | None] = mapped_column(Text)
    wished_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    counter_token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    people: Mapped[list["WishPerson"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    from_delegate: Mapped[Delegate] = relationship(lazy="raise", foreign_keys=[from_delegate_id])
    to_delegate: Mapped[Delegate] = relationship(lazy="raise", foreign_keys=[to_delegate_id])
    slot: Mapped[MeetingSlot | None] = relationship(lazy="raise")

    @property
    def asked_id(self) -> int:
        """The delegate whose answer is waited for."""
        is_countered = self.counter_by_id == self.to_delegate_id
        return self.from_delegate_id if is_countered else self.to_delegate_id

    @property
    def asker_id(self) -> int:
        """The delegate who waits for the answer."""
        return self.to_delegate_id if self.asked_id == self.from_delegate_id else self.from_delegate_id

    @property
    def delegate_ids(self) -> tuple[int, ...]:
        """Everybody who takes part, in the order of IDs; ``people`` must be loaded."""
        return tuple(sorted(person.delegate_id for person in self.people))

    def has_ended(self, now: datetime) -> bool:
        """Whether the time to answer is over."""
        return self.expires_at is not None and self.expires_at <= now

    def waits(self, now: datetime) -> bool:
        """Whether it still waits for an answer; ``queries.waits`` is the same of rows."""
        return self.answer is Answer.PENDING and not self.has_ended(now)

    def waits_for(self, delegate_id: int, now: datetime) -> bool:
        """Whether it still waits for the answer of this delegate, where the organisers do not decide."""
        return self.waits(now) and self.asked_id == delegate_id and self.mode is not MeetingMode.ORGANISER_SET


class WishPerson(Base):
    """Everybody who takes part in the meeting that a wish proposes, both sides."""

    __tablename__ = "wish_person"

    wish_id: Mapped[int] = mapped_column(ForeignKey("meeting_wish.id", ondelete="CASCADE"), primary_key=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), primary_key=True, index=True)
    delegate: Mapped[Delegate] = relationship(lazy="raise")


class MeetingVeto(Base):
    """A private "no": these two never meet by plan. Shown to its author alone."""

    __tablename__ = "meeting_veto"
    __table_args__ = (UniqueConstraint("delegate_id", "other_delegate_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    other_delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)


class Meeting(Versioned, Base):
    """A wish with a slot and a table. A held meeting owns a holding with claims on its people and its table."""

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("meeting_wish.id"), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("meeting_slot.id"), index=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id"))
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.HELD, index=True)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("solver_run.id"))
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    wish: Mapped[MeetingWish] = relationship(lazy="raise")
    slot: Mapped[MeetingSlot] = relationship(lazy="raise")
    table: Mapped[MeetingTable] = relationship(lazy="raise")


class Substitution(Base):
    """A delegate of a meeting for whom a colleague goes; the newest of a meeting says who goes now."""

    __tablename__ = "substitution"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("delegate.id"), index=True)
    reason: Mapped[str | None] = mapped_column(ShortText)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class MeetingOffer(Base):
    """A freed slot and table that is offered to a wish that waits. It claims nothing: who says yes first has it."""

    __tablename__ = "meeting_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("meeting_wish.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("meeting_slot.id"))
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id"))
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN, index=True)
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    wish: Mapped[MeetingWish] = relationship(lazy="raise")
    slot: Mapped[MeetingSlot] = relationship(lazy="raise")
    table: Mapped[MeetingTable] = relationship(lazy="raise")

    def is_open(self, now: datetime) -> bool:
        """Whether it still waits for an answer."""
        return self.state is OfferState.OPEN and self.expires_at > now
