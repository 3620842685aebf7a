"""What the office may write on the page of a person."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from app.platform.forms import parts
from app.registration.forms import Email, Language, Line, Name, Phone, ProtocolRank

Codes = Annotated[list[Language], BeforeValidator(parts), Field(max_length=6)]
"""Codes of languages between commas."""


class PersonForm(BaseModel):
    """Lines of a person as the office corrects them."""

    honorific: Line | None = None
    family_name: Name
    given_name: Line = ""
    native_name: Line | None = None
    native_language: Language | None = None
    badge_name: Name
    function: Line | None = None
    rank: ProtocolRank
    languages: Codes = Field(default_factory=list)
    interpretation_into: Codes = Field(default_factory=list)
    email: Email | None = None
    phone: Phone | None = None
    access_needs: str | None = Field(default=None, max_length=2000)
    diet: str | None = Field(default=None, max_length=2000)
    version: int


class DecisionForm(BaseModel):
    """Approve, ask or turn down, with the words that the person reads."""

    answer: Literal["approve", "ask", "reject"]
    version: int
    text: str = Field(default="", max_length=2000)


class RecheckForm(BaseModel):
    """Accept or refuse a changed field."""

    state: Literal["accepted", "refused"]
    reason: str | None = Field(default=None, max_length=2000)


class PassForm(BaseModel):
    """Give or take back."""

    does: Literal["give", "take_back"]
