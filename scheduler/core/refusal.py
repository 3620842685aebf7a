"""Input that is wrong without any search is refused, with the JSON path and the identifier at fault."""

import json
from collections.abc import Iterable, Iterator, Sequence
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
        Refused: not JSON, too large, a wrong type, an unknown field, a key twice in one object, or whatever the model
            itself refuses.
    """
    if len(text) > LARGEST_FILE_BYTES:
        raise Refused([Complaint("", f"the file is larger than {LARGEST_FILE_BYTES // 2**20} MB")])
    try:
        value = model.model_validate_json(text)
        refuse_repeated_keys(text)
        return value
    except ValidationError as error:
        raise Refused([Complaint(path_of(e["loc"]), _said(e)) for e in error.errors(include_url=False)]) from None
    except RecursionError:
        raise Refused([Complaint("", "the file is nested too deeply")]) from None


class _Repeating(dict[str, Any]):
    """An object of the file with the keys that it holds more than once."""

    repeated: tuple[str, ...] = ()


def refuse_repeated_keys(text: str | bytes) -> None:
    """JSON lets a key stand twice in one object and parsers keep the last: one of the two values would go unread.

    Raises:
        Refused: with the path of each key that an object holds more than once.
    """
    found: list[_Repeating] = []

    def keep(pairs: list[tuple[str, Any]]) -> _Repeating:
        kept = _Repeating(pairs)
        if len(kept) < len(pairs):
            names = [name for name, _ in pairs]
            kept.repeated = tuple(name for name in kept if names.count(name) > 1)
            found.append(kept)
        return kept

    document = json.loads(text if isinstance(text, str) else text.decode(), object_pairs_hook=keep)
    if found:
        raise Refused(
            [
                Complaint(path_of((*way, name)), f"the key '{name}' is there twice")
                for way, place in _objects_of(document, ())
                for name in place.repeated
            ]
        )


def _objects_of(value: Any, way: tuple[int | str, ...]) -> Iterator[tuple[tuple[int | str, ...], _Repeating]]:
    if isinstance(value, _Repeating):
        yield way, value
        for name, inner in value.items():
            yield from _objects_of(inner, (*way, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _objects_of(inner, (*way, index))


def _said(error: Any) -> str:
    message = str(error["msg"])
    given = error.get("input")
    if isinstance(given, str | int | float) and not isinstance(given, bool) and error["type"] != "json_invalid":
        shown = repr(given)
        return f"{message}, not {shown if len(shown) <= 80 else shown[:77] + '...'}"
    return message
