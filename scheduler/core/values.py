"""The base of every value that the scheduler reads or writes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2**31

Id = Annotated[str, Field(min_length=1, max_length=200)]
"""An identifier of the caller; never interpreted."""

Grain = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
"""A point in time: whole grains since the start of the event."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
"""A number of things, never negative."""

Weight = Annotated[int, Field(ge=0, le=LARGEST)]
"""The factor of a soft term."""

Window = tuple[Grain, Grain]
"""A half-open interval [start, end) of grains."""


class Value(BaseModel):
    """A frozen value with strict types that refuses unknown fields, NaN and infinities."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )
