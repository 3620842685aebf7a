"""Words of lists into the codes of the office: countries, languages, ranks, roles, dates, numbers, yes and no.

Each function takes a cell and gives the value, or raises ``ValueError`` with a sentence for whoever mends the list.
"""

import re
from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import pycountry
import yaml
from babel import Locale

from app.delegations.enums import DelegateKind, HelixRole, IncomeGroup, Rank
from app.platform.i18n import gettext as _
from app.platform.wording import folded

LOCALES = ("en", "fr", "es", "ru", "ar", "zh", "de", "it", "pt", "vi", "fa", "tr", "km", "ms", "sv")
FOLDER = Path(__file__).parent / "data"
YES = frozenset(["yes", "y", "true", "x", "1", "oui", "si", "ja", "да", "是", "نعم", "✓", "✔"])
NO = frozenset(["no", "n", "false", "0", "non", "nein", "нет", "否", "لا"])
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M", "%Y/%m/%d")


def plain(text: str) -> str:
    """A text as words are looked up: folded, with single blanks in place of everything else."""
    return re.sub(r"[\W_]+", " ", folded(text)).strip()


def country(text: str) -> str:
    """The two-letter code of a country, from a code or from its name in one of many languages."""
    found = _countries().get(plain(text))
    if found is None:
        raise ValueError(_("There is no country '%(text)s'.") % {"text": text[:60]})
    return found


def language_list(text: str) -> list[str]:
    """Codes of languages, from codes or names with commas or semicolons between them."""
    codes = []
    for part in _parts(text, r"[;,/،、\n]| - | and | et "):
        code = _languages().get(plain(part))
        if code is None:
            raise ValueError(_("There is no language '%(text)s'.") % {"text": part[:60]})
        codes.append(code)
    return list(dict.fromkeys(codes))


def language(text: str) -> str:
    """The code of one language."""
    codes = language_list(text)
    if len(codes) != 1:
        raise ValueError(_("One language is wanted."))
    return codes[0]


def rank(text: str) -> int:
    """A protocol rank, by its number or a word for it."""
    return int(_word(text, Rank, "ranks"))


def helix_role(text: str) -> HelixRole:
    """What kind of party it is."""
    return HelixRole(_word(text, HelixRole, "helix_roles"))


def income_group(text: str) -> IncomeGroup:
    """An income group of the World Bank."""
    return IncomeGroup(_word(text, IncomeGroup, "income_groups"))


def delegate_kind(text: str) -> DelegateKind:
    """A delegate, or somebody who comes along."""
    return DelegateKind(_word(text, DelegateKind, "delegate_kinds"))


def yes_or_no(text: str) -> bool:
    word = plain(text) or text
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(_("Write yes or no."))


def whole_number(text: str) -> int:
    """A number with or without signs between the thousands; "1.2 million" is refused."""
    digits = re.sub(r"(?<=\d)[  ’',.](?=\d{3}\b)", "", text)
    if not re.fullmatch(r"\d{1,12}", digits) or not digits.isascii():
        raise ValueError(_("A whole number is wanted."))
    return int(digits)


def degrees(text: str) -> float:
    """A latitude or longitude in degrees."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_("A number is wanted.")) from None


def moment(text: str) -> datetime:
    """A date and a time at the venue, naive; a date alone is its midnight. Days and months are never guessed."""
    for pattern in MOMENTS:
        try:
            return datetime.strptime(text[:16], pattern)
        except ValueError:
            continue
    raise ValueError(_("A date and time is wanted, such as 2019-09-03 09:30."))


def weights(text: str) -> list[tuple[str, int]]:
    """Challenges with their weight, "Waste 5; Water: 3"; 3 where no weight stands."""
    found = []
    for part in _parts(text, r"[;\n]" if re.search(r"[;\n]", text) else r"[,،、]"):
        match = re.fullmatch(r"(.*?)[\s:=(]*([0-9]+)\)?", part)
        name, weight = (match[1], int(match[2])) if match and match[1] else (part, 3)
        if not 1 <= weight <= 5:
            raise ValueError(_("The weight of '%(text)s' must be from 1 to 5.") % {"text": name[:60]})
        found.append((name.strip(), weight))
    return found


def _parts(text: str, between: str) -> list[str]:
    return [part.strip() for part in re.split(between, text) if part.strip()]


def _word(text: str, members: type[Enum], title: str) -> Any:
    """The value of the member that a word stands for."""
    known = _known(members, title)
    if plain(text) not in known:
        said = ", ".join(member.name.lower().replace("_", " ") for member in members)
        raise ValueError(_("'%(text)s' is not one of: %(words)s.") % {"text": text[:60], "words": said})
    return known[plain(text)]


@lru_cache
def _known(members: type[Enum], title: str) -> dict[str, Any]:
    more = words_of_lists()[title]
    return {
        plain(str(word)): member.value
        for member in members
        for word in (*more.get(member.name.lower(), ()), member.value, member.name)
    }


@lru_cache(maxsize=1)
def words_of_lists() -> dict[str, Any]:
    """The words beside the codes, by title."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Names that two countries share, such as one that is a language's word for another's, are left to the first."""
    found: dict[str, str] = {}
    for one in pycountry.countries:
        for name in (
            one.alpha_2,
            one.alpha_3,
            one.name,
            getattr(one, "common_name", ""),
            getattr(one, "official_name", ""),
        ):
            if name:
                found.setdefault(plain(name), one.alpha_2)
    for locale in LOCALES:
        for code, name in Locale(locale).territories.items():
            if len(code) == 2 and code.isalpha() and pycountry.countries.get(alpha_2=code):
                found.setdefault(plain(str(name)), code)
    return found | {str(name): code for name, code in words_of_lists()["countries"].items()}


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    codes = [str(code) for code in Locale("en").languages]
    found = {plain(code): code for code in codes if re.fullmatch(r"[a-z]{2,3}", code)}
    for locale in LOCALES:
        for code, name in Locale(locale).languages.items():
            if isinstance(code, str) and re.fullmatch(r"[a-z]{2,3}", code):
                found.setdefault(plain(str(name)), code)
    return found | {"mandarin": "zh", "farsi": "fa", "bahasa malaysia": "ms"}
