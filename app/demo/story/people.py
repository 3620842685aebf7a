"""Cities and organisations with their delegations, as the data files give them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.delegations.enums import CaseCityStage, DelegateKind, HelixRole, IncomeGroup, Rank
from app.demo.story.facts import Fact, Plain

RankByName = Annotated[Rank, BeforeValidator(lambda name: Rank[name.upper()] if isinstance(name, str) else name)]


class Blocked(Plain):
    starts_at: datetime
    ends_at: datetime
    reason: str


class Member(Fact):
    """A member of a delegation, by role; ``into`` are languages of interpretation, ``least`` and ``most`` meetings."""

    key: str
    function: str
    rank: RankByName
    languages: tuple[str, ...]
    name: str | None = None
    native_name: str | None = None
    native_language: str | None = None
    honorific: str | None = None
    kind: DelegateKind = DelegateKind.DELEGATE
    rank_since: date | None = None
    is_head: bool = False
    is_focal_point: bool = False
    is_protected: bool = False
    represents_party: bool = False
    into: tuple[str, ...] = ()
    access: str | None = None
    diet: str | None = None
    arrives_at: datetime | None = None
    departs_at: datetime | None = None
    blocked: tuple[Blocked, ...] = ()
    takes_meetings: bool = True
    least: int = 0
    most: int | None = None


class DelegationFact(Fact):
    name: str | None = None
    native_name: str | None = None
    native_language: str | None = None
    locale: str = "en"
    invited_by: tuple[str, ...] = ()
    liaison: int | None = None
    hotel: str | None = None
    arrives_at: datetime | None = None
    departs_at: datetime | None = None
    members: tuple[Member, ...]


class PartyFact(Fact):
    """A city, or an organisation where ``helix_role`` is given.

    ``is_committed``: whether the head of a city has given the word that it takes part. No source says so of any; all
    such words are made up.
    """

    slug: str
    name: str
    native_name: str | None = None
    native_language: str | None = None
    country: str | None = None
    languages: tuple[str, ...]
    about: str | None = None
    needs: dict[str, int] = Field(default_factory=dict)
    offers: dict[str, int] = Field(default_factory=dict)
    facilitates: tuple[str, ...] = ()
    region: str | None = None
    population: int | None = None
    income_group: IncomeGroup | None = None
    latitude: float | None = None
    longitude: float | None = None
    stage: CaseCityStage = CaseCityStage.NONE
    is_committed: bool = True
    engagements_max: int = 1
    helix_role: HelixRole | None = None
    is_facilitator: bool = False
    facilitations_max: int | None = None
    delegation: DelegationFact
