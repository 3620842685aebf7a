"""What brings the project up names only what exists: image, services, make, locks."""

import os
import re
import shlex
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.cli import commands

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / ".deploy" / "compose.yaml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()


def _instructions(name: str) -> list[str]:
    return [line.removeprefix(name).strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{name} ")]


def _commands() -> list[list[str]]:
    """Every command line of ours that the image or the services would run."""
    of_image = [yaml.safe_load(line[line.index("[") :]) for line in _instructions("CMD")]
    of_services = [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    of_comments = [
        shlex.split(line) for line in re.findall(r"docker run bridge +(python .+?)(?:  |$)", DOCKERFILE, re.M)
    ]
    return [*of_image, *of_services, *of_comments]


@pytest.mark.parametrize("copied", _instructions("COPY"))
def test_what_the_image_copies_is_there_and_let_through(copied):
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    source, target = copied.split()
    assert (ROOT / source).exists()
    assert source in let_through
    assert target in {"./", f"./{source}"}


def test_the_image_gets_every_folder_that_runs():
    copied = {line.split()[0] for line in _instructions("COPY")}
    assert {"app", "scheduler", "migrations", "templates", "static", "pyproject.toml", "requirements.lock"} <= copied


def test_web_and_worker_are_two_commands():
    subcommands = {command[3] for command in _commands()}
    assert {"serve", "worker", "migrate"} <= subcommands


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_a_command_of_the_image_exists_with_its_options(command):
    assert command[:3] == ["python", "-m", "app.cli"]
    known = typer.main.get_command(commands)
    found = known.get_command(None, command[3])
    assert found is not None, command[3]
    options = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in command[4:] if word.startswith("-")} <= options


def test_the_health_check_asks_an_address_that_answers(client):
    path = re.search(r"127\.0\.0\.1:8000(/\w+)", DOCKERFILE)
    assert path is not None
    assert client.get(path[1]).status_code == 200


def test_no_service_publishes_the_database():
    """Class 28 of the peers' bugs: the database has no port, and only the web is reached from outside."""
    published = {name: service.get("ports") for name, service in COMPOSE["services"].items() if service.get("ports")}
    assert published == {"web": ["127.0.0.1:8000-8003:8000"]}
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_service_can_run_more_than_once(name):
    """``docker compose up --scale``: no fixed name, a port for each, and one folder and one set of secrets for all."""
    service = COMPOSE["services"][name]
    assert "container_name" not in service
    assert all("-" in port for port in service.get("ports", []))
    assert service["env_file"] == "web.env"
    assert service["volumes"] == ["files:/srv/bridge/var"]


def test_settings_named_for_the_services_exist():
    from app.platform.settings import Settings

    named = set(re.findall(r"\b(BRIDGE_[A-Z_]+|DATABASE_URL)\b", (ROOT / ".deploy" / "compose.yaml").read_text()))
    known = {f"BRIDGE_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    assert named and named <= known


# make


def _targets() -> dict[str, str]:
    return dict(re.findall(r"^([a-z-]+):(?!=)(.*)$", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize(
    "target", ["install", "run", "test", "check", "bench", "serve-postgres", "demo-reset", "test-long", "lock"]
)
def test_make_knows_the_target_and_says_what_it_does(target):
    assert "  ## " in _targets()[target]
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None and target in phony[1].split()


def test_make_runs_what_exists():
    known = typer.main.get_command(commands).list_commands(None)
    for name in re.findall(r"-m app\.cli ([a-z-]+)", MAKEFILE):
        assert name in known, name
    for path in re.findall(r"(?<=python )[\w./]+\.py", MAKEFILE):
        assert (ROOT / path).is_file(), path
    for path in re.findall(r"pytest (tests/\w+)", MAKEFILE):
        assert (ROOT / path).is_dir(), path


def test_the_checks_run_every_tool():
    recipe = MAKEFILE.split("\ncheck:")[1].split("\n\n")[0]
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports", "djlint"):
        assert tool in recipe, tool


def test_the_continuous_integration_runs_make_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    for line in ("set -euo pipefail", "export BRIDGE_REQUIRE_BROWSER=1", "exec make test"):
        assert f"\n{line}\n" in script.read_text()
    subprocess.run(["bash", "-n", str(script)], check=True)


# Locks


@cache
def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return {canonicalize_name(match[1]): match[2] for match in re.finditer(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


@cache
def _asked_for() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = [Requirement(one) for one in project["project"]["dependencies"]]
    return {
        "requirements.lock": run,
        "requirements-dev.lock": run + [Requirement(one) for one in project["dependency-groups"]["dev"]],
    }


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_what_the_project_asks_for(lock):
    """A dependency added or raised in pyproject.toml without `make lock` is found here, offline."""
    for wanted in _asked_for()[lock]:
        version = _locked(lock).get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted.name} is missing: make lock"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted} has {version}: make lock"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_wheel_has_a_hash_and_no_server_is_named(lock):
    """T61."""
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert {canonicalize_name(re.split(r"[=\[ ]", entry)[0]) for entry in entries} == set(_locked(lock))
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in text


def test_tests_run_on_what_is_served():
    run, dev = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run
