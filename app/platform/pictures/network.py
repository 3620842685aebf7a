"""The network of partnerships: cities on a circle in arcs by region, lines inside, triangles as shapes with letters."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from markupsafe import Markup

from app.platform.i18n import gettext as _
from app.platform.pictures.partnerships import (
    Member,
    Tie,
    choosing,
    dot_class,
    leads_on,
    lines_of,
    members_of,
    sorted_by_modality,
    told,
)
from app.platform.pictures.picture import Picture, drawing, element, group, path, text

WIDTH, HEIGHT = 520.0, 420.0
CENTRE = (WIDTH / 2, HEIGHT / 2)
RADIUS = 130.0
MOST_CITIES = 40
MOST_BESIDE = 24
"""So many names find room in level lines around the circle; more stand along its spokes."""

SPOKES = 50.0
"""Units above and below the circle that names along its spokes take besides."""

Point = tuple[float, float]


def network(ties: Sequence[Tie]) -> Picture | None:
    """Who works with whom, by region; None for fewer than three cities. Above 40 cities regions stand for them."""
    members = members_of(ties)
    if len(members) < 3:
        return None
    title, words = _("Network of partnerships"), told(ties)
    parts = _cities(ties, members) if len(members) <= MOST_CITIES else _regions(ties)
    lines = lines_of(ties) + tuple(
        _("%(first)s with %(second)s: %(count)s") % {"first": first, "second": second, "count": count}
        for (first, second), count in sorted(_matrix(ties).items())
    )
    has_links = leads_on(members) and len(members) <= MOST_CITIES
    is_crowded = MOST_BESIDE < len(members) <= MOST_CITIES
    svg = drawing(WIDTH, HEIGHT + 2 * SPOKES * is_crowded, title, words, parts, has_links=has_links)
    return Picture(title=title, text=words, svg=svg, lines=lines)


def _matrix(ties: Sequence[Tie]) -> Counter[tuple[str, str]]:
    """Region by region, how many partnerships join them."""
    found: Counter[tuple[str, str]] = Counter()
    for tie in ties:
        for one, other in {tuple(sorted((a.region, b.region))) for a, b in combinations(tie.members, 2)}:
            found[one, other] += 1
    return found


def _cities(ties: Sequence[Tie], members: list[Member]) -> list[Markup]:
    ordered = sorted(members, key=lambda member: (member.region, member.name))
    regions = sorted({member.region for member in ordered})
    gap = 0.22 if len(regions) > 1 else 0.0
    step = (2 * math.pi - gap * len(regions)) / len(ordered)
    angles: dict[str, float] = {}
    arcs: list[Markup] = []
    at = -math.pi / 2
    for region in regions:
        own = [member for member in ordered if member.region == region]
        begin = at
        for member in own:
            angles[member.name] = at + step / 2
            at += step
        arcs.append(path(_arc(begin + 0.04, at - 0.04, RADIUS + 9), "region-arc"))
        at += gap
    is_crowded = len(ordered) > MOST_BESIDE
    seen = {name: _on_circle(angle, RADIUS) for name, angle in angles.items()}
    settled = {member.name for tie in ties if not tie.is_waiting for member in tie.members}
    parts = arcs + [_tie(tie, seen) for tie in sorted(sorted_by_modality(ties), key=lambda tie: tie.is_chosen)]
    for member in ordered:
        x, y = seen[member.name]
        radius = 5.8 if member.is_chosen else 3.6
        named = dot_class(member, is_settled=member.name in settled)
        dot = element("circle", cx=x, cy=y, r=radius, class_=named)
        label = (_spoke if is_crowded else _outer)(member.name, angles[member.name])
        parts.append(choosing(member, [dot, label], x=x, y=y))
    return [group(parts, transform=f"translate(0 {SPOKES:.0f})")] if is_crowded else parts


def _tie(tie: Tie, seen: dict[str, Point]) -> Markup:
    corners = [seen[member.name] for member in tie.members]
    parts: list[Markup] = []
    if len(corners) > 2:
        d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
        parts.append(path(d, f"line-{tie.modality} shape"))
    else:
        (x, y), (u, v) = corners
        cx, cy = (CENTRE[0] * 0.6 + (x + u) * 0.2), (CENTRE[1] * 0.6 + (y + v) * 0.2)
        d = f"M{x:.1f} {y:.1f}Q{cx:.1f} {cy:.1f} {u:.1f} {v:.1f}"
    parts += [path(d, "arc casing"), path(d, f"arc line-{tie.modality}")]
    letters = {"beneficiary": "B", "pivotal": "P", "facilitating": "F"}
    for member, (x, y) in zip(tie.members, corners, strict=True):
        if member.role in letters:
            inward = (x + (CENTRE[0] - x) * 0.13, y + (CENTRE[1] - y) * 0.13 + 4)
            parts.append(text(*inward, letters[member.role], "label bold middle"))
    return group(parts, class_="chosen" if tie.is_chosen else None)


def _regions(ties: Sequence[Tie]) -> list[Markup]:
    """Regions on the circle; the width of a line and its number say how many partnerships it stands for."""
    matrix = _matrix(ties)
    regions = sorted({region for pair in matrix for region in pair})
    angles = {region: -math.pi / 2 + 2 * math.pi * n / len(regions) for n, region in enumerate(regions)}
    most = max(matrix.values())
    parts: list[Markup] = []
    for (one, other), count in sorted(matrix.items()):
        (x, y), (u, v) = _on_circle(angles[one], RADIUS), _on_circle(angles[other], RADIUS)
        if one == other:
            x, y = _on_circle(angles[one], RADIUS - 22)
            parts.append(
                element("circle", cx=x, cy=y, r=16, class_="between-regions", stroke_width=1 + 7 * count / most)
            )
            parts.append(text(x, y + 4, count, "label bold middle"))
            continue
        cx, cy = (CENTRE[0] + (x + u) / 2) / 2, (CENTRE[1] + (y + v) / 2) / 2
        d = f"M{x:.1f} {y:.1f}Q{cx:.1f} {cy:.1f} {u:.1f} {v:.1f}"
        parts.append(element("path", d=d, class_="between-regions", stroke_width=1 + 7 * count / most))
        parts.append(text((x + 2 * cx + u) / 4, (y + 2 * cy + v) / 4 + 4, count, "label bold middle"))
    parts += [_outer(region, angle) for region, angle in angles.items()]
    return parts


def _outer(words: str, angle: float) -> Markup:
    x, y = _on_circle(angle, RADIUS + 18)
    side = math.cos(angle)
    anchor = "label middle" if abs(side) < 0.25 else "label" if side > 0 else "label end"
    return text(x, y + 4 + 5 * math.sin(angle), words, anchor)


def _spoke(words: str, angle: float) -> Markup:
    """A name that runs outwards from the circle, never upside down."""
    x, y = _on_circle(angle, RADIUS + 16)
    degrees = math.degrees(angle)
    is_left = math.cos(angle) < 0
    return element(
        "text",
        words,
        x=x,
        y=y,
        dy="0.35em",
        class_="label end" if is_left else "label",
        transform=f"rotate({degrees + 180 if is_left else degrees:.1f} {x:.1f} {y:.1f})",
    )


def _on_circle(angle: float, radius: float) -> Point:
    return CENTRE[0] + radius * math.cos(angle), CENTRE[1] + radius * math.sin(angle)


def _arc(begin: float, end: float, radius: float) -> str:
    (x, y), (u, v) = _on_circle(begin, radius), _on_circle(end, radius)
    return f"M{x:.1f} {y:.1f}A{radius:.0f} {radius:.0f} 0 {int(end - begin > math.pi)} 1 {u:.1f} {v:.1f}"
