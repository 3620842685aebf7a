"""What is typed about meetings."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.meetings.enums import Keeping, MeetingMode, MeetingWishLevel

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class WishForm(BaseModel):
    """A wish: with whom, who else, about what, how much, in which language, at which time if one is wished."""

    with_id: int = Field(alias="with")
    topic: Line | None = None
    message: str | None = Field(default=None, max_length=1000)
    slot_id: int | None = None
    level: MeetingWishLevel = MeetingWishLevel.WANT
    also: list[int] = Field(default_factory=list, max_length=7)
    language: Annotated[str, StringConstraints(max_length=10)] | None = None


class AnswerForm(BaseModel):
    """Yes, no, or another time; and why not."""

    answer: Literal["accepted", "declined", "other"]
    reason: str | None = Field(default=None, max_length=1000)
    slot_id: int | None = None

    @model_validator(mode="after")
    def _drop_what_was_not_meant(self) -> "AnswerForm":
        if self.answer != "other":
            self.slot_id = None
        return self


class OfferForm(BaseModel):
    """Yes or no to a freed time."""

    answer: Literal["taken", "declined"]


class CancelForm(BaseModel):
    """Why a meeting is cancelled, and the version that was looked at."""

    version: int
    reason: Reason


class CannotComeForm(BaseModel):
    """Somebody cannot come to a meeting: a colleague goes, or it is called off with a reason."""

    version: int
    instead_id: int | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class _Place(BaseModel):
    """A slot and a table, as one choice of a list: ``slot-table``."""

    place: Annotated[str, StringConstraints(pattern=r"^\d{1,9}-\d{1,9}$")]

    @property
    def slot_id(self) -> int:
        return int(self.place.partition("-")[0])

    @property
    def table_id(self) -> int:
        return int(self.place.partition("-")[2])


class PlaceForm(_Place):
    """Where a meeting is put, the version of what is moved, and whether the desk's grid is shown afterwards."""

    version: int | None = None
    back: Literal["desk"] | None = None


class PlanForm(BaseModel):
    """A run over the wishes: how long, from which seed, and what may become of the meetings that are held."""

    time_limit_seconds: int = Field(default=30, ge=1, le=600)
    seed: int = Field(default=1, ge=0)
    keeping: Keeping = Keeping.VALUE_FIRST


class SeenForm(BaseModel):
    """The stamp of the meetings that stood when somebody looked at a plan; none where only its figures were seen."""

    seen: Annotated[str, StringConstraints(max_length=64)] | None = None


class BookForm(_Place):
    """A meeting that the office books for two: who, where, about what."""

    a: int
    b: int
    topic: Line | None = None


class SubstituteForm(BaseModel):
    """Who goes in whose place."""

    version: int
    delegate_id: int
    substitute_id: int
    reason: Line | None = None


Number = Annotated[int, Field(ge=0, le=100)]


class RulesForm(BaseModel):
    """How meetings are agreed in an edition; numbers of meetings by group, nothing where there is no limit."""

    pending_percent: int = Field(ge=1, le=100)
    musts_max: int = Field(ge=0, le=50)
    offer_minutes: int = Field(ge=1, le=1440)
    wish_expiry_hours: int = Field(ge=1, le=1000)
    modes: dict[str, MeetingMode]
    least: dict[str, Number | None]
    most: dict[str, Number | None]


class HostTableForm(BaseModel):
    """The table at which a delegation hosts (None: at no table of its own), and the version that was looked at."""

    version: int
    host_table_id: int | None = None
