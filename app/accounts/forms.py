"""What people type to sign in, and how an address is brought into its one stored form."""

from datetime import date
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, StringConstraints

from app.accounts.enums import Role
from app.platform.i18n import gettext as _


def normal_email(typed: str) -> str:
    """The stored form of an address: trimmed, Unicode composed, no capitals. Raises ``ValueError`` when it is none.

    Mailboxes that differ by capitals alone are one person everywhere that matters here, and a second account for
    ``Mayor@`` beside ``mayor@`` would be a way around the limits on links.
    """
    try:
        address = validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError as refused:
        raise ValueError(_("This is not an e-mail address. It looks like name@city.example.")) from refused
    return address.normalized.casefold()


EmailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(normal_email)]


class AskForLink(BaseModel):
    """The one field of the sign-in page."""

    email: EmailAddress
    next: str = "/"


class ChooseRole(BaseModel):
    """The role menu of the header."""

    grant_id: int
    next: str = "/"


class ChooseLanguage(BaseModel):
    """The language of a person's pages and mails."""

    locale: Literal["en", "fr", "es", "ar", "zh", "ru"]


class OpenAccount(BaseModel):
    """A person who shall be able to sign in."""

    email: EmailAddress
    display_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class GiveRole(BaseModel):
    """A role for an account; ``until`` is the last day on which it holds. No event for an administrator."""

    role: Role
    event_id: int | None = None
    until: date | None = None


class NameKey(BaseModel):
    """A new security key: how its owner calls it, and what it answered."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    answer: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
