"""T35: nothing that can be typed after ``next=`` leads to another host."""

import pytest

from app.accounts.return_address import safe_return_address

REFUSED = [
    "",
    None,
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTP://evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:a@evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "/%0d%0aSet-Cookie:x=y",
    "/%252fevil.example",
    "/%255cevil.example",
    "/javascript:alert(1)",
    "evil.example",
    "e/bridge-2019",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "/e/<script>",
    '/e/"onload=x',
    "/é",
    "/" + "a" * 600,
    "/\u2028/evil.example",
    "/\x00/evil.example",
]

KEPT = [
    "/",
    "/account",
    "/e/bridge-2019/manage",
    "/e/bridge-2019/agenda?day=2019-09-03&room=3",
    "/e/bridge-2019/people?seek=waste%20management",
    "/e/bridge-2019/my?next_up=1",
]


@pytest.mark.parametrize("typed", REFUSED)
def test_other_hosts_are_refused(typed):
    assert safe_return_address(typed) == "/"


@pytest.mark.parametrize("typed", KEPT)
def test_pages_of_this_host_are_kept(typed):
    assert safe_return_address(typed) == typed
