"""What organisers wish of a pairing, and the partnerships that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.delegations.models import Party
from app.pairing.classification import Classification
from app.pairing.enums import Consent, MemberRole, Modality, PartnershipState, WishLevel
from app.platform.database.base import Attested, Base, ShortText, Versioned


class PairingSettings(Versioned, Base):
    """Rules, shares and weights of an edition's pairing, in the words of the scheduler's files."""

    __tablename__ = "pairing_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shares: Mapped[dict[str, Any]] = mapped_column(default=dict)
    weights: Mapped[dict[str, int]] = mapped_column(default=dict)


class PairingWish(Base):
    """A city's word on another: must, want, or no. A "no" is confidential."""

    __tablename__ = "pairing_wish"
    __table_args__ = (UniqueConstraint("from_city_id", "to_city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    from_city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    to_city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    level: Mapped[WishLevel]
    note: Mapped[str | None] = mapped_column(Text)


class ExcludedCountryPair(Base):
    """Two countries whose cities are not paired in this edition."""

    __tablename__ = "excluded_country_pair"
    __table_args__ = (UniqueConstraint("event_id", "country", "other_country"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    other_country: Mapped[str] = mapped_column(String(2))
    note: Mapped[str | None] = mapped_column(Text)


class PairingPin(Base):
    """Parties that must be together in the next run: two form a pair, three a triangle."""

    __tablename__ = "pairing_pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    party_ids: Mapped[list[Any]] = mapped_column(default=list)


class PairingVeto(Base):
    """Two cities that organisers keep apart; which of them asked for it, where one did, is confidential.

    It stands beside the cities' own wishes, so that to lift it brings back what they said.
    """

    __tablename__ = "pairing_veto"
    __table_args__ = (UniqueConstraint("city_id", "other_city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    other_city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))


class WantedThen(Base):
    """The pins and vetoes of organisers when a run was asked for; parties go by the IDs of its problem.

    Its problem alone does not tell them: the search for a replacement pins whatever it leaves alone, and a "no" in it
    may be a city's own.
    """

    __tablename__ = "pairing_wanted_then"

    run_id: Mapped[int] = mapped_column(ForeignKey("solver_run.id", ondelete="CASCADE"), primary_key=True)
    pins: Mapped[list[Any]] = mapped_column(default=list)
    vetoes: Mapped[list[Any]] = mapped_column(default=list)
    """Each with its two cities, and who of them asked for it, or nothing."""


class Partnership(Attested, Versioned, Base):
    """Two cities, or two Southern cities and a facilitating member, with the rule that gave the modality."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[PartnershipState] = mapped_column(default=PartnershipState.PROPOSED)
    modality: Mapped[Modality]
    modality_rule: Mapped[str] = mapped_column(ShortText)
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict)
    value: Mapped[int]
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("solver_run.id"))
    replacement_run_id: Mapped[int | None] = mapped_column(ForeignKey("solver_run.id"))
    """The run that looks for the best replacement, once somebody declined."""
    proposed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    members: Mapped[list["PartnershipMember"]] = relationship(lazy="raise", order_by="PartnershipMember.position")
    reasons: Mapped[list["PartnershipReason"]] = relationship(
        lazy="raise", order_by="PartnershipReason.points.desc()", cascade="all, delete-orphan"
    )

    @property
    def classified(self) -> Classification:
        """The list that the members were counted by when the partnership was made."""
        return Classification.model_validate(self.classification)

    @property
    def has_agreed_label(self) -> bool:
        """Whether a member has answered to the label that stands, so that it stays; ``members`` are loaded."""
        return any(member.consent is not Consent.PENDING for member in self.members)

    @property
    def classification_note(self) -> str:
        """The same in one line, for organisers."""
        said = self.classified
        listed = f"{said.list_name}, as of {said.as_of}" if said.as_of else said.list_name
        words = {"list": listed, "country": "set by the organisers for the country", "city": "set for this city"}
        return said.note or "; ".join(
            f"{one.party}: {one.group} ({words[one.set_by]}{f': {one.note}' if one.note else ''})"
            for one in said.members
        )


class PartnershipMember(Base):
    """A member with its role and its answer."""

    __tablename__ = "partnership_member"
    __table_args__ = (UniqueConstraint("partnership_id", "party_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[MemberRole]
    group: Mapped[str] = mapped_column(String(20))
    consent: Mapped[Consent] = mapped_column(default=Consent.PENDING)
    consent_reason: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    party: Mapped[Party] = relationship(lazy="raise")


class PartnershipLink(Base):
    """A member's link to its answer, found by the digest of its token; a later one ends the earlier."""

    __tablename__ = "partnership_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PartnershipQuestion(Base):
    """What a member asked the organisers before it answers, and what they wrote back."""

    __tablename__ = "partnership_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]


class FacilitatorRefusal(Base):
    """An organisation's "no" to a triangle: it takes on no further one until an organiser lifts this."""

    __tablename__ = "facilitator_refusal"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    said_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class PartnershipReason(Base):
    """One reason with its points; the reasons of a partnership sum to its value."""

    __tablename__ = "partnership_reason"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    from_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    to_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id"))
    points: Mapped[int]
