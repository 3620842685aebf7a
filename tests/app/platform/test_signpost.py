"""A route is found by words of its address; it is the one that the router itself would choose."""

import re
from typing import Any

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import Match

from app.platform.web.signpost import Signpost

VALUES = ("7", "manage", "my", "nothing", "m", "e")


def _first(routes: tuple[APIRoute, ...], path: str, method: str) -> APIRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)


def test_the_first_route_that_fits_has_a_request(client: Any) -> None:
    """Also where a number or a name in an address reads like the word of another route."""
    signpost = client.app.router.middleware_stack
    assert isinstance(signpost, Signpost)
    found = set()
    for route in signpost._routes:
        for value in VALUES:
            path = re.sub(r"{[^}]*}", value, route.path)
            for method in route.methods:
                chosen = _first(signpost._candidates(path), path, method)
                assert chosen is _first(signpost._routes, path, method), f"{method} {path}"
                found |= {chosen.path} if chosen else set()
    assert found == {one.path for one in signpost._routes}
    assert len(signpost._candidates("/m/7")) < 10


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/never/heard/of/it", 404), ("PUT", "/sign-in", 405)])
def test_the_router_answers_what_no_route_fits(client: Any, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


def test_a_router_that_adds_to_its_routes_is_refused() -> None:
    """Its routes would be found without what it adds."""
    within = APIRouter()
    within.add_api_route("/here", lambda: None)
    outer = APIRouter()
    outer.include_router(within, dependencies=[Depends(lambda: None)])
    with pytest.raises(ValueError, match="add nothing"):
        Signpost(outer)
