"""Several machines on one: a network namespace each, joined by a bridge in a namespace of its own.

Nothing of the host's own network is touched. It takes Linux, root and iproute2.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[2]
CLONE_NEWNET = 0x40000000
HUB = 1


class NoMachines(RuntimeError):
    """Namespaces cannot be made here; the message says why."""


@dataclass
class Machines:
    """The machines of one test. ``hub`` has the bridge and the address ``10.77.0.1``; all others hang on it."""

    prefix: str
    names: list[str] = field(default_factory=list)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def hub(self) -> str:
        return f"{self.prefix}-hub"

    @property
    def hub_address(self) -> str:
        return _address(HUB)

    def add(self, name: str) -> str:
        """A further machine; its address."""
        namespace, number = self._namespace(name), len(self.names) + HUB + 1
        wire = f"w{number}"
        _ip("netns", "add", namespace)
        self.names.append(name)
        _ip("-n", self.hub, "link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("-n", self.hub, "link", "set", wire, "master", "bridge", "up")
        for device in ("lo", "eth0"):
            _ip("-n", namespace, "link", "set", device, "up")
        _ip("-n", namespace, "address", "add", f"{_address(number)}/24", "dev", "eth0")
        return _address(number)

    def run(self, name: str, command: Sequence[str], *, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command of ours on a machine."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self._namespace(name), sys.executable, *command],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def cut(self, name: str) -> None:
        """Pull the plug of a machine's network: packets vanish, no connection is told."""
        _ip("-n", self.hub, "link", "set", self._wire(name), "down")

    def join(self, name: str) -> None:
        """Put the plug back in."""
        _ip("-n", self.hub, "link", "set", self._wire(name), "up")

    def close(self) -> None:
        """End the processes and take the machines away."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in ("hub", *self.names):
            with contextlib.suppress(NoMachines):
                _ip("netns", "delete", self._namespace(name))

    def _namespace(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def _wire(self, name: str) -> str:
        return f"w{self.names.index(name) + HUB + 1}"


def make_machines() -> Machines:
    """A hub, ready for others.

    Raises:
        NoMachines: with what is missing here.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise NoMachines("network namespaces take Linux and root")
    if shutil.which("ip") is None:
        raise NoMachines("network namespaces take iproute2 (the command ip)")
    machines = Machines(f"bridge{os.getpid()}")
    _ip("netns", "add", machines.hub)
    try:
        _ip("-n", machines.hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", machines.hub, "link", "set", "lo", "up")
        _ip("-n", machines.hub, "link", "set", "bridge", "up")
        _ip("-n", machines.hub, "address", "add", f"{_address(HUB)}/24", "dev", "bridge")
    except NoMachines:
        machines.close()
        raise
    return machines


@contextlib.contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Let this thread, and what it starts, use the network of a namespace."""
    with open("/proc/thread-self/ns/net") as before, open(f"/run/netns/{namespace}") as wanted:
        _enter(wanted.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _address(number: int) -> str:
    return f"10.77.0.{number}"


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise NoMachines(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
