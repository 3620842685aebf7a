"""One stored form for each address, so that capitals and blanks do not make a second account."""

import pytest

from app.accounts.forms import normal_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Mayor@City.Example", "mayor@city.example"),
        ("  mayor@city.example \n", "mayor@city.example"),
        ("mayor@BÜCHER.example", "mayor@bücher.example"),
        ("U\u0308nal@x.example", "ünal@x.example"),
    ],
)
def test_an_address_has_one_stored_form(typed, stored):
    assert normal_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mayor",
        "mayor@",
        "a@b@c.example",
        "a@b.example\r\nBcc: x@y.example",
        "a b@c.example",
        "<a@b.example>",
        "a@localhost",
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError, match="not an e-mail address"):
        normal_email(typed)
