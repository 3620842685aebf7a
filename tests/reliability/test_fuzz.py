"""T43, G10: whatever is sent to whichever operation in whichever role, no answer is a fault of the server.

The seed of a failure is in its message: ``BRIDGE_FUZZ_SEED=… pytest …`` sends the same again.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.fuzzing import Generator, Sent
from tests.reliability.world import World, watch_faults

SEED = int(os.environ.get("BRIDGE_FUZZ_SEED", "1"))
REQUESTS_A_WORLD = 400
"""After so many the demonstration is as it was: what was erased or released meanwhile would leave little to try."""


def _walk(
    planned: Path, folder: Path, monkeypatch: Any, *, seed: int, requests: int, most_faults: int = 1000
) -> Counter[int]:
    """Send requests from a seed on; how often each status came back. Fails with every fault, its request and trace."""
    said, faults, number = Counter[int](), list[str](), 0
    seen: Counter[str] = Counter()
    while number < requests and len(faults) < most_faults:
        world = World(planned, folder / f"world-{seed}-{number}")
        watch_faults(world, monkeypatch)
        generator = Generator(world, seed * 1_000_000 + number)
        for _ in range(min(REQUESTS_A_WORLD, requests - number)):
            sent = generator.next()
            answer = world.ask(sent.role, sent.method, sent.address, **_copied(sent))
            said[answer.status_code] += 1
            number += 1
            if answer.status_code >= 500:
                trace = (world.faults or ["no trace"])[-1]
                seen[trace.strip().splitlines()[-1][:200]] += 1
                faults.append(f"{answer.status_code} {sent}\n{trace[-1800:]}")
            generator.learn(sent, answer)
            if len(faults) == most_faults:
                break
        world.close()
    assert not faults, f"seed {seed}: {len(faults)} faults in {number} requests: {seen}\n\n" + "\n\n".join(faults[:12])
    return said


def _copied(sent: Sent) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in sent.more.items()}


def test_a_slice_of_hostile_requests_meets_no_fault(planned: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """T43."""
    said = _walk(planned, tmp_path, monkeypatch, seed=SEED, requests=180)
    assert said[200] + said[303] > 50, said
    assert said[422] + said[404] > 50, said


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(5))
def test_five_thousand_hostile_requests_meet_no_fault(
    planned: Path, tmp_path: Path, monkeypatch: Any, part: int
) -> None:
    """T43, G10: a thousand requests from each of five seeds."""
    said = _walk(planned, tmp_path, monkeypatch, seed=SEED + 100 + part, requests=1000)
    print(f"\nseed {SEED + 100 + part}: {dict(sorted(said.items()))}")
    assert said.total() == 1000


def test_a_route_that_fails_is_found(planned: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """The control: where forms break on long words the same walk fails and names the seed."""
    from app.platform import forms

    def breaking(content: Any) -> Any:
        if isinstance(content, str) and len(content) > 100:
            raise ZeroDivisionError
        return content

    monkeypatch.setattr(forms, "_clean", breaking)
    with pytest.raises(AssertionError, match=f"seed {SEED + 7}.*ZeroDivisionError"):
        _walk(planned, tmp_path, monkeypatch, seed=SEED + 7, requests=1200, most_faults=1)
