"""Which language a name in its own script is most likely in: decides its direction, its font and what comes first."""

import unicodedata
from collections.abc import Sequence

BY_SCRIPT = {
    "ARABIC": ("ar", "fa", "ur"),
    "CJK": ("zh", "ja", "yue"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "CYRILLIC": ("ru", "uk", "kk", "bg", "sr"),
    "KHMER": ("km",),
    "THAI": ("th",),
    "HEBREW": ("he",),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi", "ne"),
    "ARMENIAN": ("hy",),
    "GEORGIAN": ("ka",),
    "ETHIOPIC": ("am",),
    "BENGALI": ("bn",),
    "TAMIL": ("ta",),
    "LAO": ("lo",),
    "MYANMAR": ("my",),
    "MONGOLIAN": ("mn",),
}
"""Languages of a script, the most common first."""


def language_of_script(text: str | None, spoken: Sequence[str] = ()) -> str | None:
    """The language of a text by its letters, one of ``spoken`` where that fits; nothing for Latin letters."""
    for letter in text or "":
        script = unicodedata.name(letter, "").split(" ")[0]
        languages = BY_SCRIPT.get(script)
        if languages:
            return next((one for one in languages if one in spoken), languages[0])
    return None
