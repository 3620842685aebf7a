"""A wrong setting is said in one sentence that names it, with exit status 2, before anything is loaded."""

import socket
from contextlib import suppress

import pytest


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BRIDGE_TRUSTED_PROXIES", "10.0.0.1, proxy", "BRIDGE_TRUSTED_PROXIES is '10.0.0.1, proxy': 'proxy' is no network"),
        ("BRIDGE_LOG_LEVEL", "LOUD", "BRIDGE_LOG_LEVEL is 'LOUD': it takes one of DEBUG, INFO"),
        ("BRIDGE_SOLVER_MEMORY_MB", "abc", "BRIDGE_SOLVER_MEMORY_MB is 'abc': "),
        ("BRIDGE_SOLVER_CONCURRENCY", "-1", "BRIDGE_SOLVER_CONCURRENCY is '-1': "),
        ("BRIDGE_SMTP_PORT", "70000", "BRIDGE_SMTP_PORT is '70000': "),
        ("DATABASE_URL", "mysql://root:secret@x/y", "DATABASE_URL: it begins with 'mysql' and takes sqlite:///"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL: BRIDGE keeps its rows in a file"),
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "DATABASE_URL: the PostgreSQL server cannot be reached."),
        ("BRIDGE_VAR", "/proc/none", "BRIDGE_VAR is /proc/none: nothing can be written there"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [("serve", "--port", "8799"), ("create-admin", "a@b.example"), ("migrate",)])
def test_a_wrong_setting_is_named(bridge, command, name, value, said):
    done = bridge(*command, **{name: value})
    assert done.returncode == 2
    assert done.stderr.startswith(said), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr
    assert done.stdout == ""


def test_a_place_that_is_no_folder_is_named(bridge, tmp_path):
    (tmp_path / "file").write_text("")
    assert bridge("migrate", BRIDGE_VAR=str(tmp_path / "file")).stderr.startswith(f"BRIDGE_VAR is {tmp_path / 'file'}")
    done = bridge("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'file' / 'b.sqlite'}")
    assert (done.returncode, done.stderr[:13]) == (2, "DATABASE_URL:")


def test_a_backup_elsewhere_needs_no_folder(bridge, tmp_path):
    """When the disk of BRIDGE_VAR is full, somebody wants exactly this."""
    done = bridge("backup", "--to", str(tmp_path / "elsewhere.backup"), BRIDGE_VAR="/proc/none")
    assert done.returncode == 0, done.stderr


def test_a_taken_port_is_said_before_anything_is_loaded(bridge, tmp_path):
    fresh = tmp_path / "fresh.sqlite"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = bridge("serve", "--port", str(port), BRIDGE_DEMONSTRATION="1", DATABASE_URL=f"sqlite:///{fresh}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used: Address already in use.")
    assert "`PORT=8010 make run`" in done.stderr
    assert done.stdout == ""
    assert not fresh.exists() or fresh.stat().st_size == 0


@pytest.mark.parametrize(
    "command",
    [
        ("export-problem", "agenda", "--event", "test-event", "-o", "{nowhere}/x"),
        ("print", "--event", "test-event", "--folder", "{nowhere}"),
        ("backup", "--to", "{nowhere}/x"),
        ("restore", "{nowhere}/saved", "--to", "{free}/x.sqlite"),
        ("restore", "{saved}", "--to", "{nowhere}/x.sqlite"),
    ],
    ids=lambda one: f"{one[0]}-{one[-1].strip('{')[:7]}",
)
def test_a_path_that_leads_nowhere_is_named_in_a_sentence(bridge, event, tmp_path, command):
    (tmp_path / "file").write_text("")
    assert bridge("backup", "--to", str(tmp_path / "saved")).returncode == 0
    places = {"nowhere": tmp_path / "file" / "folder", "free": tmp_path, "saved": tmp_path / "saved"}
    done = bridge(*(part.format(**places) for part in command))
    assert done.returncode in {1, 2}, done.stderr
    assert str(tmp_path / "file") in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_file_for_a_problem_in_no_folder_is_a_wrong_setting(bridge, event):
    done = bridge("export-problem", "agenda", "--event", "test-event", "-o", "/nonexistent/x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "/nonexistent/x cannot be used: No such file or directory.\n"


@pytest.mark.parametrize("has_started", [True, False])
def test_the_address_is_told_once_somebody_answers_there(bridge, monkeypatch, has_started):
    async def startup(self, sockets=None):
        print("It begins.")
        self.started = has_started

    monkeypatch.setattr("uvicorn.Server.startup", startup)

    def run(self, sockets):
        # Driven by hand: a browser of another test may keep a loop going in this thread.
        with suppress(StopIteration):
            self.startup(sockets).send(None)

    monkeypatch.setattr("uvicorn.Server.run", run)
    done = bridge("serve", "--port", "8797")
    told = ["It begins.", "BRIDGE serves on http://127.0.0.1:8797"]
    assert done.stdout.splitlines() == (told if has_started else told[:1])
    assert done.returncode == (0 if has_started else 3)
