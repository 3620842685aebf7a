"""Machine code that is kept on the disk: from the second process on it is there, and it goes when a source changes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
INNER = "from scheduler.core.compiled import compiled\n\n@compiled\ndef inner(value):\n    return value + {more}\n"
OUTER = """from scheduler.core.compiled import compiled
from inner import inner

@compiled
def outer(value):
    return inner(value) * 2

if __name__ == "__main__":
    print(outer(1), sum(outer.stats.cache_hits.values()))
"""


def _ran(folder: Path) -> str:
    # The folder is named so that none is written into the sources, and the stamps of files do not hide a change.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(folder / "kept")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    told = subprocess.run(
        [sys.executable, "outer.py"], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_a_function_is_compiled_anew_when_one_that_it_calls_has_changed(tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text(OUTER)
    (tmp_path / "inner.py").write_text(INNER.format(more=1))
    assert _ran(tmp_path) == "4 0"
    assert _ran(tmp_path) == "4 1"  # kept
    (tmp_path / "inner.py").write_text(INNER.format(more=2))
    assert _ran(tmp_path) == "6 0"
