"""Small sums about a person's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.printing.itinerary import DayOfItems, Item
from app.printing.venue import PlanSite, Venue


def free_times(items: Sequence[Item], *, shortest: timedelta) -> dict[str, tuple[datetime, datetime]]:
    """The gaps of a day that are long enough, by the row they come after."""
    gaps: dict[str, tuple[datetime, datetime]] = {}
    end: datetime | None = None
    last = ""
    for item in items:
        if end is not None and item.starts_at - end >= shortest:
            gaps[last] = (end, item.starts_at)
        if end is None or item.ends_at > end:
            end, last = item.ends_at, item.uid
        else:
            last = item.uid
    return gaps


def minutes_until_words(at: datetime, now: datetime) -> str:
    """How long it is until then, in the words of a person in a hurry."""
    minutes = int((at - now).total_seconds() // 60)
    if minutes <= 0:
        return _("now")
    if minutes < 120:
        return ngettext("in %(num)s minute", "in %(num)s minutes", minutes) % {"num": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("in %(num)s hour", "in %(num)s hours", hours) % {"num": hours}
    return ngettext("in %(num)s day", "in %(num)s days", hours // 24) % {"num": hours // 24}


@dataclass(frozen=True, kw_only=True)
class Way:
    """How to get to an item from where one is before: minutes on foot where they are known."""

    from_site: str
    to_site: str
    minutes: int | None


def way_to(item: Item, day: DayOfItems | None, venue: Venue) -> Way | None:
    """The way to an item from the one before it on the same day, else from the gate; nothing within one building."""
    if day is None or item.site is None:
        return None
    before = [one for one in day.items if one.ends_at <= item.starts_at and one.uid != item.uid and one.site]
    gate = next((site.name for site in venue.sites if not site.rooms and not site.is_offsite), None)
    start = before[-1].site if before else gate
    if start is None or start == item.site:
        return None
    here, there = _site(venue, start), _site(venue, item.site)
    minutes = venue.between(here, there) if here and there else None
    return Way(from_site=start, to_site=item.site, minutes=minutes)


def _site(venue: Venue, name: str) -> PlanSite | None:
    return next((site for site in venue.sites if site.name == name), None)


def meeting_ids(items: Sequence[Item]) -> dict[str, int]:
    """The meeting behind each row that is one, by the row."""
    return {
        item.uid: int(item.uid.partition("@")[0].removeprefix("meeting-")) for item in items if item.kind == "meeting"
    }
