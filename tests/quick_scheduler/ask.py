"""Stands in for ``python -m scheduler``: hands its arguments and streams to a process that has imported everything.

Started as ``python -I -S ask.py SOCKET ARGUMENTS…``; it imports next to nothing, passes SIGTERM on, and ends as the command did.
"""

import os
import signal
import socket
import sys
import time

PATIENCE_SECONDS = 60


def main(path: str, arguments: list[str]) -> None:
    line = _line_to(path)
    signal.signal(signal.SIGTERM, lambda *_: line.sendall(b"stop"))
    asked = [os.getcwd(), str(os.nice(0)), os.environ.get("TMPDIR", ""), *arguments]
    socket.send_fds(line, ["\0".join(asked).encode()], [1, 2])
    status = int(line.recv(16) or -signal.SIGKILL)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL) if -status != signal.SIGKILL else None
        os.kill(os.getpid(), -status)
    os._exit(status)


def _line_to(path: str) -> socket.socket:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            line.connect(path)
        except OSError:
            line.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return line


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
