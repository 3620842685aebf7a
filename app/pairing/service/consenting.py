"""Asking members, their answers, and taking a proposal back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.delegations.service import set_listed
from app.events.models import Event
from app.pairing.enums import Consent, PartnershipState, WishLevel
from app.pairing.letters import letter_key
from app.pairing.models import FacilitatorRefusal, PairingWish, Partnership, PartnershipLink, PartnershipMember
from app.pairing.queries import STANDING, consent_of, partnership_in_event, pins_of
from app.pairing.service.recording import log_change
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token

LASTS = timedelta(days=30)
"""A link lasts this long, but not beyond the day after the event."""

NOTED = "noted by the organisers"
"""What stands as the reason of a consent that was given outside the system."""


def ask(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    actor: Actor,
    now: datetime,
    only: Collection[int] | None = None,
) -> dict[int, tuple[str, PartnershipLink]]:
    """Ask members who have not answered; a fresh token and its link for each member's ID. Older links end.

    Only digests are stored.

    Args:
        only: IDs of the members that are asked once more; whoever asks for the first time asks all.

    Raises:
        Conflict: the partnership is not one that waits to be asked.
    """
    _lock(session, partnership)
    if partnership.state not in {PartnershipState.PROPOSED, PartnershipState.ASKED}:
        raise Conflict(_("The members of this partnership have answered."))
    wanted = None if partnership.state is PartnershipState.PROPOSED else only
    asked: dict[int, tuple[str, PartnershipLink]] = {}
    for member in partnership.members:
        if member.consent is Consent.PENDING and (wanted is None or member.id in wanted):
            if partnership.asked_at is not None:
                _end_links(session, member, now=now)
            token = new_token()
            link = PartnershipLink(
                member_id=member.id, token_digest=digest(token), created_at=now, expires_at=_end_of(event, now)
            )
            session.add(link)
            asked[member.id] = (token, link)
    before, partnership.state = partnership.state, PartnershipState.ASKED
    partnership.asked_at = now
    session.flush()
    log_change(session, partnership, "partnership.asked", actor, now, {"state": (before.value, "asked")})
    return asked


def answer(
    session: Session,
    *,
    partnership: Partnership,
    member: PartnershipMember,
    consent: Consent,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Store one member's answer; the last yes confirms, the first no declines. Whether anything changed.

    Who says yes lets itself be named: the page says so, and ``set_listed`` takes it back. A second answer through the
    same link changes nothing. A city's "no" stays as its word on the other cities, so that
    no later run brings them together; an organisation's stands until an organiser lifts it.

    Raises:
        Refused: a "no" without a reason.
        Conflict: the partnership does not stand any more.
    """
    _lock(session, partnership)
    if member.consent is not Consent.PENDING:
        return False
    if partnership.state not in STANDING:
        raise Conflict(_("This proposal no longer stands."))
    if consent is Consent.DECLINED and not reason:
        raise Refused({"reason": _("Give a reason, so that a better partner can be found.")})
    member.consent, member.consent_reason, member.answered_at = consent, reason, now
    if consent is Consent.ACCEPTED:
        set_listed(session, party=member.party, is_listed=True, actor=actor, now=now)
    together = consent_of(partnership)
    before = partnership.state
    if together is Consent.DECLINED:
        partnership.state = PartnershipState.DECLINED
        _drop_letters(session, partnership.members, reason="the partnership was declined before")
        _keep_apart(session, partnership, member, now=now)
        _unpin(session, partnership, actor=actor, now=now)
    elif together is Consent.ACCEPTED:
        partnership.state, partnership.confirmed_at = PartnershipState.CONFIRMED, now
    session.flush()
    log_change(
        session,
        partnership,
        f"partnership.{consent.value}",
        actor,
        now,
        {"consent": ("pending", consent.value), "state": (before.value, partnership.state.value)},
    )
    return True


