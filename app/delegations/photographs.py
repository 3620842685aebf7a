"""Reading an uploaded picture: what it is by its content, how large, and without what the camera wrote beside it.

A phone writes into a picture where it was taken. Nobody at the gate needs that, so it is not kept.
"""

from dataclasses import dataclass

from app.platform.errors import Refused
from app.platform.i18n import gettext as _

MOST_BYTES = 2_000_000
FEWEST_PIXELS, MOST_PIXELS = 200, 6000
"""Limits of width and of height: what a badge printer can use, and what a browser can show."""
PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"})
JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
JPEG_DROPPED = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xE2, 0xEE}
"""Segments of cameras and editors; 0xE2 is the colour profile, 0xEE says how colours are stored."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it is kept; sizes in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Read what was uploaded.

    Raises:
        Refused: field ``photo``: empty, too large, neither JPEG nor PNG, broken, or of a size no badge can use.
    """
    if not content:
        raise Refused({"photo": _("Choose a picture.")})
    if len(content) > MOST_BYTES:
        raise Refused({"photo": _("The picture is larger than 2 MB. Send a smaller one.")})
    try:
        picture = _png(content) if content.startswith(PNG) else _jpeg(content)
    except (IndexError, ValueError):
        raise Refused({"photo": _("This is not a JPEG or PNG picture.")}) from None
    if not all(FEWEST_PIXELS <= side <= MOST_PIXELS for side in (picture.width, picture.height)):
        raise Refused({"photo": _("The picture must be 200 to 6000 pixels wide and high.")})
    return picture


def _png(content: bytes) -> Picture:
    place, kept, size, has_pixels = len(PNG), [PNG], (0, 0), False
    while True:
        length, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        end = place + 12 + length
        if len(kind) < 4 or end > len(content):
            raise ValueError("a chunk is cut off")
        if kind == b"IHDR":
            size = (
                int.from_bytes(content[place + 8 : place + 12], "big"),
                int.from_bytes(content[place + 12 : place + 16], "big"),
            )
        has_pixels = has_pixels or kind == b"IDAT"
        if kind in PNG_KEPT:
            kept.append(content[place:end])
        place = end
        if kind == b"IEND":
            break
    if not has_pixels:
        raise ValueError("no pixels")
    # What stands behind the end is not part of the picture and is left out.
    return Picture(media_type="image/png", content=b"".join(kept), width=size[0], height=size[1])


def _jpeg(content: bytes) -> Picture:
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    place, kept, size = 2, [b"\xff\xd8"], (0, 0)
    while True:
        if content[place] != 0xFF:
            raise ValueError("no segment")
        kind = content[place + 1]
        if kind == 0xFF:
            place += 1
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment is cut off")
        if kind in JPEG_FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            size = (int.from_bytes(width, "big"), int.from_bytes(height, "big"))
        if kind not in JPEG_DROPPED:
            kept.append(content[place:end])
        place = end
        if kind == 0xDA:
            break
    last = content.rfind(b"\xff\xd9")
    if last < place or size == (0, 0):
        raise ValueError("no pixels, or no end")
    kept.append(content[place : last + 2])
    return Picture(media_type="image/jpeg", content=b"".join(kept), width=size[0], height=size[1])
