"""A kept page of a signed-in person is, byte for byte, the page that would be made now, or does not go out."""

from collections.abc import Callable
from typing import Any

import pytest

import app.main as main
from app.accounts.readers import Readers
from app.meetings import touched
from app.platform.log_follower import Look
from app.platform.page_cache import Basis
from tests.reliability.own_pages_walk import walking

STEPS, SOME_STEPS = 150, 40


def _walk(settings: Any, clock: Any, cast: Any, placed: Any, *, seed: int, steps: int = STEPS) -> Any:
    with walking(settings, clock, cast, placed, seed=seed) as walk:
        walk.compare()
        for _ in range(steps):
            walk.step()
            walk.compare()
        return walk


def test_kept_pages_are_those_that_would_be_made(settings: Any, clock: Any, cast: Any, placed: Any) -> None:
    walk = _walk(settings, clock, cast, placed, seed=1, steps=SOME_STEPS)
    assert all(walk.sent[f"/e/{{slug}}/my{page}"] > 2 for page in ("", "/meetings", "/people")), walk.sent
    assert all(walk.sent[f"/e/{{slug}}/manage/{page}"] > 0 for page in ("people", "agenda", "meetings")), walk.sent
    assert {"answer 303", "release"} <= walk.done.keys(), walk.done


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.postgres)])
def test_kept_pages_are_those_that_would_be_made_at_length(
    settings: Any, clock: Any, cast: Any, placed: Any, seed: int
) -> None:
    walk = _walk(settings, clock, cast, placed, seed=seed)
    # Not a walk in which nothing was kept, or nothing happened.
    assert all(walk.sent[f"/e/{{slug}}/my{page}"] > 10 for page in ("", "/meetings", "/people")), walk.sent
    assert all(walk.sent[f"/e/{{slug}}/manage/{page}"] > 3 for page in ("people", "agenda", "meetings")), walk.sent
    assert {"answer 303", "call_off 303", "move 303", "substitute 303", "release", "run"} <= walk.done.keys(), walk.done
    assert {"place 303", "approve 303"} & walk.done.keys(), walk.done


def _nobody_touched(_session: Any, lines: Any) -> Any:
    return {line.id: frozenset() for line in lines}


FORGOTTEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "whom a booking is about": lambda patch: patch.setattr(main, "people_of", _nobody_touched),
    "whatever is no booking": lambda patch: patch.setattr(
        Look, "of", lambda look, event, people=frozenset(): max(
            (look.of_people.get((event, one), 0) for one in people or ()), default=0
        )
    ),
    "the time": lambda patch: patch.setattr(Basis, "holds_at", lambda _basis, _now: True),
    "who asks": lambda patch: patch.setattr(Readers, "admits", lambda *_given, **_more: True),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("what", FORGOTTEN)
def test_a_page_that_forgets_what_it_stands_on_is_found(
    settings: Any, clock: Any, cast: Any, placed: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The control of the walk."""
    FORGOTTEN[what](monkeypatch)
    with pytest.raises(AssertionError, match=" of "):
        _walk(settings, clock, cast, placed, seed=1, steps=400)


@pytest.mark.parametrize("forgets", [False, True])
def test_who_goes_no_longer_sees_so(
    settings: Any, clock: Any, cast: Any, placed: Any, monkeypatch: pytest.MonkeyPatch, forgets: bool
) -> None:
    """A colleague went instead, and then did not: nothing of the meeting names them any more."""
    if forgets:
        monkeypatch.setattr(touched, "OF_A_WISH", touched.OF_A_WISH | {"meeting.substituted"})
    one, other, colleague = cast.heads[0], cast.heads[1], cast.staff[0]
    with walking(settings, clock, cast, placed, seed=1) as walk:
        walk.agree(one, other)
        walk.replace(one, colleague)
        before = walk.same(colleague, "/meetings")
        assert b"Gothenburg" not in before and b"Shenzhen" in before
        assert walk.same(colleague, "/meetings") == before
        assert walk.sent["/e/{slug}/my/meetings"] == 1
        walk.replace(colleague, one)
        if forgets:
            with pytest.raises(AssertionError, match=" of "):
                walk.same(colleague, "/meetings")
            return
        assert b"Shenzhen" not in walk.same(colleague, "/meetings")
