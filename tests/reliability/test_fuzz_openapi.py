"""T43, G10: schemathesis over every operation that the application declares: with rows that exist, and with anything else.

What the application says of itself holds no form and few parts of addresses, since forms are bound and rows are loaded by
dependencies of our own. Both are added here from the routes, so that what is drawn gets past the first look.
"""

import copy
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from app.accounts.enums import Role
from tests.reliability.fuzzing import HOSTILE, SLOW, TABLES, known_fields, policies_of
from tests.reliability.world import World, watch_faults

SEED = int(os.environ.get("BRIDGE_FUZZ_SEED", "43"))
OPERATIONS_A_WORLD = 60
"""After so many the demonstration is as it was: what was erased or released meanwhile would leave little to try."""
FORM = "application/x-www-form-urlencoded"


def _document(world: World, *, is_known: bool) -> dict[str, Any]:
    """What the application says of itself, with the parts of its addresses and the fields of its forms.

    With ``is_known`` they are rows and words that there are or that are known to hurt, else any text.
    """
    document: dict[str, Any] = copy.deepcopy(world.client.app.openapi())  # type: ignore[attr-defined]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            said = operation.setdefault("parameters", [])
            said[:] = [one for one in said if one["in"] != "path"]
            for name in re.findall(r"\{(\w+)\}", path):
                schema = _schema(_values(world, name)) if is_known else {"type": "string", "minLength": 1}
                said.append({"name": name, "in": "path", "required": True, "schema": schema})
            if is_known:
                for one in said:
                    if one["in"] == "query":
                        one["schema"] = _schema([*HOSTILE, *_values(world, one["name"])])
            if method == "post":
                route = _route(world, path, method)
                fields = {
                    name: _schema([*HOSTILE, *_values(world, name)]) if is_known else {"type": "string"}
                    for name in known_fields(route.endpoint.__module__)
                }
                form = {"type": "object", "properties": fields, "additionalProperties": False}
                operation["requestBody"] = {"content": {FORM: {"schema": form}}}
    return document


def _schema(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(dict.fromkeys(values))}


def _values(world: World, name: str) -> list[str]:
    if name == "slug":
        return [world.slug]
    table = TABLES.get(name) or TABLES.get(f"{name}_id")
    return (world.numbers(table)[:20] if table else []) or [str(number) for number in range(1, 6)]


def _route(world: World, path: str, method: str) -> Any:
    return next(
        one
        for one in world.routes
        if re.sub(r":\w+\}", "}", one.path) == path and method.upper() in (one.methods or ())
    )


class Sender:
    """Sends what is drawn, in a role that may do it; keeps how often each status came back, and every fault."""

    def __init__(self) -> None:
        self.said, self.faults = Counter[int](), list[str]()

    def send(self, world: World, roles: list[Role], case: Any) -> None:
        role = roles[self.said.total() % len(roles)]
        more: dict[str, Any] = {}
        if isinstance(case.body, dict):
            content = urlencode(case.body, doseq=True, errors="replace").encode()
            more = {"content": content, "headers": {"Content-Type": FORM}}
        answer = world.ask(role, case.method, case.formatted_path, params=dict(case.query or {}), **more)
        self.said[answer.status_code] += 1
        if answer.status_code >= 500:
            sent = f"{role} {case.method} {case.formatted_path} {case.query} {case.body}"
            self.faults.append(f"{sent[:800]}\n{(world.faults or ['no trace'])[-1][-1500:]}")


def _drawn(operation: Any, examples: int) -> Callable[[Callable[[Any], None]], None]:
    """Give what is drawn for an operation to somebody, one after the other."""

    def give_to(take: Callable[[Any], None]) -> None:
        @seed(SEED)
        @settings(
            max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def given_one(case: Any) -> None:
            take(case)

        given_one()

    return give_to


def _draw_and_send(
    sender: Sender, world: World, *, is_known: bool, examples: int, start: int, stop: int | None, every: int = 1
) -> None:
    import schemathesis  # seconds of a processor, which the collection of all other tests need not spend

    document = _document(world, is_known=is_known)
    for result in [*schemathesis.openapi.from_dict(document).get_all_operations()][start:stop:every]:
        operation = result.ok()
        if operation.path.endswith("/events") or SLOW.search(operation.path):
            continue  # a stream never ends, and paper is asked for by the generator of test_fuzz.py
        route = _route(world, operation.path, operation.method)
        roles = sorted({role for policy in policies_of(route.dependant) for role in policy.roles}) or [*Role]

        _drawn(operation, examples)(partial(sender.send, world, roles))


@pytest.fixture
def worlds(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    opened: list[World] = []

    def fresh() -> World:
        if opened:
            opened[-1].close()
        opened.append(World(planned, tmp_path / str(len(opened))))
        watch_faults(opened[-1], monkeypatch)
        return opened[-1]

    yield fresh
    opened[-1].close()


def _verdict(sender: Sender) -> str:
    return f"seed {SEED}: {len(sender.faults)} faults in {sender.said.total()}\n" + "\n\n".join(sender.faults[:12])


def test_some_of_what_schemathesis_draws_meets_no_fault(worlds: Any) -> None:
    """T43: every twentieth operation."""
    sender = Sender()
    _draw_and_send(sender, worlds(), is_known=True, examples=2, start=SEED % 20, stop=None, every=20)
    assert not sender.faults, _verdict(sender)
    assert sender.said.total() > 20 and len(sender.said) > 2, sender.said


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(5))
def test_whatever_schemathesis_draws_meets_no_fault(worlds: Any, part: int) -> None:
    """T43, G10: every operation, eight times: six with what is there or is known to hurt, two with anything."""
    sender, start = Sender(), part * OPERATIONS_A_WORLD
    bounds = {"start": start, "stop": start + OPERATIONS_A_WORLD}
    _draw_and_send(sender, worlds(), is_known=True, examples=6, **bounds)
    _draw_and_send(sender, worlds(), is_known=False, examples=2, **bounds)
    print(f"\nseed {SEED}, part {part}: {sender.said.total()} requests, {dict(sorted(sender.said.items()))}")
    assert not sender.faults, _verdict(sender)
    assert sender.said.total() > 200


def test_an_operation_that_fails_is_found(worlds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where forms break on a word that hurts, the same draws find it and name the seed."""
    from app.platform import forms

    def breaking(content: Any) -> Any:
        if isinstance(content, str) and content in HOSTILE[5:]:
            raise ZeroDivisionError
        return content

    monkeypatch.setattr(forms, "_clean", breaking)
    sender = Sender()
    _draw_and_send(sender, worlds(), is_known=True, examples=8, start=6, stop=9)
    assert sender.faults and "ZeroDivisionError" in _verdict(sender), sender.said
