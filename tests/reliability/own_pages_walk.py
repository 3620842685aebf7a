"""A random walk of delegates and organisers over two or three applications on one database, one of which keeps nothing."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import end_role, ensure_account, grant_role
from app.delegations.models import Delegate
from app.events.models import MeetingSlot, MeetingTable
from app.main import create_app
from app.meetings.enums import Answer, MeetingState, OfferState
from app.meetings.models import Meeting, MeetingOffer, MeetingWish, WishPerson
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.page_cache import OwnPage
from tests.reliability.office_walk import DESK, DESK_PATHS, OFFICE_PATHS, OFFICE_STEPS, ORGANISER, OfficeWalk

PATHS = ("", "/meetings", "/people", "?day=2019-09-04", "/people?q=Planner", "?lang=fr")
HTMX = {"HX-Request": "true", "HX-Target": "next_up"}
ROLES = {ORGANISER: Role.ORGANISER, DESK: Role.DESK}


def paths_of(person: int) -> tuple[str, ...]:
    """The pages of somebody, behind the address of their pages."""
    return {ORGANISER: OFFICE_PATHS, DESK: DESK_PATHS}.get(person, PATHS)


@dataclass
class Walk(OfficeWalk):
    """Where it stands. ``kept`` answers with kept pages, ``bare`` makes each page anew, ``writer`` changes things."""

    kept: TestClient
    bare: TestClient
    writer: TestClient
    cast: Any
    clock: Any
    placed: Any
    rng: random.Random
    tokens: dict[int, str] = field(default_factory=dict)
    grants: dict[int, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def database(self) -> Database:
        return self.writer.app.state.database  # type: ignore[no-any-return,attr-defined]

    @property
    def readers(self) -> tuple[int, ...]:
        return (*self.cast.people, ORGANISER, DESK)

    def sign_in(self, person: int) -> None:
        """Let somebody in anew."""
        now, actor = self.clock.now(), Actor.system("test")
        with self.database.writing() as session:
            email = f"delegate-{person}@test.example"
            account = ensure_account(session, email=email, display_name=f"Person {person}", actor=actor, now=now)
            delegate = session.get_one(Delegate, person) if person > 0 else None
            grant = self.grants.get(person) or grant_role(
                session, account_id=account.id, role=ROLES.get(person, Role.DELEGATE), event_id=self.cast.event.id,
                delegate_id=delegate and delegate.id, delegation_id=delegate and delegate.delegation_id,
                actor=actor, now=now,
            ).id  # fmt: skip
            opened = open_session(session, account_id=account.id, grant_id=grant, device="test", replaces=None, now=now)
        assert opened is not None
        self.grants[person], self.tokens[person] = grant, opened.token

    def step(self) -> None:
        """Somebody does something; it may be refused."""
        name = self.rng.choices(list(STEPS), list(STEPS.values()))[0]
        answer = getattr(self, f"_{name}")()
        self.done[f"{name} {'' if answer is None else answer.status_code}".strip()] += 1
        assert answer is None or answer.status_code < 500, answer.text

    def agree(self, one: int, other: int) -> None:
        """Let two have a meeting."""
        slot = self._any(select(MeetingSlot.id))[0]
        self._post(one, "/my/meetings/new", **{"with": other}, slot_id=slot)
        wish = self._any(select(MeetingWish.id))[0]
        assert self._post(other, f"/my/meetings/wishes/{wish}/answer", answer="accepted").status_code == 303

    def replace(self, one: int, colleague: int) -> None:
        """Let a colleague go to the one meeting that there is."""
        held = self._held()
        answer = self._post(one, f"/my/meetings/{held[0]}", version=held[1], instead_id=colleague)
        assert answer.status_code == 303, answer.text

    def same(self, person: int, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> bytes:
        """A page that is the same with kept pages and without."""
        got = [self._read(one, person, path, headers) for one in (self.kept, self.bare)]
        assert got[0] == got[1], f"{path} of {person} after {self.done}"
        return got[0][2]

    def compare(self) -> None:
        """Some read some of their pages, with kept pages and without; most of them pages that were read before."""
        for person in (*self.rng.sample(self.cast.people, 3), ORGANISER, DESK):
            for path in self.rng.sample(paths_of(person), 3 if person > 0 else 2):
                headers = self.rng.choice(({}, {}, HTMX))
                self.same(person, path, headers)
                if person == ORGANISER:
                    # Most of what happens is on their pages: few of them would be kept until the next look.
                    self.same(person, path, headers)

    def _read(self, client: TestClient, person: int, path: str, headers: Mapping[str, str]) -> tuple[int, Any, bytes]:
        headers = {**headers, "Cookie": f"bridge={self.tokens[person]}"}
        answer = client.get(self._address(person, path), headers=headers)
        client.cookies.clear()
        return answer.status_code, sorted(answer.headers.items()), answer.content

    def _address(self, person: int, path: str) -> str:
        return f"/e/{self.cast.event.slug}/{'my' if person > 0 else 'manage'}{path}"

    def _post(self, person: int | None, path: str, **fields: Any) -> Any:
        token = self.tokens[ORGANISER if person is None else person]
        base = "" if path.startswith("/account") or path == "/sign-out" else f"/e/{self.cast.event.slug}"
        answer = self.writer.post(base + path, data=fields, headers={"Cookie": f"bridge={token}"})
        self.writer.cookies.clear()
        return answer

    def _any(self, statement: Any) -> Any:
        with self.database.reading() as session:
            found = session.execute(statement.order_by(*statement.selected_columns[:1])).all()
        return self.rng.choice(found) if found else None

    def _wish(self) -> Any:
        one, other = self.rng.sample(self.cast.people, 2)
        slot = self._any(select(MeetingSlot.id))[0]
        return self._post(one, "/my/meetings/new", **{"with": other, "topic": "Water"}, slot_id=slot)

    def _answer(self) -> Any:
        wish = self._any(
            select(MeetingWish.id, MeetingWish.to_delegate_id, MeetingWish.from_delegate_id).where(
                MeetingWish.answer == Answer.PENDING
            )
        )
        if wish is None:
            return None
        said = {"answer": self.rng.choice(("accepted", "accepted", "accepted", "declined", "other"))}
        slot = self._any(select(MeetingSlot.id))[0]
        asked = wish[self.rng.choice((1, 1, 1, 2))]
        return self._post(asked, f"/my/meetings/wishes/{wish[0]}/answer", **said, slot_id=slot)

    def _withdraw(self) -> Any:
        wish = self._any(select(MeetingWish.id, MeetingWish.from_delegate_id, MeetingWish.answer))
        if wish is None:
            return None
        verb = "give-up" if wish[2] is Answer.ACCEPTED else "withdraw"
        return self._post(wish[1], f"/my/meetings/wishes/{wish[0]}/{verb}")

    def _held(self) -> Any:
        return self._any(
            select(Meeting.id, Meeting.version, WishPerson.delegate_id, Meeting.slot_id, Meeting.table_id)
            .join(WishPerson, WishPerson.wish_id == Meeting.wish_id)
            .where(Meeting.state == MeetingState.HELD)
        )

    def _call_off(self) -> Any:
        held = self._held()
        if held is None:
            return None
        return self._post(held[2], f"/my/meetings/{held[0]}", version=held[1], reason="Ill")

    def _substitute(self) -> Any:
        held = self._held()
        if held is None:
            return None
        place = self.cast.people.index(held[2])
        colleague = self.cast.people[(place + 4) % 8]
        return self._post(held[2], f"/my/meetings/{held[0]}", version=held[1], instead_id=colleague, reason="Ill")

    def _move(self) -> Any:
        held = self._held()
        if held is None:
            return None
        slot, table = self._any(select(MeetingSlot.id))[0], self._any(select(MeetingTable.id))[0]
        return self._post(None, f"/manage/meetings/{held[0]}/move", version=held[1], place=f"{slot}-{table}")

    def _cancel(self) -> Any:
        held = self._held()
        if held is None:
            return None
        return self._post(None, f"/manage/meetings/{held[0]}/cancel", version=held[1], reason="No room")

    def _take_offer(self) -> Any:
        offer = self._any(
            select(MeetingOffer.id, MeetingWish.from_delegate_id)
            .join(MeetingWish, MeetingWish.id == MeetingOffer.wish_id)
            .where(MeetingOffer.state == OfferState.OPEN)
        )
        if offer is None:
            return None
        return self._post(offer[1], f"/my/meetings/offers/{offer[0]}", answer=self.rng.choice(("taken", "declined")))

    def _veto(self) -> Any:
        one, other = self.rng.sample(self.cast.people, 2)
        back = self.rng.choice(("", "/take-back"))
        return self._post(one, f"/my/people/{other}/no{back}")

    def _see(self) -> Any:
        person = self.rng.choice(self.cast.people)
        page = self._read(self.bare, person, "", {})[2].decode()
        stamp = page.partition('name="stamp" value="')[2].partition('"')[0]
        return self._post(person, "/my/seen", stamp=stamp)

    def _language(self) -> Any:
        locale = self.rng.choice(("en", "de", "ar"))
        return self._post(self.rng.choice(self.readers), "/account/language", locale=locale)

    def _sign_out(self) -> Any:
        person = self.rng.choice(self.readers)
        token = self.tokens[person]
        answer = self._post(person, "/sign-out")
        # Their browser still sends the cookie: the old pages must not come back.
        self._of_nobody(person, token)
        self.sign_in(person)
        return answer

    def _end_role(self) -> None:
        person = self.rng.choice(self.readers)
        with self.database.writing() as session:
            end_role(session, grant_id=self.grants.pop(person), actor=Actor.system("test"), now=self.clock.now())
        self._of_nobody(person, self.tokens[person])
        self.sign_in(person)

    def _role_ends_later(self) -> None:
        """No line, and no change, when it ends: the time alone says so."""
        person = self.rng.choice(self.readers)
        with self.database.writing() as session:
            grant = session.get_one(RoleGrant, self.grants[person])
            grant.until = self.clock.now() + timedelta(seconds=20)
        for path in paths_of(person):
            self._read(self.kept, person, path, {})
        self.clock.advance(timedelta(seconds=self.rng.choice((5, 20, 25))))
        if self.clock.now() >= grant.until:
            self._of_nobody(person, self.tokens[person])
        with self.database.writing() as session:
            session.get_one(RoleGrant, self.grants[person]).until = None

    def _of_nobody(self, person: int, token: str) -> None:
        for path in paths_of(person):
            for client in (self.kept, self.bare):
                answer = client.get(self._address(person, path), headers={"Cookie": f"bridge={token}"})
                client.cookies.clear()
                assert answer.status_code in {303, 403}, f"{path} of {person} without the right to it"

    def _wait(self) -> None:
        self.clock.advance(timedelta(seconds=self.rng.choice((0.5, 7, 30, 60, 60, 95, 3600))))


STEPS = {
    "wish": 10, "answer": 10, "withdraw": 1, "call_off": 5, "substitute": 6, "move": 4, "cancel": 1, "take_offer": 2,
    "veto": 1, "see": 2, "language": 1, "sign_out": 1, "end_role": 1, "role_ends_later": 1, "edit": 1, "release": 2,
    "wait": 7, **OFFICE_STEPS,
}  # fmt: skip


@contextmanager
def walking(settings: Any, clock: Any, cast: Any, placed: Any, *, seed: int) -> Iterator[Walk]:
    """A walk with everybody signed in; ``sent`` counts the kept pages that went out."""
    with ExitStack() as opened:
        patch = opened.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(Database, "serve_alone", lambda _self: None)  # on SQLite a second server refuses to start
        many = 3 if settings.database_url.startswith("postgres") else 2
        apps = [create_app(settings, clock=clock) for _ in range(many)]
        clients = [
            opened.enter_context(TestClient(one, base_url="http://testserver", follow_redirects=False)) for one in apps
        ]
        for client in clients:
            client.headers["Sec-Fetch-Site"] = "same-origin"
        patch.setattr(apps[1].state.own_pages, "find", lambda _key: None)
        walk = Walk(clients[0], clients[1], clients[-1], cast, clock, placed, random.Random(seed))
        answer_to = OwnPage.answer_to

        def counted(page: OwnPage, headers: Any) -> Any:
            walk.sent[page.route.path] += 1
            return answer_to(page, headers)

        patch.setattr(OwnPage, "answer_to", counted)
        with walk.database.writing() as session:
            # Each may go in the place of their colleague.
            session.execute(update(Delegate).values(approved_at=clock.now(), rank=50))
        for person in walk.readers:
            walk.sign_in(person)
        yield walk
