"""What a city hands in that wants to be paired: the city, what it seeks, offers and has, and the mayor's word."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.delegations.enums import Component, IncomeGroup, TieState
from app.platform.i18n import gettext as _
from app.registration.enums import WorldRegion
from app.registration.forms.fields import Country, Email, Intensity, Language, Line, Name, PageLanguage, Phone, Text

MOST_PARTNERS = 8


class PartnerForm(BaseModel):
    """A city with which there is a partnership already, and whether it lives."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    country: Country
    state: TieState


class CommitmentForm(BaseModel):
    """The mayor's word that the city takes part: who gives it, in which function, on which day."""

    model_config = ConfigDict(extra="forbid")

    by: Name
    function: Name
    on: date
    is_given: bool = Field(default=False, validate_default=True)

    @field_validator("is_given")
    @classmethod
    def _ticked(cls, is_given: bool) -> bool:  # noqa: FBT001 (Pydantic hands it over)
        if not is_given:
            raise ValueError(_("Tick this, or leave the commitment empty."))
        return is_given


class NominationForm(BaseModel):
    """A case city nominates itself. Without ``commitment`` it is taken, and the office asks for it."""

    model_config = ConfigDict(extra="forbid")

    party_name: Name
    native_name: Line | None = None
    native_language: Language | None = None
    country: Country
    region: WorldRegion
    population: int = Field(ge=1, le=100_000_000)
    income_group: IncomeGroup
    languages: list[Language] = Field(min_length=1, max_length=6)
    needs: dict[str, Intensity] = Field(min_length=1, max_length=5)
    offers: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    partners: list[PartnerForm] = Field(default_factory=list, max_length=MOST_PARTNERS)
    partnership_aim: Text
    component: Component
    commitment: CommitmentForm | None = None
    may_be_listed: bool = False
    contact_name: Name
    contact_function: Line | None = None
    contact_email: Email
    contact_phone: Phone | None = None
    locale: PageLanguage = "en"

    @property
    def people(self) -> int:
        """How many people the form brings: none, the delegation is registered by itself."""
        return 0
