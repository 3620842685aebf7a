"""What a focal point hands in for a delegation."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.delegations.enums import DelegateKind, HelixRole, PartyKind, Rank
from app.delegations.names import latin_name
from app.delegations.scripts import language_of_script
from app.platform.i18n import gettext as _
from app.registration.forms.fields import (
    Country,
    Email,
    Intensity,
    Language,
    Line,
    Name,
    PageLanguage,
    Phone,
    ProtocolRank,
)

MOST_MEMBERS = 40


class MemberForm(BaseModel):
    """One member of a delegation: names, function, mail."""

    model_config = ConfigDict(extra="forbid")

    honorific: Line | None = None
    family_name: Name
    given_name: Line = ""
    native_name: Line | None = None
    native_language: Language | None = None
    function: Line | None = None
    email: Email | None = None
    rank: ProtocolRank = int(Rank.STAFF)
    languages: list[Language] = Field(default_factory=list)
    kind: DelegateKind = DelegateKind.DELEGATE
    is_head: bool = False

    @property
    def name(self) -> str:
        """Both parts in the order of the language."""
        language = self.native_language or language_of_script(self.native_name, self.languages)
        return latin_name(family_name=self.family_name, given_name=self.given_name, native_language=language)


class DelegationForm(BaseModel):
    """A delegation: the city or organisation that sends it, its focal point, its members, and its stay."""

    model_config = ConfigDict(extra="forbid")

    party_kind: PartyKind
    party_name: Name
    native_name: Line | None = None
    native_language: Language | None = None
    country: Country
    helix_role: HelixRole | None = Field(default=None, validate_default=True)
    population: int | None = Field(default=None, ge=0, le=100_000_000)
    languages: list[Language] = Field(default_factory=list, max_length=6)
    needs: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    offers: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    may_be_listed: bool = False
    contact_name: Name
    contact_email: Email
    contact_phone: Phone | None = None
    locale: PageLanguage = "en"
    arrives_at: datetime | None = None
    departs_at: datetime | None = None
    members: list[MemberForm] = Field(min_length=1, max_length=MOST_MEMBERS)

    @field_validator("helix_role")
    @classmethod
    def _said_of_an_organisation(cls, role: HelixRole | None, info: ValidationInfo) -> HelixRole | None:
        if info.data.get("party_kind") is PartyKind.ORGANISATION and role is None:
            raise ValueError(_("Say what kind of organisation it is."))
        return role

    @field_validator("departs_at")
    @classmethod
    def _after_the_arrival(cls, departs_at: datetime | None, info: ValidationInfo) -> datetime | None:
        arrives_at = info.data.get("arrives_at")
        if arrives_at and departs_at and departs_at <= arrives_at:
            raise ValueError(_("The departure must come after the arrival."))
        return departs_at

    @field_validator("members")
    @classmethod
    def _one_head(cls, members: list[MemberForm]) -> list[MemberForm]:
        if sum(member.is_head for member in members) > 1:
            raise ValueError(_("A delegation has one head."))
        return members

    @property
    def people(self) -> int:
        """How many people the form brings."""
        return len(self.members)
