"""Small things that everything stands on: clock, actor, tokens, pages of a list, the time column."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from app.platform.actor import Actor
from app.platform.clock import FixedClock, SystemClock
from app.platform.idempotency import SpentForm
from app.platform.pagination import paginate
from app.platform.tokens import digest, new_token


def test_clocks_are_aware() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
    clock = FixedClock(datetime(2019, 9, 3, 7, tzinfo=UTC))
    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2019, 9, 3, 7, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2019, 9, 3))


def test_the_system_has_no_account() -> None:
    actor = Actor.system("sweep")
    assert (actor.account_id, actor.label, actor.acting_for) == (None, "system: sweep", None)


def test_tokens_are_long_and_never_stored() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) >= 27
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


@pytest.mark.parametrize(
    ("page", "number", "shown"),
    [(1, 1, [0, 1, 2]), (2, 2, [3, 4, 5]), (3, 3, [6]), (9, 3, [6]), (0, 1, [0, 1, 2]), (-5, 1, [0, 1, 2])],
)
@pytest.mark.usefixtures("either")
def test_pages_of_a_list(session: Any, clock: Any, page: int, number: int, shown: list[int]) -> None:
    session.add_all(SpentForm(sender="a", form_digest=str(n), spent_at=clock.now()) for n in range(7))
    session.flush()
    found = paginate(session, select(SpentForm).order_by(SpentForm.form_digest), page=page, size=3)
    assert (found.number, found.count, found.last) == (number, 7, 3)
    assert [int(row.form_digest) for row in found.items] == shown


def test_an_empty_list_has_one_page(session: Any) -> None:
    found = paginate(session, select(SpentForm).order_by(SpentForm.id), page=4)
    assert (found.items, found.number, found.count, found.last) == ((), 1, 0, 1)


@pytest.mark.usefixtures("either")
def test_an_instant_comes_back_as_the_same_instant(session: Any) -> None:
    vienna = timezone(timedelta(hours=2))
    session.add(SpentForm(sender="a", form_digest="1", spent_at=datetime(2019, 9, 3, 9, 0, tzinfo=vienna)))
    session.flush()
    session.expire_all()
    back = session.scalars(select(SpentForm)).one().spent_at
    assert back == datetime(2019, 9, 3, 7, 0, tzinfo=UTC)
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused(session: Any) -> None:
    """T56."""
    session.add(SpentForm(sender="a", form_digest="1", spent_at=datetime(2019, 9, 3)))
    with pytest.raises(Exception, match="a naive time cannot be stored"):
        session.flush()
