"""T40: bodies that are too large, of too many parts, or never end: refused or left alone, and the others are answered."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from app.main import create_app

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
PATIENCE_SECONDS = 20.0


@pytest.fixture
def address(settings: Any, clock: Any) -> Iterator[tuple[str, int]]:
    """A real server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings.model_copy(update={"base_url": url}), clock=clock), port=port, log_level="critical"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield url, port
    server.should_exit = True
    server.force_exit = True
    thread.join()


def _well(url: str) -> bool:
    return httpx.get(f"{url}/healthz", timeout=PATIENCE_SECONDS).status_code == 200


def _sent(url: str, content: bytes, kind: str = FORM["Content-Type"]) -> int:
    """The status of the answer; 0 where the server closed the connection in the middle of what is too much."""
    try:
        return httpx.post(
            f"{url}/sign-in", content=content, headers={**FORM, "Content-Type": kind}, timeout=PATIENCE_SECONDS
        ).status_code
    except httpx.TransportError:
        return 0


def _parts(count: int) -> bytes:
    return (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % one for one in range(count))
        + b"--b--\r\n"
    )


def test_too_much_is_refused_and_others_are_answered(address: tuple[str, int]) -> None:
    """T40."""
    url, _port = address
    assert _sent(url, b"email=a@b.example") == 303, "what is no more than a form is taken"
    assert _sent(url, b"&".join(b"f%d=x" % one for one in range(200_000))) in {0, 400, 413}, "200,000 fields"
    assert _sent(url, b"email=" + b"x" * 60 * 2**20) in {0, 413}, "a field of 60 MB"
    assert _sent(url, _parts(10_000), "multipart/form-data; boundary=b") in {0, 400, 413}, "10,000 parts"
    ranges = "bytes=" + ",".join(f"{one}-" for one in range(5000))
    ranged = httpx.get(f"{url}/static/css/base.css", headers={"Range": ranges}, timeout=PATIENCE_SECONDS)
    assert ranged.status_code in {200, 206, 400, 416, 431}, "5,000 ranges"
    assert len(ranged.content) < 2 * 2**20
    assert _well(url)


def _half_sent(port: int, count: int) -> list[socket.socket]:
    """Connections that announced a body, sent a part of it, and wait."""
    held = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        one.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000000\r\n\r\nemail=" % port
        )
        held.append(one)
    return held


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=pytest.mark.long)])
def test_bodies_that_never_end_keep_nobody_waiting(address: tuple[str, int], count: int) -> None:
    """T40: far more than there are threads; no thread and no connection to the database waits for them."""
    url, port = address
    held = _half_sent(port, count)
    try:
        time.sleep(0.3)
        assert _well(url)
        assert httpx.get(f"{url}/sign-in", timeout=PATIENCE_SECONDS).status_code == 200
        assert _sent(url, b"email=a@b.example") == 303, "writing goes on too"
    finally:
        for one in held:
            one.close()
    assert _well(url)
