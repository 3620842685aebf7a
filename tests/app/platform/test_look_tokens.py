"""Every pair of colours of the look keeps its ratio, computed from the sheet itself; the sheets keep their rules."""

import re
from pathlib import Path

import pytest

from app.platform.rendering import STATIC, TEMPLATES

CSS = STATIC / "css"
TEXT, MARK = 4.5, 3.0


def themes() -> dict[str, dict[str, str]]:
    """Colours by theme; what the dark theme does not name stays as in the light one."""
    sheet = (CSS / "tokens.css").read_text()
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    found = {}
    for name, part in (("light", light), ("dark", dark)):
        found[name] = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6});", part))
    return {"light": found["light"], "dark": {**found["light"], **found["dark"]}}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_ends() -> None:
    assert ratio("#FFFFFF", "#000000") == pytest.approx(21)
    assert ratio("#15212E", "#FFFFFF") == pytest.approx(16.29, abs=0.01)


MODALITIES = ("south-south", "north-south", "north-north", "triangular")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in ("surface", "canvas", "sunken")],
    *[("edge", ground, MARK) for ground in ("surface", "canvas")],
    *[("accent", ground, TEXT) for ground in ("surface", "canvas", "accent-tint")],
    *[(kind, ground, TEXT) for kind in ("danger", "warn", "ok") for ground in ("surface", "canvas", f"{kind}-tint")],
    ("on-accent", "accent", TEXT),
    ("on-deep", "accent-deep", TEXT),
    ("on-deep-2", "accent-deep", TEXT),
    ("deep-mark", "accent-deep", TEXT),
    ("ink", "accent-tint", TEXT),
    ("ink", "warn-tint", TEXT),
    ("ink", "ok-tint", TEXT),
    ("ink-2", "accent-tint", TEXT),
    ("surface", "ink", TEXT),
    *[(one, ground, TEXT) for one in MODALITIES for ground in ("surface", "sunken", "canvas")],
    *[("heat-ink", f"heat-{step}", TEXT) for step in (1, 2, 3)],
    *[("heat-ink-strong", f"heat-{step}", TEXT) for step in (4, 5)],
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_a_pair_of_colours_can_be_read(theme: str, ink: str, ground: str, least: float) -> None:
    colours = themes()[theme]
    assert ratio(colours[ink], colours[ground]) >= least


STATED = {
    ("ink", "surface"): 16.29, ("ink", "canvas"): 15.04, ("ink-2", "surface"): 7.19, ("ink-3", "sunken"): 4.68,
    ("edge", "surface"): 3.89, ("accent", "surface"): 7.23, ("accent", "accent-tint"): 6.20,
    ("danger", "surface"): 7.52, ("warn", "warn-tint"): 6.59,
    ("ok", "ok-tint"): 5.79, ("on-deep", "accent-deep"): 11.06,
    ("south-south", "surface"): 5.96, ("north-south", "surface"): 5.84, ("north-north", "surface"): 7.39,
    ("triangular", "surface"): 7.13, ("heat-ink-strong", "heat-4"): 4.99,
}  # fmt: skip


@pytest.mark.parametrize(("pair", "stated"), STATED.items())
def test_light_colours_have_the_ratios_of_the_design(pair: tuple[str, str], stated: float) -> None:
    colours = themes()["light"]
    assert ratio(colours[pair[0]], colours[pair[1]]) == pytest.approx(stated, abs=0.02)


SIDE = "(?:left|right|top|bottom)"
DECLARED = re.compile(
    rf"(?:^|[{{;\s])((?:margin|padding|border|inset|scroll-margin|scroll-padding)-{SIDE}(?:-[a-z]+)?|{SIDE}"
    r"|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
)
SIDED = re.compile(
    r"(?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)|background-position[^;]*\b(?:left|right)\b"
)


def faults_of(sheet: str) -> list[str]:
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    return DECLARED.findall(bare) + SIDED.findall(bare)


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_sheets_use_logical_properties_alone(sheet: Path) -> None:
    assert faults_of(sheet.read_text()) == []


def test_the_lint_of_sheets_finds_physical_sides() -> None:
    for wrong in ("a { margin-left: 1px }", "a{left:0}", "a { text-align: right }", "a { border-top: 0; }"):
        assert faults_of(wrong)


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_sheets_stand_in_layers_and_stay_short(sheet: Path) -> None:
    text = sheet.read_text()
    assert "@layer" in text or sheet.name == "fonts.css"
    assert len(text.splitlines()) <= 300
    assert "box-shadow: 0" not in text
    assert "linear-gradient(" not in text.replace("repeating-linear-gradient(", "")


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_every_token_and_file_that_a_sheet_names_exists(sheet: Path) -> None:
    text = sheet.read_text()
    known = set(re.findall(r"--([a-z0-9-]+)\s*:", "".join(path.read_text() for path in CSS.glob("*.css"))))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", text)) <= known
    for address in re.findall(r'url\("([^"]+)"\)', text):
        assert (CSS / address).resolve().is_file(), address


ATTRIBUTES = re.compile(
    r"\sstyle=|\son(?:click|change|submit|input|load|key\w+|mouse\w+|focus|blur)=|<style|<script(?![^>]*\bsrc=)"
)


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_templates_hold_no_style_and_no_script(template: Path) -> None:
    assert ATTRIBUTES.findall(template.read_text()) == []


def test_grid_places_are_there_as_classes() -> None:
    sheet = (CSS / "places.css").read_text()
    for letter, most, rule in (
        ("c", 40, "grid-column:"),
        ("r", 288, "grid-row:"),
        ("s", 144, "grid-row-end:span "),
    ):
        for number in (1, most):
            assert f".{letter}{number}{{{rule}{number}}}" in sheet
        assert f".{letter}{most + 1}{{" not in sheet
