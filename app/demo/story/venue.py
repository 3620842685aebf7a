"""The edition and its venue, as the data files give them. Times are those of the clocks at the venue."""

from datetime import date, datetime

from pydantic import Field

from app.demo.story.facts import Fact, Plain


class Edition(Fact):
    slug: str
    name: str
    titles: dict[str, str]
    starts_on: date
    ends_on: date
    timezone: str
    grain_minutes: int
    venue_name: str
    venue_address: str
    organisers: tuple[str, ...]
    contact_email: str
    desk_phone: str
    languages: tuple[str, ...]
    practical_notes: dict[str, str]
    registration_opens_at: datetime
    registration_closes_at: datetime
    wishes_open_at: datetime
    wishes_close_at: datetime
    wish_expiry_hours: int


class Closing(Plain):
    starts_at: datetime
    ends_at: datetime
    label: str


class Day(Fact):
    day: date
    starts_at: datetime
    ends_at: datetime
    closings: tuple[Closing, ...] = ()


class Place(Plain):
    """A site between which people walk."""

    code: str
    name: str
    is_offsite: bool = False


class Way(Plain):
    from_: str = Field(alias="from")
    to: str
    minutes: int


class RoomFact(Fact):
    slug: str
    name: str
    site: str
    floor: str | None = None
    capacity: int
    layouts: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    booths: int = 0
    turnover_minutes: int = 0
    takes_sessions: bool = True


class Tables(Fact):
    """Tables with consecutive numbers in one room."""

    room: str
    zone: str
    first: int
    last: int
    seats: int


class SlotBlock(Fact):
    """Consecutive meeting slots of equal length."""

    block: str
    first_at: datetime
    number: int


class ResourceFact(Fact):
    code: str
    name: str
    language: str
    capacity: int
    channel: int | None = None


class ChallengeFact(Fact):
    code: str
    names: dict[str, str]


class HeadCount(Fact):
    kind: str
    day: date | None = None
    says: str


class OutcomeFact(Fact):
    kind: str
    says: str
