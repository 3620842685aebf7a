"""How much of the promised minimum each group holds: bars on one scale, sorted by name, never by rank."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.pictures.picture import Picture, drawing, rectangle, text, width_of

WIDTH = 430.0
ROW = 31.0
BAR = 17.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """A group: meetings promised at least to its people together, those of them that the plan holds, and its people."""

    name: str
    promised: int
    held: int
    people: int

    @property
    def percent(self) -> int:
        """Rounded down, so that a shortfall never reads as 100."""
        return 100 if self.promised == 0 else min(100, self.held * 100 // self.promised)

    @property
    def short(self) -> int:
        return max(0, self.promised - self.held)


def worst_of(shares: Sequence[Share]) -> Share | None:
    """The group that falls behind most, if one does so alone by at least five points."""
    behind = sorted((share for share in shares if share.short), key=lambda one: one.percent)
    if not behind:
        return None
    others = [share.percent for share in shares if share is not behind[0]]
    return behind[0] if others and min(others) - behind[0].percent >= 5 else None


def shortfall(shares: Sequence[Share]) -> Picture | None:
    """Bars for the groups; None for fewer than three."""
    if len(shares) < 3:
        return None
    ordered = sorted(shares, key=lambda share: share.name.casefold())
    worst = worst_of(ordered)
    said = {share.name: _said(share) for share in ordered}
    begin = min(170.0, max(width_of(share.name, 14) for share in ordered) + 30)
    finish = WIDTH - max(width_of(words, 14) for words in said.values()) - 10
    parts = []
    for number, share in enumerate(ordered):
        y = number * ROW + 6
        is_worst = share is worst
        parts.append(
            text(0, y + 14, ("▲ " if is_worst else "") + share.name, "large warn-text" if is_worst else "large")
        )
        parts.append(rectangle(begin, y, finish - begin, BAR, "track"))
        parts.append(
            rectangle(begin, y, (finish - begin) * share.percent / 100, BAR, "fill-warn" if is_worst else "fill")
        )
        parts.append(text(WIDTH, y + 14, said[share.name], "large end"))
    title = _("Share of the promised minimum")
    words = _("%(group)s falls behind.") % {"group": worst.name} if worst else _("No group falls behind.")
    lines = tuple(
        f"{share.name}: {said[share.name]}; "
        + ngettext("%(count)s person", "%(count)s people", share.people) % {"count": share.people}
        for share in ordered
    )
    return Picture(title=title, text=words, svg=drawing(WIDTH, len(ordered) * ROW, title, words, parts), lines=lines)


def _said(share: Share) -> str:
    if not share.short:
        return _("%(percent)s%%") % {"percent": share.percent}
    return _("%(percent)s%%, %(short)s short") % {"percent": share.percent, "short": share.short}
