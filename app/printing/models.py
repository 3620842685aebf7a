"""What was printed for whom and what calendars were told, so that the desk knows which paper is out of date."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base
from app.printing.enums import JobForm, JobState, JobWhat, Sorting


class SheetKind(enum.StrEnum):
    DELEGATION = "delegation"
    PERSON = "person"
    BADGE = "badge"


class PrintedSheet(Base):
    """One sheet handed out: a pack of a delegation, a personal schedule or a badge. ``content`` is what stood on it.

    ``copies`` counts the papers: more than one of a protected person's sheet, each with its own number.
    """

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
    copies: Mapped[int] = mapped_column(default=1)
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class PrintJob(Base):
    """A print of many sheets at once: what was asked for, how far it is, and the file that came of it.

    ``told_at`` is when it last said how far it is: a running one that has been silent for long has died. ``file`` is a
    name under the folder of prints; it is deleted a day later.
    """

    __tablename__ = "print_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    what: Mapped[JobWhat]
    form: Mapped[JobForm]
    sorting: Mapped[Sorting]
    copies: Mapped[int] = mapped_column(default=1)
    state: Mapped[JobState] = mapped_column(default=JobState.RUNNING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    told_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    message: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(String(120))


class BadgeCode(Base):
    """The code on a delegate's badge: it says nothing about anybody, and only staff can ask whose it is."""

    __tablename__ = "badge_code"

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    made_at: Mapped[datetime]


class CalendarLink(Base):
    """A secret address under which a calendar reads the days of a delegation, or of one delegate; the digest is kept.

    ``shows_titles``: whether titles and places of a protected person's days are told, or only that they are busy.
    """

    __tablename__ = "calendar_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), index=True)
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    shows_titles: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CalendarEntry(Base):
    """What calendars were last told of one item of a delegation (``delegate_id`` 0) or a delegate, and how often.

    ``sequence`` rises with everything that is told anew; an item that went stays as cancelled, so that it is taken
    out wherever it was read.
    """

    __tablename__ = "calendar_entry"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), primary_key=True, autoincrement=False)
    delegate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uid: Mapped[str] = mapped_column(String(160), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime]


class DayLook(Base):
    """What a reader last saw of a delegate's day: the delegate, or who acts for them, each by their own account.

    ``rows`` are the rows of the day in the language ``locale``, as a sheet would say them: kept at the first look,
    and anew when the reader closes the band that tells what changed.
    """

    __tablename__ = "day_look"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10))
    rows: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen_at: Mapped[datetime]
