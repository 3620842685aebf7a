"""The child: ``python -m app.registration.importing.reading FILE OUT [ENCODING]`` writes the rows as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from app.registration.importing.reading.limits import Unreadable

PACKED = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def main(arguments: list[str]) -> None:
    """Read one file; a refusal is an answer too, and ends well."""
    path, out = Path(arguments[0]), Path(arguments[1])
    try:
        found = read(path, encoding=arguments[2] if len(arguments) > 2 else None)
    except Unreadable as refused:
        found = {"refused": refused.code, "figures": refused.figures}
    out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")


def read(path: Path, *, encoding: str | None) -> dict[str, Any]:
    """Whatever the first bytes say that it is; the name of a file says nothing.

    Raises:
        Unreadable: it cannot be read, or is too large.
    """
    content = path.read_bytes()
    if content.startswith(OLD_OFFICE):
        raise Unreadable("old_office")
    if content.startswith(b"PK"):
        if not content.startswith(PACKED):
            raise Unreadable("broken")
        del content
        # The library is loaded for workbooks alone: a text file needs none of its memory.
        from app.registration.importing.reading.workbook import read_workbook

        return read_workbook(path)
    if not content.strip():
        raise Unreadable("empty")
    from app.registration.importing.reading.textfile import read_text

    return read_text(content, encoding=encoding)


if __name__ == "__main__":
    main(sys.argv[1:])
