"""Who stands on a form, whichever door it came through: what duplicates and questions are looked for in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.delegations.likeness import mail_key, name_key, native_key
from app.delegations.names import latin_name
from app.registration.models import Registration


@dataclass(frozen=True, kw_only=True)
class FormPerson:
    """A person on a form: names, address and function as they were typed."""

    given_name: str
    family_name: str
    native_name: str | None
    native_language: str | None
    email: str | None
    function: str | None

    @property
    def name(self) -> str:
        """The Latin form of the name."""
        return latin_name(
            family_name=self.family_name, given_name=self.given_name, native_language=self.native_language
        )

    @property
    def mail_key(self) -> str | None:
        return mail_key(self.email)

    @property
    def name_key(self) -> str | None:
        return name_key(self.given_name, self.family_name)

    @property
    def native_key(self) -> str | None:
        return native_key(self.native_name)


def people_of_form(registration: Registration) -> tuple[FormPerson, ...]:
    """The members of a delegation, or the person who registers alone; a nomination brings nobody."""
    answers = registration.answers
    members = answers.get("members")
    if members:
        return tuple(_person(member, email=member.get("email")) for member in members)
    if answers.get("family_name"):
        return (_person(answers, email=registration.contact_email),)
    return ()


def _person(said: Mapping[str, Any], *, email: str | None) -> FormPerson:
    return FormPerson(
        given_name=said.get("given_name") or "",
        family_name=said["family_name"],
        native_name=said.get("native_name"),
        native_language=said.get("native_language"),
        email=email,
        function=said.get("function"),
    )
