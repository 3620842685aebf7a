"""Six case cities and an organisation, committed; the pages over them and real runs behind."""

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import CaseCityStage, HelixRole
from app.delegations.models import City, Facilitation, Need, Offer, Organisation
from app.events.enums import CountryGroup
from app.events.models import Challenge, ClassifiedCountry, CountryClassification, Event
from app.office.service.agreeing import answer_partnership
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership
from app.pairing.planner import read_facts, wanted_of
from app.pairing.queries import partnerships_of
from app.pairing.service import ask
from app.pairing.service.recording import remember_wanted
from app.pairing.workbench.looking import problem_with
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.solver_runs.execution import execute
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import waiting_run_ids
from app.solver_runs.service import ANSWERED, ASKED
from app.solver_runs.tasks import limits_of
from app.solver_runs.watch import Keeper

BASE = "/e/test-event/manage/pairing"
GROUPS = {"KH": "south", "CN": "south", "DE": "north", "SE": "north", "SN": "south", "CO": "south"}
MORE = (("Dakar", "SN"), ("Manizales", "CO"))
NEEDS = (
    {"waste": 5, "mobility": 2},
    {"tourism": 3},
    {"waste": 2},
    {"mobility": 4},
    {"mobility": 5},
    {"tourism": 4, "waste": 1},
)
OFFERS = (
    {"tourism": 4},
    {"waste": 5, "mobility": 3},
    {"mobility": 4},
    {"waste": 1, "tourism": 2},
    {"waste": 3},
    {"mobility": 4},
)


@dataclass
class Bench:
    """The workbench as an organiser uses it without script."""

    client: Any
    event: Any
    cities: dict[str, int]

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path if path.startswith("/e/") else f"{BASE}{path}")
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def ask(self, *fields: tuple[str, str], **more: str) -> tuple[str, str]:
        """Have a what-if worked out; returns its address and its page once there is an answer."""
        answer = self.client.post(f"{BASE}/what-if", data=_form(fields, more))
        assert answer.status_code == 303, answer.text
        address = answer.headers["location"]
        return address, self.answered(address)

    def why(self, city: str) -> str:
        """Ask why a city has no partner; the page with the answer."""
        answer = self.client.post(f"{BASE}/cities/{self.cities[city]}/why")
        assert answer.status_code == 303, answer.text
        return self.answered(answer.headers["location"].removeprefix(BASE))

    def answered(self, address: str) -> str:
        """The page of an address once its run has ended; fails after a minute."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            page = self.get(address)
            if not any(words in page for words in ("Working it out", "/events", "It is being worked out")):
                return page
            self._do_runs()
            time.sleep(0.1)
        raise AssertionError("no answer")

    def _do_runs(self) -> None:
        """Be the worker, where the server leaves runs to one."""
        database = self.client.app.state.database
        if database.is_sqlite:
            return
        with database.reading() as session:
            waiting = waiting_run_ids(session)
        for run_id in waiting:
            state = self.client.app.state
            execute(Keeper(database, limits=limits_of(state.settings), clock=state.clock), run_id)

    def agree(self, *names: str, members: int) -> int:
        """All members are asked, and each of these parties says yes; the ID of the last one's partnership."""
        return [self._answer(name, members, Consent.ACCEPTED, None) for name in names][-1]

    def decline(self, *, by: str, members: int) -> int:
        """The party says no to its partnership of so many members; the ID of the partnership."""
        return self._answer(by, members, Consent.DECLINED, "No staff for it this year.")

    def _answer(self, by: str, members: int, consent: Consent, reason: str | None) -> int:
        with self.client.app.state.database.writing() as session:
            event = session.get_one(Event, self.event.id)
            one = next(
                row
                for row in partnerships_of(session, event.id)
                if len(row.members) == members and by in {member.party.name for member in row.members}
            )
            if consent is Consent.ACCEPTED:
                ask(session, event=event, partnership=one, actor=Actor.system("test"), now=self._now)
            answer_partnership(
                session,
                event=event,
                partnership=one,
                member=next(member for member in one.members if member.party.name == by),
                consent=consent,
                reason=reason,
                base_url="http://testserver",
                actor=Actor.system("test"),
                now=self._now,
            )
            assert (one.state is PartnershipState.DECLINED) == (consent is Consent.DECLINED)
            return one.id

    @property
    def _now(self) -> datetime:
        now: datetime = self.client.app.state.clock.now()
        return now

    def apply(self, page: str) -> Any:
        """Press the page's button."""
        form = re.search(r'<form[^>]*action="[^"]*/what-if/apply">(.*?)</form>', page, re.S)
        assert form, page
        inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
        return self.client.post(f"{BASE}/what-if/apply", data=_form([(n, html.unescape(v)) for n, v in inputs], {}))

    def plan(self) -> set[frozenset[str]]:
        """What stands, as sets of names."""
        return {frozenset(m.party.name for m in one.members) for one in self.rows()}

    def rows(self) -> list[Partnership]:
        with self.client.app.state.database.reading() as session:
            return partnerships_of(session, self.event.id)

    def log(self) -> list[str]:
        """Actions of the log, oldest first."""
        with self.client.app.state.database.reading() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    def write(self, change: Callable[[Any], None]) -> None:
        with self.client.app.state.database.writing() as session:
            change(session)


