"""Text as it is kept and as it is compared: one way for typed forms, files, search and duplicates."""

import re
import unicodedata

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LINE_ENDS = re.compile(r"\r\n?")
STROKED = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
"""Letters that no decomposition takes apart, though people type them without the stroke."""


def kept(text: str) -> str:
    """A text as it is stored: composed (NFC), line ends as one sign, no control characters, no blanks around it.

    Nothing else changes: capitals, joiners of Persian and Hindi, and the order of words stay as they were given.
    """
    return unicodedata.normalize("NFC", CONTROLS.sub("", LINE_ENDS.sub("\n", text))).strip()


def folded(text: str) -> str:
    """A text as it is compared: without capitals, accents, Arabic vowel signs, strokes and full-width forms."""
    # Taken apart before and after: full-width and raised capitals show themselves only once they are apart.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(STROKED))
    return "".join(character for character in plain if not unicodedata.combining(character) and character != "ـ")


def words_key(text: str) -> str:
    """The folded words of a text in alphabetical order: equal for "Zhang Wei" and "WEI, Zhang"."""
    return " ".join(sorted(re.findall(r"[^\W_]+", folded(text))))


def holds(text: str, asked: str) -> bool:
    """Whether a text has every word of what was asked, in any order; everything has nothing."""
    here = folded(text)
    return all(word in here for word in folded(asked).split())
