"""PAIR-08: a what-if stands in the address, says what would change, and one button applies it."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import TieState
from app.delegations.models import City, Tie
from app.events.models import Event
from app.pairing.choices import Choices
from app.pairing.enums import PartnershipState, WishLevel
from app.pairing.models import ExcludedCountryPair, PairingPin, PairingSettings, PairingVeto, PairingWish
from app.pairing.planner import problem_of, read_facts, wanted_of
from app.pairing.workbench.easing import obstacles_of, size_for_pins
from app.pairing.workbench.looking import problem_with
from app.pairing.workbench.words import Names
from app.platform.audit import AuditEntry
from app.platform.outbox import MailState, OutboxMail
from scheduler.core.explanation import Fact
from tests.app.pairing.workbench.conftest import BASE, Bench, told


def _stored(bench: Bench, model: Any) -> list[Any]:
    with bench.client.app.state.database.reading() as session:
        return list(session.scalars(select(model)))


def _count(page: str) -> int:
    found = re.search(r"(\d+|No) partnerships? would change", told(page))
    assert found, told(page)
    return 0 if found[1] == "No" else int(found[1])


def test_pair_08_nothing_is_stored_before_apply_and_the_number_is_what_changes(paired: Bench) -> None:
    before = paired.plan()
    lines = len(paired.log())
    address, page = paired.ask(add="together", first="Essen", second="Dakar", do="pin")
    assert "pin=dakar~essen" in address
    assert _stored(paired, PairingPin) == []
    assert paired.plan() == before
    assert "pairing.pinned" not in paired.log()[lines:]
    assert paired.apply(page).status_code == 303
    after = paired.plan()
    assert frozenset({"Essen", "Dakar"}) in after
    assert _count(page) == len(before ^ after)
    for members in before ^ after:
        assert all(name in page for name in members)
    assert [pin.party_ids for pin in _stored(paired, PairingPin)] == [
        sorted((paired.cities["Essen"], paired.cities["Dakar"]))
    ]
    assert "pairing.pinned" in paired.log()[lines:]


def test_pair_08_what_is_pinned_stays_when_it_runs_again(paired: Bench) -> None:
    _address, page = paired.ask(add="together", first="Essen", second="Dakar", do="pin")
    paired.apply(page)
    _address, page = paired.ask(add="together", first="Phnom Penh", second="Shenzhen", do="veto")
    paired.apply(page)
    assert frozenset({"Essen", "Dakar"}) in paired.plan()
    assert frozenset({"Phnom Penh", "Shenzhen"}) not in paired.plan()


def test_pair_08_a_veto_with_who_asked_is_kept_and_confidential(paired: Bench) -> None:
    pair = next(one for one in paired.plan() if len(one) == 2)
    first, second = sorted(pair)
    _address, page = paired.ask(add="together", first=first, second=second, do="veto", said_by="second")
    assert f"Asked for by {second}" in told(page)
    assert paired.apply(page).status_code == 303
    (veto,) = _stored(paired, PairingVeto)
    assert veto.said_by_id == paired.cities[second]
    assert pair not in paired.plan()
    assert f"Asked for by {second}" in told(paired.get("/what-if"))
    paired.client.cookies.clear()
    assert "kept apart" not in told(paired.get("/e/test-event/cities"))
    assert paired.client.get(f"{BASE}/what-if").status_code in (303, 401, 403)


def test_pair_08_lifting_a_veto_brings_back_what_the_city_said(paired: Bench) -> None:
    first, second = sorted(next(one for one in paired.plan() if len(one) == 2))

    def want(session: Any) -> None:
        ids = paired.cities
        wish = PairingWish(
            event_id=paired.event.id, from_city_id=ids[first], to_city_id=ids[second], level=WishLevel.WANT
        )
        session.add(wish)

    paired.write(want)
    _address, page = paired.ask(add="together", first=first, second=second, do="veto", said_by="first")
    paired.apply(page)
    with paired.client.app.state.database.reading() as session:
        assert [wish.level for wish in problem_of(session, paired.event.id).wishes] == ["no"]
    slugs = "~".join(sorted(name.lower().replace(" ", "-") for name in (first, second)))
    _address, page = paired.ask(unveto=slugs)
    assert paired.apply(page).status_code == 303
    with paired.client.app.state.database.reading() as session:
        assert [wish.level for wish in problem_of(session, paired.event.id).wishes] == ["want"]
    assert {"pairing.vetoed", "pairing.veto_lifted"} <= set(paired.log())


def test_pair_08_countries_shares_and_weights_go_the_same_way(paired: Bench) -> None:
    choices = (
        ("apart", "CN~KH"),
        ("share", "triangular~0~0"),
        ("weight", "language~7"),
        ("rule", "same_country~1"),
        ("limit", "essen~2"),
    )
    address, page = paired.ask(*choices)
    words = told(page)
    assert "Cities of Cambodia and China are not paired." in words
    assert "Triangular: at most 0 % of the partnerships." in words
    assert "A common language: 7 points, was 2." in words
    assert "Essen may be in at most 2 partnerships." in words
    assert paired.apply(page).status_code == 303
    with paired.client.app.state.database.reading() as session:
        problem = problem_of(session, paired.event.id)
        assert session.get_one(City, paired.cities["Essen"]).engagements_max == 2
    assert problem.excluded_country_pairs == (("CN", "KH"),)
    assert problem.weights.language == 7
    assert problem.rules.same_country
    assert str(problem.shares["triangular"].max) == "0.0"
    actions = paired.log()
    for verb in ("countries_kept_apart", "share_set", "weight_set", "rule_set", "limit_set"):
        assert actions.count(f"pairing.{verb}") == 1
    # The same address holds no difference any more.
    assert "Nothing yet." in told(paired.get(address))
    assert [row.country for row in _stored(paired, ExcludedCountryPair)] == ["CN"]
    assert _stored(paired, PairingSettings)[0].weights == {"language": 7}


def test_pair_08_what_changed_meanwhile_gets_409_and_nothing_is_written(paired: Bench) -> None:
    _address, page = paired.ask(add="together", first="Essen", second="Dakar", do="pin")

    def grow(session: Any) -> None:
        session.get_one(City, paired.cities["Manizales"]).languages = ["es", "en"]

    before = paired.plan()
    paired.write(grow)
    answer = paired.apply(page)
    assert answer.status_code == 409
    assert "changed meanwhile" in told(answer.text)
    assert "Dakar and Essen stay together." in told(answer.text)
    assert _stored(paired, PairingPin) == []
    assert paired.plan() == before
    # The control: computed anew, the same choice goes through.
    _address, page = paired.ask(pin="dakar~essen")
    assert paired.apply(page).status_code == 303


def test_pair_08_a_second_press_of_apply_changes_nothing(paired: Bench) -> None:
    assert frozenset({"Essen", "Manizales"}) not in paired.plan()
    _address, page = paired.ask(add="together", first="Essen", second="Manizales", do="pin")
    assert paired.apply(page).status_code == 303
    lines = len(paired.log())
    assert paired.apply(page).headers["location"] == BASE, "not “nothing was applied”: it was"
    assert len(paired.log()) == lines
    assert len(_stored(paired, PairingPin)) == 1


def test_pair_08_a_pin_against_a_veto_is_explained_and_each_easing_is_a_what_if(paired: Bench) -> None:
    _address, page = paired.ask(("pin", "dakar~essen"), ("veto", "dakar~essen"))
    words = told(page)
    assert "No plan keeps all rules with this." in words
    assert "Dakar and Essen stay together." in words
    assert "Dakar and Essen are kept apart." in words
    links = [link.replace("&amp;", "&") for link in re.findall(r'<a class="button" href="([^"]*what-if\?[^"]*)"', page)]
    assert len(links) == 2
    for link in links:
        query = [tuple(part.split("=", 1)) for part in link.partition("?")[2].split("&")]
        _address, eased = paired.ask(*query)  # type: ignore[arg-type]
        assert "would change" in told(eased)


def test_pair_08_little_may_change_where_that_is_asked(paired: Bench) -> None:
    _address, free = paired.ask(pin="dakar~essen")
    _address, few = paired.ask(pin="dakar~essen", few="1")
    assert "As little as possible changes" in told(few)
    assert _count(few) <= _count(free)


def test_pair_08_a_tie_can_be_planned_anew_and_a_no_taken_back(paired: Bench) -> None:
    ids = paired.cities

    def separate(session: Any) -> None:
        smaller, larger = sorted((ids["Essen"], ids["Dakar"]))
        event_id = paired.event.id
        session.add(
            Tie(event_id=event_id, city_id=smaller, other_city_id=larger, state=TieState.ACTIVE, kind="twin cities")
        )
        session.add(
            PairingWish(event_id=event_id, from_city_id=ids["Essen"], to_city_id=ids["Dakar"], level=WishLevel.NO)
        )

    paired.write(separate)
    _address, page = paired.ask(("pin", "dakar~essen"), ("untie", "dakar~essen"), ("unsay", "essen~dakar"))
    assert "The tie of Dakar and Essen counts as dormant" in told(page)
    assert "Essen takes its no to Dakar back." in told(page)
    assert paired.apply(page).status_code == 303
    assert frozenset({"Essen", "Dakar"}) in paired.plan()
    assert _stored(paired, Tie)[0].state is TieState.DORMANT
    assert _stored(paired, PairingWish) == []
    assert {"pairing.tie_dormant", "pairing.no_taken_back"} <= set(paired.log())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first": "Essen", "second": "Nowhere"}, "Nobody here is called so."),
        ({"first": "Essen", "second": "essen"}, "These are the same."),
        ({"first": "Essen", "second": "A bank"}, "a pair is of two cities"),
        ({"first": "Essen", "second": ""}, "This is missing."),
    ],
)
def test_pair_08_a_refused_choice_keeps_what_was_typed(bench: Bench, fields: dict[str, str], said: str) -> None:
    answer = bench.client.post(f"{BASE}/what-if", data={"add": "together", "do": "pin", **fields})
    assert answer.status_code == 422
    assert said in told(answer.text)
    assert 'value="Essen"' in answer.text
    assert _stored(bench, AuditEntry)[-1].action != "run.submitted"


@pytest.mark.parametrize(
    "query", ["pin=essen~atlantis", "pin=essen", "share=south-south~60~20", "weight=charm~3", "limit=essen~x", "few=9"]
)
def test_pair_08_an_address_that_cannot_be_read_is_refused_with_a_sentence(bench: Bench, query: str) -> None:
    page = bench.get(f"/what-if?{query}", status=422)
    assert "1 thing to mend" in told(page)
    # The control.
    bench.get("/what-if?pin=dakar~essen")


def test_pair_04_least_value_and_size_are_asked_for_on_the_page(bench: Bench) -> None:
    page = bench.get("/what-if?rule=min_pair_value~6")
    assert re.search(r'name="min_pair_value"[^>]*value="6"', page), "the field holds what is chosen"
    data = {"add": "minimums", "rule": "min_pair_value~6", "min_pair_value": "0", "min_population": "many"}
    refused = bench.client.post(f"{BASE}/what-if", data=data)
    assert refused.status_code == 422
    assert 'id="min_population-error"' in refused.text
    answer = bench.client.post(f"{BASE}/what-if", data={**data, "min_population": "500000"})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/what-if?rule=min_population~500000"), "0 is what holds already"


def test_pair_08_shares_that_cannot_be_are_said_at_the_field(bench: Bench) -> None:
    data = {"add": "shares", "south_south_min": "60", "south_south_max": "20"}
    answer = bench.client.post(f"{BASE}/what-if", data=data)
    assert answer.status_code == 422
    assert "The least is more than the most." in answer.text


def test_pair_08_a_run_leads_to_its_what_if_and_another_editions_run_is_not_there(paired: Bench) -> None:
    _address, page = paired.ask(pin="dakar~essen")
    run = max(int(one) for one in re.findall(r"/manage/runs/(\d+)", paired.get("/history")))
    shown = paired.client.get(f"/e/test-event/manage/runs/{run}").text
    assert f'href="{BASE}/runs/{run}/plan"' in shown
    assert "See what would change" in shown
    assert "Discard" not in shown and "Accept this plan" not in shown, "it is applied with its choices, or left"
    assert "pin=dakar~essen" in paired.client.get(f"{BASE}/runs/{run}/plan").headers["location"]
    computed_on = re.search(r'name="computed_on" value="(\w+)"', page)
    assert computed_on
    data = {"pin": "dakar~essen", "run": "9999", "computed_on": computed_on[1]}
    assert paired.client.post(f"{BASE}/what-if/apply", data=data).status_code == 404


def test_pair_08_a_run_without_a_plan_cannot_be_applied(paired: Bench) -> None:
    lines = len(paired.log())
    paired.ask(("pin", "dakar~essen"), ("veto", "dakar~essen"))
    run = re.search(r"/manage/runs/(\d+)", paired.get("/history"))
    assert run
    with paired.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, paired.event.id))
        choices = Choices(pin=(frozenset({"dakar", "essen"}),), veto={frozenset({"dakar", "essen"}): None})
        _problem, computed_on = problem_with(session, facts, choices.on(wanted_of(session, facts)))
    data = {"pin": "dakar~essen", "veto": "dakar~essen", "run": run[1], "computed_on": computed_on}
    assert paired.client.post(f"{BASE}/what-if/apply", data=data).status_code == 409
    assert _stored(paired, PairingPin) == []
    assert not [action for action in paired.log()[lines:] if action.startswith("pairing.")]


def test_pair_08_the_page_says_how_many_that_end_were_asked(paired: Bench) -> None:
    """No surprise: applying writes to each side that knows of a partnership that ends."""
    assert paired.client.post(f"{BASE}/ask").status_code == 303
    _address, page = paired.ask(add="together", first="Phnom Penh", second="Shenzhen", do="veto")
    ending = re.findall(r'ends:</span></span><span class="what">', page)
    found = re.search(r"The sides of (\d+) partnerships? that ends? know of", told(page))
    assert found
    assert int(found[1]) == len(ending) > 0
    before = _stored(paired, OutboxMail)
    assert paired.apply(page).status_code == 303
    written = _stored(paired, OutboxMail)[len(before) :]
    assert written
    assert {mail.state for mail in written} == {MailState.HELD}


@pytest.mark.parametrize("agree", [pytest.param(1, marks=pytest.mark.long), 2])
def test_pair_08_a_what_if_says_which_partnership_comes_back_with_its_answers(paired: Bench, agree: int) -> None:
    """One side agreed, or both; then a plan left the pair out, and nobody heard of it yet."""
    pair = next(one for one in paired.plan() if len(one) == 2)
    first, second = sorted(pair)
    number = paired.agree(*sorted(pair)[:agree], members=2)
    _address, page = paired.ask(add="together", first=first, second=second, do="veto")
    paired.apply(page)
    assert pair not in paired.plan()
    slugs = "~".join(sorted(name.lower().replace(" ", "-") for name in pair))
    _address, page = paired.ask(unveto=slugs, pin=slugs)
    said = "it is confirmed again." if agree == 2 else "the answers that were given stand."
    assert said in told(page)
    assert paired.apply(page).status_code == 303
    back = next(row for row in paired.rows() if {member.party.name for member in row.members} == pair)
    state = PartnershipState.CONFIRMED if agree == 2 else PartnershipState.ASKED
    assert (back.id, back.state) == (number, state)
    assert "comes back" not in told(paired.get("/what-if"))


def test_pair_04_a_least_size_against_a_pin_is_lowered_as_far_as_the_pin_needs(bench: Bench) -> None:
    """The way out is the population of the smallest city that is pinned, not a rule thrown away."""

    def look(session: Any) -> None:
        for number, city in enumerate(session.scalars(select(City).order_by(City.id))):
            city.population = 100_000 * (number + 1)
        session.flush()
        facts = read_facts(session, session.get_one(Event, bench.event.id))
        choices = Choices(pin=(frozenset({"dakar", "essen"}),), rules={"min_population": 550_000})
        wanted = choices.on(wanted_of(session, facts))
        problem, _hash = problem_with(session, facts, wanted)
        size = min(city.population for city in problem.cities if city.id in {"dakar", "essen"})
        pin = Fact(rule="pins_kept", path="pins[0]", ids=("dakar", "essen"), message="")
        rule = Fact(rule="population_at_least_minimum", path="rules.min_population", ids=(), message="")
        fixes = size_for_pins((pin, rule), problem)
        assert fixes == {"rules.min_population": size} and 0 < size < 550_000
        names = Names(facts.parties)
        eased = [one.easing for one in obstacles_of((pin, rule), problem, wanted=wanted, names=names, fixes=fixes)]
        assert eased[1] == Choices(rules={"min_population": size})
        assert size_for_pins((rule,), problem) == {}, "without a pin nothing says how far"

    bench.write(look)
