"""What applicants may send, by door; and how a page's form is read into it."""

from typing import Any

from app.registration.enums import Door
from app.registration.forms.delegation import MOST_MEMBERS, DelegationForm, MemberForm
from app.registration.forms.fields import Country, Email, Intensity, Language, Line, Name, Phone, ProtocolRank
from app.registration.forms.individual import WHO_FIELDS, IndividualForm, WhoForm
from app.registration.forms.nomination import MOST_PARTNERS, CommitmentForm, NominationForm, PartnerForm
from app.registration.forms.reading import MEMBER_FIELDS, intensities_of, rows_of, typed_of

AnyForm = DelegationForm | NominationForm | IndividualForm

FORMS: dict[Door, type[DelegationForm] | type[NominationForm] | type[IndividualForm]] = {
    Door.DELEGATION: DelegationForm,
    Door.CITY: NominationForm,
    Door.INDIVIDUAL: IndividualForm,
}


def form_of(door: Door, answers: dict[str, Any]) -> AnyForm | None:
    """What was handed in, as its form; nothing for a draft that nobody has handed in yet."""
    return FORMS[door].model_validate(answers) if answers else None


__all__ = [
    "FORMS",
    "MEMBER_FIELDS",
    "MOST_MEMBERS",
    "MOST_PARTNERS",
    "WHO_FIELDS",
    "AnyForm",
    "CommitmentForm",
    "Country",
    "DelegationForm",
    "Email",
    "IndividualForm",
    "Intensity",
    "Language",
    "Line",
    "MemberForm",
    "Name",
    "NominationForm",
    "PartnerForm",
    "Phone",
    "ProtocolRank",
    "WhoForm",
    "form_of",
    "intensities_of",
    "rows_of",
    "typed_of",
]
