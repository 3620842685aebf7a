"""ADM-06 for printed words: everything that is printed speaks through the catalogues, and templates hold no word.

That every one of these words is translated into all languages is asked in ``test_messages.py`` (``app/printing/``,
``templates/printing/``). Here a catalogue that marks whatever it is asked for shows that nothing goes past it.
"""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import app.models  # noqa: F401
from app.delegations.models import City
from app.delegations.queries import delegates_of
from app.pairing.enums import Consent, MemberRole, Modality, PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import partnership_in_event
from app.platform import i18n
from app.platform.codes import code_of
from app.platform.database.base import Base
from app.printing.badges import badge_of, imposed
from app.printing.desk import KINDS, Desk
from app.printing.dossier import dossier_of
from app.printing.press import Template
from app.printing.programme.booklet import booklet_of
from app.printing.programme.values import programme_of
from app.printing.queries import personal_itineraries_of_event
from app.printing.sheets import Edition, sheet_of
from app.printing.typesetting import typeset

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
FIXED = {"BRIDGE", "UNIDO"}
NOT_SAID = {"lang", "colour", "kind", "key", "keys"}
"""What a template reads and nobody else."""

Made = tuple[Template, list[dict[str, Any]]]
Maker = Callable[[Any], Made]


def _packs(press: Any) -> Made:
    edition = Edition(number=2, printed_at=press.now, before=None, live_address="http://x.example", copy=(1, 2))
    return "sheet", [
        sheet_of(press.event, press.itinerary(code), edition) for code in ("shenzhen", "tehran", "trieste")
    ]


def _persons(press: Any) -> Made:
    edition = Edition(number=None, printed_at=press.now, before={"gone": _GONE}, live_address="http://x.example")
    found = personal_itineraries_of_event(press.session, press.event)
    return "sheet", [sheet_of(press.event, one, edition) for one in sorted(found, key=lambda one: -len(one.items))[:5]]


_GONE = {"day": "2019-09-03", "start": "10:00", "end": "10:20", "title": "4711", "place": "4711", "table": ""}


def _badges(press: Any) -> Made:
    people = delegates_of(press.session, press.event.id)[::5]
    return "badges", imposed([badge_of(press.event, one) | {"qr": code_of("http://x.example")} for one in people])


def _desk(kind: str) -> Maker:
    def make(press: Any) -> Made:
        setting = KINDS[kind](
            Desk(session=press.session, event=press.event, now=press.now, base_url="http://x.example")
        )
        return setting.template, setting.sheets

    return make


def _dossier(press: Any) -> Made:
    cities = press.session.scalars(select(City).where(City.event_id == press.event.id).order_by(City.id)).all()[:2]
    pair = Partnership(
        event_id=press.event.id, state=PartnershipState.ASKED, modality=Modality.SOUTH_SOUTH, modality_rule="",
        classification={}, value=7, proposed_at=press.now,
    )  # fmt: skip
    press.session.add(pair)
    press.session.flush()
    for city in cities:
        member = PartnershipMember(
            partnership_id=pair.id, party_id=city.id, role=MemberRole.PARTNER, group="south", consent=Consent.PENDING
        )
        press.session.add(member)
    press.session.flush()
    found = partnership_in_event(press.session, press.event.id, pair.id)
    return "dossier", [dossier_of(press.session, event=press.event, partnership=found, now=press.now)]


def _booklet(press: Any) -> Made:
    return "booklet", [booklet_of(programme_of(press.session, press.event, base_url="http://x.example"))]


MAKERS: dict[str, Maker] = {
    "packs": _packs, "persons": _persons, "badges": _badges, "booklet": _booklet, "dossier": _dossier,
    **{kind: _desk(kind) for kind in KINDS},
}  # fmt: skip


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if key in NOT_SAID:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and not value.startswith("<svg"):
        yield value


def _words_of_data(session: Any) -> set[str]:
    """Every word of every row: whatever stands on paper and is no word of ours."""
    words: set[str] = set()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            for value in row:
                if not isinstance(value, (date, datetime, bool, int, float, bytes, type(None))):
                    words |= set(re.findall(r"[A-Za-z]{2,}", str(value)))
    return words


class _Marking:
    """A catalogue that has every word, marked."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return f"⟦{one if count == 1 else many}⟧"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "catalogue", lambda _locale: _Marking())


def _unmarked(text: str) -> str:
    """What is left without marked words; words inside words are marked from the inside out."""
    before = ""
    while before != text:
        before, text = text, MARKED.sub(" ", text)
    return text


def test_adm_06_no_printed_word_goes_past_the_catalogues(released: Any, marked: None) -> None:
    """In Chinese, so that days, languages and countries have no Latin letters."""
    _speak(released, "zh")
    known = _words_of_data(released.session) | FIXED
    left = {}
    for what, make in MAKERS.items():
        with i18n.speaking("zh"):
            _template, sheets = make(released)
        texts = list(_texts(sheets))
        assert any("⟦" in text for text in texts)
        left[what] = {word for text in texts for word in re.findall(r"[A-Za-z]{2,}", _unmarked(text))} - known
    assert left == {key: set() for key in MAKERS}


def test_adm_06_a_fixed_word_is_seen(released: Any, marked: None) -> None:
    """The control: a word that was not asked of a catalogue is left over."""
    with i18n.speaking("zh"):
        _template, sheets = _packs(released)
    sheets[0]["subtitle"] = "Hardcoded heading"
    left = {word for text in _texts(sheets) for word in re.findall(r"[A-Za-z]{2,}", _unmarked(text))}
    assert "Hardcoded" in left - _words_of_data(released.session)


def _figures(value: Any, key: str = "") -> Any:
    """The same values with a figure for every text."""
    if key in NOT_SAID:
        return value
    if isinstance(value, dict):
        return {name: _figures(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_figures(inner, key) for inner in value]
    is_text = isinstance(value, str) and not value.startswith("<svg")
    return re.sub(r"\w", "7", value) if is_text else value


def test_adm_06_templates_hold_no_word(released: Any) -> None:
    for what, make in MAKERS.items():
        template, sheets = make(released)
        pdf = typeset(_figures(sheets), title="7", at=released.now, template=template)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert "7" in text, what
        assert set(re.findall(r"[^\W\d_]+", text)) <= FIXED, what


@pytest.mark.parametrize("language", i18n.LOCALES)
def test_adm_06_everything_can_be_set_in_every_language(released: Any, language: str) -> None:
    _speak(released, language)
    for what, make in MAKERS.items():
        with i18n.speaking(language):
            template, sheets = make(released)
        assert {sheet["lang"] for sheet in sheets if "lang" in sheet} <= {language}, what
        pdf = typeset(sheets, title="7", at=released.now, template=template)
        assert len(PdfReader(io.BytesIO(pdf)).pages) >= 1, what


def _speak(press: Any, language: str) -> None:
    for delegate in delegates_of(press.session, press.event.id):
        delegate.locale = delegate.delegation.locale = language
    press.session.flush()
