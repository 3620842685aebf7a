"""What is checked in for browsers and for print is whole, licensed and of a bearable size."""

import hashlib
import re
from pathlib import Path

import pytest

from app.platform.rendering import ROOT, STATIC

VENDOR, FONTS = STATIC / "vendor", STATIC / "fonts"


def sums() -> dict[str, str]:
    lines = (VENDOR / "SHA384SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_the_list_of_sums_names_every_script() -> None:
    assert set(sums()) == {path.name for path in VENDOR.glob("*.js")}


@pytest.mark.parametrize("name", sorted(sums()))
def test_a_vendored_script_is_what_it_was(name: str) -> None:
    assert hashlib.sha384((VENDOR / name).read_bytes()).hexdigest() == sums()[name]


@pytest.mark.parametrize("name", sorted(sums()))
def test_a_vendored_script_has_its_version_and_licence(name: str) -> None:
    found = re.fullmatch(r"(.+-\d+\.\d+\.\d+)(?:\.min)?\.js", name)
    assert found
    stem = found[1].replace("idiomorph-ext", "idiomorph")
    assert (VENDOR / f"{stem}.LICENSE").stat().st_size > 200


def test_pages_load_what_is_there() -> None:
    for frame in (ROOT / "templates").glob("base*.html"):
        for path in re.findall(r"static\('([^'~]+)'\)", frame.read_text()):
            assert (STATIC / path).is_file(), (frame.name, path)


def test_fonts_for_pages_are_compressed_and_used() -> None:
    sheet = (STATIC / "css" / "fonts.css").read_text()
    for path in FONTS.glob("*.woff2"):
        assert path.read_bytes()[:4] == b"wOF2"
        assert f"/{path.name}" in sheet


def test_fonts_for_print_are_few_and_licensed() -> None:
    fonts = [path for path in (FONTS / "print").iterdir() if path.suffix in {".ttf", ".otf"}]
    assert {path.stem for path in fonts} >= {
        "NotoSans-Regular", "NotoSans-Bold", "NotoSansSC-Regular", "NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold",
        "NotoSansKhmer-Regular",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in fonts) < 12_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text().upper()
    assert len(list((FONTS / "print").glob("LICENCE-*.txt"))) == 2


def test_the_map_outline_keeps_to_its_budget() -> None:
    assert (STATIC / "img" / "land-110m-1.svg").stat().st_size < 26_000


def used_icons() -> set[str]:
    found: set[str] = set()
    for path in Path(ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r"""\bicon\(\s*["']([a-z-]+)["']""", path.read_text()))
        found |= set(re.findall(r"""\bicon(?:_name)?=["']([a-z-]+)["']""", path.read_text()))
    for path in Path(ROOT / "app").rglob("*.py"):
        found |= set(re.findall(r"""\bicon=["']([a-z-]+)["']""", path.read_text()))
    return found


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text()))
    assert len(used_icons()) > 10
    assert used_icons() <= drawn
