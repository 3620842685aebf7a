"""ADM-04, PUB-5: a visitor who asks for every page that is open to visitors meets nobody who did not agree to it.

Each person, city and pair has a word of its own in every field. The route table says which pages there are: a page that
is added later is asked for too, and one with a part in its address that nobody fills here fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.policies import Policy
from app.agenda.models import AgendaSession, ReleasedSession
from app.agenda.service import release
from app.delegations.consents import CONSENTS
from app.delegations.models import City, Delegate, Organisation
from app.delegations.service import set_listed
from app.events.models import Event
from app.office.service.erasing import erase_person
from app.office.service.withdrawing import withdraw_registration
from app.pairing.enums import Consent, MemberRole, Modality, PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.registration.enums import Door, RegistrationState, Side
from app.registration.models import Registration

ALL = dict.fromkeys(CONSENTS, True)
TEXTS = (
    "honorific", "family_name", "given_name", "native_name", "badge_name", "function", "email", "phone", "diet",
    "access_needs",
)  # fmt: skip
PARTY_TEXTS = ("name", "native_name", "website", "about")
HIDDEN_PEOPLE = ("silent", "nameless", "protected", "left", "waits", "erased")
SEARCHES = (
    "",
    "?q=canary",
    "?q=silent",
    "?kind=city",
    "?q=leftnative_name&kind=city",
    "?modality=south-south",
    "?page=1",
)


def _word(who: str, field: str = "") -> str:
    return f"canary{who}{field}x"


@dataclass(frozen=True)
class Scene:
    """IDs by the names that the canaries carry."""

    people: dict[str, int]
    parties: dict[str, int]
    pairs: dict[str, int]


@pytest.fixture
def scene(client: Any, cast: Any, placed: Any, actor: Any, now: Any) -> Scene:
    """Seven people who differ in what hides them, four cities, an organisation, three pairs, each with its session."""
    agreed = {"open": ALL, "silent": {}, "nameless": {"list_function": True, "list_city": True}} | dict.fromkeys(
        ("protected", "left", "waits", "erased"), ALL
    )
    people = dict(zip(agreed, cast.people, strict=False))
    parties = dict(zip(("named", "unnamed", "withdrew", "asked"), cast.parties, strict=True))
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        for who, person_id in people.items():
            person = session.get_one(Delegate, person_id)
            for field in TEXTS:
                setattr(person, field, _word(who, field) + ("@x.example" if field == "email" else ""))
            person.consents, person.is_protected = agreed[who], who == "protected"
            person.approved_at, person.is_active = None if who == "waits" else now, who != "left"
        for who, party_id in parties.items():
            city = session.get_one(City, party_id)
            for field in PARTY_TEXTS:
                setattr(city, field, _word(who, field))
            city.slug, city.is_listed = _word(who, "slug"), who != "unnamed"
            city.latitude, city.longitude, city.region = 1.0, 2.0, _word(who, "region")
        house = Organisation(
            event_id=event.id, slug=_word("house"), name=_word("house"), languages=[], helix_role="business"
        )
        session.add(house)
        session.flush()
        parties["house"] = house.id
        pairs = {
            key: _pair(session, event, one, other, state, now)
            for key, one, other, state in (
                ("unnamed", parties["named"], parties["unnamed"], PartnershipState.CONFIRMED),
                ("withdrew", parties["named"], parties["withdrew"], PartnershipState.CONFIRMED),
                ("asked", parties["named"], parties["asked"], PartnershipState.ASKED),
            )
        }
        for hour, (key, pair_id) in enumerate(pairs.items()):
            item = placed(session, _word(key, "title"), tuple(people.values()) if hour == 0 else (), 60 * hour)
            item.partnership_id, item.abstract, item.slug = pair_id, _word(key, "abstract"), _word(key, "case")
        item = placed(session, "Opening", tuple(people.values()), 300, room="room-b")
        session.flush()
        release(session, event=event, name="One", note=None, actor=actor, now=now)
        gone = session.get_one(Delegate, people["erased"])
        erase_person(session, event=event, delegate=gone, number=str(gone.id), actor=actor, now=now)
        nomination = Registration(
            event_id=event.id, door=Door.CITY, state=RegistrationState.APPROVED, party_id=parties["withdrew"],
            party_name=_word("withdrew"), contact_name="Somebody", contact_email="", token_digest="none", started_at=now,
            submitted_at=now,
        )  # fmt: skip
        session.add(nomination)
        session.flush()
        withdraw_registration(
            session, event=event, registration=nomination, version=nomination.version, side=Side.APPLICANT,
            actor=actor, now=now,
        )  # fmt: skip
    return Scene(people, parties, pairs)


def _pair(session: Any, event: Event, one: int, other: int, state: PartnershipState, now: Any) -> int:
    pair = Partnership(
        event_id=event.id, state=state, modality=Modality.SOUTH_SOUTH, modality_rule="", classification={},
        value=1, proposed_at=now,
    )  # fmt: skip
    session.add(pair)
    session.flush()
    said = Consent.ACCEPTED if state is PartnershipState.CONFIRMED else Consent.PENDING
    for party_id in (one, other):
        member = PartnershipMember(
            partnership_id=pair.id, party_id=party_id, role=MemberRole.PARTNER, group="south", consent=said,
            answered_at=now if said is Consent.ACCEPTED else None,
        )  # fmt: skip
        session.add(member)
    return pair.id


def _policies(dependant: Any) -> Iterator[Policy[Any]]:
    for one in dependant.dependencies:
        if isinstance(one.call, Policy):
            yield one.call
        yield from _policies(one)


def _open_paths(app: Any) -> list[str]:
    """The addresses of all routes that a visitor may read, those of machines (health, metrics) too."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        policies = list(_policies(dependant)) if dependant is not None else []
        if "GET" in (route.methods or ()) and (not policies or Role.PUBLIC in policies[0].roles):
            found.append(route.path)
    return found


