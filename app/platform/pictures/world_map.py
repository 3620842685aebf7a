"""The world map of partnerships: land, a curve for each pair, a closed figure for each triangle, cities with names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.platform.i18n import gettext as _
from app.platform.pictures import projection
from app.platform.pictures.labels import place_labels
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

WIDTH = 430.0
SHAPE = 1.95
"""Width by height of the window, as long as the members leave the choice."""
TALLEST = 1.25
SMALLEST = 150.0
"""Units of the sheet that the window shows at least, so that two neighbours are not all that is seen."""
MOST_LABELS = 14

Point = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """The part of the sheet that is seen: its corner and the units of the picture for one unit of the sheet."""

    x: float
    y: float
    scale: float
    height: float

    def seen(self, point: Point) -> Point:
        return (point[0] - self.x) * self.scale, (point[1] - self.y) * self.scale


def world_map(ties: Sequence[Tie]) -> Picture | None:
    """The partnerships on the world, cut to where their members are; None where there is none."""
    if not ties:
        return None
    members = members_of(ties)
    points = {member.name: projection.on_sheet(member.latitude, member.longitude) for member in members}
    window = _window(list(points.values()))
    seen = {name: window.seen(point) for name, point in points.items()}
    parts = [_land(window)]
    figures = [(tie.is_chosen, _figure(tie, seen, n)) for n, tie in enumerate(sorted_by_modality(ties))]
    parts += [figure for _is_chosen, figure in sorted(figures, key=lambda one: one[0])]
    settled = {member.name for tie in ties if not tie.is_waiting for member in tie.members}
    parts += [
        _dot(member, seen[member.name], is_settled=member.name in settled) for member in _in_reading_order(members)
    ]
    parts += _names(_first_named(ties, members), seen, window, _points_of(ties, seen))
    title = _("Map of partnerships")
    words = told(ties)
    svg = drawing(WIDTH, window.height, title, words, parts, "map-frame", has_links=leads_on(members))
    return Picture(title=title, text=words, svg=svg, lines=lines_of(ties))


def _window(points: list[Point]) -> Window:
    across, down = [x for x, _y in points], [y for _x, y in points]
    width = max(max(across) - min(across), SMALLEST) * 1.24
    height = (max(down) - min(down)) * 1.2 + 40
    width = min(projection.WIDTH, max(width, height * TALLEST))
    height = max(width / SHAPE, min(height, width / TALLEST))
    middle_x, middle_y = (max(across) + min(across)) / 2, (max(down) + min(down)) / 2 - height * 0.06
    x = min(max(0.0, middle_x - width / 2), projection.WIDTH - width)
    y = min(max(0.0, middle_y - height / 2), max(0.0, projection.HEIGHT - height))
    scale = WIDTH / width
    return Window(x, y, scale, height * scale)


def _land(window: Window) -> Markup:
    """The outline (Natural Earth, public domain) as a file of its own, so that a browser keeps it.

    Its grey is half transparent and so suits light and dark pages.
    """
    return element(
        "image",
        href="/static/img/land-110m-1.svg",
        x=-window.x * window.scale,
        y=-window.y * window.scale,
        width=projection.WIDTH * window.scale,
        height=projection.HEIGHT * window.scale,
        preserveAspectRatio="none",
    )


def _figure(tie: Tie, seen: dict[str, Point], number: int) -> Markup:
    curves = _curves(tie, seen, number)
    is_closed = len(tie.members) > 2
    d = f"M{curves[0][0][0]:.1f} {curves[0][0][1]:.1f}"
    for _begin, (cx, cy), end in curves:
        d += f"Q{cx:.1f} {cy:.1f} {end[0]:.1f} {end[1]:.1f}"
    d += "Z" if is_closed else ""
    parts = [path(d, "arc casing"), path(d, f"arc line-{tie.modality}")]
    return group(parts, class_="chosen" if tie.is_chosen else None)


def _curves(tie: Tie, seen: dict[str, Point], number: int) -> list[tuple[Point, Point, Point]]:
    """Begin, control point and end of each curve; those of pairs differ a little, so that neighbours stay apart."""
    corners = [seen[member.name] for member in tie.members]
    is_closed = len(corners) > 2
    ends = list(zip(corners, corners[1:] + corners[:1], strict=True)) if is_closed else [(corners[0], corners[1])]
    share = 0.12 if is_closed else 0.2 + 0.03 * (number % 3)
    return [(begin, _bend(begin, end, share), end) for begin, end in ends]


def _points_of(ties: Sequence[Tie], seen: dict[str, Point]) -> list[Point]:
    """Points along all curves, a few units apart."""
    found = []
    for number, tie in enumerate(sorted_by_modality(ties)):
        for (x, y), (cx, cy), (u, v) in _curves(tie, seen, number):
            for step in range(1, 30):
                t = step / 30
                found.append(
                    (
                        (1 - t) ** 2 * x + 2 * t * (1 - t) * cx + t * t * u,
                        (1 - t) ** 2 * y + 2 * t * (1 - t) * cy + t * t * v,
                    )
                )
    return found


def _bend(begin: Point, end: Point, share: float) -> Point:
    """The control point of a curve that bends towards the pole, as the shorter way over the globe does."""
    (x, y), (u, v) = begin, end
    length = math.hypot(u - x, v - y) or 1.0
    normal_x, normal_y = (v - y) / length, -(u - x) / length
    if normal_y > 0.15 or (abs(normal_y) <= 0.15 and normal_x > 0):
        normal_x, normal_y = -normal_x, -normal_y
    reach = max(5.0, share * length) * 1.4
    return (x + u) / 2 + normal_x * reach, max(3.0, (y + v) / 2 + normal_y * reach)


def _dot(member: Member, point: Point, *, is_settled: bool) -> Markup:
    radius = 5.5 if member.is_chosen else 3.4
    dot = element("circle", cx=point[0], cy=point[1], r=radius, class_=dot_class(member, is_settled=is_settled))
    return choosing(member, [dot], x=point[0], y=point[1])


def _in_reading_order(members: Sequence[Member]) -> list[Member]:
    """By name, so that whoever goes from link to link knows what comes."""
    return sorted(members, key=lambda member: member.name)


def _first_named(ties: Sequence[Tie], members: Sequence[Member]) -> list[str]:
    """Names in the order in which they get a label: the city asked for, its partners, then the others."""
    near = {member.name for tie in ties if tie.is_chosen for member in tie.members}
    ordered = sorted(members, key=lambda member: (not member.is_chosen, member.name not in near))
    return [member.name for member in ordered]


def _names(names: list[str], seen: dict[str, Point], window: Window, lines: list[Point]) -> list[Markup]:
    shown = names[:MOST_LABELS]
    labels = place_labels(shown, [seen[name] for name in shown], width=WIDTH, height=window.height, lines=lines)
    return [text(label.x, label.y, label.words, "label") for label in labels]
