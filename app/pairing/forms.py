"""What organisers type: a what-if with what stands in its address, and what the pairing goes by of a party."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.delegations.enums import TieState
from app.pairing.wanted import MOST_WEIGHT

Token = Annotated[str, Field(max_length=300)]
Tokens = Annotated[list[Token], Field(max_length=60)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=1)]
Weight = Annotated[int, Field(ge=0, le=MOST_WEIGHT)]
LARGEST_MINIMUM = 100_000_000
"""More than any city has."""
Name = Annotated[str, Field(max_length=200)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class ChoicesForm(BaseModel):
    """The choices that an address holds: members with "~" between, or a name, "~" and a number."""

    pin: Tokens = []
    unpin: Tokens = []
    veto: Tokens = []
    unveto: Tokens = []
    apart: Tokens = []
    unapart: Tokens = []
    untie: Tokens = []
    again: Tokens = []
    unsay: Tokens = []
    share: Tokens = []
    weight: Tokens = []
    rule: Tokens = []
    limit: Tokens = []
    few: Literal["0", "1"] = "0"

    def pairs(self) -> list[tuple[str, str]]:
        """The choices as they stood in the address."""
        lists = self.model_dump(exclude={"few"})
        return [
            *((name, token) for name in ChoicesForm.model_fields if name != "few" for token in lists[name]),
            ("few", self.few),
        ]


class PlanForm(BaseModel):
    """Which run's plan to look at, in place of a fresh one."""

    run: int | None = Field(default=None, ge=1, le=10**9)


class TogetherForm(BaseModel):
    """Two or three members by name, to bring together or to keep apart."""

    do: Literal["pin", "veto"] = "pin"
    first: Name
    second: Name
    third: Name | None = None
    said_by: Literal["first", "second"] | None = None


class CountriesForm(BaseModel):
    """Two countries whose cities are not paired."""

    country: Country
    other_country: Country


class SharesForm(BaseModel):
    """Least and most percent of each modality; empty is no limit."""

    south_south_min: Percent | None = None
    south_south_max: Percent | None = None
    north_south_min: Percent | None = None
    north_south_max: Percent | None = None
    triangular_min: Percent | None = None
    triangular_max: Percent | None = None
    north_north_min: Percent | None = None
    north_north_max: Percent | None = None


class MinimumsForm(BaseModel):
    """What a pair must be worth at least, in points, and how many inhabitants a city must have; 0 is no limit."""

    min_pair_value: Annotated[int, Field(ge=0, le=LARGEST_MINIMUM)]
    min_population: Annotated[int, Field(ge=0, le=LARGEST_MINIMUM)]


class WeightsForm(BaseModel):
    """Points by unit of each reason."""

    need_met: Weight
    need_shared: Weight
    reciprocity: Weight
    language: Weight
    replan: Weight
    wish: Weight
    facilitation: Weight


class ApplyForm(ChoicesForm):
    """The choices that were looked at, whose plan, and the hash of what the plan was computed on."""

    run: int = Field(ge=1, le=10**9)
    computed_on: str = Field(pattern=r"^[0-9a-f]{64}$")


class WhyForm(BaseModel):
    """How long to look for what keeps a city without partner."""

    seconds: Annotated[int, Field(ge=1, le=120)] = 10


class FacilitationForm(BaseModel):
    """On which challenges; of an organisation also whether it facilitates triangles, and how many at most."""

    challenges: list[int] = []
    is_facilitator: Literal["yes"] | None = None
    most: int | None = Field(default=None, ge=0, le=999)
    seen: str = Field(max_length=2000)


class LimitsForm(BaseModel):
    """In how many partnerships a city is to be."""

    least: int = Field(ge=0, le=9)
    most: int = Field(ge=0, le=9)
    seen: str = Field(max_length=2000)


class WishForm(BaseModel):
    """A city's word on another; empty takes it back."""

    other: int
    level: Literal["must", "want"] | None = None


class TieForm(BaseModel):
    """What a tie is and what fell short of it."""

    kind: str = Field(min_length=1, max_length=200)
    since: int | None = Field(default=None, ge=1800, le=2200)
    state: TieState
    note: str | None = Field(default=None, max_length=2000)
    seen: str = Field(max_length=4000)
