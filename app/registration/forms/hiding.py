"""A handed-in form for whoever works with it and reaches nobody on it."""

from typing import Any

from app.registration.forms.delegation import DelegationForm
from app.registration.forms.individual import IndividualForm
from app.registration.forms.nomination import NominationForm

REACHING = ("contact_email", "contact_phone", "email", "arrives_at", "departs_at")
"""How people are reached, and when they travel."""


def without_contacts(
    form: DelegationForm | NominationForm | IndividualForm,
) -> DelegationForm | NominationForm | IndividualForm:
    """The form without addresses, phones and days of travel, of the contact as of each member."""
    emptied: dict[str, Any] = {name: None for name in REACHING if name in type(form).model_fields}
    if isinstance(form, DelegationForm):
        emptied["members"] = [one.model_copy(update={"email": None}) for one in form.members]
    return form.model_copy(update=emptied)
