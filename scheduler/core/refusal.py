"""Input that is wrong without any search is refused, with the JSON path and the identifier at fault."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

LARGEST_FILE_BYTES = 64 * 1024 * 1024

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Complaint:
    """One thing wrong: ``path`` as in ``sessions[12].people[0]`` and a sentence that names the ID."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Refused(Exception):
    """Raised for input that cannot be a problem or a solution; never raised for an infeasible one."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(str(complaint) for complaint in self.complaints))


class Complaints:
    """Collects everything wrong with one input, so that a person mends it in one go."""

    def __init__(self) -> None:
        self._found: list[Complaint] = []

    def add(self, path: str, message: str) -> None:
        self._found.append(Complaint(path, message))

    def require_known(self, path: str, noun: str, identifier: str, known: Any) -> None:
        """Complain unless ``identifier`` is in ``known``."""
        if identifier not in known:
            self.add(path, f"no {noun} '{identifier}'")

    def require_unique(self, path: str, noun: str, identifiers: Iterable[str]) -> None:
        """Complain about each identifier that a list holds a second time."""
        seen: set[str] = set()
        for index, identifier in enumerate(identifiers):
            if identifier in seen:
                self.add(f"{path}[{index}]", f"{noun} '{identifier}' is there twice")
            seen.add(identifier)

    def require_windows(self, path: str, windows: Sequence[tuple[int, int]] | None) -> None:
        """Complain about each window that ends before it starts; one that ends where it starts is merely empty."""
        for index, (start, end) in enumerate(windows or ()):
            if end < start:
                self.add(f"{path}[{index}]", f"the window ends at {end}, before its start {start}")

    def raise_if_any(self) -> None:
        if self._found:
            raise Refused(self._found)


def path_of(location: tuple[int | str, ...]) -> str:
    """Turn a Pydantic location into a JSON path, ``('a', 3, 'b')`` into ``a[3].b``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def read(model: type[M], text: str | bytes) -> M:
    """Parse JSON into a value.

    Raises:
        Refused: not JSON, too large, a wrong type, an unknown field, or whatever the model itself refuses.
    """
    if len(text) > LARGEST_FILE_BYTES:
        raise Refused([Complaint("", f"the file is larger than {LARGEST_FILE_BYTES // 2**20} MB")])
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise Refused([Complaint(path_of(e["loc"]), _said(e)) for e in error.errors(include_url=False)]) from None
    except RecursionError:
        raise Refused([Complaint("", "the file is nested too deeply")]) from None


def _said(error: Any) -> str:
    message = str(error["msg"])
    given = error.get("input")
    if isinstance(given, str | int | float) and not isinstance(given, bool) and error["type"] != "json_invalid":
        shown = repr(given)
        return f"{message}, not {shown if len(shown) <= 80 else shown[:77] + '...'}"
    return message