def _addresses(client: Any, slug: str) -> list[str]:
    with client.app.state.database.reading() as session:
        frozen = session.scalars(select(ReleasedSession)).all()
        known = {
            "slug": [slug],
            "token": ["x" * 27],
            "session_slug": [str(one.frozen["slug"]) for one in frozen]
            + [f"session-of-a-pair-{one.session_id}" for one in frozen],
            "partnership_id": [str(one) for one in session.scalars(select(Partnership.id))],
            "person_id": [str(one) for one in session.scalars(select(Delegate.id))],
            "photo_id": ["1"],
        }
    paths = []
    for path in _open_paths(client.app):
        filled = [path]
        for name in re.findall(r"\{(\w+)", path):
            filled = [re.sub(rf"\{{{name}(:\w+)?\}}", value, one) for one in filled for value in known[name]]
        paths += filled
    return paths


def _crawl(client: Any, slug: str) -> dict[str, str]:
    """Every open page, whole and as a block, plain and searched; each twice, so that kept pages are read as well."""
    client.cookies.clear()
    seen = {}
    for path in _addresses(client, slug):
        for search in SEARCHES:
            for headers in ({}, {"HX-Request": "true"}, {}):
                answer = client.get(path + search, headers=headers)
                assert answer.status_code < 500, path
                seen[f"{path}{search} {headers}"] = f"{answer.headers} {answer.text}"
    return seen


def _met(pages: dict[str, str], *who: str) -> list[tuple[str, str]]:
    """Where the canaries of these stand. A search repeats what the visitor typed: that is not met."""
    words = [(one, re.compile(rf"canary{one}\w*x")) for one in who]
    return [(one, page) for page, text in pages.items() for one, word in words if word.search(text)]


def test_the_walk_sees_the_open_pages(client: Any, cast: Any, scene: Scene) -> None:
    slug = cast.event.slug
    addresses = set(_addresses(client, slug))
    assert {"/sign-in", f"/e/{slug}", f"/e/{slug}/people", f"/e/{slug}/cities", f"/e/{slug}/agenda"} <= addresses
    assert f"/e/{slug}/agenda/{_word('asked', 'case')}" in addresses
    assert f"/e/{slug}/partnerships/{scene.pairs['unnamed']}" in addresses


