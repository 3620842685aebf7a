"""A handed-in form and its state."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base, ShortText, Versioned
from app.registration.enums import RegistrationState


class Registration(Versioned, Base):
    """One form for one delegation: its party, focal point and members.

    ``answers`` holds the validated form until approval turns it into a delegation with delegates; ``delegation_id``
    then points there.
    """

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[RegistrationState] = mapped_column(default=RegistrationState.DRAFT, index=True)
    party_name: Mapped[str] = mapped_column(ShortText)
    contact_name: Mapped[str] = mapped_column(ShortText)
    contact_email: Mapped[str] = mapped_column(ShortText, index=True)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
