"""Cities and organisations (parties), delegations and their delegates."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.delegations.enums import (
    CaseCityStage,
    Component,
    DelegateKind,
    HelixRole,
    IncomeGroup,
    PartyKind,
    RecheckField,
    RecheckState,
    TieState,
)
from app.delegations.likeness import Likened
from app.events.enums import CountryGroup
from app.events.models import Challenge
from app.platform.database.base import Attested, Base, ShortText, Versioned


class Party(Attested, Base):
    """A city or an organisation: what seeks, offers, sends a delegation and becomes a member of a partnership."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[PartyKind]
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(ShortText)
    native_name: Mapped[str | None] = mapped_column(ShortText)
    native_language: Mapped[str | None] = mapped_column(String(10))
    country: Mapped[str | None] = mapped_column(String(2))
    languages: Mapped[list[str]] = mapped_column(default=list)
    website: Mapped[str | None] = mapped_column(ShortText)
    about: Mapped[str | None] = mapped_column(Text)
    is_listed: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list["Need"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    offers: Mapped[list["Offer"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    facilitations: Mapped[list["Facilitation"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"polymorphic_on": "kind", "version_id_col": version}


class City(Party):
    """A city; ``group_override`` is an organiser's own word on North or South, with a note.

    ``partnership_aim`` and ``component`` say what it wants of a partnership and how far it is; ``other_partners`` lists
    partners that do not come (name, country, state), those that come are ties; ``committed_*`` is the mayor's word.
    """

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    region: Mapped[str | None] = mapped_column(ShortText)
    population: Mapped[int | None]
    income_group: Mapped[IncomeGroup | None]
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    stage: Mapped[CaseCityStage] = mapped_column(default=CaseCityStage.NONE)
    group_override: Mapped[CountryGroup | None]
    group_override_note: Mapped[str | None] = mapped_column(Text)
    group_override_at: Mapped[datetime | None]
    engagements_min: Mapped[int] = mapped_column(default=1)
    engagements_max: Mapped[int] = mapped_column(default=1)
    partnership_aim: Mapped[str | None] = mapped_column(Text)
    component: Mapped[Component | None]
    other_partners: Mapped[list[Any]] = mapped_column(default=list)
    committed_by: Mapped[str | None] = mapped_column(ShortText)
    committed_function: Mapped[str | None] = mapped_column(ShortText)
    committed_on: Mapped[date | None]

    __mapper_args__ = {"polymorphic_identity": PartyKind.CITY}


class Organisation(Party):
    """A business, university, civil society or international organisation."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    helix_role: Mapped[HelixRole]
    is_facilitator: Mapped[bool] = mapped_column(default=False)
    facilitations_max: Mapped[int | None]

    __mapper_args__ = {"polymorphic_identity": PartyKind.ORGANISATION}


class Need(Base):
    """What a party seeks, with an intensity from 1 to 5."""

    __tablename__ = "need"

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    intensity: Mapped[int]
    challenge: Mapped[Challenge] = relationship(lazy="raise")


class Offer(Base):
    """What a party can share, with an intensity from 1 to 5."""

    __tablename__ = "offer"

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    intensity: Mapped[int]
    challenge: Mapped[Challenge] = relationship(lazy="raise")


class Facilitation(Base):
    """A challenge on which a party brings others together, with money or technique."""

    __tablename__ = "facilitation"

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    challenge: Mapped[Challenge] = relationship(lazy="raise")


class Tie(Attested, Base):
    """An existing link between two cities; ``city_id`` is the smaller of the two IDs."""

    __tablename__ = "tie"
    __table_args__ = (UniqueConstraint("city_id", "other_city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    other_city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    state: Mapped[TieState]
    kind: Mapped[str] = mapped_column(ShortText)
    since: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


class Delegation(Attested, Versioned, Base):
    """The group that one party sends. ``locale`` is the language of its pack, ``host_table_id`` a table of its own."""

    __tablename__ = "delegation"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(ShortText)
    native_name: Mapped[str | None] = mapped_column(ShortText)
    native_language: Mapped[str | None] = mapped_column(String(10))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    invited_by: Mapped[list[str]] = mapped_column(default=list)
    liaison_name: Mapped[str | None] = mapped_column(ShortText)
    liaison_phone: Mapped[str | None] = mapped_column(String(60))
    out_of_hours_phone: Mapped[str | None] = mapped_column(String(60))
    hotel: Mapped[str | None] = mapped_column(ShortText)
    note: Mapped[str | None] = mapped_column(Text)
    host_table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id"))
    party: Mapped[Party] = relationship(lazy="raise")
    delegates: Mapped[list["Delegate"]] = relationship(lazy="raise", order_by="Delegate.rank, Delegate.id")


class Delegate(Attested, Likened, Versioned, Base):
    """A member of a delegation. Names: native script, Latin form (family, given), badge form, title of honour.

    The five dates are five separate counts: asked to come, handed in, approved, given a pass, let in. A row that was
    merged into another is an empty shell that points there, so that old addresses and the log still lead to the person.
    """

    __tablename__ = "delegate"
    withheld: ClassVar[frozenset[str]] = frozenset(
        {"email", "phone", "arrives_at", "departs_at", "blocked_times", "access_needs", "diet"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), index=True)
    kind: Mapped[DelegateKind] = mapped_column(default=DelegateKind.DELEGATE)
    honorific: Mapped[str | None] = mapped_column(String(60))
    family_name: Mapped[str] = mapped_column(ShortText)
    given_name: Mapped[str] = mapped_column(ShortText, default="")
    native_name: Mapped[str | None] = mapped_column(ShortText)
    native_language: Mapped[str | None] = mapped_column(String(10))
    badge_name: Mapped[str] = mapped_column(ShortText)
    function: Mapped[str | None] = mapped_column(ShortText)
    email: Mapped[str | None] = mapped_column(ShortText, index=True)
    phone: Mapped[str | None] = mapped_column(String(60))
    rank: Mapped[int] = mapped_column(Integer, default=80)
    rank_since: Mapped[date | None]
    is_head: Mapped[bool] = mapped_column(default=False)
    is_focal_point: Mapped[bool] = mapped_column(default=False)
    is_protected: Mapped[bool] = mapped_column(default=False)
    represents_party: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    languages: Mapped[list[str]] = mapped_column(default=list)
    interpretation_into: Mapped[list[str]] = mapped_column(default=list)
    access_needs: Mapped[str | None] = mapped_column(Text)
    diet: Mapped[str | None] = mapped_column(Text)
    consents: Mapped[dict[str, Any]] = mapped_column(default=dict)
    locale: Mapped[str | None] = mapped_column(String(10))
    arrives_at: Mapped[datetime | None]
    departs_at: Mapped[datetime | None]
    takes_meetings: Mapped[bool] = mapped_column(default=True)
    meetings_min: Mapped[int] = mapped_column(default=0)
    meetings_max: Mapped[int | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    invited_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    accredited_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id"), index=True)
    erased_at: Mapped[datetime | None]
    delegation: Mapped[Delegation] = relationship(lazy="raise", viewonly=True)
    blocked_times: Mapped[list["BlockedTime"]] = relationship(lazy="raise", order_by="BlockedTime.starts_at")


class BlockedTime(Base):
    """Time in which a delegate is not to be scheduled; with a holding where protocol keeps it in the ledger."""

    __tablename__ = "blocked_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(ShortText)
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))


class PassportDetail(Base):
    """Protected: read by protocol alone, each read is logged, erased after the event."""

    __tablename__ = "passport_detail"
    withheld: ClassVar[frozenset[str]] = frozenset({"number", "nationality", "born_on", "expires_on"})

    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    nationality: Mapped[str] = mapped_column(String(2))
    born_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class Photo(Base):
    """A picture of a delegate as it was uploaded, without what a camera writes beside it.

    One of a delegate's photos at most is in force; another may wait in a re-check.
    """

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    is_in_force: Mapped[bool] = mapped_column(default=False)
    uploaded_at: Mapped[datetime]


class Recheck(Base):
    """One field of an approved person that was changed: what it says stays in force until somebody accepts ``after``.

    For a photo ``before`` and ``after`` are IDs of photos.
    """

    __tablename__ = "recheck"
    __table_args__ = (
        Index(
            "uq_recheck_asked",
            "delegate_id",
            "field",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"), index=True)
    field: Mapped[RecheckField]
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    state: Mapped[RecheckState] = mapped_column(default=RecheckState.ASKED)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)
