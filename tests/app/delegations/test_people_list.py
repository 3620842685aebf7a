"""REG-09: the list of people filters and sorts by type, rank, languages, interpretation, access and diet."""

import re
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from app.delegations.enums import HelixRole
from app.delegations.models import Delegate, Delegation, Organisation
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, record
from app.platform.outbox import OutboxMail


@pytest.fixture
def url(cast: Any) -> str:
    return f"/e/{cast.event.slug}/manage/people"


@pytest.fixture
def peopled(client: Any, cast: Any) -> Any:
    """The cast, and a business of two: one who needs a ramp, one who eats halal and needs Arabic."""
    with client.app.state.database.writing() as session:
        party = Organisation(
            event_id=cast.event.id, slug="maker", name="A maker", country="AT", languages=["de"],
            helix_role=HelixRole.BUSINESS,
        )  # fmt: skip
        session.add(party)
        session.flush()
        group = Delegation(event_id=cast.event.id, party_id=party.id, code="maker", name="A maker", locale="en")
        session.add(group)
        session.flush()
        common = {"event_id": cast.event.id, "delegation_id": group.id, "rank": 65}
        session.add(
            Delegate(**common, family_name="Ramp", badge_name="Ramp", access_needs="a ramp", languages=["de", "en"])
        )
        session.add(
            Delegate(**common, family_name="Halal", badge_name="Halal", diet="halal", languages=["ar"],
                     interpretation_into=["ar"])
        )  # fmt: skip
        return group.id


def _names(page: str) -> list[str]:
    return re.findall(r'<th scope="row">.*?<bdi class="name">([^<]+)</bdi>', page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("helix=business", ["Halal", "Ramp"]),
        ("rank=65&language=de", ["Ramp"]),
        ("language=ar", ["Halal"]),
        ("interpretation=yes", ["Halal"]),
        ("interpretation=ar", ["Halal"]),
        ("access=yes", ["Ramp"]),
        ("diet=yes", ["Halal"]),
        ("q=maker+ramp", ["Ramp"]),
        ("helix=business&sort=-name", ["Ramp", "Halal"]),
        ("helix=business&sort=language", ["Halal", "Ramp"]),
        ("helix=business&sort=interpretation", ["Halal", "Ramp"]),
        ("helix=business&sort=access", ["Ramp", "Halal"]),
        ("rank=30&sort=delegation", ["Mayor of Essen", "Mayor of Gothenburg", "Mayor of Phnom Penh", "Mayor of Shenzhen"]),
    ],
)  # fmt: skip
def test_reg_09_people_are_filtered_and_sorted(
    client: Any, cast: Any, url: str, peopled: Any, sign_in: Any, query: str, names: list[str]
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"{url}?{query}").text
    found = _names(page)
    assert found == names if "sort" in query else sorted(found) == sorted(names)
    # The same filters give the same rows in the file, and the tabs keep them.
    lines = client.get(f"{url}.csv?{query}").text.splitlines()
    assert len(lines) == 1 + len(names)
    first = query.split("&")[0].replace("+", "+")
    assert f"{first}&amp;" in page or f"&amp;{first}" in page or f"?{first}" in page


def test_reg_09_what_people_need_is_for_the_roles_that_need_it(
    client: Any, cast: Any, url: str, peopled: Any, sign_in: Any
) -> None:
    """A role that does not see diet cannot find it out by filtering or sorting."""
    for role, sees in (("organiser", True), ("protocol", True), ("desk", False), ("administrator", False)):
        sign_in(role, event_id=None if role == "administrator" else cast.event.id)
        plain, filtered = client.get(url).text, client.get(f"{url}?diet=yes").text
        assert ('name="diet"' in plain) is sees
        assert (len(_names(filtered)) == 1) is sees
        assert (_names(client.get(f"{url}?sort=diet").text)[0] == "Halal") is sees
        assert "halal" not in plain  # in the list it is a yes, on the page of the person the words


def test_reg_09_an_empty_list_says_which_filter_to_drop(
    client: Any, cast: Any, url: str, peopled: Any, sign_in: Any
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"{url}?helix=business&rank=30").text
    assert re.search(r'\?helix=business&amp;sort=rank">of any rank</a> \(2\)', page)
    assert re.search(r'\?rank=30&amp;sort=rank">from anybody</a> \(4\)', page)


