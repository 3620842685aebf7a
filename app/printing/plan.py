"""The plan of the rooms on a schedule: drawn from the rooms as they stand in the edition, not to scale."""

from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Any

from app.platform.i18n import gettext as _
from app.printing.itinerary import Item
from app.printing.venue import PlanSite, Venue, chain_of, far, floors_of
from app.printing.words import floor_words

MOST_SITES = 4
"""So many stand beside each other; the minutes between more are said in words alone."""


def plan_of(venue: Venue, *, is_illustrative: bool) -> dict[str, Any] | None:
    """What the drawing shows, in the language that is spoken; nothing where no room is entered.

    Args:
        is_illustrative: whether the minutes on foot are made up, as in a demonstration.
    """
    if not any(site.rooms for site in venue.sites):
        return None
    chain = chain_of(venue)
    is_drawn = len(chain) <= MOST_SITES
    shown = [site for site in chain if site.rooms or is_drawn]
    return {
        "title": _("Where the rooms are"),
        "sites": [_site(site) for site in shown],
        "steps": [_step(venue, one, other, is_drawn=is_drawn) for one, other in pairwise(shown)],
        "note": _note(_walks(venue, chain if is_drawn else ()), venue, is_illustrative=is_illustrative),
    }


def rooms_used(items: Iterable[Item]) -> list[str]:
    """The rooms that the drawing fills, by name."""
    return sorted({item.place for item in items})


def _site(site: PlanSite) -> dict[str, Any]:
    floors = [
        {
            "label": floor_words(floor),
            "rooms": [{"name": room.name, "attested": room.is_attested} for room in rooms],
        }
        for floor, rooms in floors_of(site.rooms)
    ]
    return {"name": site.name, "floors": floors}


def _step(venue: Venue, one: PlanSite, other: PlanSite, *, is_drawn: bool) -> str:
    minutes = venue.between(one, other) if is_drawn else None
    return "" if minutes is None else _minutes(minutes)


def _walks(venue: Venue, chain: tuple[PlanSite, ...]) -> str:
    """The ways that the drawing does not show, in words; from elsewhere only the shortest."""
    drawn = {frozenset((one.id, other.id)) for one, other in pairwise(chain)}
    here = [site for site in venue.sites if not site.is_offsite]
    ways = [(one, other, venue.between(one, other)) for one, other in combinations(here, 2)]
    ways += [_way_to(venue, here, site) for site in venue.sites if site.is_offsite]
    return " · ".join(
        f"{one.name} – {other.name}: {_minutes(minutes)}"
        for one, other, minutes in ways
        if minutes is not None and frozenset((one.id, other.id)) not in drawn
    )


def _way_to(venue: Venue, here: list[PlanSite], site: PlanSite) -> tuple[PlanSite, PlanSite, int | None]:
    """From a house elsewhere to where at the venue it is nearest."""
    nearest = min(here, key=lambda one: far(venue.between(one, site)))
    return site, nearest, venue.between(nearest, site)


def _minutes(minutes: int) -> str:
    return _("%(num)s min") % {"num": minutes}


def _note(walks: str, venue: Venue, *, is_illustrative: bool) -> str:
    said = [f"{walks}."] if walks else []
    said += [_("Filled: rooms on this schedule. Figures are minutes on foot. Not to scale.")]
    if any(not room.is_attested for site in venue.sites for room in site.rooms):
        said.append(_("Dashed: illustrative."))
    if is_illustrative and venue.minutes:
        said.append(_("The minutes are illustrative."))
    return " ".join(said)
