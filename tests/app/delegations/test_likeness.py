"""REG-07: the keys by which a person is recognised."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.delegations.likeness import mail_key, name_key, native_key
from app.delegations.models import Delegate


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Wei", "Zhang"), ("Zhang", "Wei")),
        (("wei", "ZHANG"), ("Wei", "Zhang")),
        (("José", "Núñez"), ("Jose", "Nunez")),
        (("Thị Đẹp", "Nguyễn"), ("Dep Thi", "Nguyen")),
        (("", "Müller, Øre"), ("Ore", "Muller")),
    ],
)
def test_reg_07_case_accents_and_order_do_not_matter(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_key(*one) == name_key(*other)


def test_reg_07_other_names_have_other_keys() -> None:
    keys = {name_key("Wei", "Zhang"), name_key("Wei", "Zhan"), name_key("Weiz", "Hang"), native_key("张伟")}
    assert len(keys) == 4
    assert mail_key("Desk@A.example") == mail_key("desk@a.example ") != mail_key("desk@b.example")
    assert (mail_key(None), name_key("", ""), native_key(None), native_key("  ")) == (None, None, None, None)


def test_reg_07_keys_follow_the_row(session: Any, cast: Any) -> None:
    person = session.get(Delegate, cast.heads[0])
    before = person.name_key
    assert before == name_key("", "Mayor of Phnom Penh")
    person.family_name, person.given_name, person.email = "Zhang", "Wei", "Wei@A.example"
    session.flush()
    assert session.execute(select(Delegate.name_key, Delegate.mail_key).where(Delegate.id == person.id)).one() == (
        name_key("Wei", "Zhang"),
        mail_key("wei@a.example"),
    )


def test_reg_07_rows_inserted_in_bulk_have_keys(session: Any, cast: Any) -> None:
    """Rows that no object stands behind get the same keys."""
    rows = [
        {
            "event_id": cast.event.id,
            "delegation_id": cast.delegations[0],
            "family_name": family,
            "given_name": "Wei",
            "badge_name": f"Wei {family}",
            "email": f"{family}@bulk.example",
        }
        for family in ("Li", "Chen")
    ]
    session.execute(insert(Delegate), rows)
    found = session.execute(select(Delegate.name_key, Delegate.mail_key).where(Delegate.given_name == "Wei")).all()
    assert sorted(found) == sorted((name_key("Wei", one), mail_key(f"{one}@bulk.example")) for one in ("Li", "Chen"))
