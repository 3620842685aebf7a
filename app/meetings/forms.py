"""What is typed about meetings."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class WishForm(BaseModel):
    """A wish: with whom, about what, at which time if one is wished."""

    with_id: int = Field(alias="with")
    topic: Line | None = None
    message: str | None = Field(default=None, max_length=1000)
    slot_id: int | None = None


class AnswerForm(BaseModel):
    """Yes or no, and why not."""

    answer: Literal["accepted", "declined"]
    reason: str | None = Field(default=None, max_length=1000)


class CancelForm(BaseModel):
    """Why a meeting is cancelled, and the version that was looked at."""

    version: int
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
