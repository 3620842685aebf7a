"""A person's name in Latin letters, put together in one place: which part comes first depends on the language."""

import unicodedata
from typing import Protocol

FAMILY_NAME_FIRST = frozenset({"zh", "yue", "ja", "ko", "vi", "km", "hu"})
"""Languages in which the family name comes first, and stays first in Latin letters."""

FAMILY_SCRIPTS = frozenset({"CJK", "HANGUL"})
GIVEN_SCRIPTS = FAMILY_SCRIPTS | {"HIRAGANA", "KATAKANA"}
"""Scripts whose names are written without a blank between the parts; names in kana alone keep theirs."""


class Named(Protocol):
    """Whoever has the parts of a name."""

    honorific: str | None
    family_name: str
    given_name: str
    native_name: str | None
    native_language: str | None


class Badged(Named, Protocol):
    """Whoever has a badge too."""

    badge_name: str


def latin_name(*, family_name: str, given_name: str, native_language: str | None) -> str:
    """Both parts in the order of the language, Zhang Wei but Maria Rossi; capitals stay as they are.

    Parts that were given in Chinese, Japanese or Korean letters are one word, the family name first: 李小龙.
    """
    if _is_written(family_name, FAMILY_SCRIPTS) and _is_written(given_name, GIVEN_SCRIPTS):
        return family_name + given_name
    is_family_first = (native_language or "").replace("-", "_").split("_")[0] in FAMILY_NAME_FIRST
    parts = (family_name, given_name) if is_family_first else (given_name, family_name)
    return " ".join(part for part in parts if part)


def _is_written(name: str, scripts: frozenset[str]) -> bool:
    """Whether every letter is of these scripts; a blank or a dot between parts says that they are not one word."""
    return bool(name) and all(unicodedata.name(letter, "").split(" ")[0] in scripts for letter in name)


def latin_name_of(person: Named) -> str:
    """The Latin form of a person's name without the title of honour: what a badge says unless it says otherwise."""
    return latin_name(
        family_name=person.family_name, given_name=person.given_name, native_language=person.native_language
    )


def full_name_of(person: Named) -> str:
    """The Latin form with the title of honour before it, as prints and notices write it."""
    return " ".join(part for part in (person.honorific, latin_name_of(person)) if part)


def all_names_of(person: Badged) -> str:
    """Every form of a person's name, for a search that looks through them as one text."""
    names = (person.honorific, person.badge_name, person.given_name, person.family_name, person.native_name)
    return " ".join(name for name in names if name)
