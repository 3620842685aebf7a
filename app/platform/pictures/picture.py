"""What a picture is, and the few marks that all pictures are made of.

Pictures are SVG text made from values: no script, no style, colours by class (``static/css/pictures.css``), patterns
besides colours, no identifiers, so that a page may hold the same picture twice.
"""

from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An SVG with its text alternative: ``text`` says what it shows, ``lines`` gives the same in figures."""

    title: str
    text: str
    svg: Markup
    lines: tuple[str, ...] = ()


def element(name: str, content: str | Markup = "", **attributes: object) -> Markup:
    """An SVG element. Names lose a trailing underscore, other underscores become hyphens; None leaves out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not content:
        return Markup(f"<{name}{written}/>")  # noqa: S704  # all parts are escaped above
    return Markup(f"<{name}{written}>{escape(content)}</{name}>")  # noqa: S704


def group(parts: list[Markup], **attributes: object) -> Markup:
    """Elements under one parent."""
    return element("g", Markup("").join(parts), **attributes)


def text(x: float, y: float, content: object, class_: str = "") -> Markup:
    return element("text", str(content), x=x, y=y, class_=class_ or None)


def rectangle(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    return element("rect", x=x, y=y, width=max(0.0, width), height=height, class_=class_)


def path(d: str, class_: str) -> Markup:
    return element("path", d=d, class_=class_)


def hatch(x: float, y: float, width: float, height: float, step: float = 5.0) -> Markup:
    """Slanted lines within a rectangle, drawn one by one: a pattern would need an identifier."""
    marks = []
    offset = step - height
    while offset < width:
        low, high = max(0.0, offset), min(width, offset + height)
        if high > low:
            marks.append(f"M{_plain(x + low)} {_plain(y + height - (low - offset))}")
            marks.append(f"L{_plain(x + high)} {_plain(y + height - (high - offset))}")
        offset += step
    return path("".join(marks), "hatch-line")


def drawing(
    width: float,
    height: float,
    title: str,
    description: str,
    parts: list[Markup],
    class_: str = "",
    *,
    has_links: bool = False,
) -> Markup:
    """The whole picture: an image for whoever listens, or a group of links, with its title and description."""
    named = [element("title", title), element("desc", description)]
    return element(
        "svg",
        Markup("").join(named + parts),
        class_=f"picture {class_}".strip(),
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        role="group" if has_links else "img",
        xmlns="http://www.w3.org/2000/svg",
    )


def width_of(content: str, size: float) -> float:
    """Roughly how wide a text is in Noto Sans: letters of Chinese, Japanese and Korean are square."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.55 for letter in content) * size


def _plain(value: object) -> str:
    if isinstance(value, float):
        return (
            f"{value:.1f}".removesuffix(".0").replace("-0", "0")
            if abs(value) < 0.05
            else f"{value:.1f}".removesuffix(".0")
        )
    return str(value)
