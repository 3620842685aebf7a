"""Widgets: what they promise to those who cannot see them, and that no template asks for one that is not there."""

import json
import re
from types import SimpleNamespace
from typing import Any

import html5lib
import pytest

from app.platform.rendering import ROOT, TEMPLATES, templates

README = (TEMPLATES / "README.md").read_text()


@pytest.fixture(scope="module")
def ui() -> Any:
    return templates().globals["ui"]


def exported(ui: Any) -> set[str]:
    return {name for name in vars(ui) if not name.startswith("_")}


def test_no_template_asks_for_a_widget_that_is_not_there(ui: Any) -> None:
    asked = {
        (str(path.relative_to(TEMPLATES)), name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\bui\.([a-z_]+)", path.read_text())
    }
    assert {one for one in asked if one[1] not in exported(ui)} == set()


def test_the_readme_shows_every_widget_that_pages_use() -> None:
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        if path.parent.name not in ("ui", "templates")
        for name in re.findall(r"\bui\.([a-z_]+)", path.read_text())
    }
    assert {name for name in used if f"ui.{name}(" not in README and f"`{name}`" not in README} == set()


def test_the_readme_names_no_widget_that_is_gone(ui: Any) -> None:
    assert {name for name in re.findall(r"ui\.([a-z_]+)\(", README) if name not in exported(ui)} == set()


def test_htmx_is_told_what_to_swap_to_the_letter() -> None:
    frame = (TEMPLATES / "base.html").read_text()
    told = json.loads(re.findall(r"name=\"htmx-config\" content='([^']+)'", frame)[0])
    assert told["responseHandling"] == [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422|409", "swap": True},
        {"code": "[45]..", "swap": True, "target": "#notice", "error": True},
    ]
    assert told["allowEval"] is False
    assert told["includeIndicatorStyles"] is False
    assert "".join(path.read_text() for path in TEMPLATES.rglob("*.html")).count("htmx-config") == 1


def test_a_refused_field_is_joined_to_its_hint_and_its_error(ui: Any) -> None:
    form = SimpleNamespace(typed={"name": '"<x>'}, errors={"name": "Too short."})
    field = str(ui.field("name", "Name", form=form, hint="As in the passport."))
    assert 'aria-describedby="name-hint name-error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="name-error"' in field and "Too short." in field
    assert "&lt;x&gt;" in field and "<x>" not in field


def test_a_sound_field_says_nothing_of_errors(ui: Any) -> None:
    field = str(ui.field("name", "Name", value="Li"))
    assert "aria-invalid" not in field and "aria-describedby" not in field
    assert 'value="Li"' in field


def test_a_password_or_file_is_never_written_back(ui: Any) -> None:
    assert "secret" not in str(ui.field("word", "Word", value="secret", type="password"))


@pytest.mark.parametrize(("count", "words"), [(1, "1 thing to mend"), (2, "2 things to mend")])
def test_the_error_box_counts_and_links_to_the_fields(ui: Any, count: int, words: str) -> None:
    box = str(ui.error_box({f"f{n}": f"Message {n}" for n in range(count)}))
    assert words in box
    assert 'href="#f0"' in box
    assert 'tabindex="-1"' in box


def test_no_error_no_box(ui: Any) -> None:
    assert str(ui.error_box({})).strip() == ""


def test_a_radio_keeps_what_was_chosen(ui: Any) -> None:
    form = SimpleNamespace(typed={"slot": "2"}, errors={})
    text = str(ui.radios("slot", "When", [("1", "10:50"), (2, "11:15")], form=form))
    assert re.findall(r'value="(\w+)" checked', text) == ["2"]


def test_an_unticked_box_stays_unticked_after_a_refusal(ui: Any) -> None:
    form = SimpleNamespace(typed={"name": ""}, errors={})
    assert " checked" in str(ui.checkbox("listed", "Listed", checked=True))
    assert " checked" in str(ui.checkbox("listed", "Listed", form=SimpleNamespace(typed={"listed": "yes"}, errors={})))
    assert " checked" not in str(ui.checkbox("listed", "Listed", form=form))
    assert " checked" not in str(ui.checkbox("listed", "Listed", form=form, checked=True))


