"""Equal Earth projection on a sheet of 720 units, middle meridian 11° E.

The edge then falls into the Bering Strait and no land is cut. Source: B. Šavrič, T. Patterson, B. Jenny, "The Equal
Earth map projection", International Journal of Geographical Information Science 33 (2019), 454-465.
"""

import math

MERIDIAN = 11.0
WIDTH = 720.0
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
ROOT = math.sqrt(3) / 2


def _plane(turn: float, latitude: float) -> tuple[float, float]:
    """Longitude from the middle meridian and latitude in degrees to plane coordinates of a unit sphere."""
    t = math.asin(ROOT * math.sin(math.radians(latitude)))
    slope = A1 + 3 * A2 * t**2 + t**6 * (7 * A3 + 9 * A4 * t**2)
    return math.radians(turn) * math.cos(t) / (ROOT * slope), t * (A1 + A2 * t**2 + t**6 * (A3 + A4 * t**2))


HALF_WIDTH, HALF_HEIGHT = _plane(180, 0)[0], _plane(0, 90)[1]
SCALE = WIDTH / 2 / HALF_WIDTH
HEIGHT = 2 * HALF_HEIGHT * SCALE


def on_sheet(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees north and east to units across and down the sheet."""
    turn = (longitude - MERIDIAN + 180) % 360 - 180
    x, y = _plane(turn, latitude)
    return (x + HALF_WIDTH) * SCALE, (HALF_HEIGHT - y) * SCALE
