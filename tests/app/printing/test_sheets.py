"""Paper is numbered, and the desk learns which sheet is out of date: that one and no other (PRT-03)."""

import io
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.delegations.models import Delegate
from app.platform import i18n
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.printing.itinerary import Itinerary
from app.printing.models import PrintedSheet, SheetKind
from app.printing.queries import itinerary_of_delegation, itinerary_of_person
from app.printing.service import print_sheets
from app.printing.sheets import Edition, Sheet, content_of, sheet_of
from app.visits.service import cancel, confirm, move

OF_TRIESTE = "Meeting with the delegation of Chengdu"


def _text(pdf: bytes) -> str:
    return " ".join("".join(page.extract_text() + "\n" for page in PdfReader(io.BytesIO(pdf)).pages).split())


def _numbers(session: Any, delegation_id: int) -> list[int]:
    statement = select(PrintedSheet.number).where(PrintedSheet.delegation_id == delegation_id)
    return list(session.scalars(statement.order_by(PrintedSheet.id)))


def _after(press: Any, itinerary: Itinerary, before: Any) -> Sheet:
    edition = Edition(number=2, printed_at=press.now, before=before, live_address=None)
    return sheet_of(press.event, itinerary, edition)


def _rows(sheet: Sheet) -> dict[str, Any]:
    return {row["title"]: row for day in sheet["days"] for row in day["items"]}


def test_numbers_rise_with_each_print_of_a_delegation_and_of_a_person(press: Any) -> None:
    for _ in range(3):
        press.hand_out("tehran")
    text = _text(press.hand_out("tehran", "trieste"))
    assert _numbers(press.session, press.numbers["tehran"]) == [1, 2, 3, 4]
    assert _numbers(press.session, press.numbers["trieste"]) == [1]
    assert "sheet 4" in text
    assert "sheet 1" in text
    head = press.session.scalars(select(Delegate).where(Delegate.delegation_id == press.numbers["tehran"])).first()
    for expected in (1, 2):
        own = itinerary_of_person(press.session, press.event, head)
        print_sheets(
            press.session, event=press.event, itineraries=[own], base_url=None, actor=press.actor, now=press.now
        )
        personal = press.session.scalars(select(PrintedSheet.number).where(PrintedSheet.kind == SheetKind.PERSON)).all()
        assert max(personal) == expected, "the sheets of a person are counted apart from the delegation's"


def test_only_the_sheet_whose_content_changed_is_out_of_date(press: Any) -> None:
    press.hand_out(*press.numbers)
    assert press.outdated() == set()
    known = {"event": press.event, "actor": press.actor, "now": press.now}
    visit = press.visit(OF_TRIESTE)
    confirm(press.session, visit=visit, version=visit.version, **known)
    assert press.outdated() == {"trieste"}
    visit = press.visit("District heating plant")
    move(press.session, visit=visit, version=visit.version, starts_at=visit.starts_at + timedelta(hours=1), **known)
    assert press.outdated() == {"trieste", "shenzhen"}
    visit = press.visit("Dinner of northern cities")
    cancel(press.session, visit=visit, version=visit.version, **known)
    assert press.outdated() == {"trieste", "shenzhen", "gothenburg"}
    press.hand_out("trieste", "gothenburg")
    assert press.outdated() == {"shenzhen"}


def test_a_delegation_without_a_sheet_has_none_out_of_date(press: Any) -> None:
    press.hand_out("dakar")
    visit = press.visit(OF_TRIESTE)
    confirm(press.session, event=press.event, visit=visit, version=visit.version, actor=press.actor, now=press.now)
    assert press.outdated() == set()


def test_a_moved_row_is_marked_with_what_it_was_and_no_other_row_is(press: Any) -> None:
    title = "District heating plant"
    before = content_of(press.event, press.itinerary("shenzhen"))["rows"]
    press.hand_out("shenzhen")
    assert "was 15:00" not in _text(press.hand_out("shenzhen")).replace("此前：", "was ")
    visit = press.visit(title)
    later = visit.starts_at + timedelta(hours=1)
    known = {"event": press.event, "actor": press.actor, "now": press.now}
    move(press.session, visit=visit, version=visit.version, starts_at=later, **known)
    rows = _rows(_after(press, press.itinerary("shenzhen"), before))
    assert [name for name, row in rows.items() if row["changed"]] == [title]
    assert "15:00" in rows[title]["was"]
    assert rows[title]["start"] == "16:00"
    assert "15:00" in _text(press.hand_out("shenzhen"))


def test_a_sheet_in_english_says_was(press: Any) -> None:
    press.hand_out("trieste")
    visit = press.visit(OF_TRIESTE)
    known = {"event": press.event, "actor": press.actor, "now": press.now}
    move(press.session, visit=visit, version=visit.version, starts_at=visit.starts_at + timedelta(minutes=30), **known)
    assert "was 12:55" in _text(press.hand_out("trieste"))
    assert "was 12:55" not in _text(press.hand_out("trieste")), "the next sheet is compared with the last one"


def test_a_row_that_is_confirmed_meanwhile_is_marked_too(press: Any) -> None:
    before = content_of(press.event, press.itinerary("trieste"))["rows"]
    visit = press.visit(OF_TRIESTE)
    confirm(press.session, event=press.event, visit=visit, version=visit.version, actor=press.actor, now=press.now)
    assert _rows(_after(press, press.itinerary("trieste"), before))[OF_TRIESTE]["changed"]


def test_a_first_sheet_marks_nothing(press: Any) -> None:
    rows = _rows(_after(press, press.itinerary("tehran"), None))
    assert rows
    assert not any(row["changed"] for row in rows.values())


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_prints_at_the_same_time_get_numbers_of_their_own(
    database: Database, demonstration: Any, actor: Actor, now: datetime, kind: str
) -> None:
    with database.reading() as session:
        _, numbers = demonstration(session)
    start, failures = threading.Barrier(4), list[Exception]()

    def run() -> None:
        start.wait()
        try:
            with database.writing() as session:
                event, _ = demonstration(session)
                own = itinerary_of_delegation(session, event, numbers["trieste"])
                print_sheets(session, event=event, itineraries=[own], base_url=None, actor=actor, now=now)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert sorted(_numbers(session, numbers["trieste"])) == [1, 2, 3, 4]


@pytest.mark.parametrize(("locale", "said"), [("en", "Tehran with Trieste"), ("fr", "Tehran avec Trieste")])
def test_a_sheet_names_partnerships_in_its_own_language_whoever_asks_for_it(press: Any, locale: str, said: str) -> None:
    """PRT-05: the language of the reader's pages goes into no paper."""
    named = ("Tehran", "Trieste")
    with i18n.speaking("ru"):
        itinerary = replace(press.itinerary("tehran"), locale=locale, partnerships=((named, "triangular"),))
        assert said in _after(press, itinerary, None)["summary"]
