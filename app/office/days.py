"""Small sums about a person's day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.printing.itinerary import Item


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
