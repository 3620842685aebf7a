"""What was printed for whom, so that the desk knows which paper is out of date."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base


class SheetKind(enum.StrEnum):
    DELEGATION = "delegation"
    PERSON = "person"


class PrintedSheet(Base):
    """One sheet handed out: a pack of a delegation or a personal schedule. ``content`` is what stood on it."""

    __tablename__ = "printed_sheet"
    __table_args__ = (UniqueConstraint("kind", "delegation_id", "delegate_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[SheetKind]
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), index=True)
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"), index=True)
    number: Mapped[int]
    locale: Mapped[str] = mapped_column(String(10))
    content_digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
