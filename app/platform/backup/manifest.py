"""What a backup must hold: rows and a hash for every table, and what guards the rows, written beside the copy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


class BackupFault(Exception):
    """A backup that cannot be taken, or is not what it says. The message says what to do."""


class OtherSchema(BackupFault):
    """A backup that is what was saved, but whose tables and guards are not those that its version's migrations make."""


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has, and the SHA-256 (hex) of all of them in a fixed order."""

    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The sums of every table at the instant of the backup. ``engine`` is "sqlite" or "postgresql".

    ``parts`` are tables, indexes, triggers and the like by their kind and name, each with a digest of how it is made;
    None in manifests from before they were noted.
    """

    engine: str
    taken_at: datetime
    tables: Mapping[str, TableSum]
    parts: Mapping[str, str] | None

    def differences(self, found: Mapping[str, TableSum]) -> list[str]:
        """One sentence for each table that is missing, added, or other than it was."""
        told = []
        for name in sorted(set(self.tables) | set(found)):
            promised, held = self.tables.get(name), found.get(name)
            if promised is None or held is None:
                told.append(f"table {name} is {'missing' if held is None else 'not in the manifest'}")
            elif promised.rows != held.rows:
                told.append(f"table {name} has {held.rows} rows, {promised.rows} were saved")
            elif promised != held:
                told.append(f"table {name} has the same number of rows, but other values")
        return told

    def part_differences(self, found: Mapping[str, str]) -> list[str]:
        """One sentence for each index, trigger and so on that is missing, added, or made otherwise."""
        if self.parts is None:
            return []
        told = []
        for name in sorted(set(self.parts) | set(found)):
            promised, held = self.parts.get(name), found.get(name)
            if promised is None or held is None:
                told.append(f"{name} is {'missing' if held is None else 'not in the manifest'}")
            elif promised != held:
                told.append(f"{name} is not made as it was")
        return told

    def write(self, path: Path) -> None:
        """Store as JSON, sorted, so that two backups can be compared by eye."""
        path.write_text(
            json.dumps(
                {
                    "engine": self.engine,
                    "taken_at": self.taken_at.isoformat(),
                    "tables": {
                        name: {"rows": table.rows, "sha256": table.sha256}
                        for name, table in sorted(self.tables.items())
                    },
                    "parts": self.parts,
                },
                indent=1,
            )
            + "\n",
            encoding="utf-8",
        )

    @staticmethod
    def read(path: Path) -> "Manifest":
        """Raises ``BackupFault`` when there is none or it cannot be read."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return Manifest(
                engine=stored["engine"],
                taken_at=datetime.fromisoformat(stored["taken_at"]),
                tables={name: TableSum(table["rows"], table["sha256"]) for name, table in stored["tables"].items()},
                parts=_parts(stored.get("parts")),
            )
        except FileNotFoundError as missing:
            raise BackupFault(
                f"{path.name} is missing. Without it nothing says what the backup should hold."
            ) from missing
        except (KeyError, TypeError, ValueError) as broken:
            raise BackupFault(f"{path.name} cannot be read: {broken}") from broken


def _parts(stored: Any) -> Mapping[str, str] | None:
    if stored is None:
        return None
    if not isinstance(stored, dict) or not all(isinstance(one, str) for one in stored.values()):
        raise TypeError("its parts are no list of names and digests")
    return stored


def manifest_path(backup: Path) -> Path:
    """Where the manifest of a backup stands."""
    return backup.with_name(backup.name + ".json")
