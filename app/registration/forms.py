"""What a delegation hands in."""

from datetime import datetime
from typing import Annotated, Any

import pycountry
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.delegations.enums import DelegateKind, HelixRole, PartyKind, Rank

MOST_MEMBERS = 40
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


def _country(code: str) -> str:
    if pycountry.countries.get(alpha_2=code) is None:
        raise ValueError("The country is missing. Choose one from the list.")
    return code


def _language(code: str) -> str:
    if code not in Locale("en").languages:
        raise ValueError(f"There is no language '{code}'.")
    return code


def _email(typed: str) -> str:
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError("This is not a mail address.") from None


def _rank(number: int) -> int:
    if number not in {rank.value for rank in Rank}:
        raise ValueError("Choose a rank from the list.")
    return number


Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Intensity = Annotated[int, Field(ge=1, le=5)]
ProtocolRank = Annotated[int, AfterValidator(_rank)]


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


class DelegationForm(BaseModel):
    """A delegation: the city or organisation that sends it, its focal point, its members, and its stay."""

    model_config = ConfigDict(extra="forbid")

    party_kind: PartyKind
    party_name: Name
    native_name: Line | None = None
    native_language: Language | None = None
    country: Country
    helix_role: HelixRole | None = None
    population: int | None = Field(default=None, ge=0, le=100_000_000)
    languages: list[Language] = Field(default_factory=list, max_length=6)
    needs: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    offers: dict[str, Intensity] = Field(default_factory=dict, max_length=5)
    contact_name: Name
    contact_email: Email
    contact_phone: Line | None = None
    locale: str = "en"
    arrives_at: datetime | None = None
    departs_at: datetime | None = None
    members: list[MemberForm] = Field(min_length=1, max_length=MOST_MEMBERS)

    @model_validator(mode="after")
    def _hangs_together(self) -> "DelegationForm":
        if self.party_kind is PartyKind.ORGANISATION and self.helix_role is None:
            raise ValueError("Say what kind of organisation it is.")
        if self.arrives_at and self.departs_at and self.departs_at <= self.arrives_at:
            raise ValueError("The departure must come after the arrival.")
        if sum(member.is_head for member in self.members) > 1:
            raise ValueError("A delegation has one head.")
        return self


MEMBER_FIELDS = ("honorific", "family_name", "given_name", "native_name", "function", "email", "rank")


def rows_of(form: Any) -> list[dict[str, str]]:
    """The member rows of a sent page form (``member-0-family_name`` …), rows without any text left out."""
    rows: dict[int, dict[str, str]] = {}
    for key in form:
        start, _, rest = key.partition("-")
        number, _, field = rest.partition("-")
        if start != "member" or not number.isdecimal() or int(number) >= MOST_MEMBERS or field not in MEMBER_FIELDS:
            continue
        rows.setdefault(int(number), {})[field] = str(form[key]).replace("\x00", "").strip()
    named = [rows[number] for number in sorted(rows)]
    return [row for row in named if any(text for field, text in row.items() if field != "rank")]


def intensities_of(form: Any, prefix: str) -> dict[str, str]:
    """The challenges of a sent page form (``need-waste=5``), those left at nothing left out."""
    chosen: dict[str, str] = {}
    for key in form:
        if key.startswith(f"{prefix}-") and str(form[key]).strip() not in {"", "0"}:
            chosen[key.removeprefix(f"{prefix}-")] = str(form[key])
    return chosen
