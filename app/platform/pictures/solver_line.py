"""How a solve went: the best plan falls, the bound rises, the space between is what nobody knows yet."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from app.platform.i18n import gettext as _
from app.platform.pictures.picture import Picture, drawing, element, path, text

WIDTH, HEIGHT = 300.0, 118.0
START, END, TOP, FOOT = 8.0, 254.0, 12.0, 92.0
LINE = 13.0
"""How far apart two words must stand."""

Step = tuple[float, int | None, int | None]
Point = tuple[float, float]


def solver_line(steps: Sequence[Step]) -> Picture | None:
    """Steps are (seconds since the start, best value or None, bound or None), in order of time.

    Returns None where fewer than two steps hold a value, or all hold the same: a sentence says it better.
    """
    best = [(seconds, float(value)) for seconds, value, _bound in steps if value is not None]
    bound = [(seconds, float(value)) for seconds, _best, value in steps if value is not None]
    if not best or len(best) + len(bound) < 3 or len({value for _at, value in best + bound}) == 1:
        return None
    last = steps[-1][0]
    grows = bool(bound) and bound[-1][1] > best[-1][1]
    told = _told(best, bound, last, grows=grows)
    across, down = _scales(best, bound, last)
    shown_best, shown_bound = _within(best, across, down), _within(bound, across, down)
    parts = [_axis(last, across)]
    if shown_bound:
        parts.append(_between(shown_best, shown_bound))
        parts.append(path(_stairs(shown_bound), "bound"))
    parts.append(path(_stairs(shown_best), "best"))
    parts += _ends(best, bound, shown_best, shown_bound)
    parts += _words(shown_best, shown_bound, grows=grows)
    title = _("How the run went")
    return Picture(title=title, text=told, svg=drawing(WIDTH, HEIGHT, title, told, parts, "solver-line"))


def _told(best: list[Point], bound: list[Point], last: float, *, grows: bool) -> str:
    after = _("After %(seconds)s s: best %(best)s.") % {"seconds": _seconds(last), "best": round(best[-1][1])}
    first = _("First plan after %(seconds)s s at %(value)s.") % {
        "seconds": _seconds(best[0][0]),
        "value": round(best[0][1]),
    }
    if not bound:
        return f"{after} {first}"
    gap = -(-abs(best[-1][1] - bound[-1][1]) * 100 // max(1.0, abs(best[-1][1])))
    limit = _("Not above %(bound)s, gap %(gap)s %%.") if grows else _("Not below %(bound)s, gap %(gap)s %%.")
    said = limit % {"bound": round(bound[-1][1]), "gap": round(gap)}
    return f"{after} {said} {first}"


def _scales(
    best: list[Point], bound: list[Point], last: float
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Across and down. The first plans may be far off: the height follows the better three quarters of the steps."""
    end, final = max(last, 0.001), best[-1][1]
    far = max((abs(value - final) for _at, value in best[len(best) // 4 :]), default=0.0)
    reach = max(far, abs(bound[-1][1] - final) if bound else 0.0, 1.0)
    low, high = final - reach, final + reach
    values = [value for _at, value in best + bound if low <= value <= high]
    low, high = min(values), max(values)
    span = (high - low) or 1.0

    def across(seconds: float) -> float:
        return START + (END - START) * seconds / end

    def down(value: float) -> float:
        return FOOT - (FOOT - TOP) * (min(high, max(low, value)) - low) / span

    return across, down


def _within(points: list[Point], across: Callable[[float], float], down: Callable[[float], float]) -> list[Point]:
    return [(across(seconds), down(value)) for seconds, value in points]


def _stairs(points: list[Point]) -> str:
    (x, y), *rest = points
    return f"M{x:.1f} {y:.1f}" + "".join(f"H{at:.1f}V{to:.1f}" for at, to in rest) + f"H{END:.1f}"


def _between(best: list[Point], bound: list[Point]) -> Markup:
    begin = max(best[0][0], bound[0][0])
    there = [(max(x, begin), y) for x, y in best]
    back = [(max(x, begin), y) for x, y in bound]
    outline = _stairs(there)
    height = back[-1][1]
    outline += f"V{height:.1f}"
    for (x, _y), (_x, previous) in zip(reversed(back[1:]), reversed(back[:-1]), strict=True):
        outline += f"H{x:.1f}V{previous:.1f}"
    return path(f"{outline}H{begin:.1f}Z", "between")


def _axis(last: float, across: Callable[[float], float]) -> Markup:
    step = next((step for step in (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600) if last / step <= 4), 7200)
    marks = [path(f"M{START:.1f} {FOOT + 6:.1f}H{END:.1f}", "axis")]
    at = 0
    while at <= last:
        anchor = "soft" if at == 0 else "soft middle"
        marks.append(text(across(at), FOOT + 20, f"{at} s", anchor))
        at += step
    return element("g", Markup("").join(marks))


def _ends(best: list[Point], bound: list[Point], shown_best: list[Point], shown_bound: list[Point]) -> list[Markup]:
    y = shown_best[-1][1]
    parts = [
        element("circle", cx=END, cy=y, r=3.5, class_="fill"),
        text(END + 8, y + 4, round(best[-1][1]), "bold accent-text"),
    ]
    if shown_bound and abs(shown_bound[-1][1] - y) > 0.5:
        other = shown_bound[-1][1]
        apart = other if abs(other - y) >= 13 else y + (13 if other > y else -13)
        parts.append(text(END + 8, apart + 4, round(bound[-1][1]), "soft"))
    return parts


def _words(best: list[Point], bound: list[Point], *, grows: bool) -> list[Markup]:
    middle = (START + END) / 2
    above, below = (FOOT + 2, TOP + 4) if grows else (TOP + 4, FOOT + 2)
    plan = _clear(best, middle, above)
    words = []
    if bound:
        said = _("nothing above this") if grows else _("nothing below this")
        limit = _clear(bound, middle, below)
        words.append(text(middle, limit, said, "soft middle"))
        if abs(plan - limit) < LINE:
            # Where both end on one line, the word of the plan stands over that of the limit.
            plan = limit - LINE
    return [text(middle, plan, _("best plan so far"), "accent-text middle"), *words]


def _clear(points: list[Point], x: float, wished: float) -> float:
    """The wished height, or just off the line where the line runs through it."""
    spread = 50
    near = [y for at, y in points if at <= x + spread] or [points[0][1]]
    reach = [near[-1], *(y for at, y in points if x - spread <= at <= x + spread)]
    before = [y for at, y in points if at <= x - spread]
    low, high = min(reach + before[-1:]), max(reach + before[-1:])
    if wished < (TOP + FOOT) / 2:
        return max(9.0, low - 5)
    # At the foot there is no room under the line.
    return high + 12 if high + 12 <= FOOT + 4 else low - 5


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
