"""What organisers type about the agenda."""

from pydantic import BaseModel, Field


class PlaceForm(BaseModel):
    """A place for a session: day and time at the venue, room, and the version of the placement that was seen."""

    session_id: int
    day: str = Field(min_length=10, max_length=10)
    time: str = Field(pattern=r"^\d\d:\d\d$")
    room_id: int
    version: int | None = None


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
