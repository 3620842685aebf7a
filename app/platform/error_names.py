"""The box of errors stands before the fields it speaks of: their names are put in when the page is whole."""

import re

_BOX = re.compile(r'<div class="error-box".*?</ul>', re.DOTALL)
_LINK = re.compile(r'<a href="#(?P<id>[^"]+)">')
_TAG = re.compile(r"<span class=\"(?:optional|hint)\".*?</span>|<[^>]+>", re.DOTALL)


def name_fields(page: str) -> str:
    """Begin each line of the box with the label of its field; a line that the page has no label for stays as it is."""
    return _BOX.sub(lambda box: _LINK.sub(lambda link: _named(link, page), box[0]), page)


def _named(link: re.Match[str], page: str) -> str:
    field = re.escape(link["id"])
    label = (
        re.search(rf'<label for="{field}"[^>]*>(.*?)</label>', page, re.DOTALL)
        or re.search(rf'<fieldset[^>]* id="{field}"[^>]*>\s*<legend[^>]*>(.*?)</legend>', page, re.DOTALL)
        or re.search(rf'<[a-z]+[^>]* id="{field}"[^>]* aria-label="([^"]*)"', page)
    )
    words = " ".join(_TAG.sub("", label[1]).split()) if label else ""
    return f"{link[0]}{words}: " if words else link[0]
