"""Fifty readers at once: every one is answered, and the server is there afterwards."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.demo.load import load_fixture
from app.platform.clock import FixedClock
from app.platform.database.engine import Database

PROJECT = Path(__file__).parents[3]
READERS, SECONDS = 50, 6.0


@pytest.mark.timeout(120)
def test_fifty_readers_do_not_bring_the_server_down(sqlite_template: Path, tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "big.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        slug = load_fixture(session, name="F-BIG", seed=1, now=clock.now()).slug
    database.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DATABASE_URL": f"sqlite:///{path}",
        "BRIDGE_BASE_URL": f"http://127.0.0.1:{port}",
        "BRIDGE_SECRET": "a key for tests",
        "BRIDGE_VAR": str(tmp_path),
        "BRIDGE_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **settings})
    try:
        _wait_for(port, server)
        answers: list[Any] = []
        threads = [threading.Thread(target=_read, args=(port, slug, answers)) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.poll() is None, f"the server ended with {server.returncode}"
        assert len(answers) > READERS
        assert set(answers) == {200}
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def _read(port: int, slug: str, answers: list[Any]) -> None:
    until = time.monotonic() + SECONDS
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        while time.monotonic() < until:
            for path in ("", "/agenda", "/cities", "/register"):
                try:
                    answers.append(client.get(f"/e/{slug}{path}").status_code)
                except httpx.TransportError as error:
                    answers.append(repr(error))
                    return
