"""Titles on boards in a real browser: whole lines, an end after a word, and the whole of it for whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

M = "/e/bridge-2019/manage"

CARDS = """
all => all.map((card) => {
  const title = card.querySelector(".title");
  const more = title.querySelector(".more");
  const end = card.getBoundingClientRect().bottom;
  return {
    whole: card.title,
    said: title.textContent,
    seen: more ? title.firstChild.textContent : title.textContent,
    isCut: more !== null,
    overflows: title.scrollHeight > title.clientHeight,
    guests: [...card.querySelectorAll(".facts-line > span")].slice(1, 2).every((one) => {
      const line = one.parentElement.getBoundingClientRect(), box = one.getBoundingClientRect();
      return box.height === 0 || (box.bottom <= line.bottom + 1 && box.right <= line.right + 1);
    }),
    below: [...card.querySelectorAll(".title, .facts-line")].some((one) => one.getBoundingClientRect().bottom > end),
  };
})
"""


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_a_title_on_the_board_ends_after_a_word(page: Any, enter: Callable[[Any, str], None], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    enter(page, "organiser")
    page.goto(f"{M}/agenda")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(50)
    cards = page.locator("a.session-card").evaluate_all(CARDS)
    assert len(cards) >= 10
    assert any(card["isCut"] for card in cards) or width > 1280
    for card in cards:
        assert card["said"] == card["whole"]
        assert f"{card['whole']} ".startswith(f"{card['seen']} ")
        assert not card["overflows"]
        assert not card["below"], card["whole"]
        assert card["guests"], f"{card['whole']}: how many guests is cut off"


def test_a_name_at_a_table_ends_after_a_word_and_leads_to_the_whole(
    page: Any, enter: Callable[[Any, str], None]
) -> None:
    enter(page, "organiser")
    page.goto(f"{M}/meetings")
    cut = page.locator("td.held a").filter(has_text="…").first
    whole, seen = cut.get_attribute("title"), cut.locator("[aria-hidden]").inner_text()
    # The dot stays with the name before it by a blank that does not break.
    for name, short in zip(whole.split(" · "), seen.replace("\N{NO-BREAK SPACE}", " ").split(" · "), strict=True):
        assert f"{name} ".startswith(f"{short.removesuffix('…')} ")
    cut.click()
    page.wait_for_load_state()
    said = page.locator("main").inner_text()
    assert all(name in said for name in whole.split(" · "))
