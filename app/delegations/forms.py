"""What a delegation sends about itself."""

from datetime import date

from pydantic import BaseModel, ConfigDict


class ActingForm(BaseModel):
    """Who may act for whom, until the end of a day at the venue (None: the whole event)."""

    model_config = ConfigDict(extra="forbid")

    assistant_id: int
    member_id: int
    until_on: date | None = None
