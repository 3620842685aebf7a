"""A process ends with its status and all that it wrote, whatever still runs that nobody waits for."""

import subprocess
import sys

import pytest

PROGRAM = """
import threading
from scheduler.core.ending import end_with
threading.Thread(target=threading.Event().wait, daemon={daemon}).start() if {starts} else None
print("written" * 10000, end="")
end_with(4)
"""


@pytest.mark.parametrize("starts", [True, False])
def test_it_ends_with_its_status_and_its_words(starts: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(daemon=True, starts=starts)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (4, "written" * 10000, "")
