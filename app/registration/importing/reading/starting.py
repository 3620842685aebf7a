"""Starting the child that reads, and taking its answer."""

import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.registration.importing.reading.limits import MEMORY_BYTES, SECONDS, Unreadable
from app.solver_runs.child import Child
from app.solver_runs.limits import RunLimits

COMMAND = (sys.executable, "-m", "app.registration.importing.reading")
LIMITS = RunLimits(memory_bytes=MEMORY_BYTES)
TICK_SECONDS = 0.1


def read_in_child(
    content: bytes,
    *,
    encoding: str | None = None,
    seconds: float = SECONDS,
    on_rows: Callable[[int], None] = lambda _rows: None,
) -> dict[str, Any]:
    """The rows of a file, as the child wrote them: ``rows`` and what is known about the file.

    Args:
        on_rows: told now and then how many rows have been read.

    Raises:
        Unreadable: the child refused it, needed more memory or time than it may have, or died of it.
    """
    with tempfile.TemporaryDirectory(prefix="bridge-import-") as name:
        folder = Path(name)
        source, out = folder / "file", folder / "rows.json"
        source.write_bytes(content)
        command = [*COMMAND, str(source), str(out), *([encoding] if encoding else [])]
        with Child(command, folder=folder, limits=LIMITS) as child:
            while child.exit_code() is None:
                if child.seconds > seconds:
                    raise Unreadable("time", seconds=int(seconds))
                for line in child.lines(TICK_SECONDS):
                    _tell(line, on_rows)
            if child.exit_code() != 0 or not out.exists():
                raise Unreadable("memory")
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8", errors="surrogatepass"))
    if "refused" in found:
        raise Unreadable(found["refused"], **found["figures"])
    return found


def _tell(line: str, on_rows: Callable[[int], None]) -> None:
    """Hand a line of progress on; whatever else a child says is no news."""
    told = re.fullmatch(r'\{"rows": (\d{1,9})\}', line.strip())
    if told is not None:
        on_rows(int(told[1]))
