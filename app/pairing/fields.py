"""The fields on which reasons of partnerships rest, as stored today: one that is emptied takes its reason along."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import TieState
from app.delegations.models import Facilitation, Need, Offer
from app.delegations.queries import ties_of
from app.pairing.enums import WishLevel
from app.pairing.models import Partnership, PartnershipReason
from app.pairing.queries import wishes_of

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class StoredFields:
    """Needs, offers and what is facilitated as (party, challenge), dormant ties and wishes as IDs of two parties."""

    needs: frozenset[Pair]
    offers: frozenset[Pair]
    facilitated: frozenset[Pair]
    dormant: frozenset[frozenset[int]]
    wished: frozenset[Pair]

    def carry(self, reason: PartnershipReason, partnership: Partnership) -> bool:
        """Whether the fields that a reason rests on are still there; ``members`` and ``party`` are loaded."""
        first, second = (member.party for member in partnership.members[:2])
        giver, taker = reason.from_party_id or 0, reason.to_party_id or 0
        challenge = reason.challenge_id or 0
        match reason.kind:
            case "need_met":
                return (giver, challenge) in self.offers and (taker, challenge) in self.needs
            case "need_shared":
                return (first.id, challenge) in self.needs and (second.id, challenge) in self.needs
            case "reciprocity":
                return self._gives(first.id, second.id) and self._gives(second.id, first.id)
            case "language":
                return bool(set(first.languages) & set(second.languages))
            case "replan":
                return frozenset((first.id, second.id)) in self.dormant
            case "wish":
                return (giver, taker) in self.wished
            case "facilitation":
                sought = (first.id, challenge) in self.needs and (second.id, challenge) in self.offers
                return sought and (giver, challenge) in self.facilitated
        return True

    def _gives(self, giver: int, taker: int) -> bool:
        return any((giver, challenge) in self.offers for party, challenge in self.needs if party == taker)


def stored_fields(session: Session, event_id: int, partnerships: Collection[Partnership]) -> StoredFields:
    """The fields of the members of these partnerships; ``members`` are loaded."""
    ids = {member.party_id for one in partnerships for member in one.members}

    def of(model: type[Need | Offer | Facilitation]) -> frozenset[Pair]:
        rows = session.execute(select(model.party_id, model.challenge_id).where(model.party_id.in_(ids)))
        return frozenset((party_id, challenge_id) for party_id, challenge_id in rows)

    return StoredFields(
        needs=of(Need),
        offers=of(Offer),
        facilitated=of(Facilitation),
        dormant=frozenset(
            frozenset((tie.city_id, tie.other_city_id))
            for tie in ties_of(session, event_id)
            if tie.state is TieState.DORMANT
        ),
        wished=frozenset(
            (wish.from_city_id, wish.to_city_id)
            for wish in wishes_of(session, event_id)
            if wish.level is not WishLevel.NO
        ),
    )
