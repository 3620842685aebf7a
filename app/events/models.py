"""Tables of an edition: days, venue, rooms, tables, slots, challenges and the dated list of North and South."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.events.enums import CountryGroup, EventState, ResourceTimeKind
from app.platform.database.base import Attested, Base, ShortText, Versioned


class CountryClassification(Base):
    """A dated list of which country counts as North or South, with its source."""

    __tablename__ = "country_classification"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ShortText, unique=True)
    name: Mapped[str] = mapped_column(ShortText)
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class ClassifiedCountry(Base):
    """One country of a list; ``country`` is ISO 3166-1 alpha-2."""

    __tablename__ = "classified_country"

    classification_id: Mapped[int] = mapped_column(ForeignKey("country_classification.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    group: Mapped[CountryGroup]
    is_least_developed: Mapped[bool] = mapped_column(default=False)
    is_landlocked_developing: Mapped[bool] = mapped_column(default=False)
    is_small_island: Mapped[bool] = mapped_column(default=False)


class Event(Versioned, Base):
    """One edition, with dates and venue. ``grain_minutes`` is the unit of its time grid."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(ShortText)
    titles: Mapped[dict[str, str]] = mapped_column(default=dict)
    state: Mapped[EventState] = mapped_column(default=EventState.PREPARING)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    timezone: Mapped[str] = mapped_column(String(60))
    grain_minutes: Mapped[int] = mapped_column(default=5)
    venue_name: Mapped[str] = mapped_column(ShortText)
    venue_address: Mapped[str | None] = mapped_column(Text)
    organisers: Mapped[list[str]] = mapped_column(default=list)
    contact_email: Mapped[str] = mapped_column(ShortText)
    desk_phone: Mapped[str | None] = mapped_column(String(60))
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["en"])
    practical_notes: Mapped[dict[str, str]] = mapped_column(default=dict)
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    wishes_open_at: Mapped[datetime | None]
    wishes_close_at: Mapped[datetime | None]
    wish_expiry_hours: Mapped[int] = mapped_column(default=72)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    shows_people: Mapped[bool] = mapped_column(default=False)
    classification_id: Mapped[int | None] = mapped_column(ForeignKey("country_classification.id"))


class CountryOverride(Base):
    """An organiser's own word on one country for one edition, with a note."""

    __tablename__ = "country_override"
    __table_args__ = (UniqueConstraint("event_id", "country"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    country: Mapped[str] = mapped_column(String(2))
    group: Mapped[CountryGroup]
    note: Mapped[str] = mapped_column(Text)


class EventDay(Attested, Base):
    """A day of the edition with the hours in which sessions may run."""

    __tablename__ = "event_day"
    __table_args__ = (UniqueConstraint("event_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    on: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closings: Mapped[list["DayClosing"]] = relationship(lazy="raise", order_by="DayClosing.starts_at")

    def holds(self, instant: datetime) -> bool:
        """Whether something may start then: from the first minute on, before the last."""
        return self.starts_at <= instant < self.ends_at


class DayClosing(Base):
    """Time within a day in which no session runs, such as lunch."""

    __tablename__ = "day_closing"

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("event_day.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(ShortText)


class Site(Base):
    """A part of the venue between which people walk: a building, the gate, City Hall."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(ShortText)
    is_offsite: Mapped[bool] = mapped_column(default=False)


class Walk(Base):
    """Minutes on foot from one site to another, the same in both directions."""

    __tablename__ = "walk"

    from_site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    to_site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    minutes: Mapped[int]


class Room(Attested, Versioned, Base):
    """A room for sessions or meetings. No opening rows means always open."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(ShortText)
    floor: Mapped[str | None] = mapped_column(String(40))
    entrance: Mapped[str | None] = mapped_column(ShortText)
    capacity: Mapped[int]
    layouts: Mapped[list[str]] = mapped_column(default=list)
    features: Mapped[list[str]] = mapped_column(default=list)
    booths: Mapped[int] = mapped_column(default=0)
    turnover_minutes: Mapped[int] = mapped_column(default=0)
    takes_sessions: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    site: Mapped[Site] = relationship(lazy="raise")
    openings: Mapped[list["RoomOpening"]] = relationship(lazy="raise", order_by="RoomOpening.starts_at")


class RoomOpening(Base):
    """A window in which a room can be used."""

    __tablename__ = "room_opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MeetingTable(Attested, Base):
    """A numbered place for meetings; ``zone`` groups tables that serve the same purpose."""

    __tablename__ = "meeting_table"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    number: Mapped[int]
    zone: Mapped[str] = mapped_column(String(40), default="hall")
    seats: Mapped[int] = mapped_column(default=4)
    room: Mapped[Room] = relationship(lazy="raise")
    closings: Mapped[list["TableClosing"]] = relationship(lazy="raise", order_by="TableClosing.starts_at")


class TableClosing(Base):
    """A time in which a table cannot be used."""

    __tablename__ = "table_closing"

    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MeetingSlot(Attested, Base):
    """A time in which meetings may be held; ``block`` names the unbroken stretch it belongs to."""

    __tablename__ = "meeting_slot"
    __table_args__ = (UniqueConstraint("event_id", "starts_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    block: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Resource(Attested, Versioned, Base):
    """Something scarce that is neither person, room nor table: interpreters of a language, a camera team.

    Without a shift it is there all day. ``channel`` is the number on the receivers under which interpreters are heard.
    """

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(ShortText)
    language: Mapped[str | None] = mapped_column(String(10))
    capacity: Mapped[int] = mapped_column(default=1)
    channel: Mapped[int | None]
    times: Mapped[list["ResourceTime"]] = relationship(lazy="raise", order_by="ResourceTime.starts_at")


class ResourceTime(Base):
    """A shift of a resource, a break within one, or time in which some of its units work elsewhere.

    Work elsewhere owns a holding: nothing else can take those units meanwhile.
    """

    __tablename__ = "resource_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ResourceTimeKind]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    units: Mapped[int] = mapped_column(default=1)
    note: Mapped[str | None] = mapped_column(ShortText)
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))


class Challenge(Attested, Base):
    """An entry of the taxonomy of challenges; ``names`` by language."""

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    names: Mapped[dict[str, str]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
