"""Requests that nobody would send by a page: the addresses and fields that the routes know, with hostile values."""

import ast
import inspect
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import lxml.html
from pydantic import BaseModel

from app.accounts.enums import Role
from tests.reliability.world import World

TABLES = {
    "account_id": "account", "grant_id": "role_grant", "delegate_id": "delegate", "person_id": "delegate",
    "delegation_id": "delegation", "city_id": "party", "party_id": "party", "registration_id": "registration",
    "run_id": "solver_run", "partnership_id": "partnership", "wish_id": "meeting_wish", "meeting_id": "meeting",
    "photo_id": "photo", "tie_id": "tie", "acknowledgement_id": "agenda_acknowledgement", "draft_id": "agenda_draft",
    "time_id": "resource_time", "resource_id": "resource", "offer_id": "meeting_offer", "recheck_id": "recheck",
    "erasure_id": "erasure_request", "question_id": "partnership_question", "job_id": "print_job",
    "upload": "import_file", "room_id": "room", "slot_id": "meeting_slot", "table_id": "meeting_table",
}  # fmt: skip
"""Where the numbers of an address or a field come from."""

HOSTILE = (
    "", " ", "0", "-1", "1", "2147483648", "9" * 19, "9" * 400, "-" + "9" * 30, "1e400", "1.5", "NaN", "Infinity",
    "１２", "٣", "true", "null", "[]", "{}", "\x00", "a\x00b", "\r\nX: y", "\t", "\ufeff", "\u202e", "\ud7ff",
    "é" * 300, "x" * 5000, "X" * 100_000, "🌍" * 50, "'; DROP TABLE event;--", "%s%n", "{{ 7*7 }}", "{event.__init__}",
    '"><svg onload=alert(1)>', "javascript:alert(1)", "=1+1", "../../etc/passwd", "//evil.example", "2019-02-30",
    "2019-09-03", "2019-09-03T25:61", "2019-09-03T09:30", "9999-12-31T23:59", "0001-01-01T00:00", "0000-00-00",
    "25:00", "09:30", "1|2|3", "|", ",", "a@b", "a@b.example", "a@b.example\r\nBcc: c@d.example", "-", "999999",
    "2019-09-03T09:30:00+99:99", "٢٠١٩-٠٩-٠٣", "on", "yes", "accepted", "south", "en", "xx",
)  # fmt: skip

IN_PATH = (
    "0",
    "-1",
    "999999",
    "9" * 30,
    "１２",
    "%00",
    "a%2Fb",
    "..%2F..",
    "%FF",
    "x" * 3000,
    "NaN",
    "1e9",
    "1-2",
    "é",
)

BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b"%ED%A0%80=%FF&=&&&==&a", "application/x-www-form-urlencoded"),
    (b"a" * 100_000, "application/x-www-form-urlencoded"),
    (b"&".join(b"f%d=1" % number for number in range(3000)), "application/x-www-form-urlencoded"),
    (b'{"version": 1}', "application/json"),
    (b"[" * 50_000, "application/json"),
    (b"<a/>", "application/xml"),
    (b"--b\r\n", "multipart/form-data; boundary=b"),
    (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
    (
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="\xff"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    (b"x", "multipart/form-data"),
    (b"x", "text/plain; charset=utf-7"),
    (b"x", ""),
)
"""Bodies that are no form, with what they say of themselves."""

SLOW = re.compile(r"\.pdf$|/manage/print$|/print/jobs|/why$|/fair$")
"""Routes that set paper or look at everything: asked for one time in ten."""


@dataclass(frozen=True)
class Sent:
    """One request, as it can be sent again."""

    role: Role
    method: str
    address: str
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.address[:300]} {str(self.more)[:1500]}"


@cache
def known_fields(module: str) -> tuple[str, ...]:
    """Fields of the forms that a module of routes binds, and the names that it asks of a form one by one."""
    found = sys.modules[module]
    names = {
        one.alias or name
        for model in vars(found).values()
        if inspect.isclass(model) and issubclass(model, BaseModel)
        for name, one in model.model_fields.items()
    }
    for node in ast.walk(ast.parse(inspect.getsource(found))):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[a-z][a-z_]{1,29}", node.value)
        ):
            names.add(node.value)
    return tuple(sorted(names))


