"""PRT-05: Arabic (joined, right to left), Chinese, Cyrillic and Vietnamese look as they must and are read back exactly.

The references are pictures of a table card that somebody who reads the script looked at. A picture that differs in more
than a twentieth of its ink is another one: the counter-tests show that letters which do not join, stand in the wrong order,
lack their marks or are boxes differ in more.
"""

import importlib.util
import io
import os
import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app.printing.typesetting import typeset

REFERENCES = Path(__file__).parent / "references"
LARGEST_DISTANCE = 0.05
AT = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)

SAMPLES = {
    "ar": "وفد مدينة المنامة يلتقي البلدية",
    "zh": "深圳市代表团会见东道主城市",
    "ru": "Делегация города Алматы",
    "vi": "Đoàn đại biểu thành phố Đà Nẵng",
}
ZERO_WIDTH_NON_JOINER = "\u200c"
BROKEN = {
    "ar": {
        "letters that do not join": ZERO_WIDTH_NON_JOINER.join(SAMPLES["ar"]),
        "letters in the wrong order": SAMPLES["ar"][::-1],
    },
    "zh": {"traditional characters": "深圳市代表團會見東道主城市", "too few": SAMPLES["zh"][:-2]},
    "ru": {"Latin letters": "Delegaciya goroda Almaty", "letters in the wrong order": SAMPLES["ru"][::-1]},
    "vi": {
        "no marks": "".join(
            one for one in unicodedata.normalize("NFD", SAMPLES["vi"]) if not unicodedata.combining(one)
        )
        .replace("Đ", "D")
        .replace("đ", "d"),
    },
}


def _pictures() -> Any:
    spec = importlib.util.spec_from_file_location("pictures", Path(__file__).with_name("pictures.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pictures = _pictures()


def card(language: str, text: str) -> bytes:
    """A table card whose every line is the text."""
    sheet = {
        "lang": language, "rtl": language == "ar", "kind": "card", "name": text, "place": text, "day": "", "qr": None,
        "code": "", "version": "", "foot": text, "page": "",
        "rows": [{"start": "10:50", "until": "11:10", "title": text, "note": text} for _ in range(2)],
    }  # fmt: skip
    return typeset([sheet], title="Scripts", at=AT, template="door")


@pytest.fixture(autouse=True)
def poppler() -> None:
    if shutil.which("pdftoppm") and shutil.which("pdftotext"):
        return
    if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
        pytest.fail("pdftoppm is not installed, and this run requires it")
    pytest.skip("pdftoppm is not installed")


def _distance(language: str, text: str, folder: Path) -> float:
    reference = pictures.ink_of((REFERENCES / f"{language}.png").read_bytes())
    return float(pictures.apart(reference, pictures.ink_of(pictures.drawn(card(language, text), folder))))


@pytest.mark.poppler
@pytest.mark.parametrize("language", SAMPLES)
def test_prt_05_a_script_looks_as_the_reference(tmp_path: Path, language: str) -> None:
    assert _distance(language, SAMPLES[language], tmp_path) < LARGEST_DISTANCE


@pytest.mark.poppler
@pytest.mark.parametrize(("language", "how"), [(one, how) for one, ways in BROKEN.items() for how in ways])
def test_prt_05_broken_letters_are_seen(tmp_path: Path, language: str, how: str) -> None:
    assert _distance(language, BROKEN[language][how], tmp_path) > 1.5 * LARGEST_DISTANCE


def _said(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "text.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True, text=True)
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    # Marks of direction that a tool adds are no letters.
    return ["".join(one for one in line if unicodedata.category(one) != "Cf") for line in lines]


@pytest.mark.poppler
@pytest.mark.parametrize("language", SAMPLES)
def test_prt_05_a_script_is_read_back_exactly(tmp_path: Path, language: str) -> None:
    pdf, text = card(language, SAMPLES[language]), SAMPLES[language]
    assert _said(pdf, tmp_path).count(text) >= 4, "name, place and the titles, each on a line of its own"
    other = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    if language == "ar":
        # This reader puts the words of a line from left to right; each of them is whole.
        assert set(text.split()) <= set(other.split())
    else:
        assert other.count(text) >= 4


@pytest.mark.poppler
def test_prt_05_letters_that_do_not_join_are_read_back_as_such(tmp_path: Path) -> None:
    """The control of exactness: another text is not read back as the sample."""
    assert SAMPLES["ar"] not in _said(card("ar", SAMPLES["ar"][::-1]), tmp_path)
