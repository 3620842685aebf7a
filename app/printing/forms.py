"""What the print room and the pages of calendar links may be asked for."""

from typing import Literal

from pydantic import BaseModel, Field

from app.printing.enums import JobForm, JobWhat, Sorting

MOST_COPIES = 20


class PrintForm(BaseModel):
    """What to print: what is out of date, all packs, all personal schedules, or those chosen.

    ``copies`` is for protected persons alone: each of their papers is counted.
    """

    what: Literal["outdated", "packs", "persons", "chosen"] = "packs"
    delegation: list[int] = Field(default_factory=list, max_length=2000)
    person: list[int] = Field(default_factory=list, max_length=5000)
    copies: int = Field(default=1, ge=1, le=MOST_COPIES)


class PrintAllForm(BaseModel):
    """Which sheets to print all at once, in which order, as one document or an archive by delegation."""

    what: JobWhat
    form: JobForm = JobForm.PDF
    sorting: Sorting = Sorting.DELEGATION
    copies: int = Field(default=1, ge=1, le=MOST_COPIES)


class LinkForm(BaseModel):
    """Make a calendar's address, or end it; ``shows_titles`` tells what a protected person does."""

    do: Literal["make", "revoke"] = "make"
    shows_titles: bool = False
