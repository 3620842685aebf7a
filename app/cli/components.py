"""The bill of materials, for ``bridge components``: what the lock pins, as CycloneDX says it."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent.parent / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pinned(lock: str) -> list[tuple[str, str]]:
    """Name and version of every line of a lock, by name."""
    return sorted(PINNED.findall(lock))


def bill_of_materials() -> dict[str, Any]:
    """Every locked library with the licence that it declares where it is installed here."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "bridge-events", "bom-ref": "bridge-events"}},
        "components": [_component(name, version) for name, version in pinned(LOCK.read_text(encoding="utf-8"))],
    }


def _component(name: str, version: str) -> dict[str, Any]:
    address = f"pkg:pypi/{name.lower()}@{version}"
    found: dict[str, Any] = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
    licence = _licence(name)
    return found | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(name: str) -> str:
    """What a library says of its licence in one line; nothing where it is not installed or says none."""
    try:
        said: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    named = said.get("License-Expression") or said.get("License") or ""
    marks = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License ::")]
    first = named.strip().partition("\n")[0]
    return first if 0 < len(first) <= 80 else ", ".join(marks)
