"""Partnerships that a plan left out and a later one brings back, before any side heard of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.pairing.enums import Consent, PartnershipState
from app.pairing.letters import LEFT_OUT, left_out_by_key, left_out_keys
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import consent_of
from app.pairing.service.recording import log_change
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.outbox import MailState, OutboxMail

Sides = frozenset[tuple[int, str]]
"""Members by their ID and role: what makes a partnership the same."""


def sides_of(partnership: Partnership) -> Sides:
    """Who is in a partnership, and as what; ``members`` are loaded."""
    return frozenset((member.party_id, member.role.value) for member in partnership.members)


def left_out_unheard(session: Session, event_id: int) -> Mapping[Sides, Partnership]:
    """The partnerships that a plan left out after somebody was asked, where no mail that says so has gone.

    One that an organiser took back is not among them, nor one whose sides were told: they have to be asked anew.
    """
    rows = session.scalars(
        select(Partnership)
        .where(Partnership.event_id == event_id, Partnership.state == PartnershipState.WITHDRAWN)
        .options(
            selectinload(Partnership.members).selectinload(PartnershipMember.party),
            selectinload(Partnership.reasons),
        )
        .order_by(Partnership.id)
    )
    told: dict[int, set[MailState]] = defaultdict(set)
    for key, state in _mails(session, LEFT_OUT):
        told[left_out_by_key(key)].add(state)
    # Mails of an earlier time that it was left out and brought back are dropped.
    unheard = (
        row for row in rows if MailState.HELD in told[row.id] and told[row.id] <= {MailState.HELD, MailState.DROPPED}
    )
    return {sides_of(row): row for row in unheard}


def bring_back(session: Session, *, partnership: Partnership, actor: Actor, now: datetime) -> None:
    """Let a partnership that was left out stand again as it stood, its answers with it; the mails on its end go."""
    keys = [key for key, _state in _mails(session, f"{left_out_keys(partnership)}%")]
    outbox.drop(session, keys, reason="a later plan brought the partnership back")
    agreed = consent_of(partnership) is Consent.ACCEPTED
    partnership.state = PartnershipState.CONFIRMED if agreed else PartnershipState.ASKED
    log_change(
        session,
        partnership,
        "partnership.brought_back",
        actor,
        now,
        {"state": (PartnershipState.WITHDRAWN.value, partnership.state.value)},
    )


def _mails(session: Session, pattern: str) -> Sequence[tuple[str, MailState]]:
    """Key and state of each mail whose key is like this."""
    mails = select(OutboxMail.key, OutboxMail.state).where(OutboxMail.key.like(pattern))
    return [(key, state) for key, state in session.execute(mails)]
