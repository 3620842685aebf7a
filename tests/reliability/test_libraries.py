"""T61, G24: the bill of materials is the lock, and the audit asks about the same lock."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.cli.components import pinned

ROOT = Path(__file__).parent.parent.parent


def test_t61_the_list_of_libraries_is_the_lock(bridge: Any) -> None:
    """T61: every pinned library once, with its version and an address of its kind; nearly all name a licence."""
    told = bridge("components")
    assert told.returncode == 0, told.stderr
    bill = json.loads(told.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = {(one["name"], one["version"]) for one in bill["components"]}
    lock = (ROOT / "requirements.lock").read_text()
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)
    assert len(bill["components"]) == len(listed) == len(names) > 50
    assert {name for name, _ in listed} == set(names)
    assert all(one["purl"] == f"pkg:pypi/{one['name'].lower()}@{one['version']}" for one in bill["components"])
    assert sum("licenses" in one for one in bill["components"]) > 0.9 * len(names)


def test_t61_a_line_with_a_marker_is_read_to_its_version() -> None:
    """T61: markers and hashes are no part of a version."""
    assert pinned("cffi==2.1.1 ; python_version >= '3.9' \\\n    --hash=sha256:00\nanyio==4.1 \\\n") == [
        ("anyio", "4.1"),
        ("cffi", "2.1.1"),
    ]


def test_t61_the_audit_reads_both_locks() -> None:
    """T61: `make audit` needs the network, so no test runs it; that it asks about what is served is seen here."""
    recipe = (ROOT / "Makefile").read_text().partition("\naudit:")[2].partition("\n\n")[0]
    assert "requirements.lock requirements-dev.lock" in recipe and "pip_audit --strict" in recipe and "exit 1" in recipe


@pytest.mark.parametrize("rule", ["S"])
def test_t61_the_checks_look_for_weak_code(rule: str) -> None:
    """T61: ruff's rules of bandit are on for all that runs, and nothing in it is let off as a whole."""
    project = (ROOT / "pyproject.toml").read_text()
    selected = re.findall(r"^select = \[(.*)\]", project, re.MULTILINE)[0]
    ignored = re.findall(r"^ignore = \[(.*)\]", project, re.MULTILINE)[0]
    assert f'"{rule}"' in selected
    assert re.findall(r'"(S\d+)"', ignored) == ["S101"], "an assertion is no check of input; all else is on"
