"""What organisers type to begin a run."""

from pydantic import BaseModel, Field


class RunForm(BaseModel):
    """How long a run may think, and from which seed."""

    time_limit_seconds: int = Field(default=60, ge=1, le=600)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
