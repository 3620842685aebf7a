"""Languages: which one a request reads, and its words. English is the source."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.support import NullTranslations, Translations

LOCALES = ("en", "fr", "es", "ar", "zh", "ru")
"""The six languages of the United Nations."""

FOLDER = Path(__file__).parent.parent / "locale"

_current: ContextVar[list[str]] = ContextVar("locale")
"""A list of one language: threads of a request share it, so that what one of them chooses holds for the others."""


@lru_cache
def catalogue(locale: str) -> NullTranslations:
    """The words of a language; English words stand where it has none."""
    return Translations.load(FOLDER, [locale]) if locale != "en" else NullTranslations()


def current_locale() -> str:
    return _current.get(["en"])[0]


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Use a language for what happens inside."""
    token = _current.set([_known(locale)])
    try:
        yield
    finally:
        _current.reset(token)


def begin_request(locale: str) -> None:
    """Use a language for a request from here on."""
    _current.set([_known(locale)])


def use_locale(locale: str) -> None:
    """Use another language for the rest of this request, as soon as it is known who asks."""
    held = _current.get(None)
    if held is None:
        begin_request(locale)
    else:
        held[0] = _known(locale)


def _known(locale: str) -> str:
    return locale if locale in LOCALES else "en"


def gettext(message: str) -> str:
    return catalogue(current_locale()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue(current_locale()).ngettext(one, many, count)


@lru_cache
def direction(locale: str) -> str:
    """``ltr`` or ``rtl``."""
    return "rtl" if Locale.parse(locale, sep="_").text_direction == "rtl" else "ltr"


def negotiate(*, asked: str | None, chosen: str | None, kept: str | None, accepts: str) -> str:
    """The language of a request: asked for in the address, the person's own, kept in a cookie, the browser's."""
    for locale in (asked, chosen, kept):
        if locale in LOCALES and locale is not None:
            return locale
    return negotiate_locale(_by_weight(accepts), LOCALES) or "en"


def _by_weight(accepts: str) -> list[str]:
    """The languages of an Accept-Language header, best first; what cannot be read is left out."""
    weighed: list[tuple[float, str]] = []
    for part in accepts[:500].split(","):
        name, _, rest = part.partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if name.strip() not in {"", "*"} and weight > 0:
            weighed.append((-weight, name.strip().replace("-", "_")))
    return [name for _, name in sorted(weighed, key=lambda one: one[0])]


def pick(texts: Mapping[str, str], locale: str) -> str:
    """The text of a language, in English or whatever there is where that is missing."""
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()), "")
