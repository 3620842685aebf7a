"""The list of 2019: the counts that its source has, and the countries that our notes name."""

import pycountry

from app.events.country_lists import read_country_list
from app.events.enums import CountryGroup

ROWS = {row["country"]: row for row in read_country_list()}

DEVELOPED = {"AT", "IT", "DE", "SE", "GB", "HU", "RU", "UA", "BY"} | {
    *("AU", "BM", "CA", "CX", "CC", "CY", "GL", "HM", "IL", "JP", "NZ", "NF", "PM", "US")
}
DEVELOPING = {"CN", "KH", "SN", "MY", "ID", "IN", "ZA", "BB", "TR", "KR"} | {
    *("SG", "KZ", "IR", "MG", "TH", "PH", "BH", "CO", "GE", "NA")
}


def test_counts_are_those_of_the_source() -> None:
    groups = [row["group"] for row in ROWS.values()]
    # The source counts 66: Sark, which has no ISO code, is the one that is not here.
    assert groups.count(CountryGroup.NORTH) == 65
    assert groups.count(CountryGroup.SOUTH) == 182
    assert sum(row["is_least_developed"] for row in ROWS.values()) == 47
    assert sum(row["is_landlocked_developing"] for row in ROWS.values()) == 32
    assert sum(row["is_small_island"] for row in ROWS.values()) == 53


def test_countries_that_the_notes_name() -> None:
    assert {ROWS[code]["group"] for code in DEVELOPED} == {CountryGroup.NORTH}
    assert {ROWS[code]["group"] for code in DEVELOPING} == {CountryGroup.SOUTH}
    assert all(ROWS[code]["is_least_developed"] for code in ("KH", "SN", "MG", "VU"))
    assert all(ROWS[code]["is_small_island"] for code in ("BB", "SG"))
    assert ROWS["KZ"]["is_landlocked_developing"]


def test_every_country_has_a_row_but_the_two_without_a_group() -> None:
    assert {one.alpha_2 for one in pycountry.countries} - set(ROWS) == {"AQ", "TW"}


def test_what_is_least_developed_or_landlocked_and_developing_is_south_or_named_by_the_source() -> None:
    odd = {
        code
        for code, row in ROWS.items()
        if row["group"] is CountryGroup.NORTH and (row["is_least_developed"] or row["is_small_island"])
    }
    assert odd == set()
    landlocked = {
        code for code, row in ROWS.items() if row["group"] is CountryGroup.NORTH and row["is_landlocked_developing"]
    }
    # Both lie in Europe, which M49 counted as developed as a whole.
    assert landlocked == {"MD", "MK"}
