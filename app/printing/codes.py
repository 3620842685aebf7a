"""QR codes as drawings."""

import io

import segno


def code_of(address: str | None) -> str | None:
    """A QR code as SVG text."""
    if address is None:
        return None
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
