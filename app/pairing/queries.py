"""What stands of the pairing: settings, wishes, pins, partnerships."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Account
from app.delegations.enums import TieState
from app.delegations.models import City, Party, Tie
from app.delegations.queries import ties_of
from app.events.models import Event
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import (
    ExcludedCountryPair,
    FacilitatorRefusal,
    PairingPin,
    PairingSettings,
    PairingVeto,
    PairingWish,
    Partnership,
    PartnershipLink,
    PartnershipMember,
    PartnershipQuestion,
)
from app.platform.errors import NotFound
from app.platform.i18n import gettext as _

STANDING = (PartnershipState.PROPOSED, PartnershipState.ASKED, PartnershipState.CONFIRMED)
"""States in which a partnership counts."""


def settings_of(session: Session, event_id: int) -> PairingSettings:
    """Rules, shares and weights of an edition; those of the scheduler's files where nothing was set."""
    return session.get(PairingSettings, event_id) or PairingSettings(event_id=event_id, rules={}, shares={}, weights={})


def wishes_of(session: Session, event_id: int) -> list[PairingWish]:
    return list(session.scalars(select(PairingWish).where(PairingWish.event_id == event_id).order_by(PairingWish.id)))


def excluded_pairs_of(session: Session, event_id: int) -> list[ExcludedCountryPair]:
    statement = select(ExcludedCountryPair).where(ExcludedCountryPair.event_id == event_id)
    return list(session.scalars(statement.order_by(ExcludedCountryPair.id)))


def pins_of(session: Session, event_id: int) -> list[PairingPin]:
    return list(session.scalars(select(PairingPin).where(PairingPin.event_id == event_id).order_by(PairingPin.id)))


def vetoes_of(session: Session, event_id: int) -> list[PairingVeto]:
    return list(session.scalars(select(PairingVeto).where(PairingVeto.event_id == event_id).order_by(PairingVeto.id)))


def partnerships_of(session: Session, event_id: int) -> list[Partnership]:
    """Partnerships that stand, with members, their parties and reasons, best first."""
    return list(
        session.scalars(
            select(Partnership)
            .where(Partnership.event_id == event_id, Partnership.state.in_(STANDING))
            .options(
                selectinload(Partnership.members).selectinload(PartnershipMember.party).selectin_polymorphic([City]),
                selectinload(Partnership.reasons),
            )
            .order_by(Partnership.value.desc(), Partnership.id)
        )
    )


def modalities_of(session: Session, event_id: int) -> dict[int, str]:
    """The modality of each partnership that stands, by its ID."""
    rows = session.execute(
        select(Partnership.id, Partnership.modality).where(
            Partnership.event_id == event_id, Partnership.state.in_(STANDING)
        )
    )
    return {partnership_id: modality.value for partnership_id, modality in rows}


def declined_without_successor(session: Session, event_id: int, standing: Iterable[Partnership]) -> list[Partnership]:
    """Declined partnerships in whose place nobody came: a city of theirs is without partner, no proposal was taken.

    Args:
        standing: what ``partnerships_of`` gives.
    """
    engaged = {member.party_id for one in standing for member in one.members}
    taken = select(Partnership.run_id).where(Partnership.event_id == event_id, Partnership.run_id.is_not(None))
    rows = session.scalars(
        select(Partnership)
        .where(
            Partnership.event_id == event_id,
            Partnership.state == PartnershipState.DECLINED,
            Partnership.replacement_run_id.is_(None) | Partnership.replacement_run_id.not_in(taken),
        )
        .options(selectinload(Partnership.members).selectinload(PartnershipMember.party))
        .order_by(Partnership.id)
    )
    return [
        one
        for one in rows
        if any(member.group != "organisation" and member.party_id not in engaged for member in one.members)
    ]


def public_partnerships_of(session: Session, event_id: int) -> list[Partnership]:
    """Partnerships of which all members agreed: nothing else is public."""
    return [one for one in partnerships_of(session, event_id) if is_public(one)]


def refusals_of(session: Session, event_id: int) -> list[FacilitatorRefusal]:
    """The organisations' noes that nobody has lifted."""
    return list(
        session.scalars(
            select(FacilitatorRefusal)
            .where(FacilitatorRefusal.event_id == event_id, FacilitatorRefusal.lifted_at.is_(None))
            .order_by(FacilitatorRefusal.id)
        )
    )


def refused_triangles_of(session: Session, event_id: int) -> list[tuple[int, tuple[int, ...]]]:
    """Each organisation that ever said no to a triangle, lifted or not, and the cities of that triangle, by ID."""
    rows = session.execute(
        select(FacilitatorRefusal.id, FacilitatorRefusal.organisation_id, PartnershipMember.party_id)
        .join(PartnershipMember, PartnershipMember.partnership_id == FacilitatorRefusal.partnership_id)
        .where(
            FacilitatorRefusal.event_id == event_id,
            PartnershipMember.party_id != FacilitatorRefusal.organisation_id,
        )
        .order_by(FacilitatorRefusal.id, PartnershipMember.position)
    ).all()
    said: dict[tuple[int, int], list[int]] = {}
    for refusal_id, organisation_id, city_id in rows:
        said.setdefault((refusal_id, organisation_id), []).append(city_id)
    return [(organisation_id, tuple(cities)) for (_refusal_id, organisation_id), cities in said.items()]


