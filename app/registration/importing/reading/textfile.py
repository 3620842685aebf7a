"""A text file into rows of text: which letters it is written in, and what stands between its cells."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from itertools import islice
from typing import Any

from app.platform.formulas import unquoted
from app.platform.wording import kept
from app.registration.importing.reading.limits import MOST_LETTERS_IN_A_LINE, Unreadable
from app.registration.importing.reading.rows import Rows

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD = ("cp1252", "cp1251", "cp1256", "cp1250", "cp1254", "gb18030", "cp1258")
"""What offices saved in before UTF-8: Western, Cyrillic, Arabic, Central European, Turkish, Chinese, Vietnamese."""
ENCODINGS = ("utf-8", "utf-16", *OLD)
DELIMITERS = (",", ";", "\t", "|")
LEAST_SHARE = 0.6


def read_text(content: bytes, *, encoding: str | None) -> dict[str, Any]:
    """The rows of a text file, with the encoding and the delimiter that were used.

    Raises:
        Unreadable: bytes that are no text, one endless line, a quote without an end.
    """
    text, used = _decoded(content, encoding)
    if re.match(r"\s*<(!doctype|html|\?xml|table)", text[:200], re.IGNORECASE):
        raise Unreadable("web_page")
    if max((len(line) for line in text.split("\n")), default=0) > MOST_LETTERS_IN_A_LINE:
        raise Unreadable("line", most=MOST_LETTERS_IN_A_LINE)
    said = re.match(r"sep=(.)\r?\n", text)
    delimiter = said[1] if said else _delimiter(text)
    rows = Rows()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if not (said and number == 1):
                rows.add(number, [unquoted(kept(cell)) for cell in cells])
    except csv.Error:
        raise Unreadable("quote") from None
    return {"encoding": used, "delimiter": delimiter, "rows": rows.done()}


def _decoded(content: bytes, encoding: str | None) -> tuple[str, str]:
    for mark, name in MARKS:
        if content.startswith(mark):
            return _strictly(content, name), name.removesuffix("-sig")
    if encoding is not None:
        return _strictly(content, encoding), encoding
    if b"\x00" in content:
        name = _wide(content)
        return _strictly(content, name), name
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _old(content)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeError:
        raise Unreadable("bytes") from None
    if "\x00" in text:
        raise Unreadable("bytes")
    return text


def _wide(content: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters is a NUL."""
    sample = content[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(content) % 2 or min(even, odd) or max(even, odd) < max(2, len(sample) // 40):
        raise Unreadable("bytes")
    return "utf-16-be" if even else "utf-16-le"


def _old(content: bytes) -> tuple[str, str]:
    """The code page in which most words with special letters look like words."""
    best, share = None, 0.0
    for name in OLD:
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        found = _share_of_words(text)
        if found > share:
            best, share = (text, name), found
    if best is None or share < LEAST_SHARE:
        raise Unreadable("bytes")
    return best


def _share_of_words(text: str) -> float:
    """How many of the words with letters beyond ASCII are of one script and not made of accents alone."""
    words = [word for word in re.findall(r"[^\W\d_]+|[^\x00-\x7f\s]+", text[:200_000]) if not word.isascii()]
    return sum(_is_word(word) for word in words) / len(words) if words else 0.0


def _is_word(word: str) -> bool:
    if not all(letter.isalpha() or unicodedata.combining(letter) for letter in word):
        return False
    scripts = Counter(unicodedata.name(letter, "?").split(" ")[0] for letter in word if letter.isalpha())
    if len(scripts) > 1:
        return False
    if any(letter.isupper() for letter in word[1:]) and not word.isupper():
        return False
    accents = sum(not letter.isascii() for letter in word)
    return "LATIN" not in scripts or len(word) < 3 or accents <= 0.6 * len(word)


def _delimiter(text: str) -> str:
    """The sign that cuts the first rows into the most cells of equal number."""

    def found(delimiter: str) -> float:
        try:
            sample = islice(csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter), 20)
            widths = [len(row) for row in sample if row]
        except csv.Error:
            return 0.0
        if not widths:
            return 0.0
        width, times = Counter(widths).most_common(1)[0]
        return (width - 1) * times / len(widths)

    return max(DELIMITERS, key=found)
