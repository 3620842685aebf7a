"""A form sent twice has one effect, whoever sends it at the same time."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.datastructures import FormData

from app.platform import idempotency
from app.platform.database.engine import Database
from app.platform.errors import Conflict, Refused
from app.platform.idempotency import SpentForm, form_key, spend
from app.platform.rendering import templates

pytestmark = pytest.mark.usefixtures("either")


def test_each_rendering_has_its_own_key() -> None:
    page = templates().from_string('{{ ui.hidden("form_key", form_key()) }}')
    first, second = page.render(), page.render()
    assert first != second
    assert 'type="hidden" name="form_key"' in first


def test_the_second_time_is_refused_and_the_transaction_goes_on(session: Any, clock: Any) -> None:
    key = form_key()
    spend(session, sender="delegate 1", key=key, now=clock.now())
    with pytest.raises(Conflict, match="sent already"):
        spend(session, sender="delegate 1", key=key, now=clock.now())
    spend(session, sender="delegate 2", key=key, now=clock.now())
    spend(session, sender="delegate 1", key=form_key(), now=clock.now())
    assert session.scalar(select(func.count()).select_from(SpentForm)) == 3


def test_forms_without_a_key_are_not_watched(session: Any, clock: Any) -> None:
    for key in (None, ""):
        spend(session, sender="a", key=key, now=clock.now())
        spend(session, sender="a", key=key, now=clock.now())


def test_the_same_key_with_other_words_is_told_apart(session: Any, clock: Any) -> None:
    form = FormData([("with", "7"), ("topic", "water"), ("topic", "waste")])
    spend(session, sender="a", key="k", form=form, now=clock.now())
    with pytest.raises(Conflict):
        spend(session, sender="a", key="k", form=FormData(form.multi_items()), now=clock.now())
    with pytest.raises(Refused):
        spend(session, sender="a", key="k", form=FormData([("with", "8")]), now=clock.now())


def test_what_fails_may_be_sent_again(database: Database, clock: Any) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        spend(session, sender="a", key="k", now=clock.now())
        raise RuntimeError
    with database.writing() as session:
        spend(session, sender="a", key="k", now=clock.now())


def test_a_thousand_requests_on_fifty_keys_have_fifty_effects(database: Database, clock: Any) -> None:
    """T44."""
    effects: list[str] = []
    faults: list[BaseException] = []
    refused = 0
    lock = threading.Lock()

    def send(worker: int) -> None:
        nonlocal refused
        for number in range(125):
            key = str((number * 7 + worker) % 50)
            try:
                with database.writing() as session:
                    spend(session, sender="a", key=key, now=clock.now())
                    with lock:
                        effects.append(key)
            except Conflict:
                with lock:
                    refused += 1
            except BaseException as fault:
                faults.append(fault)

    threads = [threading.Thread(target=send, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted(effects, key=int) == [str(number) for number in range(50)]
    assert refused == 950


def test_old_keys_are_forgotten(session: Any, clock: Any) -> None:
    spend(session, sender="a", key="old", now=clock.now())
    spend(session, sender="a", key="new", now=clock.now() + timedelta(days=1))
    idempotency.purge(session, now=clock.now() + timedelta(days=2, seconds=1))
    assert session.scalar(select(func.count()).select_from(SpentForm)) == 1
