"""What is typed about a visit item."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.visits.enums import VisitKind


class VisitForm(BaseModel):
    """A visit item: kind, title, time at the venue, place, and who goes along."""

    model_config = ConfigDict(str_strip_whitespace=True)

    kind: VisitKind
    title: str = Field(min_length=1, max_length=200)
    starts_at: datetime
    ends_at: datetime
    place: str = Field(min_length=1, max_length=200)
    site_id: int | None = None
    host: str | None = Field(default=None, max_length=200)
    counterpart: str | None = Field(default=None, max_length=200)
    greeter: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, max_length=2000)
    member_ids: tuple[int, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_start(self) -> "VisitForm":
        if self.ends_at <= self.starts_at:
            raise ValueError("The end must come after the start.")
        return self
