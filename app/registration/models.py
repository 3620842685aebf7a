"""A handed-in form and its state, what was asked about it, and who is not the same person."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base, ShortText, Versioned
from app.platform.outbox import ERASED
from app.registration.enums import Door, ErasureCause, ErasureState, QuestionKind, QuestionState, RegistrationState


class Registration(Versioned, Base):
    """One form through one of the three doors.

    ``draft`` holds what was typed so far, unchecked, until ``expires_at``; ``answers`` holds the validated form, which
    approval turns into a case city, a delegate or a delegation: ``party_id``, ``delegate_id``, ``delegation_id`` then
    point there. Who registers alone for a city that has a focal point asks to join ``for_delegation_id``. ``people``
    counts who is on the form. A second form of the same person is closed and points at the first (``duplicate_of_id``).
    """

    __tablename__ = "registration"
    withheld: ClassVar[frozenset[str]] = frozenset({"contact_email", "draft", "answers"})

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    door: Mapped[Door] = mapped_column(default=Door.DELEGATION)
    state: Mapped[RegistrationState] = mapped_column(default=RegistrationState.DRAFT, index=True)
    party_name: Mapped[str] = mapped_column(ShortText)
    contact_name: Mapped[str] = mapped_column(ShortText)
    contact_email: Mapped[str] = mapped_column(ShortText, index=True)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    people: Mapped[int] = mapped_column(default=1)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="SET NULL"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    for_delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)

    @property
    def is_erased(self) -> bool:
        """Whether whoever handed it in was erased."""
        return self.contact_name == ERASED and not self.contact_email


class Question(Versioned, Base):
    """Something that was asked about a registration, or waived: ``answer`` is what came back, or why it was waived."""

    __tablename__ = "registration_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    kind: Mapped[QuestionKind]
    state: Mapped[QuestionState]
    text: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str | None] = mapped_column(Text)
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class DifferentPeople(Base):
    """Two who look alike and are not the same; the keys are those of ``duplicates.Subject``, the smaller first."""

    __tablename__ = "different_people"
    __table_args__ = (UniqueConstraint("event_id", "one", "other"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    one: Mapped[str] = mapped_column(String(60))
    other: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class MemberLink(Base):
    """A member's own link, on which they say four things of themselves; found by the digest of its token."""

    __tablename__ = "member_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class ErasureRequest(Versioned, Base):
    """Somebody asks to be erased, and the office answers until ``due_on``: about a delegate, or a form without one."""

    __tablename__ = "erasure_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    cause: Mapped[ErasureCause]
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.OPEN, index=True)
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
