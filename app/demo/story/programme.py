"""Sessions, pairing, wishes, visits and registrations, as the data files give them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.agenda.enums import Part, SessionKind
from app.delegations.enums import HelixRole, TieState
from app.demo.story.facts import Fact
from app.meetings.enums import Answer, MeetingWishLevel
from app.pairing.enums import WishLevel
from app.registration.enums import Door, RegistrationState
from app.visits.enums import VisitKind, VisitState

Window = tuple[datetime, datetime]


class SessionFact(Fact):
    slug: str
    kind: SessionKind
    title: str
    titles: dict[str, str] = Field(default_factory=dict)
    abstract: str | None = None
    challenge: str | None = None
    duration_minutes: int
    audience: int
    layout: str
    features: tuple[str, ...] = ()
    languages: tuple[str, ...]
    people: tuple[tuple[str, Part] | tuple[str, Part, int], ...]
    rooms: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    after: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    same_room_as: str | None = None
    is_plenary: bool = False
    is_optional: bool = False
    value: int = 0
    pair: tuple[str, ...] = ()
    open_case: bool = False


class ClashFact(Fact):
    sessions: tuple[str, str]
    weight: int


class Pinned(Fact):
    session: str
    room: str
    starts_at: datetime


class PairingChoice(Fact):
    rules: dict[str, Any]
    shares: dict[str, dict[str, float]]
    weights: dict[str, int]


class PinFact(Fact):
    members: tuple[str, ...]


class TieFact(Fact):
    cities: tuple[str, str]
    state: TieState
    kind: str
    since: int | None = None
    note: str | None = None


class CityWish(Fact):
    from_: str = Field(alias="from")
    to: str
    level: WishLevel
    note: str | None = None


class MeetingChoice(Fact):
    weights: dict[str, int]


class WishFact(Fact):
    """A meeting wish; ``hours_ago`` counts from the moment of loading."""

    from_: str = Field(alias="from")
    to: str
    also: tuple[str, ...] = ()
    level: MeetingWishLevel = MeetingWishLevel.WANT
    value: int = 1
    topic: str | None = None
    message: str | None = None
    zone: str | None = None
    resource: str | None = None
    answer: Answer
    reason: str | None = None
    hours_ago: int = 120


class VetoFact(Fact):
    from_: str = Field(alias="from")
    to: str


class VisitFact(Fact):
    """An item of a stay; ``members`` are keys within the delegation, or ``all``."""

    delegation: str
    kind: VisitKind
    title: str
    starts_at: datetime
    ends_at: datetime
    leave_at: datetime | None = None
    is_time_known: bool = True
    place: str
    site: str | None = None
    room: str | None = None
    host: str | None = None
    counterpart: str | None = None
    greeter: str | None = None
    note: str | None = None
    state: VisitState
    members: tuple[str, ...] | str


class RegistrationFact(Fact):
    key: str
    party: str
    contact: str
    email: str
    phone: str | None = None
    state: RegistrationState
    reason: str | None = None
    hours_ago: int
    country: str
    helix_role: HelixRole


class FormFact(Fact):
    """A form that waits in the inbox, whole, as its door takes it: ``answers`` is checked against the door's form."""

    key: str
    door: Door
    hours_ago: int
    answers: dict[str, Any]
