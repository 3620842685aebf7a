"""The ledger: its primary key makes a double booking impossible."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.claims.enums import ClaimKind, HoldingKind
from app.platform.database.base import Base


class Holding(Base):
    """What takes scarce things; owned by a released session, a held meeting, a visit, a walk or a block.

    Ticks are half open: ``start_tick`` is taken, ``end_tick`` is free again. Without a site nobody walks there.
    """

    __tablename__ = "holding"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[HoldingKind]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    start_tick: Mapped[int]
    end_tick: Mapped[int]


class Claim(Base):
    """One scarce thing at one tick. ``resource`` is the ID of the person, room or table, or ``code#unit``."""

    __tablename__ = "claim"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    kind: Mapped[ClaimKind] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(80), primary_key=True)
    tick: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holding_id: Mapped[int] = mapped_column(ForeignKey("holding.id", ondelete="CASCADE"), index=True)


class PersonCalendar(Base):
    """One row a person, locked in the order of IDs before walks between neighbours are computed."""

    __tablename__ = "person_calendar"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
