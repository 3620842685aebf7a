"""Where somebody goes after signing in: a page of this application, whatever the address bar said."""

import re
from urllib.parse import unquote

_PLAIN = re.compile(r"/[A-Za-z0-9/_.~%?&=+,:@-]*\Z")


def safe_return_address(typed: str | None) -> str:
    """``typed`` when it is a path of this host, else "/".

    Browsers read ``//x``, ``/\\x`` and paths with tabs in them as other hosts, and some servers decode twice: all of
    these are refused, before and after decoding, and so is an address longer than anybody needs.
    """
    if not typed or len(typed) > 500 or not _PLAIN.match(typed):
        return "/"
    decoded = typed
    for _ in range(3):
        if decoded.startswith("//") or "\\" in decoded or any(ord(letter) < 32 for letter in decoded):
            return "/"
        decoded = unquote(decoded)
    if re.match(r"/*[A-Za-z][A-Za-z0-9+.-]*:", decoded):
        return "/"
    return typed
