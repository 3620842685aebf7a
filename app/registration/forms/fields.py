"""What single fields of a form may hold."""

from typing import Annotated

import pycountry
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from app.delegations.enums import Rank
from app.platform.i18n import LOCALES
from app.platform.i18n import gettext as _


def _country(typed: str) -> str:
    code = typed.strip().upper()
    if len(code) != 2 or pycountry.countries.get(alpha_2=code) is None:
        raise ValueError(_("Choose a country from the list."))
    return code


def _language(code: str) -> str:
    if code not in Locale("en").languages:
        raise ValueError(_("There is no language '%(code)s'.") % {"code": code})
    return code


def _locale(code: str) -> str:
    if code not in LOCALES:
        raise ValueError(_("Choose one from the list."))
    return code


def _email(typed: str) -> str:
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError(_("This is not a mail address.")) from None


def _rank(number: int) -> int:
    if number not in {rank.value for rank in Rank}:
        raise ValueError(_("Choose a rank from the list."))
    return number


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
PageLanguage = Annotated[str, AfterValidator(_locale)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Intensity = Annotated[int, Field(ge=1, le=5)]
ProtocolRank = Annotated[int, AfterValidator(_rank)]