def refusals_on(session: Session, partnership_id: int) -> list[tuple[FacilitatorRefusal, str | None]]:
    """Organisations' noes to this partnership, each with the name of whoever lifted it."""
    rows = session.execute(
        select(FacilitatorRefusal, Account.display_name)
        .outerjoin(Account, Account.id == FacilitatorRefusal.lifted_by_id)
        .where(FacilitatorRefusal.partnership_id == partnership_id)
        .order_by(FacilitatorRefusal.id)
    )
    return [(refusal, name) for refusal, name in rows]


def is_public(partnership: Partnership) -> bool:
    """Whether all members agreed to the partnership and let themselves be named; ``members`` and ``party`` are loaded.

    A city that takes its word back, or its nomination, takes the partnership off the public pages.
    """
    return partnership.state is PartnershipState.CONFIRMED and not unnamed_of(partnership)


def was_asked(partnership: Partnership) -> bool:
    """Whether its members know of it: they were asked, or agreed in writing."""
    return partnership.asked_at is not None or partnership.confirmed_at is not None


def questions_on(session: Session, partnership_id: int) -> list[PartnershipQuestion]:
    """What its members asked the organisers, the oldest first."""
    asked = select(PartnershipQuestion).where(PartnershipQuestion.partnership_id == partnership_id)
    return list(session.scalars(asked.order_by(PartnershipQuestion.id)))


def unnamed_of(partnership: Partnership) -> list[Party]:
    """The members that do not let themselves be named."""
    return [member.party for member in partnership.members if not member.party.is_listed]


def partnership_in_event(session: Session, event_id: int, partnership_id: int) -> Partnership:
    """One partnership with members, parties and reasons.

    Raises:
        NotFound: the event has no such partnership.
    """
    partnership = session.scalar(
        select(Partnership)
        .where(Partnership.event_id == event_id, Partnership.id == partnership_id)
        .options(
            selectinload(Partnership.members).selectinload(PartnershipMember.party),
            selectinload(Partnership.reasons),
        )
    )
    if partnership is None:
        raise NotFound
    return partnership


_OF_PARTIES = (
    select(Partnership)
    .where(
        Partnership.event_id == bindparam("event_id"),
        Partnership.state.in_(STANDING),
        # No join with DISTINCT: PostgreSQL cannot compare the JSON columns of a partnership.
        Partnership.members.any(PartnershipMember.party_id.in_(bindparam("party_ids", expanding=True))),
    )
    .options(selectinload(Partnership.members).selectinload(PartnershipMember.party))
    .order_by(Partnership.id)
)


def partnerships_of_parties(session: Session, event_id: int, party_ids: list[int]) -> dict[int, list[Partnership]]:
    """The standing partnerships of each of these parties."""
    rows = session.scalars(_OF_PARTIES, {"event_id": event_id, "party_ids": party_ids})
    found: dict[int, list[Partnership]] = {party_id: [] for party_id in party_ids}
    for partnership in rows:
        for member in partnership.members:
            if member.party_id in found:
                found[member.party_id].append(partnership)
    return found


def member_by_token(session: Session, digest: str) -> tuple[Partnership, PartnershipMember, Event, PartnershipLink]:
    """The partnership that an answer link belongs to, the member who answers, the edition and the link.

    Raises:
        NotFound: no such link.
    """
    link = session.scalar(select(PartnershipLink).where(PartnershipLink.token_digest == digest))
    if link is None:
        raise NotFound(_("This link opens nothing. Copy it whole from the mail, or ask the sender of the mail."))
    member = session.get_one(PartnershipMember, link.member_id)
    partnership = session.get_one(Partnership, member.partnership_id)
    event = session.get_one(Event, partnership.event_id)
    whole = partnership_in_event(session, event.id, partnership.id)
    return whole, next(one for one in whole.members if one.id == member.id), event, link


def ties_between(session: Session, partnership: Partnership) -> tuple[Tie, ...]:
    """The ties between the cities of a partnership, dormant ones first: what there was before."""
    cities = {member.party_id for member in partnership.members if isinstance(member.party, City)}
    found = [tie for tie in ties_of(session, partnership.event_id) if {tie.city_id, tie.other_city_id} <= cities]
    return tuple(sorted(found, key=lambda tie: (tie.state is not TieState.DORMANT, tie.id)))


def consent_of(partnership: Partnership) -> Consent:
    """The answer of all members together."""
    answers = {member.consent for member in partnership.members}
    if Consent.DECLINED in answers:
        return Consent.DECLINED
    return Consent.PENDING if Consent.PENDING in answers else Consent.ACCEPTED


def title_of(partnership: Partnership) -> str:
    """The names of a partnership as one, in the language that is spoken."""
    return together([member.party.name for member in partnership.members])


def together(names: Sequence[str]) -> str:
    """Two names with "with" between them, or the three names of a triangle, in the language that is spoken."""
    if len(names) == 2:
        return _("%(one)s with %(other)s") % {"one": names[0], "other": names[1]}
    return _("%(one)s, %(other)s and %(third)s") % {"one": names[0], "other": names[1], "third": names[2]}


def modality_counts(partnerships: list[Partnership]) -> Mapping[str, int]:
    """How many partnerships there are of each modality."""
    counts: dict[str, int] = {}
    for partnership in partnerships:
        counts[partnership.modality.value] = counts.get(partnership.modality.value, 0) + 1
    return counts
