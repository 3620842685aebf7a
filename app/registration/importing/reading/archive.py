"""What a packed file really holds, before anything opens it: its own figures are not believed."""

import struct
import zipfile
import zlib
from pathlib import Path

from app.registration.importing.reading.limits import (
    HIGHEST_RATIO,
    MOST_ENTRIES,
    MOST_UNPACKED_BYTES,
    SMALLEST_WATCHED_BYTES,
    Unreadable,
)

BLOCK = 64 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
DEFINITIONS = (b"<!DOCTYPE", b"<!ENTITY")
MACROS = "xl/vbaproject.bin"


def check_archive(path: Path) -> bool:
    """Unpack every entry once, counting, keeping nothing; returns whether a cell holds a formula.

    Raises:
        Unreadable: not a packed workbook, too many entries, too much inside, entries that lie about themselves,
            definitions of XML entities, macros, or a password.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise Unreadable("broken") from None
    if len(entries) > MOST_ENTRIES:
        raise Unreadable("entries", most=MOST_ENTRIES)
    names = {entry.filename.lower() for entry in entries}
    if MACROS in names:
        raise Unreadable("macros")
    if not {"[content_types].xml", "xl/workbook.xml"} <= names or len(names) != len(entries):
        raise Unreadable("not_xlsx")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise Unreadable("unpacked", megabytes=MOST_UNPACKED_BYTES // 2**20)
    size, total, has_formulas = path.stat().st_size, 0, False
    if sum(entry.compress_size for entry in entries) > size:
        raise Unreadable("bomb")  # entries that share their bytes
    with path.open("rb") as file:
        for entry in entries:
            read = _Entry(file, entry, left=MOST_UNPACKED_BYTES - total)
            read.run()
            total += read.bytes
            has_formulas = has_formulas or read.has_formulas
    return has_formulas


class _Entry:
    """One entry, unpacked block by block."""

    def __init__(self, file: object, entry: zipfile.ZipInfo, *, left: int) -> None:
        self.file, self.entry, self.left = file, entry, left
        self.bytes, self.has_formulas = 0, False
        self._overlap = b""

    def run(self) -> None:
        entry = self.entry
        if entry.flag_bits & 1:
            raise Unreadable("password")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable("broken")
        self._to_content()
        inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        rest = entry.compress_size
        while rest > 0:
            block = self.file.read(min(BLOCK, rest))  # type: ignore[attr-defined]
            if not block:
                raise Unreadable("broken")
            rest -= len(block)
            if inflate is None:
                self._take(block)
                continue
            while block:
                try:
                    self._take(inflate.decompress(block, BLOCK))
                except zlib.error:
                    raise Unreadable("broken") from None
                block = inflate.unconsumed_tail
        if self.bytes != entry.file_size:
            raise Unreadable("bomb")

    def _to_content(self) -> None:
        """Past the entry's own header, which must name what the directory names."""
        self.file.seek(self.entry.header_offset)  # type: ignore[attr-defined]
        header = self.file.read(LOCAL_HEADER.size)  # type: ignore[attr-defined]
        if len(header) < LOCAL_HEADER.size:
            raise Unreadable("broken")
        signature, *_, method, _time, _date, _crc, _packed, _size, name_length, extra_length = LOCAL_HEADER.unpack(
            header
        )
        if signature != b"PK\x03\x04" or method != self.entry.compress_type:
            raise Unreadable("bomb")
        self.file.seek(name_length + extra_length, 1)  # type: ignore[attr-defined]

    def _take(self, block: bytes) -> None:
        self.bytes += len(block)
        if self.bytes > self.left:
            raise Unreadable("unpacked", megabytes=MOST_UNPACKED_BYTES // 2**20)
        packed = max(1, self.entry.compress_size)
        if self.bytes > SMALLEST_WATCHED_BYTES and self.bytes > HIGHEST_RATIO * packed:
            raise Unreadable("bomb")
        seen = (self._overlap + block).replace(b"\x00", b"")  # XML in UTF-16 has its letters between NULs
        if any(word in seen for word in DEFINITIONS):
            raise Unreadable("entities")
        if b"<f>" in seen or b"<f " in seen:
            self.has_formulas = True
        self._overlap = block[-32:]
