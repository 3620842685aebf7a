"""Who may do what, for ``bridge rights``: every route with every role, read from the routes themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.routing import iter_route_contexts

from app.accounts.enums import Role
from app.accounts.policies import Policy

HEADINGS = {
    Role.PUBLIC: "pub", Role.APPLICANT: "app", Role.DELEGATE: "del", Role.FOCAL_POINT: "foc", Role.DESK: "dsk",
    Role.PROTOCOL: "pro", Role.ORGANISER: "org", Role.ADMINISTRATOR: "adm",
}  # fmt: skip
YES, NO = "x", "."


@dataclass(frozen=True)
class Right:
    """One method of one route: what it does, who may, and what finds the object inside the caller's own scope."""

    method: str
    path: str
    action: str
    roles: frozenset[Role]
    found_by: str


def rights_of(routers: Sequence[Any]) -> list[Right]:
    """Every method of every route that declares a policy, by path."""
    found = []
    for router in routers:
        for route in iter_route_contexts(router.routes):
            policies = list(_policies(getattr(route, "dependant", None)))
            found += [
                Right(
                    method=method,
                    path=route.path or "",
                    action=policy.action,
                    roles=policy.roles,
                    found_by=getattr(policy.loader, "__name__", "") if policy.loader else "",
                )
                for policy in policies
                for method in sorted(route.methods or ())
            ]
    return sorted(found, key=lambda one: (one.path, one.method))


def table(rights: Sequence[Right]) -> Iterator[str]:
    """The matrix as lines of text, a legend first."""
    named = ", ".join(f"{heading} {role.value.replace('_', ' ')}" for role, heading in HEADINGS.items())
    yield f"{len(rights)} routes. {YES} let in, {NO} refused: {named}."
    yield "Where something is found by a loader, what is another's, of another event or a draft of others reads as 404."
    yield ""
    widths = [max(len(part) for part in column) for column in zip(*(_words(one) for one in rights), strict=True)]
    heads = " ".join(HEADINGS.values())
    yield f"{'method':{widths[0]}}  {'path':{widths[1]}}  {heads}  {'action':{widths[2]}}  found by".rstrip()
    for one in rights:
        method, path, action, found_by = _words(one)
        marks = " ".join(f" {YES if role in one.roles else NO} " for role in HEADINGS)
        yield f"{method:{widths[0]}}  {path:{widths[1]}}  {marks}  {action:{widths[2]}}  {found_by}".rstrip()


def _words(one: Right) -> tuple[str, str, str, str]:
    return one.method, one.path, one.action, one.found_by


def _policies(dependant: Any) -> Iterator[Policy[Any]]:
    if dependant is None:
        return
    for one in dependant.dependencies:
        if isinstance(one.call, Policy):
            yield one.call
        yield from _policies(one)
