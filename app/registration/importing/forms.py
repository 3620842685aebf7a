"""One row of a list as values; whatever is wrong with a cell is said at its field."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.delegations.enums import DelegateKind, HelixRole, IncomeGroup
from app.delegations.scripts import language_of_script
from app.platform.i18n import gettext as _
from app.registration.forms import Email, Line, Name
from app.registration.importing import vocabulary

LONGEST_TEXT = 2000


FEWEST_DIGITS = 4


def _phone(typed: str) -> str:
    if sum(sign.isdigit() for sign in typed) < FEWEST_DIGITS:
        raise ValueError(_("A phone number is wanted, such as +43 1 555 01 20."))
    return typed


def _from_text(read: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(lambda given: read(given) if isinstance(given, str) else given)


Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Country = Annotated[str, _from_text(vocabulary.country)]
Language = Annotated[str, _from_text(vocabulary.language)]
Languages = Annotated[list[str], _from_text(vocabulary.language_list)]
Moment = Annotated[datetime, _from_text(vocabulary.moment)]
YesOrNo = Annotated[bool, _from_text(vocabulary.yes_or_no)]
Weights = Annotated[list[tuple[str, int]], _from_text(vocabulary.weights), Field(max_length=20)]


class PersonRow(BaseModel):
    """A delegate and where they come from. What is not given says nothing: it never empties what is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party: Name
    country: Country | None = None
    helix_role: Annotated[HelixRole | None, _from_text(vocabulary.helix_role)] = None
    honorific: Annotated[str, Field(max_length=60)] | None = None
    family_name: Name | None = None
    given_name: Line | None = None
    whole_name: Name | None = None
    native_name: Line | None = None
    native_language: Language | None = None
    badge_name: Name | None = None
    function: Line | None = None
    rank: Annotated[int | None, _from_text(vocabulary.rank)] = None
    email: Email | None = None
    phone: Annotated[str, Field(max_length=60), AfterValidator(_phone)] | None = None
    languages: Languages | None = None
    interpretation_into: Languages | None = None
    kind: Annotated[DelegateKind | None, _from_text(vocabulary.delegate_kind)] = None
    is_head: YesOrNo | None = None
    access_needs: Text | None = None
    diet: Text | None = None
    arrives_at: Moment | None = None
    departs_at: Moment | None = None

    @model_validator(mode="after")
    def _is_named(self) -> "PersonRow":
        if not (self.family_name or self.whole_name or self.badge_name):
            raise ValueError(_("The name is missing."))
        return self

    @field_validator("departs_at")
    @classmethod
    def _after_the_arrival(cls, departs_at: datetime | None, info: ValidationInfo) -> datetime | None:
        arrives_at = info.data.get("arrives_at")
        if arrives_at and departs_at and departs_at <= arrives_at:
            raise ValueError(_("The departure must come after the arrival."))
        return departs_at

    def language(self) -> str | None:
        """Of the name in its own script: as the row says, else by its letters."""
        return self.native_language or language_of_script(self.native_name, self.languages or ())

    def names(self) -> tuple[str, str]:
        """Family and given name in Latin letters; a whole name is cut at its comma alone, never by a guess."""
        if self.family_name:
            return self.family_name, self.given_name or ""
        whole = self.whole_name or self.badge_name or ""
        family, comma, given = whole.partition(",")
        return (family.strip(), given.strip()) if comma and family.strip() else (whole, self.given_name or "")


class CityRow(BaseModel):
    """A city with what it seeks and offers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    native_name: Line | None = None
    native_language: Language | None = None
    country: Country | None = None
    region: Line | None = None
    population: Annotated[int, _from_text(vocabulary.whole_number), Field(ge=0, le=100_000_000)] | None = None
    income_group: Annotated[IncomeGroup | None, _from_text(vocabulary.income_group)] = None
    languages: Languages | None = None
    latitude: Annotated[float, _from_text(vocabulary.degrees), Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, _from_text(vocabulary.degrees), Field(ge=-180, le=180)] | None = None
    website: Line | None = None
    about: Text | None = None
    needs: Weights | None = None
    offers: Weights | None = None
