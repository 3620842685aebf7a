"""Cities and organisations, their delegations and delegates."""

from datetime import date
from typing import Any

from app.delegations.models import (
    BlockedTime,
    City,
    Delegate,
    Delegation,
    Facilitation,
    Need,
    Offer,
    Organisation,
    Party,
    PassportDetail,
)
from app.demo.story import DelegationFact, Member, PartyFact
from app.demo.writing.desk import Desk

LIAISON_PHONE = "+43 1 555 01"
OUT_OF_HOURS = "+43 1 555 01 99"
AGREED = {"list_name": True, "list_function": True, "list_city": True}
"""What a delegate who is not protected agreed to have listed."""

ILLUSTRATIVE = "illustrative"
COMMITTED_ON = date(2019, 6, 14)

CITY_COLUMNS = ("region", "population", "income_group", "latitude", "longitude", "stage", "engagements_max")
ORGANISATION_COLUMNS = ("helix_role", "is_facilitator", "facilitations_max")


def write_people(desk: Desk) -> None:
    """All parties with their delegations; a delegate's address is ``key@slug.example``."""
    parties = {fact.slug: _party(desk, fact) for fact in desk.story.parties}
    desk.session.add_all(parties.values())
    desk.session.flush()
    desk.parties |= {slug: party.id for slug, party in parties.items()}
    delegations = {fact.slug: _delegation(desk, fact) for fact in desk.story.parties}
    desk.session.add_all(delegations.values())
    desk.session.flush()
    desk.delegations |= {slug: delegation.id for slug, delegation in delegations.items()}
    delegates = {
        f"{fact.slug}/{member.key}": _delegate(desk, fact, member)
        for fact in desk.story.parties
        for member in fact.delegation.members
    }
    desk.session.add_all(delegates.values())
    desk.session.flush()
    desk.delegates |= {key: delegate.id for key, delegate in delegates.items()}
    _write_passports(desk)


def _party(desk: Desk, fact: PartyFact) -> Party:
    shared: dict[str, Any] = {
        "event_id": desk.event.id,
        "slug": fact.slug,
        "name": fact.name,
        "native_name": fact.native_name,
        "native_language": fact.native_language,
        "country": fact.country,
        "languages": list(fact.languages),
        "about": fact.about,
        "is_listed": True,
        "needs": [Need(challenge_id=desk.challenges[code], intensity=size) for code, size in fact.needs.items()],
        "offers": [Offer(challenge_id=desk.challenges[code], intensity=size) for code, size in fact.offers.items()],
        "facilitations": [Facilitation(challenge_id=desk.challenges[code]) for code in fact.facilitates],
        **desk.provenance(fact),
    }
    if fact.helix_role is None:
        return City(**shared, **{name: getattr(fact, name) for name in CITY_COLUMNS}, **_commitment(fact))
    return Organisation(**shared, **{name: getattr(fact, name) for name in ORGANISATION_COLUMNS})


def _commitment(fact: PartyFact) -> dict[str, Any]:
    """The word of a city's head, which is made up and says so where it is shown."""
    head = next((one for one in fact.delegation.members if one.is_head), None)
    if head is None or not fact.is_committed:
        return {}
    return {
        "committed_by": _name_of(fact, head),
        "committed_function": f"{head.function} ({ILLUSTRATIVE})",
        "committed_on": COMMITTED_ON,
    }


def _name_of(party: PartyFact, member: Member) -> str:
    return member.name or f"{member.function}, {party.delegation.name or party.name}"


def _delegation(desk: Desk, party: PartyFact) -> Delegation:
    fact = party.delegation
    liaison = fact.liaison
    return Delegation(
        event_id=desk.event.id,
        party_id=desk.parties[party.slug],
        code=party.slug,
        name=fact.name or party.name,
        native_name=fact.native_name,
        native_language=_script(fact, party) if fact.native_name else None,
        locale=fact.locale,
        invited_by=list(fact.invited_by),
        liaison_name=f"Liaison officer {liaison}" if liaison else None,
        liaison_phone=f"{LIAISON_PHONE} {liaison:02d}" if liaison else None,
        out_of_hours_phone=OUT_OF_HOURS,
        hotel=fact.hotel,
        **desk.provenance(fact),
    )


def _delegate(desk: Desk, party: PartyFact, member: Member) -> Delegate:
    delegation = party.delegation
    name = _name_of(party, member)
    arrives_at = member.arrives_at or delegation.arrives_at
    departs_at = member.departs_at or delegation.departs_at
    return Delegate(
        event_id=desk.event.id,
        delegation_id=desk.delegations[party.slug],
        kind=member.kind,
        honorific=member.honorific,
        family_name=name,
        native_name=member.native_name,
        native_language=(member.native_language or _script(delegation, party)) if member.native_name else None,
        badge_name=name,
        function=member.function,
        email=f"{member.key}@{party.slug}.example",
        rank=member.rank.value,
        rank_since=member.rank_since,
        is_head=member.is_head,
        is_focal_point=member.is_focal_point,
        is_protected=member.is_protected,
        represents_party=member.represents_party,
        languages=list(member.languages),
        interpretation_into=list(member.into),
        access_needs=member.access,
        diet=member.diet,
        consents={} if member.is_protected else dict(AGREED),
        locale=delegation.locale,
        arrives_at=desk.at(arrives_at) if arrives_at else None,
        departs_at=desk.at(departs_at) if departs_at else None,
        takes_meetings=member.takes_meetings,
        meetings_min=member.least,
        meetings_max=member.most,
        blocked_times=[
            BlockedTime(starts_at=desk.at(one.starts_at), ends_at=desk.at(one.ends_at), reason=one.reason)
            for one in member.blocked
        ],
        **desk.provenance(member),
    )


def _script(fact: DelegationFact, party: PartyFact) -> str | None:
    return fact.native_language or party.native_language


def _write_passports(desk: Desk) -> None:
    """Numbers that cannot be real, for two delegations that are themselves made up."""
    people = [key for key in desk.delegates if key.split("/")[0] in {"shenzhen", "phnom-penh"}]
    desk.session.add_all(
        PassportDetail(
            delegate_id=desk.delegates[key],
            number=f"SPECIMEN-{number:03d}",
            nationality="CN" if key.startswith("shenzhen/") else "KH",
        )
        for number, key in enumerate(sorted(people), start=1)
    )
