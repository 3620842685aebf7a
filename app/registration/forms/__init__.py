"""What applicants may send, by door; and how a page's form is read into it."""

from typing import Any

from app.registration.enums import Door
from app.registration.forms.delegation import MOST_MEMBERS, DelegationForm, MemberForm
from app.registration.forms.fields import Country, Email, Intensity, Language, Line, Name, Phone, ProtocolRank
from app.registration.forms.hiding import without_contacts
from app.registration.forms.individual import WHO_FIELDS, IndividualForm, WhoForm
from app.registration.forms.nomination import MOST_PARTNERS, CommitmentForm, NominationForm, PartnerForm
from app.registration.forms.reading import MEMBER_FIELDS, intensities_of, rows_of, typed_of

AnyForm = DelegationForm | NominationForm | IndividualForm

FORMS: dict[Door, type[DelegationForm] | type[NominationForm] | type[IndividualForm]] = {
    Door.DELEGATION: DelegationForm,
    Door.CITY: NominationForm,
    Door.INDIVIDUAL: IndividualForm,
}


STAND_INS: dict[str, Any] = {"contact_email": "nobody@stand-in.example", "members": [{"family_name": "nobody"}]}
"""What an erasure empties and a form needs: these take the place while the rest is read."""


def form_of(door: Door, answers: dict[str, Any]) -> AnyForm | None:
    """What was handed in, as its form; nothing for a draft that nobody has handed in yet.

    A form whose contact or members were erased is read without them.
    """
    if not answers:
        return None
    emptied = {name: answers[name] for name in STAND_INS if name in answers and not answers[name]}
    form = FORMS[door].model_validate(answers | {name: STAND_INS[name] for name in emptied})
    return form.model_copy(update=emptied) if emptied else form


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
    "without_contacts",
]
