"""A city's profile as its focal point or the office edits it after registration."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.delegations.enums import Component, IncomeGroup
from app.registration.enums import WorldRegion
from app.registration.forms.fields import Country, Intensity, Language, Line, Text
from app.registration.forms.nomination import MOST_PARTNERS, PartnerForm

ENDED = "ended"


class ProfileForm(BaseModel):
    """What a city seeks, offers and is; ``ties`` holds the state of each tie by its ID, or ``ended``."""

    model_config = ConfigDict(extra="forbid")

    version: int
    native_name: Line | None = None
    country: Country
    region: WorldRegion
    population: int = Field(ge=1, le=100_000_000)
    income_group: IncomeGroup | None = None
    languages: list[Language] = Field(min_length=1, max_length=6)
    needs: dict[str, Intensity] = Field(min_length=1, max_length=5)
    offers: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    partnership_aim: Text | None = None
    component: Component | None = None
    ties: dict[int, Literal["active", "dormant", "ended"]] = Field(default_factory=dict)
    partners: list[PartnerForm] = Field(default_factory=list, max_length=MOST_PARTNERS)
