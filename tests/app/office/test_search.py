"""One search finds what a person types: without accents, in capitals, in its own script."""

from typing import Any

import pytest

from app.delegations.models import City, Delegate
from app.office.search import MOST_OF_A_KIND, search


@pytest.fixture
def known(session: Any, cast: Any, placed: Any) -> Any:
    """A session in which Shenzhen has a native name, a mayor with accents stands, and one session is placed."""
    session.get_one(City, cast.parties[1]).native_name = "深圳市"
    session.get_one(City, cast.parties[3]).name = "Göteborg"
    head = session.get_one(Delegate, cast.heads[0])
    head.badge_name, head.native_name = "Đặng Émilie", "Алматы Ольга"
    placed(session, "Énergie et eau", (), 60)
    session.flush()
    session.expire_all()
    return session


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("goteborg", "city", "Göteborg"),
        ("GÖTEBORG", "city", "Göteborg"),
        ("深圳", "city", "Shenzhen"),
        ("emilie", "person", "Đặng Émilie"),
        ("ольга", "person", "Đặng Émilie"),
        ("mayor emilie", "person", "Đặng Émilie"),
        ("EMILIE dang", "person", "Đặng Émilie"),
        ("Dang Emilie", "person", "Đặng Émilie"),
        ("energie EAU", "session", "Énergie et eau"),
    ],
)
def test_accents_case_and_script_do_not_hide_anything(known: Any, cast: Any, typed: str, kind: str, name: str) -> None:
    assert [(hit.kind, hit.name) for hit in search(known, cast.event, typed)] == [(kind, name)]


@pytest.mark.parametrize("typed", ["", "e", "  e ", "nobody is called this"])
def test_too_little_and_what_is_not_there_find_nothing(known: Any, cast: Any, typed: str) -> None:
    assert search(known, cast.event, typed) == ()


def test_one_letter_is_enough_where_it_is_a_whole_name(known: Any, cast: Any) -> None:
    assert [hit.name for hit in search(known, cast.event, "圳")] == ["Shenzhen"]
    assert search(known, cast.event, "王") == ()


def test_what_was_read_once_is_read_anew_after_a_change(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in("organiser", event_id=cast.event.id)
    find, head = f"/e/{cast.event.slug}/manage/search", f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}"
    assert "Nothing holds these letters." in client.get(find, params={"q": "renamed"}).text
    sent = {"version": "1", "family_name": "Renamed", "badge_name": "Renamed", "rank": "30"}
    assert client.post(head, data=sent).status_code == 303
    assert head in client.get(find, params={"q": "renamed"}).text


def test_at_most_ten_of_a_kind_are_shown(known: Any, cast: Any) -> None:
    known.add_all(City(event_id=cast.event.id, slug=f"twin-{n}", name=f"Twin {n}", country="DE") for n in range(15))
    known.flush()
    assert len(search(known, cast.event, "twin")) == MOST_OF_A_KIND


def test_the_page_lists_what_was_found(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage/search", params={"q": "SHENZHEN"})
    assert page.status_code == 200
    assert f"/e/{cast.event.slug}/manage/cities/{cast.parties[1]}" in page.text
    assert f"/e/{cast.event.slug}/manage/cities/{cast.parties[2]}" not in page.text
