"""G11 for ``python -m scheduler``: whatever a problem file holds, the command refuses it in words or answers it, in bounds.

No traceback, no endless run, no more memory than it may have. ``BRIDGE_FUZZ_SEED`` sends other files.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.registry import KINDS
from tests.reliability.problem_files import PROBLEMS, SOLUTIONS, changed, surely_wrong

ROOT = Path(__file__).parent.parent.parent
SEED = int(os.environ.get("BRIDGE_FUZZ_SEED", "1"))
MEMORY_MB, SECONDS = 1024, 120
"""What a child may have; the seconds on the clock are a bound on a hang."""
COMMANDS = ("solve", "check", "explain")
Run = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """``run(command, kind, problem)``: how it ended and what it said."""
    folder = tmp_path_factory.mktemp("problems")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.forked"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as server:  # fmt: skip
        assert server.stdin is not None and server.stdout is not None
        assert json.loads(server.stdout.readline()) == {"ready": True}

        def ask(command: str, kind: str, problem: bytes, solution: bytes | None = None) -> tuple[dict[str, Any], str]:
            files = folder / "problem.json", folder / "solution.json", folder / "said"
            files[0].write_bytes(problem)
            arguments = [command, kind, str(files[0])]
            if command == "check":
                files[1].write_bytes(json.dumps(SOLUTIONS[kind]).encode() if solution is None else solution)
                arguments.append(str(files[1]))
            else:
                arguments += ["--time-limit", "0.1", "--workers", "1"]
            line = {"arguments": arguments, "out": str(files[2]), "memory_mb": MEMORY_MB, "seconds": SECONDS}
            server.stdin.write(json.dumps(line) + "\n")
            return json.loads(server.stdout.readline()), files[2].read_text(encoding="utf-8", errors="replace")

        yield ask
        server.stdin.close()


def _wrong_with(ended: dict[str, Any], said: str, *, allowed: set[int]) -> str | None:
    if ended["is_killed"]:
        return f"still running after {SECONDS} s"
    if "Traceback" in said:
        return said.strip().splitlines()[-1][:300]
    if ended["status"] not in allowed:
        return f"ended with {ended['status']}: {said[-300:]}"
    if ended["status"] == 2 and not said.strip():
        return "refused without a word"
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_the_problems_themselves_are_answered(run: Run, kind: str) -> None:
    """What the others are made from is a problem with a plan: a refusal of those says something."""
    for command in COMMANDS:
        ended, said = run(command, kind, json.dumps(PROBLEMS[kind]).encode())
        assert ended["status"] == (1 if command == "check" else 0), said


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_surely_wrong_ends_with_2_and_a_word(run: Run, kind: str) -> None:
    """T41 for problem files: NaN, keys twice, nesting, invalid letters, 100 MB: refused, in words, in bounded memory."""
    for number, (name, content) in enumerate(surely_wrong(kind).items()):
        ended, said = run(COMMANDS[number % 3], kind, content)
        assert _wrong_with(ended, said, allowed={2}) is None, f"{name}: {said[-400:]}"
        assert len(said) < 20_000, name
        assert ended["seconds"] < 15, name


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_solution_is_refused_too(run: Run, kind: str) -> None:
    good = json.dumps(PROBLEMS[kind]).encode()
    for name in (
        "nothing",
        "no JSON",
        "invalid UTF-8",
        "nested",
        "a key twice",
        "a hundred thousand wrong items",
        "100 MB",
    ):
        ended, said = run("check", kind, good, surely_wrong(kind)[name])
        assert _wrong_with(ended, said, allowed={2}) is None, f"{name}: {said[-400:]}"


def _try_many(run: Run, kind: str, *, seed: int, files: int) -> Counter[int]:
    chance, ends, faults = random.Random(f"{seed} {kind}"), Counter[int](), []
    for number in range(files):
        content = changed(PROBLEMS[kind], chance)
        command = COMMANDS[number % 3]
        ended, said = run(command, kind, content)
        ends[ended["status"]] += 1
        wrong = _wrong_with(ended, said, allowed={0, 1, 2, 3, 4})
        if wrong is not None:
            faults.append(f"{command}: {wrong}\n{content[:1500]!r}")
    assert not faults, f"seed {seed}: {len(faults)} of {files}\n" + "\n\n".join(faults[:6])
    return ends


@pytest.mark.parametrize("kind", KINDS)
def test_a_slice_of_changed_problems_is_answered_or_refused(run: Run, kind: str) -> None:
    ends = _try_many(run, kind, seed=SEED, files=24)
    assert ends[2] > 6 and len(ends) > 1, ends


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_changed_problems_are_answered_or_refused(run: Run, kind: str) -> None:
    ends = _try_many(run, kind, seed=SEED + 100, files=1000)
    print(f"\n{kind}, seed {SEED + 100}: {dict(sorted(ends.items()))}")
    assert ends.total() == 1000


@pytest.mark.long
def test_too_little_memory_is_said_in_words(run: Run) -> None:
    """A file of good sessions that needs more than a child may have."""
    items = b",".join(b'{"id": "%d", "duration": 1, "people": [], "rooms": []}' % number for number in range(700_000))
    ended, said = run("check", "agenda", b'{"format": "bridge-agenda/1", "sessions": [' + items + b"]}")
    assert _wrong_with(ended, said, allowed={2}) is None
    assert "out of memory" in said


def test_a_command_that_breaks_is_found_out() -> None:
    """The control: what the tests above would have called a fault."""
    good = {"status": 2, "is_killed": False}
    assert _wrong_with(good, "sessions: wrong", allowed={2}) is None
    assert _wrong_with(good, "Traceback (most recent call last)", allowed={2}) is not None
    assert _wrong_with(good, "", allowed={2}) is not None
    assert _wrong_with({**good, "status": 70}, "x", allowed={0, 1, 2, 3, 4}) is not None
    assert _wrong_with({**good, "status": -9, "is_killed": True}, "x", allowed={2}) is not None
