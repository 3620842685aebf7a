"""One way to render a page or one of its blocks."""

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from jinja2_fragments import render_block
from markupsafe import Markup

from app.platform import i18n
from app.platform.error_names import name_fields
from app.platform.idempotency import form_key
from app.platform.parts import part_name, parts_known
from app.platform.template_words import quick_words
from app.platform.withholding import Withholding

ROOT = Path(__file__).parent.parent.parent
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"

VARY = {"Vary": "HX-Request, Accept-Language"}
"""A page is another one for htmx and in another language."""


def render(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    block: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A page, or the named block of it.

    The context gets ``request``, ``principal`` and the address of their ``home`` (or None), ``locale`` and
    ``direction``; what is missing raises. In a refused form the box of errors names the fields.
    """
    locale = i18n.current_locale()
    whole = {
        "event": None,
        "request": request,
        "principal": getattr(request.state, "principal", None),
        "home": getattr(request.state, "home", None),
        "locale": locale,
        "direction": i18n.direction(locale),
        "url_for": request.app.url_path_for,
        "parts_known": parts_known(request),
        **context,
    }
    environment = templates()
    text = (
        environment.get_template(template).render(whole)
        if block is None
        else render_block(environment, template, block, whole)
    )
    if status == 422:
        text = name_fields(text)
    return HTMLResponse(text, status_code=status, headers={**VARY, **(headers or {})})


def is_htmx(request: Request) -> bool:
    """Whether htmx asks, and wants a block in place of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def render_text(template: str, context: dict[str, Any], *, locale: str) -> str:
    """A plain text, such as a mail, in a language. Line breaks stand as in the template; at most one line is blank."""
    with i18n.speaking(locale):
        text = _text_templates().get_template(template).render(locale=locale, **context)
    return re.sub(r"\n{3,}", "\n\n", text)


def macro_of(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, for a part that is rendered once and kept: it knows nothing but what it is given."""
    macro: Callable[..., Markup] = getattr(templates().get_template(template).module, name)
    return macro


@lru_cache
def _text_templates() -> Environment:
    return templates().overlay(trim_blocks=False, lstrip_blocks=False)


@lru_cache
def templates() -> Environment:
    """The one environment: strict about what is missing, escaping, translating, closed to what rows withhold."""
    environment = Withholding(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "day": _day,
        "short_day": _short_day,
        "iso_day": _iso_day,
        "clock": _clock,
        "moment": _moment,
        "span": _span,
        "country_name": country_name,
        "region_name": region_name,
        "language_name": language_name,
        "languages": _languages,
        "number": _number,
        "pick": _pick,
        "part_name": part_name,
    }
    words = quick_words(environment)
    environment.globals |= {"_": words, "gettext": words, "static": static_address, "form_key": form_key}
    environment.globals["ui"] = environment.get_template("ui/widgets.html").module
    return environment


def compile_all() -> None:
    """Compile every page before the first reader asks: together they take about a second."""
    environment = templates()
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)


@lru_cache(maxsize=500)
def static_address(path: str) -> str:
    """The address of a static file with a digest of its content, so that it can be kept for ever."""
    content = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={content}"


def country_name(code: str | None, locale: str | None = None) -> str:
    """The name of a country in a language; the code where nobody knows it."""
    if not code:
        return ""
    named = Locale.parse(locale or i18n.current_locale()).territories.get(code)
    if named:
        return str(named)
    known = pycountry.countries.get(alpha_2=code)
    return str(known.name) if known else code


REGION_CODES = {
    "Africa": "002",
    "Asia": "142",
    "Europe": "150",
    "Latin America": "419",
    "Northern America": "021",
    "Oceania": "009",
}


def region_name(region: str | None, locale: str | None = None) -> str:
    """The name of a region of the world in a language; as it was written where nobody knows it."""
    code = REGION_CODES.get(region or "", "")
    return str(Locale.parse(locale or i18n.current_locale()).territories.get(code) or region or "")


def language_name(code: str, locale: str | None = None) -> str:
    """The name of a language in a language."""
    return _language_name(code, locale or i18n.current_locale())


@lru_cache(maxsize=1000)
def _language_name(code: str, locale: str) -> str:
    named = Locale.parse(locale).languages.get(code)
    return str(named)[:1].upper() + str(named)[1:] if named else code


LONG_DAYS = {"es": "EEEE, d 'de' MMMM", "ar": "EEEE، d MMMM", "zh": "M月d日EEEE", "ru": "EEEE, d MMMM"}
SHORT_DAYS = {"es": "EEE, d MMM", "ar": "EEE، d MMM", "zh": "M月d日EEE", "ru": "EEE, d MMM"}
"""Days in the order of the language; where none stands here, as in "Tue 3 Sep"."""


def venue_time(instant: datetime, zone: str) -> datetime:
    """An instant as the clocks at the venue show it."""
    return instant.astimezone(ZoneInfo(zone))


def _zone(context: Context) -> str:
    event = context.get("event")
    return event.timezone if event else "UTC"


@pass_context
def _day(context: Context, value: date | datetime) -> str:
    locale = i18n.current_locale()
    return _written(_local_date(context, value), LONG_DAYS.get(locale, "EEEE d MMMM"), locale)


@pass_context
def _short_day(context: Context, value: date | datetime) -> str:
    return short_day(_local_date(context, value))


def short_day(day: date) -> str:
    locale = i18n.current_locale()
    return _written(day, SHORT_DAYS.get(locale, "EEE d MMM"), locale)


@lru_cache(maxsize=5000)
def _written(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


@pass_context
def _iso_day(context: Context, value: date | datetime) -> str:
    return _local_date(context, value).isoformat()


def _local_date(context: Context, value: date | datetime) -> date:
    return venue_time(value, _zone(context)).date() if isinstance(value, datetime) else value


@pass_context
def _clock(context: Context, instant: datetime) -> str:
    return f"{venue_time(instant, _zone(context)):%H:%M}"


@pass_context
def _moment(context: Context, instant: datetime) -> str:
    local = venue_time(instant, _zone(context))
    return f"{short_day(local.date())}, {local:%H:%M}"


@pass_context
def _span(context: Context, starts_at: datetime, ends_at: datetime) -> str:
    zone = _zone(context)
    start, end = f"{venue_time(starts_at, zone):%H:%M}", f"{venue_time(ends_at, zone):%H:%M}"
    return i18n.gettext("%(start)s to %(end)s") % {"start": start, "end": end}


def _languages(codes: list[str]) -> str:
    return ", ".join(language_name(code) for code in codes)


def _number(value: float) -> str:
    return str(format_decimal(value, locale=i18n.current_locale()))


def _pick(texts: dict[str, str]) -> str:
    return i18n.pick(texts, i18n.current_locale())
