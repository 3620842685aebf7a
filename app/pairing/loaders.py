"""Loaders of policies: partnerships, parties and ties of an event, and the member that an answer link belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.policies import ORGANISERS
from app.accounts.principal import Principal
from app.delegations.models import Delegation, Party, Tie
from app.delegations.queries import party_in_event, tie_of_city
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing.enums import Consent
from app.pairing.models import Partnership, PartnershipLink, PartnershipMember
from app.pairing.queries import is_public, member_by_token, partnership_in_event, was_asked
from app.platform.errors import Gone, NotFound
from app.platform.i18n import gettext as _
from app.platform.tokens import digest


@dataclass(frozen=True)
class PartnershipIn:
    """A partnership and its edition."""

    event: Event
    partnership: Partnership


@dataclass(frozen=True)
class SideIn:
    """A member who answers, the partnership and the edition."""

    event: Event
    partnership: Partnership
    member: PartnershipMember


@dataclass(frozen=True)
class MemberIn(SideIn):
    """A member who answers through a link, and the link that was opened."""

    link: PartnershipLink


@dataclass(frozen=True)
class PartyIn:
    """A city or an organisation, and the edition that it takes part in."""

    event: Event
    party: Party


@dataclass(frozen=True)
class TieIn(PartyIn):
    """A tie of a city."""

    tie: Tie


def party_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> PartyIn:
    """A party of the edition with what it facilitates."""
    event = event_of_path(session, params, principal)
    return PartyIn(event, party_in_event(session, event.id, number_of(params["party_id"])))


def tie_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> TieIn:
    """A tie of the city of an address."""
    found = party_of_path(session, params, principal)
    return TieIn(found.event, found.party, tie_of_city(session, found.party.id, number_of(params["tie_id"])))


def partnership_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> PartnershipIn:
    """Any partnership for organisers; for others those that are public."""
    event = event_of_path(session, params, principal)
    partnership = partnership_in_event(session, event.id, number_of(params["partnership_id"]))
    if not is_public(partnership) and principal.role not in ORGANISERS:
        raise NotFound
    return PartnershipIn(event, partnership)


def member_of_path(session: Session, params: Mapping[str, Any], _principal: Principal) -> MemberIn:
    """Whoever holds the link. Whether it has ended is for the route to say: this knows no time."""
    partnership, member, event, link = member_by_token(session, digest(str(params["token"])))
    return MemberIn(event, partnership, member, link)


def refuse_ended(found: MemberIn, now: datetime) -> None:
    """A link that a newer one replaced opens nothing; one whose time is over shows what was answered in time.

    Raises:
        Gone: with what to do.
    """
    if found.link.revoked_at is not None:
        raise Gone(_("A newer mail with another link was sent. Open that one."))
    if found.link.expires_at <= now and found.member.consent is Consent.PENDING:
        raise Gone(
            _("The time to answer is over. Write to %(mail)s for a new link.") % {"mail": found.event.contact_email}
        )


def own_side_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> SideIn:
    """The side of a focal point in a partnership about which its delegation was asked; no other is there."""
    event = event_of_path(session, params, principal)
    partnership = partnership_in_event(session, event.id, number_of(params["partnership_id"]))
    party_id = session.scalar(select(Delegation.party_id).where(Delegation.id == principal.delegation_id))
    own = [member for member in partnership.members if member.party_id == party_id]
    if not own or not was_asked(partnership):
        raise NotFound
    return SideIn(event, partnership, own[0])
