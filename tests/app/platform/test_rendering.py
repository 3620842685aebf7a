"""Pages: strict, escaped, in the reader's language and the venue's time."""

import hashlib
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from app.platform import i18n
from app.platform.rendering import (
    STATIC,
    country_name,
    language_name,
    render,
    render_text,
    static_address,
    templates,
)

VIENNA = SimpleNamespace(timezone="Europe/Vienna")
AT = datetime(2019, 9, 3, 7, 30, tzinfo=UTC)


def _said(source: str, *, locale: str = "en", **context: Any) -> str:
    with i18n.speaking(locale):
        return templates().from_string(source).render(**context)


@pytest.fixture
def request_of(client: Any) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "app": client.app}
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ at|clock }}", "09:30"),
        ("{{ at|moment }}", "Tue 3 Sep, 09:30"),
        ("{{ at|span(end) }}", "09:30 to 10:45"),
        ("{{ at|day }}", "Tuesday 3 September"),
        ("{{ at|short_day }}", "Tue 3 Sep"),
        ("{{ at|iso_day }}", "2019-09-03"),
        ("{{ on|day }}", "Tuesday 3 September"),
        ("{{ 12345.5|number }}", "12,345.5"),
        ("{{ 'SN'|country_name }}", "Senegal"),
        ("{{ 'zh'|language_name }}", "Chinese"),
        ("{{ ['ar', 'fr']|languages }}", "Arabic, French"),
        ("{{ {'en': 'Waste', 'fr': 'Déchets'}|pick }}", "Waste"),
    ],
)
def test_values_in_words_at_the_venue(source: str, said: str) -> None:
    end = datetime(2019, 9, 3, 8, 45, tzinfo=UTC)
    assert _said(source, at=AT, end=end, on=date(2019, 9, 3), event=VIENNA) == said


@pytest.mark.parametrize(
    ("locale", "day", "country", "number"),
    [
        ("fr", "mardi 3 septembre", "Sénégal", "12\u202f345,5"),
        ("es", "martes, 3 de septiembre", "Senegal", "12.345,5"),
        ("ru", "вторник, 3 сентября", "Сенегал", "12\u00a0345,5"),
        ("zh", "9月3日星期二", "塞内加尔", "12,345.5"),
        ("ar", "الثلاثاء، 3 سبتمبر", "السنغال", None),
    ],
)
def test_each_language_has_its_own_order(locale: str, day: str, country: str, number: str | None) -> None:
    assert _said("{{ at|day }}", locale=locale, at=AT, event=VIENNA) == day
    assert _said("{{ 'SN'|country_name }}", locale=locale) == country
    if number is not None:
        assert _said("{{ 12345.5|number }}", locale=locale) == number


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        (datetime(2019, 10, 27, 0, 30, tzinfo=UTC), "Europe/Vienna", "02:30"),
        (datetime(2019, 10, 27, 1, 30, tzinfo=UTC), "Europe/Vienna", "02:30"),
        (datetime(2019, 9, 3, 18, 30, tzinfo=UTC), "Asia/Kathmandu", "00:15"),
    ],
)
def test_times_are_those_of_the_venues_clocks(at: datetime, zone: str, said: str) -> None:
    """T56."""
    assert _said("{{ at|clock }}", at=at, event=SimpleNamespace(timezone=zone)) == said


def test_a_day_is_the_venues_day() -> None:
    late = datetime(2019, 9, 3, 22, 30, tzinfo=UTC)
    assert _said("{{ at|short_day }}", at=late, event=VIENNA) == "Wed 4 Sep"


def test_what_is_missing_raises() -> None:
    with pytest.raises(UndefinedError, match="nobody"):
        _said("{{ nobody }}")


@pytest.mark.parametrize("hostile", ['"><svg onload=alert(1)>', "<script>", "{{ 7*7 }}", "' onclick='x"])
def test_what_people_wrote_is_text(hostile: str) -> None:
    """T30."""
    page = _said('<p title="{{ typed }}">{{ typed }}</p>', typed=hostile)
    assert page.count("<") == 2
    assert "49" not in page
    assert page.split(">")[0].count('"') == 2


def test_a_block_alone_or_the_whole_page(request_of: Request) -> None:
    context = {"title": "A title", "message": "A message.", "details": (), "number": None, "status": 404}
    whole = bytes(render(request_of, "errors/error.html", context).body).decode()
    answer = render(request_of, "errors/error.html", context, block="fault", status=409, headers={"X-A": "b"})
    alone = bytes(answer.body).decode()
    assert "<!doctype html>" in whole
    assert "A message." in whole
    assert "<!doctype" not in alone
    assert "A message." in alone
    assert (answer.status_code, answer.headers["x-a"]) == (409, "b")
    assert "HX-Request" in answer.headers["vary"]


