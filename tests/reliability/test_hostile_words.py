"""T33, T34: what people type is never a template: not in a mail, not on paper; and nothing is opened for its sake."""

import io
import re
import sys
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.delegations.models import Delegate
from app.meetings.notices import tell_of_wish
from app.meetings.queries import wish_in_event
from app.meetings.service import wish_meeting
from app.platform.outbox import OutboxMail

WALKING = (
    "{event.__init__.__globals__}", "{0.__class__}", "{}", "{{ 7*7 }}", "{% include '/etc/passwd' %}", "%(name)s", "%s %n",
    "${7*7}", "#{7*7}", "{{ ''.__class__.__mro__ }}", "{name!r:>{width}}", "\\N{BULLET}", "$name", "<%= 7*7 %>",
)  # fmt: skip
"""Words that some template language would walk along."""

ON_PAPER = (
    '#read("/etc/passwd")', '#image("http://169.254.169.254/latest")', '#include "/etc/passwd"', "#eval(\"1+1\")",
    '@import url("file:///etc/passwd")', '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "$sum_(k=1)^n k$", "*bold* _it_ `code` = Title", "https://169.254.169.254/", "\\input{/etc/passwd}", '#panic("x")',
)  # fmt: skip
"""Words that typst, HTML or LaTeX would act upon."""


@pytest.mark.parametrize("words", WALKING)
def test_a_mail_says_what_was_typed_to_the_letter(session: Any, cast: Any, actor: Any, now: Any, words: str) -> None:
    """T33: names, topic and message are values of the template, never a part of it."""
    person = session.get_one(Delegate, cast.heads[1])
    person.family_name = person.badge_name = f"Name {words}"
    session.flush()
    made = wish_meeting(
        session, event=cast.event, from_id=cast.heads[1], to_id=cast.heads[0], topic=f"Topic {words}",
        message=f"Message {words}", actor=actor, now=now,
    )  # fmt: skip
    wish = wish_in_event(session, cast.event.id, made.wish.id)
    tell_of_wish(session, event=cast.event, wish=wish, token=made.token, base_url="https://bridge.example", now=now)
    session.flush()
    mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail is not None
    assert f"Topic {words}" in mail.subject + mail.body
    assert f"Message {words}" in mail.body
    assert f"Name {words}" in mail.subject + mail.body
    plain = "\n".join(line for line in mail.body.replace(words, "").splitlines() if "https://" not in line)
    assert "49" not in plain and "root:" not in plain


class Opened:
    """What this process opened and whom it called while something was made."""

    def __init__(self) -> None:
        self.is_watching, self.files, self.calls = False, set[str](), set[str]()
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_watching:
            return
        if event == "open":
            self.files.add(str(arguments[0]))
        elif event in {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"}:
            self.calls.add(f"{event} {arguments}")


@pytest.fixture(scope="module")
def opened() -> Opened:
    return Opened()


def test_paper_says_what_was_typed_and_opens_nothing_for_it(
    client: Any, sign_in: Any, cast: Any, opened: Opened
) -> None:
    """T34: each hostile word as a name; the sheet holds it as text, and nothing outside of our own folders was opened."""
    sign_in("organiser", event_id=cast.event.id)
    address = f"/e/{cast.event.slug}/people/{cast.heads[0]}/schedule.pdf"
    assert client.get(address).status_code == 200  # what is loaded once is loaded
    for words in ON_PAPER:
        with client.app.state.database.writing() as session:
            person = session.get_one(Delegate, cast.heads[0])
            person.family_name = person.badge_name = person.function = words
        opened.files.clear()
        opened.is_watching = True
        try:
            answer = client.get(address)
        finally:
            opened.is_watching = False
        assert answer.status_code == 200, words
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        assert "root:" not in text
        kept = re.sub(r"\s+", "", words)[:12]
        assert kept in re.sub(r"\s+", "", text), words
        assert not opened.calls, opened.calls
        assert not [one for one in opened.files if one.startswith(("/etc", "http")) or "passwd" in one], opened.files


def test_the_watcher_sees_what_is_opened(opened: Opened) -> None:
    """The control: a file and a call that are made while it watches are seen."""
    import socket

    opened.files.clear()
    opened.is_watching = True
    try:
        with open("/etc/passwd") as file, pytest.raises(OSError):
            assert file.readline()
            socket.create_connection(("127.0.0.1", 9), timeout=0.2)
    finally:
        opened.is_watching = False
    assert "/etc/passwd" in opened.files
    assert any("connect" in one or "getaddrinfo" in one for one in opened.calls)
    opened.calls.clear()
