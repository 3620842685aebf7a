"""The catalogues: gathered from the sources as they are, compiled as they stand, complete on paper and for delegates."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import CommandLineInterface, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from app.agenda.enums import Part, SessionKind
from app.events.models import Event
from app.platform import i18n
from app.platform.rendering import render_text
from app.printing.itinerary import DayOfItems, Item, Itinerary, Traveller
from app.printing.sheets import Edition, sheet_of
from app.visits.enums import VisitKind

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "app" / "locale"
LANGUAGES = [locale for locale in i18n.LOCALES if locale != "en"]
COMPLETE = (
    "app/printing/", "app/office/days.py", "app/platform/forms.py", "app/platform/web/", "app/platform/rendering.py",
    "app/accounts/words.py", "app/accounts/policies.py", "app/accounts/forms.py", "app/accounts/service/",
    "app/pairing/view.py", "app/pairing/queries.py", "app/pairing/service/consenting.py", "app/pairing/service/questioning.py", "app/office/routes/consent.py", "templates/printing/", "templates/mail/", "templates/base", "templates/errors/",
    "templates/ui/frame.html", "templates/ui/forms.html", "templates/ui/marks.html", "templates/office/my_day.html",
    "templates/office/me.html", "templates/office/event.html", "templates/meetings/mine.html",
    "templates/meetings/wish.html", "templates/meetings/answer.html", "templates/meetings/people.html", "templates/meetings/person_card.html",
    "templates/meetings/answer_form.html", "templates/meetings/wish_answer.html", "templates/meetings/offer.html",
    "templates/meetings/own_meeting.html", "templates/meetings/why_own.html", "templates/office/my_saved.html", "templates/meetings/words.html",
    "app/meetings/why_not.py", "app/meetings/service/limits.py", "app/meetings/service/wishing.py", "app/meetings/service/waiting.py",
    "app/meetings/routes/own.py", "app/meetings/routes/answer.py",
    "templates/registration/question.html",
    "templates/agenda/programme.html", "templates/agenda/changes.html", "templates/agenda/withdrawn.html", "templates/agenda/session.html", "templates/agenda/words.html",
    "templates/pairing/answer.html", "templates/pairing/partnership.html", "templates/pairing/partnerships.html",
    "templates/pairing/words.html", "templates/registration/form.html", "templates/registration/mine.html",
    "templates/registration/doors.html", "templates/registration/nominate.html", "templates/registration/individual.html",
    "templates/registration/person.html", "templates/registration/parts.html", "templates/registration/answers.html",
    "app/registration/forms/", "app/registration/service/", "app/registration/routes/answering.py",
    "app/registration/routes/own.py", "app/delegations/service/", "app/delegations/photographs.py",
    "templates/registration/words.html", "templates/delegations/words.html", "templates/accounts/sign_in.html",
    "templates/accounts/link.html", "templates/accounts/sent.html", "templates/accounts/gone.html",
    "templates/accounts/account.html", "templates/delegations/acting.html", "app/office/missing.py", "templates/registration/profile.html",
    "app/registration/service/profiling.py", "templates/office/people_list.html", "templates/office/cannot_come.html", "app/office/routes/cannot_come.py", "templates/ui/consents.html", "templates/office/times.html", "app/office/absence.py",
    "app/delegations/service/availability.py", "templates/registration/sheet.html",
    "templates/ui/erasure.html", "templates/office/my_erasure.html", "templates/office/erased.html",
    "templates/registration/erasure.html", "app/office/routes/erasure/own.py", "app/registration/loaders.py",
    "templates/registration/member.html", "app/registration/routes/sheet.py", "app/registration/service/members.py", "app/delegations/service/acting.py",
)  # fmt: skip
"""What delegates, applicants and guests read. Pages of the organisers may still speak English."""

MACROS = "templates/ui/"
MACRO = re.compile(r"{%-? macro (\w+)\(.*?endmacro -?%}", re.DOTALL)
CALL = re.compile(r"\b(?:ui|forms|data|marks|frame|office|parts)\.(\w+)\(")

SAME_WORD: dict[str, set[str]] = {"fr": {"page", "table", "minute", "minutes"}, "es": {"Triangular"}}
"""Words of a sheet that a language shares with English."""


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def written(language: str) -> Catalog:
    with _path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def _path(language: str, ending: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"messages.{ending}"


def _template() -> Catalog:
    with (FOLDER / "messages.pot").open("rb") as file:
        return read_po(file)


def _texts(message: Message) -> tuple[str, ...]:
    """What a translator wrote for a message, one text for each plural form."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def _used() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Every message with the file and the line that it stands in."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    for folder in ("app", "templates"):
        for path, line, message, *_rest in extract_from_dir(
            ROOT, methods, options, directory_filter=lambda one, wanted=folder: _is_under(one, wanted)
        ):
            yield path, line, message if isinstance(message, str) else tuple(message[:2])