def test_a_sorted_head_says_so_and_turns_round(ui: Any) -> None:
    module = templates().from_string(
        "{% call ui.table('Rooms', [{'label': 'Room', 'key': 'name'}], sort=sort, query={'q': 'a&b'}) %}{% endcall %}"
    )
    assert 'aria-sort="ascending"' in module.render(sort="name")
    assert "?q=a%26b&amp;sort=-name" in module.render(sort="name")
    assert "?q=a%26b&amp;sort=name" in module.render(sort="-name")
    assert "aria-sort" not in module.render(sort=None)


def test_the_pager_is_there_for_more_than_one_page_alone(ui: Any) -> None:
    one = SimpleNamespace(number=1, count=50, size=50)
    assert str(ui.pager(one)).strip() == ""
    text = str(ui.pager(SimpleNamespace(number=2, count=101, size=50), {"state": "new"}))
    assert "51 to 100 of 101" in text
    assert "?state=new&amp;page=3" in text and 'aria-current="page">2<' in text


@pytest.mark.parametrize("severity", ["block", "block_release", "warn", "ignore", "ok"])
def test_a_severity_is_never_a_colour_alone(ui: Any, severity: str) -> None:
    text = str(ui.severity(severity))
    assert "<use " in text
    assert re.sub(r"<[^>]+>", "", text).strip()


@pytest.mark.parametrize("modality", ["south-south", "north-south", "north-north", "triangular"])
def test_a_modality_has_line_colour_and_word(ui: Any, modality: str) -> None:
    text = str(ui.modality(modality))
    assert f"#line-{modality}" in text and f'class="modality {modality}"' in text
    assert re.sub(r"<[^>]+>", "", text).strip()


def test_a_mend_is_a_link_or_a_form(ui: Any) -> None:
    mends = [{"text": "Show", "href": "/x"}, {"text": "Move", "action": "/y", "fields": {"at": "16:15"}}]
    text = str(ui.violation("Two places.", "block_release", number=1, mends=mends))
    assert '<a href="/x">Show</a>' in text
    assert 'action="/y"' in text and 'name="at" value="16:15"' in text


def test_a_name_in_its_own_script_has_direction_and_language(ui: Any) -> None:
    text = str(ui.person_name("Li Wei", "李伟", "zh_Hans"))
    assert 'dir="auto" lang="zh-Hans">李伟' in text
    assert "<bdi" in text


def test_the_conflict_view_offers_each_side_for_what_differs(ui: Any) -> None:
    rows = [("Function", "Deputy", "Mayor", True, "function"), ("City", "Dakar", "Dakar", False, "city")]
    text = str(ui.conflict("/x", rows, 4, "Protocol", "10:42"))
    assert text.count('type="radio"') == 2
    assert '<input type="hidden" name="city" value="Dakar">' in text
    assert '<input type="hidden" name="version" value="4">' in text
    assert "Protocol changed this at 10:42." in text


@pytest.mark.parametrize("state", ["queued", "running", "done", "stopped", "infeasible", "failed"])
def test_a_run_says_its_state_and_offers_what_fits_it(ui: Any, state: str) -> None:
    is_open = state in ("queued", "running")
    run = SimpleNamespace(
        number=3,
        state=state,
        seconds=4.0,
        limit_seconds=60,
        best=38,
        bound=34,
        gap_percent=11,
        is_best=False,
        message=None,
        stop_path="/stop",
        accept_path="/accept",
        discard_path=None,
        stream_path="/stream" if is_open else None,
        page_path=None,
    )
    text = str(ui.run_progress(run))
    assert ('action="/stop"' in text) is is_open
    assert ("sse-connect" in text) is is_open
    assert ('action="/accept"' in text) is not is_open


def test_macros_write_html_that_nests(ui: Any) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parseFragment(str(ui.need("Title", "Why", href="/x", verb="Do")) + str(ui.facts([("A", "B")])))
    nesting = [error for error in parser.errors if "unexpected" in error[1]]
    assert nesting == []


def test_scripts_of_ours_are_modules_that_import_our_own_alone() -> None:
    scripts = ROOT / "static" / "js"
    for path in scripts.rglob("*.js"):
        text = path.read_text()
        for imported in re.findall(r"""^import .*?["']([^"']+)["'];$""", text, re.M):
            assert imported.startswith("."), path.name
            assert (path.parent / imported).resolve().is_relative_to(scripts), path.name
        assert "eval(" not in text and ".innerHTML" not in text
