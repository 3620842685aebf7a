"""Text as it is kept and as it is compared: one way for typed forms, files, search and duplicates."""

import re
import unicodedata

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
)
"""Signs without a shape: zero-width blanks, fillers, marks and overrides of the direction, tags."""
JOINERS = re.compile("[\u200c\u200d]+")
LINE_ENDS = re.compile(r"\r\n?")
STROKED = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
"""Letters that no decomposition takes apart, though people type them without the stroke."""


def kept(text: str) -> str:
    """A text as it is stored: legible, line ends as one sign, no blanks around it.

    Nothing else changes: capitals, joiners of Persian and Hindi, and the order of words stay as they were given.
    """
    text = LINE_ENDS.sub("\n", text)
    while (cleaner := legible(text).strip()) != text:
        text = cleaner
    return text


def legible(text: str) -> str:
    """A text composed (NFC), without control characters and without what shows nothing or turns what stands around it.

    Joiners (ZWJ, ZWNJ) stay where a script needs them: after a letter or a sign of one that is not Latin.
    """
    composed = unicodedata.normalize("NFC", UNSEEN.sub("", CONTROLS.sub("", text)))
    if "\u200c" not in composed and "\u200d" not in composed:
        return composed
    return unicodedata.normalize("NFC", JOINERS.sub(_joiner, composed))


def _joiner(found: re.Match[str]) -> str:
    """One joiner of a run where it has something to join, else nothing."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    if not before or "LATIN" in unicodedata.name(before, "LATIN"):
        return ""
    joins_letters = unicodedata.category(before)[0] in "LM" and after and unicodedata.category(after)[0] in "LM"
    ends_a_letter = unicodedata.category(before)[0] == "M" or unicodedata.category(before) == "So"
    return found[0][0] if joins_letters or ends_a_letter else ""


def folded(text: str) -> str:
    """A text as it is compared: without capitals, accents, Arabic vowel signs, strokes and full-width forms."""
    # Taken apart before and after: full-width and raised capitals show themselves only once they are apart.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(STROKED))
    return "".join(character for character in plain if not unicodedata.combining(character) and character != "ـ")


def shortened(text: str, *, most: int) -> str:
    """A text of at most so many letters, ended after a word by an ellipsis; a first word that is longer stays whole."""
    if len(text) <= most:
        return text
    words = text.split()
    while len(words) > 1 and len(" ".join(words)) >= most:
        words.pop()
    return f"{' '.join(words)}…" if len(words) < len(text.split()) else text


def words_key(text: str) -> str:
    """The folded words of a text in alphabetical order: equal for "Zhang Wei" and "WEI, Zhang"."""
    return " ".join(sorted(re.findall(r"[^\W_]+", folded(text))))


def holds(text: str, asked: str) -> bool:
    """Whether a text has every word of what was asked, in any order; everything has nothing."""
    here = folded(text)
    return all(word in here for word in folded(asked).split())
