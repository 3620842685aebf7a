"""A server of its own for the benchmarks that ask over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.platform.settings import Settings

PROJECT = Path(__file__).parents[2]


@contextmanager
def serving(settings: Settings, *, port: int) -> Iterator[None]:
    """Serve a database that is ready on 127.0.0.1 until the block ends; the server must have lived until then."""
    environment = {
        "DATABASE_URL": settings.database_url, "BRIDGE_BASE_URL": settings.base_url,
        "BRIDGE_SECRET": "a key for benches", "BRIDGE_VAR": str(settings.var), "BRIDGE_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield
        assert server.poll() is None, "the server ended"
    finally:
        server.terminate()
        server.wait(timeout=20)
