"""A wrong setting is said in one sentence that names it, with exit status 2, before anything is loaded."""

import socket

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
