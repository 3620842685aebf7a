"""Which list of North and South a partnership was labelled by: kept with it as it was on the day it was made.

Stored as JSON on the partnership: ``{"list_name", "as_of", "source", "members": [{"party_id", "party", "group",
"set_by", "note"}], "note"}``. ``set_by`` says whether the list, the organisers' word on the country or their word on
the city decided; ``note`` beside it is what they gave as the reason. The outer ``note`` holds the words of partnerships
that were made before this was kept by member.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

SetBy = Literal["list", "country", "city"]


class MemberClassified(BaseModel):
    """How one city was counted, and by whose word."""

    model_config = ConfigDict(frozen=True)

    party_id: int
    party: str
    group: Literal["south", "north"]
    set_by: SetBy
    note: str | None = None


class Classification(BaseModel):
    """The list that was used, its date and source, and how each city of a partnership was counted."""

    model_config = ConfigDict(frozen=True)

    list_name: str = ""
    as_of: date | None = None
    source: str = ""
    members: tuple[MemberClassified, ...] = ()
    note: str | None = None
