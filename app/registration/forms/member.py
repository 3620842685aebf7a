"""What a member says on the own link: four fields, none of which a focal point types."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.registration.forms.fields import Country, Line

Passport = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{3,38}$")
]


class OwnForm(BaseModel):
    """Passport number and nationality for the pass; what one needs to get about and to eat, where there is anything."""

    model_config = ConfigDict(extra="ignore")

    passport_number: Passport
    nationality: Country
    access_needs: Line | None = None
    diet: Line | None = None
