"""What somebody hands in who registers alone: two screens, twelve fields, four of them optional."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.delegations.names import latin_name
from app.delegations.scripts import language_of_script
from app.registration.enums import Origin
from app.registration.forms.fields import Country, Email, Language, Line, Name, PageLanguage

BadgeName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class WhoForm(BaseModel):
    """The first screen: who it is."""

    model_config = ConfigDict(extra="ignore")

    given_name: Line = ""
    family_name: Name
    email: Email
    function: Name
    native_name: Line | None = None
    badge_name: BadgeName | None = None


class IndividualForm(WhoForm):
    """Both screens: who it is, from where they come, and why. Challenges are codes of the event."""

    model_config = ConfigDict(extra="forbid")

    origin: Origin
    party_name: Name
    country: Country
    languages: list[Language] = Field(min_length=1, max_length=6)
    needs: list[str] = Field(default_factory=list, max_length=5)
    offers: list[str] = Field(default_factory=list, max_length=5)
    locale: PageLanguage = "en"

    @property
    def contact_name(self) -> str:
        """Whom letters are addressed to."""
        return self.badge_name or latin_name(
            family_name=self.family_name,
            given_name=self.given_name,
            native_language=language_of_script(self.native_name, self.languages),
        )

    @property
    def contact_email(self) -> str:
        """Where letters go."""
        return self.email

    @property
    def people(self) -> int:
        """How many people the form brings."""
        return 1


WHO_FIELDS = tuple(WhoForm.model_fields)
"""Fields of the first screen."""
