"""Finds the route of a request by words of its address, in place of asking two hundred routes one after the other."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

FIRST, THIRD = 0, 2
"""``/m/…`` and the like, and what stands behind ``/e/{slug}/``: words that hardly any two routes share."""


class Signpost:
    """Stands before a router that has all its routes. What it knows no route for, the router answers: 404, 405, files.

    The first route that fits has it, as with the router. Routers within routers may have no prefix of their own.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes = tuple(_leaves(router.routes))
        self._known = tuple({_word(one, place) for one in self._routes} - {None} for place in (FIRST, THIRD))
        self._found: dict[tuple[str | None, ...], tuple[APIRoute, ...]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self._candidates(scope["path"]):
                match, child_scope = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self._router)
                    scope.update(child_scope)
                    await route.handle(scope, receive, send)
                    return
        await self._router.app(scope, receive, send)

    def _candidates(self, path: str) -> tuple[APIRoute, ...]:
        words = path[1:].split("/", THIRD + 1)
        key = tuple(
            words[place] if place < len(words) and words[place] in known else None
            for place, known in zip((FIRST, THIRD), self._known, strict=True)
        )
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(
                one
                for one in self._routes
                if all(_word(one, place) in (None, word) for place, word in zip((FIRST, THIRD), key, strict=True))
            )
        return found


def _word(route: APIRoute, place: int) -> str | None:
    """The word that a route has at a place of its address, nothing where any word may stand."""
    words = route.path[1:].split("/")
    if place >= len(words) or any("{" in word and ":path" in word for word in words[: place + 1]):
        return None
    return None if "{" in words[place] else words[place]


def _leaves(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for one in routes:
        if isinstance(one, APIRoute):
            yield one
        elif (within := getattr(one, "original_router", None)) is not None:
            if one.include_context.prefix or one.include_context.dependencies:  # type: ignore[attr-defined]
                raise ValueError("a router within another may add nothing to its routes")
            yield from _leaves(within.routes)
