"""Parts of a block that an answer leaves out, because the browser said that it has them already.

A part is named by a digest of what it holds, or of all the values that this is made of: whoever has one under the same
name has the same. So an answer depends on nothing that the server remembers, and what others changed meanwhile comes
along by itself. ``templates/ui/parts.html`` writes parts, ``static/js/parts.js`` puts an answer together again.
"""

import hashlib
import json
from collections.abc import Mapping

from fastapi import Request

HEADER = "X-Parts"
"""The names of the parts that a browser has, with blanks between."""


def parts_known(request: Request) -> frozenset[str]:
    return frozenset(request.headers.get(HEADER, "").split())


def part_name(inside: object, tag: str, attributes: Mapping[str, object]) -> str:
    """The name of an element that holds this text, or what is made of these values."""
    written = json.dumps([tag, attributes, inside], default=str)
    return hashlib.blake2b(written.encode(), digest_size=6).hexdigest()