def test_reg_04_tabs_count_and_show_each_state(client: Any, cast: Any, url: str, sign_in: Any, now: Any) -> None:
    with client.app.state.database.writing() as session:
        for number, person in enumerate(session.scalars(select(Delegate).order_by(Delegate.id))):
            person.approved_at = now if number < 6 else None
            person.accredited_at = now if number < 3 else None
            person.checked_in_at = now if number < 1 else None
            person.is_active = number != 7
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(url).text
    counts = dict(re.findall(r"state=(\w+)[^>]*>[^<]+<span class=\"count plain\">(\d+)", page))
    expected = {"all": 7, "new": 1, "approved": 6, "recheck": 0, "accredited": 3, "checked_in": 1, "left": 1}
    assert {state: int(count) for state, count in counts.items()} == expected
    for state, count in expected.items():
        assert len(_names(client.get(f"{url}?state={state}").text)) == count, state


def test_reg_04_many_people_are_approved_asked_or_turned_down(client: Any, cast: Any, url: str, sign_in: Any) -> None:
    sign_in("organiser", event_id=cast.event.id)
    ticks = [f"{number}:1" for number in cast.heads]
    assert client.post(url, data={"answer": "approve"}).status_code == 422
    assert client.post(url, data={"chosen": ticks, "answer": "reject"}).status_code == 422
    done = client.post(f"{url}?rank=30", data={"chosen": ticks[:3], "answer": "approve"})
    assert done.headers["location"] == f"{url}?rank=30&done=3&as=approve"
    mixed = client.post(url, data={"chosen": [*ticks[2:], "999:1"], "answer": "approve"})
    assert mixed.status_code == 200
    assert "1 done, 1 left" in mixed.text and "Mayor of Essen" in mixed.text
    with client.app.state.database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action)))
        assert actions.count("delegate.approved") == 4
        assert len(session.scalars(select(OutboxMail.id)).all()) == 4
    sign_in("protocol", event_id=cast.event.id)
    assert client.post(url, data={"chosen": ticks, "answer": "approve"}).status_code == 403


def test_reg_04_rows_that_were_kept_say_at_once_what_changed(client: Any, cast: Any, url: str, sign_in: Any) -> None:
    """Whatever was rendered before, for whichever reader: the row has the new state, and its tick the new version."""
    number = cast.heads[0]

    def row() -> str:
        return re.findall(rf'<tr id="row-{number}">.*?</tr>', client.get(url).text, re.DOTALL)[0]

    for role in ("protocol", "organiser"):
        sign_in(role, event_id=cast.event.id)
        assert "to approve" in row() and (f'value="{number}:1"' in row()) is (role == "organiser")
    client.post(url, data={"chosen": [f"{number}:1"], "answer": "approve"})
    assert "to approve" not in row() and f'value="{number}:2"' in row()
    sign_in("protocol", event_id=cast.event.id)
    assert "to approve" not in row() and "approved" in row() and "value=" not in row()


def test_reg_09_the_list_asks_as_much_for_a_thousand_as_for_eight(
    client: Any, cast: Any, url: str, sign_in: Any, now: Any
) -> None:
    """No query for each row: the number of statements does not grow with the number of people."""
    from sqlalchemy import insert

    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    def tell(session: Any) -> None:
        """As every change does: what is kept of the list is read anew."""
        record(
            session, actor=Actor.system("test"), now=now, event_id=cast.event.id, action="people.imported",
            entity="event", entity_id=cast.event.id, changes={},
        )  # fmt: skip

    def count() -> int:
        seen.clear()
        assert client.get(url).status_code == 200
        return len(seen)

    # On PostgreSQL the one to read with is a view of the other, and tells it of its statements too.
    reading = database.read_engine if database.is_sqlite else database.engine
    sqlalchemy_event.listen(reading, "before_cursor_execute", note)
    assert count() > 0
    with database.writing() as session:
        tell(session)
    few = count()
    with database.writing() as session:
        tell(session)
        session.execute(
            insert(Delegate),
            [
                {
                    "event_id": cast.event.id, "delegation_id": cast.delegations[number % 4],
                    "family_name": f"Person {number}", "badge_name": f"Person {number}", "languages": ["en"],
                }
                for number in range(1000)
            ],
        )  # fmt: skip
    assert count() == few
    page = client.get(f"{url}?page=2").text
    assert len(_names(page)) == 50
    assert len(page) < 150_000
