"""REG-02: a block of rows pasted from a spreadsheet becomes rows of people, whatever parts its cells."""

import pytest

from app.delegations.pasting import MOST_ROWS, pasted_rows

PERSON = {
    "honorific": "H.E.",
    "family_name": "Nguyễn",
    "given_name": "Thị Dưỡng",
    "native_name": "Nguyễn Thị Dưỡng",
    "function": "Mayor",
    "email": "mayor@hue.example",
    "rank": "30",
}


@pytest.mark.parametrize("sign", ["\t", ";", ","])
def test_cells_are_parted_by_tabs_semicolons_or_commas(sign: str) -> None:
    line = sign.join([*list(PERSON.values())[:-1], "mayor"])
    assert pasted_rows(f"\n{line}\r\n\r\n{line}\n") == [PERSON, PERSON]


def test_a_first_row_that_names_columns_decides_their_order() -> None:
    text = "E-Mail\tRemarks\tFamily name *\tRANK\nmayor@hue.example\tvegetarian\tNguyễn\tDeputy mayor\n"
    assert pasted_rows(text) == [{"email": "mayor@hue.example", "family_name": "Nguyễn", "rank": "40"}]


@pytest.mark.parametrize("head", ["Nom\tPrénom", "Фамилия\tИмя", "姓\t名", "Apellidos\tNombre"])
def test_columns_are_known_by_their_words_in_other_languages(head: str) -> None:
    assert pasted_rows(f"{head}\nA\tB") == [{"family_name": "A", "given_name": "B"}]


def test_a_cell_in_quotes_keeps_what_parts_cells_and_a_lone_quote_swallows_nothing() -> None:
    assert pasted_rows('\tA\tB\t\t"Head, ""Water""\nand waste"')[0]["function"] == 'Head, "Water" and waste'
    assert [row["family_name"] for row in pasted_rows('\tA "\n\tB\n\tC')] == ['A "', "B", "C"]


def test_a_rank_that_nobody_knows_stays_as_typed_to_be_refused_at_its_field() -> None:
    assert pasted_rows("\tA\t\t\t\t\tKing")[0]["rank"] == "King"


def test_nothing_and_too_much_are_no_fault() -> None:
    assert pasted_rows(" \n\t\t\n") == []
    assert len(pasted_rows("\tA\n" * 5000)) == MOST_ROWS
    assert pasted_rows("A\x00B" + "x" * 200_000 + "\t\x00")
