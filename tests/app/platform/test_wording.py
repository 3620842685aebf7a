"""REG-07, REG-08: names are kept as they were given, and compared without what people leave out when they type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.wording import folded, kept, shortened, words_key


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Minh Khai", "فاطمة الزهراء", "Мария Ёлкина", "王伟", "می‌خواهم", "Émilie d'Aÿ"]
)
def test_a_name_is_kept_composed_and_otherwise_as_it_is(name: str) -> None:
    assert kept(unicodedata.normalize("NFD", name)) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zhang Wei", "WEI, Zhang"),
        ("Đặng Thùy", "dang thuy"),
        ("Łódź", "lodz"),
        ("Ёлкина Мария", "мария елкина"),
        ("مُحَمَّد علي", "محمد علي"),
        ("ＺＨＡＮＧ　ＷＥＩ", "zhang wei"),
        ("Müller-Straße", "strasse muller"),
    ],
)
def test_reg_07_names_are_equal_regardless_of_case_accents_and_order(one: str, other: str) -> None:
    assert words_key(one) == words_key(other)


@pytest.mark.parametrize(("one", "other"), [("王伟", "王玮"), ("Zhang Wei", "Zhang Min"), ("Мария", "Марина")])
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert words_key(one) != words_key(other)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u200b\u2060\ufeff", ""),
        ("\u3164", ""),
        ("\u200d\u200c", ""),
        ("Ali\u202eexe.gnp", "Aliexe.gnp"),
        ("\u2067علي\u2069", "علي"),
        ("Ma\u200bria\u200d Ros\u00adsi", "Maria Rossi"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("ශ්\u200dරී", "ශ්\u200dරී"),
        ("علي\u200c ", "علي"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_reg_08_what_nobody_sees_is_not_kept_and_joiners_of_scripts_are(typed: str, stored: str) -> None:
    assert kept(typed) == stored


@given(st.text(alphabet=st.sampled_from("aé\u0301\u200b\u200c\u200d\u202e مक् 👩\n\r")))
def test_what_is_kept_is_kept_the_second_time_whatever_is_hidden_in_it(text: str) -> None:
    assert kept(kept(text)) == kept(text)
    assert "\u202e" not in kept(text)


@given(st.text())
def test_what_is_kept_is_kept_the_second_time(text: str) -> None:
    assert kept(kept(text)) == kept(text)
    assert "\x00" not in kept(text)


@given(st.text())
def test_folding_twice_folds_no_further(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("A battery maker", "A battery…"),
        ("Phnom Penh", "Phnom Penh"),
        ("A house of city", "A house of…"),
        ("Aussenwirtschaft Austria", "Aussenwirtschaft…"),
        ("Antananarivoville", "Antananarivoville"),
    ],
)
def test_a_text_is_shortened_after_a_word(text: str, short: str) -> None:
    assert shortened(text, most=12) == short
