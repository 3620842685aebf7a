"""What organisers type about the agenda."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, field_validator, model_validator

from app.agenda.enums import Part, PinKind, SolveMode
from app.events.enums import ResourceTimeKind
from app.platform.i18n import gettext as _
from app.solver_runs.forms import RunForm

RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]

TABLE = TypeAdapter(Annotated[list[tuple[int, list[str]]], Field(min_length=1)])

TRAY = "tray"
"""The spot of a session that has no place."""


class PlaceForm(BaseModel):
    """A place for a session: day and time at the venue, room, and the version of the placement that was seen.

    ``spot`` says the same in one word, ``<room>|<day>|<time>``, or puts the session back to the tray.
    """

    session_id: RowId
    day: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\d$")
    time: str | None = Field(default=None, pattern=r"^\d\d:\d\d$")
    room_id: RowId | None = None
    version: RowId | None = None
    spot: str | None = Field(default=None, pattern=rf"^({TRAY}|\d{{1,9}}\|\d{{4}}-\d\d-\d\d\|\d\d:\d\d)$")

    @model_validator(mode="after")
    def _read_the_spot(self) -> "PlaceForm":
        if self.spot is not None and not self.is_tray:
            room, self.day, self.time = self.spot.split("|")
            self.room_id = int(room)
        return self

    @property
    def is_tray(self) -> bool:
        return self.spot == TRAY

    @property
    def missing(self) -> dict[str, str]:
        """What a place lacks, with a message each."""
        if self.is_tray:
            return {}
        wanted = {"day": self.day, "time": self.time, "room_id": self.room_id}
        return {name: _("This is missing.") for name, given in wanted.items() if given is None}


class PinForm(BaseModel):
    """What of a place a run must keep."""

    session_id: RowId
    kind: PinKind
    version: RowId | None = None


class WhyForm(BaseModel):
    """The session that does not fit."""

    session_id: RowId


class StepForm(BaseModel):
    """The step that stood on the page."""

    step_id: RowId


class SolveForm(RunForm):
    """How long a run may think, and what it may do with what has a place."""

    mode: SolveMode = SolveMode.REPLAN


class AcceptForm(BaseModel):
    """Which draft somebody saw beside a proposal, by its stamp; nothing where they accept without looking."""

    seen: str | None = Field(default=None, max_length=60)


class ImportedForm(BaseModel):
    """A table that was looked at, as text, and which draft stood beside it, by its stamp."""

    rows: str
    seen: str = Field(min_length=1, max_length=60)

    @field_validator("rows")
    @classmethod
    def _read(cls, rows: str) -> str:
        TABLE.validate_json(rows)
        return rows

    @property
    def table(self) -> list[tuple[int, list[str]]]:
        """The number of each row and its cells."""
        return TABLE.validate_json(self.rows)


class CopyForm(BaseModel):
    """Which draft to keep, and under which name."""

    draft_id: RowId
    name: str = Field(min_length=1, max_length=120)


class PersonForm(BaseModel):
    """Somebody on a session: their part (``off`` takes them off), their place in the order, minutes to speak."""

    delegate_id: RowId
    part: Part | Literal["off"]
    position: int | None = Field(default=None, ge=0, le=999)
    speaking_minutes: int | None = Field(default=None, ge=1, le=600)


class ResourceForm(BaseModel):
    """Interpreters of a language, or another scarce thing."""

    name: str = Field(min_length=1, max_length=120)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")
    capacity: int = Field(ge=0, le=99)
    channel: int | None = Field(default=None, ge=0, le=99)
    version: int = 0


class ResourceTimeForm(BaseModel):
    """A shift, a break or work elsewhere, in the time of the venue."""

    kind: ResourceTimeKind
    on: date
    since: time
    until: time
    units: int = Field(default=1, ge=1, le=99)
    note: str | None = Field(default=None, max_length=200)


class ReleaseForm(BaseModel):
    """The name of a release and a note on it."""

    name: str = Field(min_length=1, max_length=120)
    note: str | None = Field(default=None, max_length=2000)
    seen: str = Field(min_length=1, max_length=60)
    """The stamp of the preview that stood on the page."""


class AcknowledgeForm(BaseModel):
    """A broken rule by its mark, and why it may stand."""

    mark: str = Field(min_length=64, max_length=64)
    reason: str = Field(min_length=3, max_length=500)