def test_pages_may_ask_for_an_address_by_name(request_of: Request) -> None:
    assert request_of.app.url_path_for("runs", slug="x") == "/e/x/manage/runs"
    assert _said("{{ url_for('runs', slug='x') }}", url_for=request_of.app.url_path_for) == "/e/x/manage/runs"


def test_static_addresses_change_with_their_content() -> None:
    content = (STATIC / "css/base.css").read_bytes()
    assert static_address("css/base.css") == f"/static/css/base.css?v={hashlib.sha256(content).hexdigest()[:12]}"
    with pytest.raises(FileNotFoundError):
        static_address("css/none.css")


def test_a_mail_keeps_its_lines_and_is_not_escaped() -> None:
    context = {"name": "O'Neill & Ana", "minutes": 1, "address": "http://testserver/x?a=1&b=2"}
    lines = render_text("mail/sign_in.txt", context, locale="en").strip().splitlines()
    assert lines[1] == ""
    assert "Dear O'Neill & Ana," in lines
    assert "http://testserver/x?a=1&b=2" in lines
    assert "lasts 1 minute:" in " ".join(lines)


def test_names_that_nobody_knows_stay_as_they_are() -> None:
    assert (country_name("XX"), country_name(None), country_name("")) == ("XX", "", "")
    assert language_name("xx") == "xx"
    assert language_name("fr", "fr") == "Français"


@pytest.mark.parametrize(
    ("asked", "chosen", "kept", "accepts", "spoken"),
    [
        (None, None, None, "", "en"),
        ("fr", "ar", "zh", "ru", "fr"),
        ("xx", "ar", "zh", "ru", "ar"),
        (None, None, "zh", "ru", "zh"),
        (None, None, None, "pt-BR,es-MX;q=0.8", "es"),
        (None, None, None, "*", "en"),
        (None, None, None, "zh-Hans-CN", "zh"),
        (None, None, None, "en;q=0.1, fr;q=0.9", "fr"),
        (None, None, None, ",;q=,x=%00", "en"),
    ],
)
def test_negotiation(asked: str | None, chosen: str | None, kept: str | None, accepts: str, spoken: str) -> None:
    assert i18n.negotiate(asked=asked, chosen=chosen, kept=kept, accepts=accepts) == spoken


def test_a_language_chosen_in_one_thread_of_a_request_holds_in_the_others() -> None:
    import contextvars

    i18n.begin_request("en")
    contextvars.copy_context().run(i18n.use_locale, "ar")
    assert i18n.current_locale() == "ar"
    i18n.begin_request("en")


def test_texts_of_many_languages() -> None:
    assert i18n.pick({"en": "a", "fr": "b"}, "fr") == "b"
    assert i18n.pick({"en": "a"}, "fr") == "a"
    assert i18n.pick({"ru": "c"}, "fr") == "c"
    assert i18n.pick({}, "fr") == ""


@pytest.mark.parametrize("locale", ["en", "fr", "ar"])
@pytest.mark.parametrize(
    "source",
    [
        "{{ _('Meetings') }}",
        "{{ gettext('Meetings') }}",
        "{% for one in ['a', 'b'] %}{{ _('Meetings') }}{{ one }}{% endfor %}",
        "{{ _('%(start)s to %(end)s', start='<b>', end=1) }}",
        "{% trans name='<b>' %}Choose {{ name }}{% endtrans %}",
        "{% trans %}100 % of them{% endtrans %}",
        "{{ _('nobody translated <this>') }}",
        "{{ _('Meetings')|lower is string and _('Meetings') is escaped }}",
    ],
)
def test_words_are_those_of_jinjas_extension(source: str, locale: str) -> None:
    """Twice, since they are kept; with and without escaping."""
    slow = templates().overlay()
    slow.globals = dict(slow.globals)
    slow.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    slow.globals["_"] = slow.globals["gettext"]
    plain = "{% autoescape false %}" + source + "{% endautoescape %}"
    with i18n.speaking(locale):
        for one in (source, source, plain):
            assert templates().from_string(one).render() == slow.from_string(one).render()


def test_a_word_without_what_it_names_raises() -> None:
    with pytest.raises(KeyError):
        _said("{{ _('%(start)s to %(end)s', start=1) }}")