class Generator:
    """Makes one request after the other from a seed; learns links and filled-in forms from the pages that came back."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.routes = [(route, method) for route in world.routes for method in sorted(route.methods or ())]
        self.forms: list[tuple[Role, str, list[tuple[str, str]]]] = []
        self.links: list[tuple[Role, str]] = []
        self._numbers: dict[str, list[str]] = {}
        bodies = " ".join(world.column("SELECT body FROM outbox_mail"))
        self.links += [(Role.PUBLIC, found) for found in re.findall(r"https?://[^/\s]+(/[a-z]/[\w./-]{20,})", bodies)]
        self.tokens = sorted({re.findall(r"[\w-]{20,}", link)[0] for _role, link in self.links})

    def next(self) -> Sent:
        turn = self.chance.random()
        if self.forms and turn < 0.35:
            return self._changed_form()
        if self.links and turn < 0.45:
            role, link = self.chance.choice(self.links)
            return Sent(role, "GET", self._bent(link))
        return self._by_route()

    def learn(self, sent: Sent, answer: Any) -> None:
        """Take links and forms from a page."""
        if "text/html" not in answer.headers.get("content-type", "") or not answer.text.strip():
            return
        page = lxml.html.fromstring(answer.text)
        # The pool stays small, so that what was seen lately is used.
        for form in page.forms[:8]:
            if (form.method or "GET").upper() == "POST" and (form.action or "").startswith("/"):
                self._keep(self.forms, (sent.role, form.action, [*_fields(form)]), 400)
        for link in page.xpath("//a/@href")[:60]:
            if link.startswith("/") and not SLOW.search(link):
                self._keep(self.links, (sent.role, link), 400)

    def _keep(self, pool: list[Any], one: Any, most: int) -> None:
        if len(pool) < most:
            pool.append(one)
        else:
            pool[self.chance.randrange(most)] = one

    def _by_route(self) -> Sent:
        route, method = self.chance.choice(self.routes)
        while SLOW.search(route.path) and self.chance.random() < 0.9:
            route, method = self.chance.choice(self.routes)
        role = self.chance.choice(self._roles(route))
        address = self._address(route.path)
        if self.chance.random() < 0.5:
            address += self._query(route)
        if method == "GET":
            return Sent(role, method, address)
        if self.chance.random() < 0.1:
            body, kind = self.chance.choice(BODIES)
            return Sent(role, method, address, {"content": body, "headers": {"Content-Type": kind}})
        names = known_fields(route.endpoint.__module__)
        chosen = self.chance.sample(names, self.chance.randint(0, min(len(names), 12)))
        return Sent(role, method, address, self._body([(name, self._value(name)) for name in chosen]))

    def _roles(self, route: Any) -> list[Role]:
        """Mostly those who are let in; one time in ten anybody."""
        named = [role for policy in policies_of(route.dependant) for role in policy.roles]
        return sorted(named) if named and self.chance.random() < 0.9 else list(Role)

    def _changed_form(self) -> Sent:
        role, action, fields = self.chance.choice(self.forms)
        changed = list(fields)
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3))):
            if not changed:
                break
            at = self.chance.randrange(len(changed))
            name = changed[at][0]
            what = self.chance.random()
            if what < 0.15:
                del changed[at]
            elif what < 0.25:
                changed.append(changed[at])
            else:
                changed[at] = (name, self._value(name))
        return Sent(role, "POST", action, self._body(changed))

    def _body(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        turn = self.chance.random()
        headers = {"HX-Request": "true"} if self.chance.random() < 0.2 else {}
        if turn < 0.8:
            content = urlencode(fields).encode()
            return {"content": content, "headers": {**headers, "Content-Type": "application/x-www-form-urlencoded"}}
        # As parts; now and then a file stands where a text should.
        parts: list[tuple[str, Any]] = []
        for name, value in fields:
            is_file = self.chance.random() < 0.3
            parts.append((name, ("a.xlsx", value.encode(), "image/png") if is_file else (None, value)))
        return {"files": parts or [("x", (None, ""))], "headers": headers}

    def _address(self, path: str) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: self._part(match[1]), path)

    def _part(self, name: str) -> str:
        if self.chance.random() < 0.12:
            return self.chance.choice(IN_PATH)
        if name == "slug":
            return self.world.slug
        if name == "token":
            return self.chance.choice(self.tokens) if self.tokens else "x" * 27
        if name == "format":
            return self.chance.choice(("csv", "xlsx", "ods"))
        return self._number(name)

    def _number(self, name: str) -> str:
        table = TABLES.get(name)
        if table is None:
            return str(self.chance.randint(1, 40))
        if table not in self._numbers:
            self._numbers[table] = self.world.numbers(table)
        known = self._numbers[table]
        return self.chance.choice(known) if known else str(self.chance.randint(1, 5))

    def _value(self, name: str) -> str:
        if self.chance.random() < 0.3 and (name in TABLES or f"{name}_id" in TABLES):
            return self._number(name if name in TABLES else f"{name}_id")
        return self.chance.choice(HOSTILE)

    def _query(self, route: Any) -> str:
        names = [one.alias for one in _queries(route.dependant)] or ["page", "q", "sort", "day", "next", "lang"]
        # A module may have no form of its own.
        known = known_fields(route.endpoint.__module__)
        names += self.chance.sample(known, 1) if self.chance.random() < 0.5 and known else []
        asked = [
            (name, self._value(name)[:3000]) for name in self.chance.sample(names, self.chance.randint(1, len(names)))
        ]
        return "?" + (urlencode(asked) if self.chance.random() < 0.9 else "%FF=%00&" + quote(str(asked))[:2000])

    def _bent(self, link: str) -> str:
        """A link as it stands, or with one of its numbers or words made another."""
        places = [match.span() for match in re.finditer(r"(?<=[/=])[\w.-]+", link)]
        if not places or self.chance.random() < 0.4:
            return link
        start, end = self.chance.choice(places)
        return link[:start] + quote(self.chance.choice(HOSTILE)[:3000], safe="") + link[end:]


def _fields(form: Any) -> Iterator[tuple[str, str]]:
    for one in form.inputs:
        if not one.name:
            continue
        value = one.value
        if isinstance(value, str):
            yield one.name, value
        elif one.tag == "select":
            yield one.name, next(iter(one.value_options), "")
        else:
            yield (
                one.name,
                "on"
                if one.get("type") in {"checkbox", "radio"} and one.get("value") is None
                else one.get("value") or "",
            )


def policies_of(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        if hasattr(one.call, "roles") and hasattr(one.call, "action"):
            yield one.call
        yield from policies_of(one)


def _queries(dependant: Any) -> Iterator[Any]:
    yield from dependant.query_params
    for one in dependant.dependencies:
        yield from _queries(one)
