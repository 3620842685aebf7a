"""Values that the map and the network are drawn from, and the words both share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.pictures.picture import element

ROOM = 14.0
"""Units around a dot within which a press chooses its city: 24 px and more where the picture is as wide as a phone."""

MODALITIES = ("south-south", "north-south", "triangular", "north-north")
"""The order of every legend."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A city of a partnership. Degrees north and east; ``role`` is empty, beneficiary, pivotal or facilitating.

    ``is_chosen`` marks the city that a reader has asked for; ``href`` leads to the same picture with this city marked.
    """

    name: str
    latitude: float
    longitude: float
    region: str = ""
    role: str = ""
    is_chosen: bool = False
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A partnership of two or three members; one that waits for consent has hollow dots.

    ``others`` are the names of members that have no place on a picture.
    """

    members: tuple[Member, ...]
    modality: str
    others: tuple[str, ...] = ()
    is_waiting: bool = False
    is_chosen: bool = False


def modality_word(modality: str) -> str:
    words = {
        "south-south": _("South-South"),
        "north-south": _("North-South"),
        "north-north": _("North-North"),
        "triangular": _("Triangular"),
    }
    return words[modality]


def sorted_by_modality(ties: Sequence[Tie]) -> list[Tie]:
    return sorted(ties, key=lambda tie: (MODALITIES.index(tie.modality), tie.members[0].name))


def members_of(ties: Sequence[Tie]) -> list[Member]:
    """Each city once, in order of its first appearance."""
    return list({member.name: member for tie in ties for member in tie.members}.values())


def dot_class(member: Member, *, is_settled: bool) -> str:
    """The classes of a city's dot."""
    return " ".join(("dot", *(() if is_settled else ("waiting",)), *(("asked-for",) if member.is_chosen else ())))


def choosing(member: Member, parts: list[Markup], *, x: float, y: float) -> Markup:
    """The marks of a city as a link where it leads somewhere; around its dot is room for a finger."""
    if member.href is None:
        return Markup("").join(parts)
    room = element("circle", cx=x, cy=y, r=ROOM, class_="room")
    current = "true" if member.is_chosen else None
    return element("a", Markup("").join([room, *parts]), href=member.href, aria_label=member.name, aria_current=current)


def leads_on(members: Sequence[Member]) -> bool:
    """Whether a picture of these cities has links, and so is more than an image."""
    return any(member.href is not None for member in members)


def told(ties: Sequence[Tie]) -> str:
    """ "7 partnerships in 4 modalities: South-South 2, …"."""
    counts = Counter(tie.modality for tie in ties)
    shares = ", ".join(f"{modality_word(one)} {counts[one]}" for one in MODALITIES if counts[one])
    partnerships = ngettext("%(count)s partnership", "%(count)s partnerships", len(ties)) % {"count": len(ties)}
    modalities = ngettext("%(count)s modality", "%(count)s modalities", len(counts)) % {"count": len(counts)}
    return _("%(partnerships)s in %(modalities)s: %(shares)s.") % {
        "partnerships": partnerships,
        "modalities": modalities,
        "shares": shares,
    }


def lines_of(ties: Sequence[Tie]) -> tuple[str, ...]:
    return tuple(_line(tie) for tie in sorted_by_modality(ties))


def _line(tie: Tie) -> str:
    names = [*(member.name for member in tie.members), *tie.others]
    joined = _("%(first)s with %(second)s") % {"first": ", ".join(names[:-1]), "second": names[-1]}
    line = f"{modality_word(tie.modality)}: {joined}"
    waits = _("waits for consent")
    return f"{line} ({waits})" if tie.is_waiting else line
