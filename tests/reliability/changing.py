"""Changes at random, as people make them: a page is opened, one of its forms is filled in otherwise, and sent."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import lxml.html

from app.accounts.enums import Role

LEFT_OUT = re.compile(
    r"^/(account|sign|admin)|/release|/merge|/same|/eras|/undo-release|/publish|/import|/print|/solve|/plans|/what-if|/calendar$"
)
"""What shows a draft or moves somebody's words on purpose, signs out, thinks for seconds, or only makes a link."""


@dataclass
class Changer:
    """Changes an event through its pages, in one role after the other."""

    client: Any
    act_as: Callable[[Role], None]
    pages: dict[Role, list[str]]
    chance: random.Random
    done: list[str] = field(default_factory=list)

    def change(self, times: int) -> None:
        """Send forms until so many were taken."""
        for _ in range(times * 200):
            if len(self.done) < times:
                self._try_one()
        assert len(self.done) >= times, f"only {len(self.done)} of {times} forms were taken"

    def _try_one(self) -> None:
        role = self.chance.choice(sorted(self.pages))
        self.act_as(role)
        page = self.chance.choice(self.pages[role])
        answer = self.client.get(page)
        assert answer.status_code < 500, (role, page, self.done)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            return
        forms = [
            form
            for form in lxml.html.fromstring(answer.text).forms
            if (form.method or "").upper() == "POST" and not LEFT_OUT.search(form.action or page)
        ]
        if not forms:
            return
        form = self.chance.choice(forms)
        action = form.action or page
        sent = {name: values for name, values in self._filled(form).items() if values}
        answer = self.client.post(action, data=sent)
        assert answer.status_code < 500, (role, page, action, sent)
        if answer.status_code in {200, 204, 303} and not answer.headers.get("location", "").startswith("/sign-in"):
            self.done.append(f"{role} {action}")

    def _filled(self, form: Any) -> dict[str, list[str]]:
        """The fields as a browser would send them, about one in three chosen anew."""
        sent: dict[str, list[str]] = {}
        for one in form.inputs:
            name, kind = one.name, (one.get("type") or one.tag).lower()
            if not name or one.get("disabled") is not None or kind in {"submit", "button", "file", "image"}:
                continue
            is_new = kind != "hidden" and self.chance.random() < 0.3
            if one.tag == "select":
                kept = [one.value] if isinstance(one.value, str) else [*(one.value or ())]
                sent.setdefault(name, []).extend([self.chance.choice(one.value_options)] if is_new else kept)
            elif kind in {"checkbox", "radio"}:
                if one.checked != is_new:
                    sent.setdefault(name, []).append(one.get("value") or "on")
            else:
                sent.setdefault(name, []).append(one.value or ("Some words" if is_new else ""))
        return sent