@pytest.mark.parametrize("shows_people", [False, True])
def test_adm_04_a_visitor_meets_nobody_who_did_not_agree(
    client: Any, cast: Any, scene: Scene, *, shows_people: bool
) -> None:
    """T14."""
    with client.app.state.database.writing() as session:
        session.get_one(Event, cast.event.id).shows_people = shows_people
    pages = _crawl(client, cast.event.slug)
    assert not _met(pages, *HIDDEN_PEOPLE)
    assert not _met(pages, "unnamed", "withdrew", "asked(title|abstract|case)")
    assert not [page for page, text in pages.items() if _word("house") in text]
    # The control: who agreed is met, so the walk reaches the pages where people and cities stand.
    assert any(_word("open", "badge_name") in text for page, text in pages.items() if "/agenda/" in page)
    people = {page: text for page, text in pages.items() if page.startswith(f"/e/{cast.event.slug}/people ")}
    assert any(_word("open", "badge_name") in text for text in people.values()) is shows_people
    assert any(_word("named", "name") in text for text in people.values())


def test_adm_04_the_number_of_people_does_not_answer_a_search(client: Any, cast: Any, scene: Scene) -> None:
    """T15: Where visitors see no names, words and filters change nothing: the number cannot be asked who comes."""
    path = f"/e/{cast.event.slug}/people"
    plain = client.get(path).text
    assert "1 person agreed to be listed" in plain
    for query in ({"q": _word("open", "badge_name")}, {"q": "nobody at all"}, {"kind": "business"}):
        assert "1 person agreed to be listed" in client.get(path, params=query).text


def test_adm_04_kept_pages_change_with_what_cities_agree_to(
    client: Any, cast: Any, scene: Scene, actor: Any, now: Any
) -> None:
    """The word of a city comes and goes: on the pages that are kept for visitors as well, at once."""
    slug = cast.event.slug
    pair = f"/e/{slug}/partnerships/{scene.pairs['unnamed']}"
    case = f"/e/{slug}/agenda/{_word('unnamed', 'case')}"
    lists = (f"/e/{slug}", f"/e/{slug}/cities", f"/e/{slug}/agenda", f"/e/{slug}/people")

    def say(*, is_listed: bool) -> None:
        with client.app.state.database.writing() as session:
            party = session.get_one(City, scene.parties["unnamed"])
            set_listed(session, party=party, is_listed=is_listed, actor=actor, now=now)

    def is_met() -> set[bool]:
        return {_word("unnamed")[:-1] in client.get(path).text for path in lists}

    for is_listed in (False, True, False):
        say(is_listed=is_listed)
        assert is_met() == {is_listed}
        assert client.get(pair).status_code == client.get(case).status_code == (200 if is_listed else 404)


def test_adm_04_a_focal_point_gives_and_takes_the_word_of_the_city(
    client: Any, sign_in: Any, cast: Any, scene: Scene
) -> None:
    path = f"/e/{cast.event.slug}/delegations/{cast.delegations[1]}"
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    assert "is not named" in client.get(path).text
    assert client.post(f"{path}/listed", data={"is_listed": "maybe"}).status_code == 422
    assert client.post(f"{path}/listed", data={"is_listed": "yes"}).status_code == 303
    assert "Do not name it any more" in client.get(path).text
    other = f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}/listed"
    assert client.post(other, data={"is_listed": "no"}).status_code == 404
    with client.app.state.database.reading() as session:
        assert session.get_one(City, scene.parties["unnamed"]).is_listed
        assert session.get_one(City, scene.parties["named"]).is_listed


def test_a_session_of_a_hidden_pair_opens_for_those_who_act_here(
    client: Any, sign_in: Any, cast: Any, scene: Scene
) -> None:
    """Their own schedules lead there by its name; what stands on it is what everybody reads."""
    case = f"/e/{cast.event.slug}/agenda/{_word('asked', 'case')}"
    assert client.get(case).status_code == 404
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=cast.heads[0])
    page = client.get(case)
    assert page.status_code == 200 and "Session of a partnership" in page.text
    with client.app.state.database.reading() as session:
        item = session.scalars(select(AgendaSession).where(AgendaSession.slug == _word("asked", "case"))).one()
        assert item.title not in page.text
