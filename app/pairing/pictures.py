"""Partnerships into the values that the map and the network are drawn from."""

from collections.abc import Callable, Sequence

from app.delegations.models import City
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.platform.pictures import Member, Picture, Tie, network, world_map


def map_of(
    partnerships: Sequence[Partnership],
    *,
    chosen_id: int | None = None,
    city_id: int | None = None,
    href_of: Callable[[int], str] | None = None,
) -> Picture | None:
    """The world map of partnerships; members without coordinates, such as organisations, are left out.

    Args:
        chosen_id: a partnership to draw thick.
        city_id: a city to mark, and all its partnerships with it.
        href_of: where a city's dot leads, by its ID; without it the picture has no links.
    """
    return world_map(_ties(partnerships, chosen_id=chosen_id, city_id=city_id, href_of=href_of))


def network_of(
    partnerships: Sequence[Partnership],
    *,
    chosen_id: int | None = None,
    city_id: int | None = None,
    href_of: Callable[[int], str] | None = None,
) -> Picture | None:
    """Who works with whom, on a circle by region; chosen as on the map."""
    return network(_ties(partnerships, chosen_id=chosen_id, city_id=city_id, href_of=href_of))


def cities_of(partnerships: Sequence[Partnership]) -> list[City]:
    """The cities that stand on the pictures, by name."""
    found = {m.party.id: m.party for one in partnerships for m in one.members if isinstance(m.party, City)}
    return sorted(found.values(), key=lambda city: city.name)


def _ties(
    partnerships: Sequence[Partnership],
    *,
    chosen_id: int | None,
    city_id: int | None,
    href_of: Callable[[int], str] | None,
) -> list[Tie]:
    ties = []
    for partnership in partnerships:
        members = tuple(one for one in (_member(m, city_id, href_of) for m in partnership.members) if one is not None)
        if len(members) < 2:
            continue
        placed = {one.name for one in members}
        ties.append(
            Tie(
                members=members,
                others=tuple(m.party.name for m in partnership.members if m.party.name not in placed),
                modality=partnership.modality.value,
                is_waiting=partnership.state is not PartnershipState.CONFIRMED,
                is_chosen=partnership.id == chosen_id or any(one.is_chosen for one in members),
            )
        )
    return ties


def _member(member: PartnershipMember, city_id: int | None, href_of: Callable[[int], str] | None) -> Member | None:
    city = member.party
    if not isinstance(city, City) or city.latitude is None or city.longitude is None:
        return None
    return Member(
        name=city.name,
        latitude=city.latitude,
        longitude=city.longitude,
        region=city.region or "",
        role="" if member.role.value == "partner" else member.role.value,
        is_chosen=city.id == city_id,
        href=href_of(city.id) if href_of else None,
    )
