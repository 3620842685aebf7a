"""Sheets of the desk, each from one button: everybody and everything that they must name stands on them (PRT-04)."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from app.agenda.enums import BINDING_PARTS
from app.agenda.queries import newest_release
from app.agenda.shown import shown_sessions
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id, delegates_of
from app.events.queries import resources_of
from app.meetings.queries import meetings_of
from app.platform import i18n
from app.printing import words
from app.printing.desk import KINDS, Desk
from app.printing.typesetting import typeset


def _flat(text: str) -> str:
    return "".join(text.split())


def _pages(press: Any, kind: str, *, locale: str = "en") -> list[str]:
    with i18n.speaking(locale):
        setting = KINDS[kind](Desk(session=press.session, event=press.event, now=press.now, base_url="http://x"))
    pdf = typeset(setting.sheets, title=setting.title, at=press.now, template=setting.template)
    return [_flat(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_prt_04_the_pick_up_list_names_everybody_once_in_order_of_the_alphabet(released: Any) -> None:
    people = delegates_of(released.session, released.event.id)
    people[0].is_protected = True
    setting = KINDS["pick-up"](Desk(session=released.session, event=released.event, now=released.now, base_url=None))
    rows = [row for group in setting.sheets[0]["groups"] for row in group["rows"]]
    assert sorted(row[5]["text"] for row in rows) == sorted(f"{one.id:04d}" for one in people)
    letters = [group["title"] for group in setting.sheets[0]["groups"]]
    assert letters == sorted(set(letters))
    assert all(row[0]["kind"] == row[1]["kind"] == "tick" for row in rows)
    starred = {row[5]["text"] for row in rows if "★" in row[2]["text"]}
    assert starred == {f"{one.id:04d}" for one in people if one.is_protected} != set()
    assert len(starred) < len(rows)
    text = "".join(_pages(released, "pick-up"))
    for one in people:
        assert _flat(latin_name_of(one)) in text
    assert f"counted:{len(people)}" in text


def test_prt_04_a_door_sheet_for_each_room_and_day_names_every_session(released: Any) -> None:
    release = newest_release(released.session, released.event.id)
    shown = shown_sessions(released.session, released.event, release)
    pages = _pages(released, "doors")
    zone = released.event.timezone
    for one in shown:
        start = words.clock_words(one.starts_at, zone)
        assert any(
            _flat(one.frozen["room"]) in page and _flat(one.frozen["title"]) in page and start in page for page in pages
        ), one.frozen["title"]


def test_prt_04_a_door_does_not_name_a_pair_that_is_not_public(released: Any) -> None:
    release = newest_release(released.session, released.event.id)
    secret = release.sessions[0]
    secret.frozen = {**secret.frozen, "title": "Trieste with Tehran", "titles": {}, "partnership_id": 9999}
    released.session.flush()
    pages = "".join(_pages(released, "doors"))
    assert "TriestewithTehran" not in pages
    assert "Sessionofapartnership" in pages


def test_prt_04_a_card_for_each_table_names_both_sides_of_each_meeting_and_no_topic(released: Any) -> None:
    meetings = meetings_of(released.session, released.event.id)
    meetings[0].wish.topic = "A confidential topic"
    released.session.flush()
    pages = _pages(released, "tables")
    for meeting in meetings:
        sides = {person.delegate.delegation.name for person in meeting.wish.people}
        start = words.clock_words(meeting.slot.starts_at, released.event.timezone)
        assert any(
            f"Table{meeting.table.number}" in page and start in page and all(_flat(side) in page for side in sides)
            for page in pages
        )
    assert "Aconfidentialtopic" not in "".join(pages)


def test_prt_04_interpreters_find_every_session_that_uses_them(released: Any) -> None:
    from app.printing.queries import uses_of_sessions

    release = newest_release(released.session, released.event.id)
    uses = uses_of_sessions(released.session, [one.session_id for one in release.sessions])
    spoken = [one for one in resources_of(released.session, released.event.id) if one.language]
    assert spoken
    text = "".join(_pages(released, "interpreters"))
    for resource in spoken:
        assert _flat(resource.name) in text
        for one in release.sessions:
            if (one.session_id, resource.id) in uses:
                assert _flat(one.frozen["title"]) in text


def test_prt_04_the_speaking_order_and_the_precedence_are_kept(released: Any) -> None:
    release = newest_release(released.session, released.event.id)
    desk = Desk(session=released.session, event=released.event, now=released.now, base_url=None)
    groups = {group["title"]: group for group in KINDS["speaking"](desk).sheets[0]["groups"]}
    for one in release.sessions:
        speaking = [person.delegate_id for person in one.people if person.part in BINDING_PARTS]
        if not speaking:
            continue
        people = delegates_by_id(released.session, speaking)
        assert [row[1]["text"] for row in groups[one.frozen["title"]]["rows"]] == [
            latin_name_of(people[number]) for number in speaking
        ]
    ranks = [int(row[1]["text"]) for row in KINDS["precedence"](desk).sheets[0]["groups"][0]["rows"]]
    assert ranks == sorted(ranks)
    assert len(ranks) == len(delegates_of(released.session, released.event.id))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("locale", ["ar", "zh"])
def test_prt_04_each_sheet_can_be_set_in_each_language(released: Any, kind: str, locale: str) -> None:
    assert _pages(released, kind, locale=locale)


def test_prt_04_each_sheet_comes_from_one_button_for_the_office_alone(
    client: Any, sign_in: Any, cast: Any, database: Any
) -> None:
    room = f"/e/{cast.event.slug}/manage/print"
    sign_in("desk", event_id=cast.event.id)
    with database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).native_name = "李伟"
    page = client.get(room).text
    for kind in KINDS:
        assert f'href="{room}/{kind}.pdf"' in page
        answer = client.get(f"{room}/{kind}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert client.get(f"{room}/nothing.pdf").status_code == 404
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=cast.heads[0])
    assert client.get(f"{room}/pick-up.pdf").status_code == 403


def test_prt_04_a_card_that_goes_on_says_again_whose_it_is(released: Any) -> None:
    """A full day takes two cards: the number of the table stands on both."""
    meetings = meetings_of(released.session, released.event.id)
    first = meetings[0].table_id
    for meeting in meetings:
        meeting.table_id = first
    released.session.flush()
    released.session.expire_all()
    number = meetings_of(released.session, released.event.id)[0].table.number
    pages = _pages(released, "tables")
    assert len(pages) >= 2
    assert all(f"Table{number}" in page for page in pages)