def _lines_of_macros() -> set[tuple[str, int]]:
    """The lines of the macros that pages of delegates call, and of those that these call themselves."""
    macros: dict[str, list[tuple[str, str, int]]] = {}
    for file in sorted((ROOT / MACROS).glob("*.html")):
        text = file.read_text()
        for found in MACRO.finditer(text):
            macros.setdefault(found[1], []).append(
                (MACROS + file.name, found[0], text.count("\n", 0, found.start()) + 1)
            )
    pages = [one for one in (ROOT / "templates").rglob("*.html") if str(one.relative_to(ROOT)).startswith(COMPLETE)]
    waiting = {name for page in pages for name in CALL.findall(page.read_text())} & macros.keys()
    read: set[str] = set()
    while waiting:
        read |= waiting
        inside = {
            name for one in waiting for _path, text, _line in macros[one] for name in re.findall(r"\b(\w+)\(", text)
        }
        waiting = inside & macros.keys() - read
    return {
        (path, line + more)
        for name in read
        for path, text, line in macros[name]
        for more in range(text.count("\n") + 1)
    }


def _is_under(folder: str, wanted: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[0] == wanted


def test_the_template_is_up_to_date_with_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise: ``make messages``, translate what is new, ``make messages`` again."""
    monkeypatch.chdir(ROOT)
    again = tmp_path / "messages.pot"
    CommandLineInterface().run([
        "pybabel", "-q", "extract", "-F", str(FOLDER / "babel.cfg"), "--no-location", "--sort-output", "--omit-header",
        "--no-wrap", "-o", str(again), ".",
    ])  # fmt: skip
    assert again.read_text() == (FOLDER / "messages.pot").read_text(), "make messages"


def test_each_language_has_the_messages_of_the_template(written: Catalog) -> None:
    assert {str(one.id) for one in written} == {str(one.id) for one in _template()} | {""}
    assert not written.obsolete
    assert not [one.id for one in written if one.id and one.fuzzy]


def test_what_is_compiled_is_what_is_written(language: str, written: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, written)
    assert compiled.getvalue() == _path(language, "mo").read_bytes(), "make messages"


def test_placeholders_are_kept(written: Catalog) -> None:
    """A plural form for exactly one or two may put its number into words; the form for all others never."""
    for message in written:
        if not message.id or not any(_texts(message)):
            continue
        wanted = _placeholders(message.id if isinstance(message.id, str) else message.id[1])
        *special, last = _texts(message)
        assert _placeholders(last) == wanted, message.id
        for text in special:
            assert wanted - {"count", "num"} <= _placeholders(text) <= wanted, message.id
        for text in (*special, last):
            assert not re.search(r"%(?!\(\w+\)[sd]|%)", text), f"{message.id}: a lone % breaks the page"


def test_whatever_delegates_read_is_translated(language: str, written: Catalog) -> None:
    missing = set()
    found = 0
    macros = _lines_of_macros()
    for path, line, message in _used():
        if not path.startswith(COMPLETE) and (path, line) not in macros:
            continue
        found += 1
        entry = written.get(message)
        if entry is None or not all(_texts(entry)):
            missing.add((path, message))
    assert found > 400
    assert not missing, f"{language}: {sorted(map(str, missing))}"


def test_each_language_has_its_own_plural_forms(language: str, written: Catalog) -> None:
    forms = {"fr": 2, "es": 2, "ar": 6, "zh": 1, "ru": 3}[language]
    assert written.num_plurals == forms == get_plural(language).num_plurals
    for message in written:
        if message.pluralizable:
            assert len(_texts(message)) == forms, message.id


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", {0: "0 personne", 1: "1 personne", 2: "2 personnes"}),
        ("es", {0: "0 personas", 1: "1 persona", 2: "2 personas"}),
        ("ar", {1: "شخص واحد", 2: "شخصان", 3: "3 أشخاص", 11: "11 شخصًا", 100: "100 شخص", 103: "103 أشخاص"}),
        ("zh", {1: "1人", 8: "8人"}),
        ("ru", {1: "1 человек", 2: "2 человека", 5: "5 человек", 11: "11 человек", 22: "22 человека"}),
    ],
)
def test_people_are_counted_as_the_language_counts(locale: str, said: dict[int, str]) -> None:
    with i18n.speaking(locale):
        found = {n: i18n.ngettext("%(num)s person", "%(num)s people", n) % {"num": n} for n in said}
    assert found == said


def test_a_mail_speaks_the_language_of_its_reader(language: str) -> None:
    values = {"name": "7", "party": "8", "event": {"name": "9"}, "address": "10"}
    for name in ("registration_submitted", "registration_waiting", "registration_withdrawn"):
        english = render_text(f"mail/{name}.txt", values, locale="en").splitlines()
        spoken = render_text(f"mail/{name}.txt", values, locale=language).splitlines()
        assert len(spoken) == len(english)
        shared = {line for line in english if re.search("[a-z]", line)} & set(spoken)
        assert not shared, shared


def test_no_word_hides_in_an_f_string() -> None:
    """Below Python 3.12 nothing is extracted from there, so that the template would depend on who makes it."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                called = {ast.unparse(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
                assert not called & {"_", "gettext", "ngettext", "i18n.gettext", "i18n.ngettext"}, (path, node.lineno)


def _item(number: int, kind: str, subkind: str, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "uid": f"{number}",
        "kind": kind,
        "subkind": subkind,
        "starts_at": datetime(2019, 9, 3, 8, 50, tzinfo=UTC),
        "ends_at": datetime(2019, 9, 3, 9, 10, tzinfo=UTC),
        "leave_at": datetime(2019, 9, 3, 8, 40, tzinfo=UTC),
        "is_time_known": False,
        "title": f"{number}",
        "titles": {},
        "part": None,
        "speaking_minutes": None,
        "detail": None,
        "place": "1",
        "floor": "2",
        "site": "3",
        "table_number": 12,
        "languages": ("en", "ru"),
        "channels": {},
        "counterpart": None,
        "companions": None,
        "greeter": "5",
        "goes": (1,),
        "parts": {},
        "state": "held",
        "sequence": 2,
        "is_illustrative": True,
        "page": None,
    }
    return Item(**{**values, **changes})


def _items() -> tuple[Item, ...]:
    """Rows of every kind, part and state; what is data are figures, so that every letter is a word of ours."""
    rows = [
        *(("session", kind.value, {"part": part, "speaking_minutes": n}) for kind, part, n in _sessions()),
        ("meeting", "meeting", {}),
        *(("visit", kind.value, {"state": state}) for kind in VisitKind for state in ("draft", "changed")),
    ]
    return tuple(_item(number, kind, subkind, **changes) for number, (kind, subkind, changes) in enumerate(rows))


def _sessions() -> list[tuple[SessionKind, str, int | None]]:
    return [(kind, part.value, minutes) for kind in SessionKind for part in Part for minutes in (None, 1, 2, 5, 11)]


def _sheet(locale: str, *, is_personal: bool, release: int | None) -> dict[str, Any]:
    event = Event(
        name="4.0", starts_on=date(2019, 9, 3), ends_on=date(2019, 9, 4), venue_name="6", timezone="Europe/Vienna",
        practical_notes={}, is_demonstration=True,
    )  # fmt: skip
    items = _items()
    itinerary = Itinerary(
        event_id=1, delegation_id=1, delegation_code="7", delegate_id=1 if is_personal else None, delegation_name="7", name="7",
        native_name=None, native_language=None, locale=locale,
        travellers=(
            Traveller(
                delegate_id=1, letter="8", is_head=True, name="8", native_name=None, native_language=None, function="9"
            ),
        ),
        days=(DayOfItems(on=date(2019, 9, 3), items=items),),
        partnerships=tuple((("7", "8"), one) for one in ("south-south", "north-south", "north-north", "triangular")),
        liaison_name=None, liaison_phone="10", out_of_hours_phone="11", release_number=release,
    )  # fmt: skip
    edition = Edition(
        number=2, printed_at=datetime(2019, 8, 20, 7, 12, tzinfo=UTC), live_address=None, before=_before(items)
    )
    return sheet_of(event, itinerary, edition)


def _before(items: tuple[Item, ...]) -> dict[str, dict[str, str]]:
    """An older sheet that differs in each way that is marked; the last row is new."""
    same = {"start": "10:50", "end": "11:10", "place": "1", "table": "12"}
    changes = ({"start": "10:00"}, {"place": "44"}, {"table": "13"}, {"end": "11:30"})
    return {item.uid: {**same, **changes[number % 4]} for number, item in enumerate(items[:-1])}


def _said(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a sheet with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("lang", "letter"):
                yield from _said(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _said(inner, f"{path}.{number}")
    elif isinstance(value, str):
        yield path, value


@pytest.mark.parametrize(("is_personal", "release"), [(False, 3), (True, None)])
def test_a_sheet_holds_no_english_words(language: str, is_personal: bool, release: int | None) -> None:
    english = dict(_said(_sheet("en", is_personal=is_personal, release=release)))
    spoken = dict(_said(_sheet(language, is_personal=is_personal, release=release)))
    assert english.keys() == spoken.keys()
    for place, text in spoken.items():
        if language in ("ar", "zh", "ru"):
            assert not re.search("[A-Za-z]", text), f"{place}: {text}"
        if not re.search("[A-Za-z]", english[place]):
            continue
        theirs, ours = _parts(text), _parts(english[place])
        assert not theirs & ours - SAME_WORD.get(language, set()), f"{place}: {text}"


def _parts(text: str) -> set[str]:
    """What stands between the separators of a line and has letters."""
    parts = (part.strip(" ()0123456789:.") for part in re.split(r" · |, |\. |; ", text))
    return {part for part in parts if re.search(r"[^\W\d_]", part)}


def test_only_the_arabic_sheet_runs_from_right_to_left() -> None:
    found = {locale: _sheet(locale, is_personal=False, release=1)["rtl"] for locale in i18n.LOCALES}
    assert [locale for locale, is_rtl in found.items() if is_rtl] == ["ar"]
    assert {locale: _sheet(locale, is_personal=False, release=1)["lang"] for locale in i18n.LOCALES} == {
        locale: locale for locale in i18n.LOCALES
    }
