"""PRT-06: the batch of badges that are new or changed, the code on them, and names of any length."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import Event
from app.printing.badges import address_of
from app.printing.models import BadgeCode


def _pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture
def press_room(client: Any, cast: Any, sign_in: Any, clock: Any) -> Any:
    """``press_room()`` prints the badges that are due by the button of the print room and gives the file's pages."""
    with client.app.state.database.writing() as session:
        for number in cast.people:
            session.get_one(Delegate, number).approved_at = clock.now()
    sign_in("desk", event_id=cast.event.id)

    def run() -> list[str]:
        asked = {"what": "badges", "form": "pdf"}
        address = client.post(f"/e/{cast.event.slug}/manage/print/jobs", data=asked).headers["location"]
        file = client.get(f"{address}/file")
        return _pages(file.content) if file.status_code == 200 else [client.get(address).text]

    return run


def test_prt_06_the_batch_holds_new_or_changed_ones_alone(client: Any, cast: Any, press_room: Any) -> None:
    room = f"/e/{cast.event.slug}/manage/print"
    assert "Badges to print: 8 new, 0 changed" in client.get(room).text
    first = press_room()
    assert len(first) == 4, "eight badges: two sheets of four, each with its back"
    assert sum(page.count("Mayor of") for page in first) == 8
    assert "There is nothing to print" in press_room()[0]
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, cast.heads[1]).function = "Lord Mayor"
        session.get_one(Delegate, cast.staff[0]).is_active = False
    assert "Badges to print: 0 new, 1 changed" in client.get(room).text
    front, back = press_room()
    assert "Lord Mayor" in front
    assert "Mayor of Shenzhen" in front
    assert "Mayor of Shenzhen" in back
    assert "Badges to print: 0 new, 0 changed" in client.get(room).text


def test_prt_06_who_is_not_approved_gets_no_badge(client: Any, cast: Any, press_room: Any) -> None:
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).approved_at = None
    pages = press_room()
    assert len(pages) == 4
    assert not any("Mayor of Phnom Penh" in page for page in pages)


def test_prt_06_the_code_says_nothing_and_stays(client: Any, cast: Any, press_room: Any) -> None:
    press_room()
    with client.app.state.database.reading() as session:
        event = session.get_one(Event, cast.event.id)
        codes = {row.delegate_id: row.code for row in session.scalars(select(BadgeCode))}
        assert set(codes) == set(cast.people)
        assert len(set(codes.values())) == 8
        for code in codes.values():
            assert re.fullmatch(r"[0-9a-f]{16}", code)
            assert address_of("https://x.example", event, code) == f"https://x.example/e/{event.slug}/b/{code}"
    client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/badge.pdf")
    with client.app.state.database.reading() as session:
        assert {row.delegate_id: row.code for row in session.scalars(select(BadgeCode))} == codes


def test_prt_06_only_staff_learn_whose_code_it_is(client: Any, cast: Any, press_room: Any, sign_in: Any) -> None:
    press_room()
    with client.app.state.database.reading() as session:
        code = session.get_one(BadgeCode, cast.heads[0]).code
    address = f"/e/{cast.event.slug}/b/{code}"
    assert client.get(address).headers["location"].endswith(f"/manage/people/{cast.heads[0]}")
    assert client.get(f"/e/{cast.event.slug}/b/{'0' * 16}").status_code == 404
    own = {"event_id": cast.event.id, "delegation_id": cast.delegations[0]}
    sign_in("delegate", delegate_id=cast.heads[0], **own)
    assert client.get(address).headers["location"].endswith(f"/people/{cast.heads[0]}/schedule")
    sign_in("delegate", delegate_id=cast.staff[0], **own)
    assert client.get(address).status_code == 404
    client.cookies.clear()
    anonymous = client.get(address)
    assert anonymous.status_code == 303
    assert "/sign-in" in anonymous.headers["location"]
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).is_active = False
    sign_in("desk", event_id=cast.event.id)
    assert client.get(address).status_code == 404, "the code of somebody who comes no more opens nothing"


NAMES = (
    ("Li", "李"),
    ("Maximilian-Alexander Freiherr von und zu Hohenlohe-Langenburg-Schillingsfürst", "مكسيميليان ألكسندر هوهنلوه"),
    ("Wolfeschlegelsteinhausenbergerdorff", "Вольфешлегельштейнхаузенбергердорф"),
    ("Phạm Nguyễn Thị Thanh Hương", "Phạm Nguyễn Thị Thanh Hương"),
)


@pytest.mark.parametrize(("latin", "native"), NAMES)
def test_prt_06_names_of_any_length_stay_whole_and_on_their_side(
    client: Any, cast: Any, sign_in: Any, latin: str, native: str
) -> None:
    with client.app.state.database.writing() as session:
        person = session.get_one(Delegate, cast.heads[0])
        person.badge_name, person.native_name, person.native_language = latin, native, None
        person.function = "Deputy head of the department for international and interregional cooperation"
    sign_in("desk", event_id=cast.event.id)
    content = client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/badge.pdf").content
    front, back = _pages(content)
    for side in (front, back):
        assert all(word in side for word in latin.split())
    assert "City" in front
    assert "interregional cooperation" in front


def test_the_code_of_somebody_who_is_erased_goes_with_them(
    client: Any, cast: Any, press_room: Any, actor: Any, now: Any
) -> None:
    from app.office.service.erasing import erase_person

    press_room()
    with client.app.state.database.writing() as session:
        person = session.get_one(Delegate, cast.staff[2])
        event = session.get_one(Event, cast.event.id)
        erase_person(session, event=event, delegate=person, number=str(person.id), actor=actor, now=now)
    with client.app.state.database.reading() as session:
        left = set(session.scalars(select(BadgeCode.delegate_id)))
    assert left == set(cast.people) - {cast.staff[2]}


def test_whoever_was_here_twice_keeps_one_code(client: Any, cast: Any, press_room: Any, actor: Any, now: Any) -> None:
    from app.office.service.merging import merge

    press_room()
    with client.app.state.database.reading() as session:
        stays = session.get_one(BadgeCode, cast.staff[0]).code
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        one, other = (session.get_one(Delegate, number) for number in cast.staff[:2])
        merge(
            session, event=event, stays=one, goes=other, versions=(one.version, other.version),
            taken_from_other=frozenset(), actor=actor, now=now,
        )  # fmt: skip
    with client.app.state.database.reading() as session:
        assert session.get_one(BadgeCode, cast.staff[0]).code == stays