def _form(fields: Any, more: dict[str, str]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, content in (*fields, *more.items()):
        data.setdefault(name, []).append(content)
    return data


def told(page: str) -> str:
    """The words of a page, blanks made single."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def pool(database: Any, cast: Any) -> dict[str, int]:
    """The cities of ``cast`` and two more with needs and offers, an organisation that facilitates; IDs by name."""
    with database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        book = CountryClassification(code="test", name="A list", as_of=event.starts_on, source="made for this test")
        session.add(book)
        session.flush()
        event.classification_id = book.id
        for country, group in GROUPS.items():
            session.add(ClassifiedCountry(classification_id=book.id, country=country, group=CountryGroup(group)))
        codes = ("waste", "tourism", "mobility")
        challenges = {code: Challenge(event_id=event.id, code=code, names={"en": code.title()}) for code in codes}
        session.add_all(challenges.values())
        cities = [session.get_one(City, party_id) for party_id in cast.parties]
        cities += [
            City(
                event_id=event.id,
                slug=name.lower(),
                name=name,
                country=country,
                languages=["fr"],
                stage=CaseCityStage.SELECTED,
            )
            for name, country in MORE
        ]
        bank = Organisation(
            event_id=event.id, slug="bank", name="A bank", helix_role=HelixRole.INTERNATIONAL, is_facilitator=True
        )
        session.add_all([*cities, bank])
        session.flush()
        session.add(Facilitation(party_id=bank.id, challenge_id=challenges["waste"].id))
        for city, needs, offers in zip(cities, NEEDS, OFFERS, strict=True):
            for model, words in ((Need, needs), (Offer, offers)):
                for code, intensity in words.items():
                    session.add(model(party_id=city.id, challenge_id=challenges[code].id, intensity=intensity))
        return {party.name: party.id for party in (*cities, bank)}


@pytest.fixture
def bench(client: Any, sign_in: Any, cast: Any, pool: dict[str, int]) -> Bench:
    """Nothing is paired yet."""
    sign_in("organiser", event_id=cast.event.id)
    return Bench(client, cast.event, pool)


SOLVED: dict[str, dict[str, Any]] = {}
"""Runs that ended in this process, by the hash of their problem: an equal problem need not be solved for each test."""


@pytest.fixture
def paired(bench: Bench) -> Bench:
    """The best plan stands."""
    database, clock = bench.client.app.state.database, bench.client.app.state.clock
    with database.writing() as session:
        facts = read_facts(session, session.get_one(Event, bench.event.id))
        wanted = wanted_of(session, facts)
        _problem, problem_hash = problem_with(session, facts, wanted)
        if problem_hash in SOLVED:
            run = SolverRun(**SOLVED[problem_hash], submitted_at=clock.now(), started_at=clock.now())
            run.ended_at = clock.now()
            session.add(run)
            session.flush()
            remember_wanted(session, run=run, wanted=wanted)
    _address, page = bench.ask()
    with database.reading() as session:
        run = session.scalars(select(SolverRun)).one()
        SOLVED[run.problem_hash] = {field: getattr(run, field) for field in (*ASKED, *ANSWERED)}
    assert bench.apply(page).status_code == 303
    return bench
