"""REG-01, REG-04: the whole way of a nomination on a small phone by keyboard alone; no mouse, no focus set by the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const ring = look.outlineStyle !== 'none' || look.boxShadow !== 'none';
  return {id: one.id, name: one.name || '', text: (one.textContent || '').trim(), value: one.value || '', ring,
          seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0};
}"""


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="en-GB")
    yield context.new_page()
    context.close()


class Keys:
    """Somebody who has nothing but keys."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pictures = 0

    def to(self, what: str, *, most: int = 400) -> None:
        """Tab until the element with this ID, name, name and value, or text has the focus; each stop on the way is seen."""
        for _step in range(most):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(FOCUSED)
            assert found["seen"] and found["ring"], f"on the way to {what} the focus is not seen: {found}"
            if what in (found["id"], found["name"], f"{found['name']}={found['value']}", found["text"]):
                return
        pytest.fail(f"{what} is not reached by Tab")

    def write(self, what: str, text: str) -> None:
        self.to(what)
        self.page.keyboard.type(text)

    def press(self, what: str) -> None:
        """Go to a button or a link and press Enter."""
        self.to(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def look(self, name: str) -> None:
        """Nothing is wider than the phone; with ``BRIDGE_PICTURES`` a picture of the whole page is kept."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360, name
        folder = os.environ.get("BRIDGE_PICTURES")
        if folder:
            self.pictures += 1
            self.page.screenshot(path=Path(folder) / f"nomination-{self.pictures}-{name}.png", full_page=True)


def test_a_city_is_nominated_and_approved_at_360_px_by_keyboard(
    phone: Any, served: Any, enter: Callable[[Any, str], None]
) -> None:
    """Refused once for what is missing, handed in, read back by its own link, found and approved by an organiser."""
    keys = Keys(phone)
    phone.goto(f"{E}/register")
    keys.look("doors")
    keys.press("Nominate a city")
    keys.look("form")
    keys.write("party_name", "Nagasaki")
    keys.press("Hand in")
    keys.look("refused")
    assert phone.evaluate("document.activeElement.closest('#errors') !== null"), "what is to mend has the focus"
    assert phone.input_value("#party_name") == "Nagasaki", "what was typed is kept"

    keys.write("native_name", "長崎市")
    keys.write("country", "Jap")
    keys.write("region", "Asia")
    keys.write("population", "409118")
    keys.write("income_group", "High")
    keys.to("languages=en")
    phone.keyboard.press("Space")
    keys.write("need-waste", "5")
    keys.write("offer-water", "4")
    keys.write("partnership_aim", "A plant for organic waste, run together.")
    keys.to("component")
    phone.keyboard.press("ArrowDown")
    keys.write("commitment-by", "Mayor of Nagasaki")
    keys.write("commitment-function", "Mayor")
    keys.to("commitment-on")
    phone.keyboard.type("08082019")  # the same in whichever order a browser asks for day and month
    keys.to("commitment-is_given")
    phone.keyboard.press("Space")
    keys.write("contact_name", "Focal point of Nagasaki")
    keys.write("contact_email", "focal@nagasaki.example")
    keys.write("contact_phone", "+81 95 555 01 20")
    keys.look("filled")
    keys.press("Hand in")
    keys.look("handed-in")
    assert "waits for a decision" in phone.locator("h1").inner_text()
    own = phone.url
    assert "Mayor of Nagasaki, Mayor, Thu 8 Aug 2019" in phone.locator("#handed-in").inner_text()

    enter(phone, "organiser")
    phone.goto(f"{E}/manage/registrations?q=Nagasaki")
    keys.look("inbox")
    keys.press("Nagasaki")
    keys.look("review")
    keys.press("Approve")
    keys.look("approved")
    assert "approved" in phone.locator("h1").inner_text()
    phone.goto(own)
    keys.look("own-link")
    assert "The city can be paired" in phone.locator("#state").inner_text()
