"""Servers under wrk: started on a fresh copy of a prepared database, asked, and what came of it as figures."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LUA = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, kw_only=True)
class Load:
    """What many clients met: milliseconds of each read and write, statuses, seconds, faults of the network."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    faults: int = 0

    @property
    def failed(self) -> int:
        """Whatever was neither a page, a redirect after a change, nor a refusal in words."""
        good = {"r200", "r304", "w303", "w409"}
        return self.faults + sum(count for name, count in self.statuses.items() if name not in good)

    @property
    def pages_a_second(self) -> float:
        return len(self.reads) / self.seconds

    @property
    def bookings_a_second(self) -> float:
        return self.statuses["w303"] / self.seconds


def at(waits: Sequence[float], percent: float) -> float:
    """The wait that so many percent stay under, in milliseconds; nought where nobody waited."""
    ranked = sorted(waits)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] if ranked else 0.0


def ask(lines: Path, *, ports: Sequence[int], host: str, clients: int, writes: int, seconds: int, out: Path) -> Load:
    """Let so many clients ask for so long; ``writes`` is their share in percent."""
    wrk = shutil.which("wrk")
    assert wrk is not None, "the loads take wrk (apt-get install wrk)"
    environment = {
        "LOAD_FILE": str(lines), "LOAD_WRITES": str(writes), "LOAD_PORTS": ",".join(map(str, ports)), "LOAD_HOST": host,
        "LOAD_THREADS": str(clients), "LOAD_OUT": str(out),
    }  # fmt: skip
    subprocess.run(
        [wrk, f"-t{clients}", f"-c{clients}", f"-d{seconds}", "--timeout", "30", "-s", str(LUA), f"http://127.0.0.1:{ports[0]}"],
        env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = Load(seconds=seconds)
    waits = {"read": found.reads, "write": found.writes}
    figures = {}
    for line in out.read_text().splitlines():
        kind, *rest = line.split("\t")
        if kind in waits:
            waits[kind].append(float(rest[0]))
        elif kind == "status":
            found.statuses[rest[0]] += int(rest[1])
        else:
            figures[kind] = float(rest[0])
    return Load(
        reads=found.reads, writes=found.writes, statuses=found.statuses, seconds=figures["seconds"],
        faults=int(figures["errors"]),
    )  # fmt: skip


def machine_load() -> str:
    """How busy the machine was in the last minute: figures of a shared machine say so."""
    return json.dumps(round(os.getloadavg()[0], 1))