def confirm_for_all(session: Session, *, event: Event, partnership_id: int, actor: Actor, now: datetime) -> Partnership:
    """Note the consent of all members that was given outside the system, by note verbale or by word of mouth."""
    partnership = partnership_in_event(session, event.id, partnership_id)
    for member in partnership.members:
        answer(
            session,
            partnership=partnership,
            member=member,
            consent=Consent.ACCEPTED,
            reason=NOTED,
            actor=actor,
            now=now,
        )
    return partnership


def withdraw(session: Session, *, partnership: Partnership, reason: str, actor: Actor, now: datetime) -> None:
    """Take a partnership back, in whatever state it stands; its links end.

    Raises:
        Refused: no reason.
        Conflict: it does not stand any more.
    """
    _lock(session, partnership)
    if partnership.state not in STANDING:
        raise Conflict(_("This proposal no longer stands."))
    if not reason.strip():
        raise Refused({"reason": _("Give the reason. It stands in the log.")})
    before, partnership.state = partnership.state, PartnershipState.WITHDRAWN
    _drop_letters(session, partnership.members, reason="the partnership was withdrawn before")
    log_change(
        session,
        partnership,
        "partnership.withdrawn",
        actor,
        now,
        {"state": (before.value, "withdrawn"), "reason": (None, reason.strip())},
    )


def _lock(session: Session, partnership: Partnership) -> None:
    """Let one answer at a time decide: two that do not see each other would each wait for the other's."""
    session.flush()
    session.refresh(partnership, ["state", "asked_at", "confirmed_at", "version"], with_for_update=True)
    answered = (PartnershipMember.id, PartnershipMember.consent, PartnershipMember.consent_reason)
    rows = session.execute(
        select(*answered, PartnershipMember.answered_at).where(PartnershipMember.partnership_id == partnership.id)
    )
    read = {row.id: row for row in rows}
    for member in partnership.members:
        for name in ("consent", "consent_reason", "answered_at"):
            set_committed_value(member, name, getattr(read[member.id], name))


def _drop_letters(session: Session, members: Collection[PartnershipMember], *, reason: str) -> None:
    """Links that lead nowhere any more are not sent, where they were not sent yet."""
    links = select(PartnershipLink.id).where(PartnershipLink.member_id.in_([one.id for one in members]))
    outbox.drop(session, [letter_key(link_id) for link_id in session.scalars(links)], reason=reason)


def _end_links(session: Session, member: PartnershipMember, *, now: datetime) -> None:
    _drop_letters(session, [member], reason="a newer link took its place")
    session.execute(
        update(PartnershipLink)
        .where(PartnershipLink.member_id == member.id, PartnershipLink.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _end_of(event: Event, now: datetime) -> datetime:
    days_left = (event.ends_on - now.date()).days + 2
    return now + min(LASTS, timedelta(days=max(days_left, 1)))


def _keep_apart(session: Session, partnership: Partnership, member: PartnershipMember, *, now: datetime) -> None:
    if member.group == "organisation":
        session.add(
            FacilitatorRefusal(
                event_id=partnership.event_id,
                organisation_id=member.party_id,
                partnership_id=partnership.id,
                note=member.consent_reason,
                said_at=now,
            )
        )
        return
    others = [one.party_id for one in partnership.members if one is not member and one.group != "organisation"]
    said = {
        wish.to_city_id: wish
        for wish in session.scalars(
            select(PairingWish).where(PairingWish.from_city_id == member.party_id, PairingWish.to_city_id.in_(others))
        )
    }
    for other in others:
        wish = said.get(other)
        if wish is None:
            wish = PairingWish(event_id=partnership.event_id, from_city_id=member.party_id, to_city_id=other)
            session.add(wish)
        wish.level, wish.note = WishLevel.NO, member.consent_reason


def _unpin(session: Session, partnership: Partnership, *, actor: Actor, now: datetime) -> None:
    """Lift the pin of what was declined: with the "no" beside it there would be no plan at all."""
    ids = {member.party_id for member in partnership.members}
    for pin in pins_of(session, partnership.event_id):
        if set(pin.party_ids) == ids:
            session.delete(pin)
            record_change(session, pin, "pairing.unpinned", actor, now, {"members": (sorted(ids), None)})
