"""Pages as arrays of ink, and how far two of them are apart. Reads what pdftoppm writes."""

import re
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np

Picture = np.ndarray[Any, np.dtype[np.float64]]

DOTS = 72
BLOCK = 2
"""Pixels that are averaged, so that another version of the tool with other edges draws the same picture."""


def drawn(pdf: bytes, folder: Path, *, kind: str = "pgm") -> bytes:
    """The first page in grey: as PGM, or as PNG to be kept as a reference."""
    source, target = folder / "page.pdf", folder / "page"
    source.write_bytes(pdf)
    options = ["-gray", "-r", str(DOTS), "-f", "1", "-l", "1", "-singlefile", *(["-png"] if kind == "png" else [])]
    subprocess.run(["pdftoppm", *options, str(source), str(target)], check=True, capture_output=True)
    return target.with_suffix(f".{kind}").read_bytes()


def ink_of(picture: bytes) -> Picture:
    """How black each pixel is, from 0 to 1."""
    return 1 - (_pgm(picture) if picture.startswith(b"P5") else _png(picture)) / 255


def _pgm(picture: bytes) -> Picture:
    found = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    assert found is not None, "eight bits of grey"
    body = np.frombuffer(picture[found.end() :], dtype=np.uint8)
    return body.reshape(int(found[2]), int(found[1])).astype(np.float64)


def _png(picture: bytes) -> Picture:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed, width, height, channels = 8, b"", 0, 0, 1
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        body = picture[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = {0: 1, 2: 3}[colour]
        elif kind == b"IDAT":
            packed += body
        place += length + 12
    lines = _lines(zlib.decompress(packed), width * channels, height, channels)
    return lines.reshape(height, width, channels).mean(axis=2)


def _lines(raw: bytes, size: int, height: int, channels: int) -> Picture:
    """The lines of a PNG, each freed of the filter that stands before it."""
    above, lines = [0] * size, []
    for number in range(height):
        start = number * (size + 1)
        kind, line = raw[start], list(raw[start + 1 : start + 1 + size])
        for x in range(size):
            left = line[x - channels] if x >= channels else 0
            corner = above[x - channels] if x >= channels else 0
            line[x] = (line[x] + _guess(kind, left, above[x], corner)) % 256
        lines.append(line)
        above = line
    return np.array(lines, dtype=np.float64)


def _guess(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        whole = left + above - corner
        near = [(abs(whole - left), 0, left), (abs(whole - above), 1, above), (abs(whole - corner), 2, corner)]
        return min(near)[2]
    return (0, left, above, (left + above) // 2)[kind]


def apart(one: Picture, other: Picture) -> float:
    """How much ink lies elsewhere, as a part of the ink of the first; 0 for equal pictures."""
    assert one.shape == other.shape, "another size of page"
    a, b = _blocks(one), _blocks(other)
    return float(np.abs(a - b).sum() / a.sum())


def _blocks(ink: Picture) -> Picture:
    height, width = (side // BLOCK * BLOCK for side in ink.shape)
    cut = ink[:height, :width]
    return cut.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).mean(axis=(1, 3))
