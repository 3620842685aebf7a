"""What people do, in a real browser: by keyboard alone, and without JavaScript where pages.md says so."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.platform.outbox import OutboxMail

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"


@pytest.fixture
def plain(browser: Any, address: str) -> Iterator[Any]:
    """A phone without JavaScript."""
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="en-GB"
    )
    yield context.new_page()
    context.close()


def _press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_register_without_script(plain: Any) -> None:
    """ADM-08: registering needs no script; a refused form keeps what was typed."""
    plain.goto(f"{E}/register")
    plain.click("main >> text=Register a delegation >> nth=-1")
    plain.fill("#party_name", "Antananarivo")
    plain.click("text=Hand in")
    assert plain.locator("#errors").count() == 1
    assert plain.input_value("#party_name") == "Antananarivo"
    plain.select_option("#country", "MG")
    plain.fill("#contact_name", "Focal point of Antananarivo")
    plain.fill("#contact_email", "focal@antananarivo.example")
    plain.fill("#members-0-family_name", "Mayor of Antananarivo")
    plain.click("text=Hand in")
    assert "waits for a decision" in plain.locator("h1").inner_text()


def test_register_alone_on_a_small_phone_without_script(browser: Any, address: str) -> None:
    """REG-03: at 360 px, without script: two screens, twelve questions, no password, nothing wider than the screen."""
    context = browser.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="en-GB"
    )
    phone = context.new_page()
    questions: set[str] = set()

    def look() -> None:
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        fields = phone.locator("main :is(input, select, textarea):not([type=hidden])")
        questions.update(fields.evaluate_all("all => all.map(one => one.name)"))
        assert phone.locator("input[type=password]").count() == 0

    phone.goto(f"{E}/register")
    phone.locator("main").get_by_role("link", name="Register yourself").click()
    look()
    phone.fill("#given_name", "Wei")
    phone.fill("#family_name", "Zhang")
    phone.fill("#email", "zhang@trade.example")
    phone.fill("#function", "Head of exports")
    phone.click("text=Go on")
    look()
    assert phone.locator("h1").inner_text() == "From where, and why?"
    phone.get_by_label("Business").check()
    phone.fill("#party_name", "A trading house")
    phone.select_option("#country", "CN")
    phone.get_by_label("Chinese").check()
    phone.click("text=Hand in")
    assert "waits for a decision" in phone.locator("h1").inner_text()
    look()
    assert len(questions) == 12, sorted(questions)
    context.close()


def test_read_and_answer_without_script(served: Any, plain: Any, enter: Callable[[Any, str], None]) -> None:
    """ADM-08, MTG-02: my day is readable and a wish is answered from its mail without script or sign-in."""
    enter(plain, "delegate")
    plain.goto(f"{E}/my")
    assert plain.locator(".next-up").count() == 1
    plain.goto(f"{E}/my/people")
    plain.locator("text=Wish a meeting").first.click()
    plain.fill("#topic", "Cold storage at the port")
    plain.click("text=Send the wish")
    plain.context.clear_cookies()
    with served.state.database.reading() as session:
        wished = select(OutboxMail).where(OutboxMail.cause == "meeting wish").order_by(OutboxMail.id.desc())
        mail = session.scalars(wished).first()
        assert mail is not None
        link = re.search(r"http://\S+/m/\S+", mail.body).group(0)  # type: ignore[union-attr]
    plain.goto(link)
    plain.locator("main").get_by_role("button", name="Send the answer").click()
    assert "You accepted this" in plain.content()
    plain.goto(link)
    assert "You accepted this" in plain.content()


def test_sign_in_by_keyboard(page: Any, served: Any) -> None:
    page.goto("/sign-in")
    page.focus("#email")
    page.keyboard.type("nobody@nowhere.example")
    with page.expect_navigation():
        _press(page, "Enter")
    assert "If we know this address" in page.content()


def test_release_by_keyboard(page: Any, enter: Callable[[Any, str], None]) -> None:
    """ADM-07: a session is moved and the agenda released with the keyboard alone; the public page follows."""
    enter(page, "organiser")
    page.goto(f"{E}/manage/agenda")
    page.locator("a.session-card:not(.plenary, .ceremony)").first.focus()
    page.keyboard.press("m")
    page.locator("#board-dialog[open]").wait_for()
    page.fill("#move-time", "17:00")
    page.focus("#board-dialog button.primary")
    _press(page, "Enter")
    page.locator("#board-dialog:not([open])").wait_for(state="attached")
    page.goto(f"{E}/manage/agenda/release")
    if page.locator(".violation").count() == 0:
        page.focus("#name")
        page.keyboard.type("Second programme")
        with page.expect_navigation():
            _press(page, "Enter")
        assert re.search(r"/agenda/releases/\d+$", page.url)
        page.goto(f"{E}/agenda")
        assert "Second programme" in page.content()
    else:
        assert "Blocks release" in page.content()


def test_skip_link_and_search_key(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "organiser")
    page.goto(f"{E}/manage")
    _press(page, "Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("document.activeElement.blur()")
    _press(page, "/")
    assert page.evaluate("document.activeElement.getAttribute('type')") == "search"
    page.keyboard.type("shenzhen")
    with page.expect_navigation():
        _press(page, "Enter")
    assert "Shenzhen" in page.locator("#results").inner_text()


LIST = """City;Country;Helix;Family name;Given name;Native name;E-mail;Languages
Nairobi;Kenya;city;Otieno;Achieng;;achieng@nairobi.example;en
Nairobi;Kenya;city;Mwangi;Joseph;;joseph@nairobi.example;Swahili
Nairobi;Atlantis;city;Kamau;Grace;;grace@nairobi.example;en
"""


@pytest.mark.parametrize("script", [True, False])
def test_reg_06_a_list_is_brought_in_with_four_clicks(
    browser: Any, address: str, enter: Callable[[Any, str], None], script: bool
) -> None:
    """REG-06: import, choose, read, import; with script and without, at the width of a phone."""
    context = browser.new_context(
        base_url=address, viewport={"width": 360, "height": 800}, java_script_enabled=script, locale="en-GB"
    )
    page = context.new_page()
    enter(page, "organiser")
    page.goto(f"{E}/manage/people")
    page.locator("main").get_by_role("link", name="Import", exact=True).click()
    page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.get_by_role("button", name="Read it").click()
    button = page.get_by_role("button", name="Import 2 rows")
    for _ in range(20):
        if button.count():
            break
        page.wait_for_timeout(500)
        if not script:
            page.reload()
    assert "There is no country 'Atlantis'." in page.locator("#refused").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if script else True
    button.click()
    page.wait_for_selector("text=Done: 2 new, 0 changed.")
    page.goto(f"{E}/manage/people?q=achieng")
    assert page.locator("bdi.name", has_text="Achieng Otieno").count() == 1
    context.close()
