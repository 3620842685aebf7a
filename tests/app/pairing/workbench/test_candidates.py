"""PAIR-01, PAIR-03, PAIR-07: ranked partners with reasons from stored fields, trios with roles, why a city has nobody."""

import html
import re
from typing import Any

from sqlalchemy import delete, select

from app.delegations.models import City, Facilitation, Need, Offer
from app.events.models import Challenge, Event
from app.pairing.planner import build_problem, read_facts, wanted_of
from app.pairing.workbench.comparing import plan_of_rows
from app.pairing.workbench.unpaired import WhyNot, why_of
from app.pairing.workbench.words import Names
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.pairing.explain import explain_city
from tests.app.pairing.workbench.conftest import BASE, Bench, told


def _entries(page: str) -> list[str]:
    """The cards of the candidates, best first."""
    return re.findall(r'<li class="card[^"]*" id="candidate-\d+">(.*?</div>)\s*</li>', page, re.S)


def _values(page: str) -> list[int]:
    return [int(one) for one in re.findall(r"<strong>(\d+) points</strong>", page)]


def _page(bench: Bench, city: str, query: str = "") -> str:
    return bench.get(f"/cities/{bench.cities[city]}{query}")


def _reason_links(entry: str) -> list[str]:
    return re.findall(r'class="hint" href="([^"]+)"', entry)


def test_pair_01_partners_are_ranked_with_two_reasons_that_link_to_stored_fields(bench: Bench) -> None:
    for city in bench.cities:
        if city == "A bank":
            continue
        page = _page(bench, city)
        entries = _entries(page)
        assert entries, city
        values = _values(page)
        assert values == sorted(values, reverse=True)
        for entry in entries:
            assert city in told(entry)
            assert len(re.findall(r'<li><strong class="number">', entry)) >= 2
            links = _reason_links(entry)
            assert links
            for link in links:
                field = bench.get(link.partition("#")[0])
                if "#" in link:
                    assert f'id="{link.partition("#")[2]}"' in field


def test_pair_01_points_by_term_sum_to_the_value(bench: Bench) -> None:
    page = _page(bench, "Phnom Penh")
    for entry, value in zip(_entries(page), _values(page), strict=True):
        line = re.search(r"([^<>]*)together (\d+)</p>", entry)
        assert line
        assert sum(int(points) for points in re.findall(r": (\d+) ·", line[1])) == int(line[2]) == value


def test_pair_01_deleting_the_field_removes_the_reason(bench: Bench) -> None:
    sentence = "Waste: Shenzhen offers what Phnom Penh seeks."
    assert sentence in told(_page(bench, "Phnom Penh"))

    def forget(session: Any) -> None:
        waste = session.scalars(select(Challenge.id).where(Challenge.code == "waste")).one()
        session.execute(delete(Need).where(Need.party_id == bench.cities["Phnom Penh"], Need.challenge_id == waste))

    bench.write(forget)
    after = told(_page(bench, "Phnom Penh"))
    assert sentence not in after
    assert "Mobility: Shenzhen offers what Phnom Penh seeks." in after


def test_pair_01_the_present_partner_is_marked_and_every_candidate_has_both_actions(paired: Bench) -> None:
    (mine,) = [one for one in paired.plan() if "Phnom Penh" in one]
    page = _page(paired, "Phnom Penh")
    (marked,) = [entry for entry in _entries(page) if "stands now" in told(entry)]
    assert all(name in told(marked) for name in mine)
    for entry in _entries(page):
        assert re.search(r'name="pin" value="[^"]*phnom-penh', entry)
        assert re.search(r'name="veto" value="', entry)
    address, answer = paired.ask(pin="phnom-penh~shenzhen")
    assert "would change" in told(answer)
    assert "Phnom Penh and Shenzhen stay together." in told(answer)
    assert "pin=phnom-penh~shenzhen" in address


def test_pair_01_the_page_of_a_city_elsewhere_is_not_there(bench: Bench) -> None:
    bench.get("/cities/99999", status=404)
    bench.get(f"/cities/{bench.cities['A bank']}", status=404)


def test_pair_03_a_trio_shows_its_three_roles_and_goes_with_any_of_them(bench: Bench) -> None:
    def trios() -> list[str]:
        return [told(entry) for entry in _entries(_page(bench, "Phnom Penh", "?form=triangles"))]

    wanted = "Phnom Penh beneficiary · Shenzhen pivotal · A bank facilitating"
    assert any(wanted in trio for trio in trios())

    def write(model: Any, party: str) -> None:
        def change(session: Any) -> None:
            waste = session.scalars(select(Challenge.id).where(Challenge.code == "waste")).one()
            session.execute(delete(model).where(model.party_id == bench.cities[party], model.challenge_id == waste))

        bench.write(change)

    def put_back(model: Any, party: str, **more: int) -> None:
        def change(session: Any) -> None:
            waste = session.scalars(select(Challenge.id).where(Challenge.code == "waste")).one()
            session.add(model(party_id=bench.cities[party], challenge_id=waste, **more))

        bench.write(change)

    for model, party, more in (
        (Need, "Phnom Penh", {"intensity": 5}),
        (Offer, "Shenzhen", {"intensity": 5}),
        (Facilitation, "A bank", {}),
    ):
        write(model, party)
        assert not any(wanted in trio for trio in trios()), party
        put_back(model, party, **more)
        assert any(wanted in trio for trio in trios()), party


def _odd_one_out(bench: Bench) -> str:
    """Five cities and no triangles: one is left over, whoever it is."""

    def change(session: Any) -> None:
        session.get_one(City, bench.cities["Manizales"]).stage = "none"

    bench.write(change)
    _address, page = bench.ask(share="triangular~0~0")
    assert bench.apply(page).status_code == 303
    named = set().union(*bench.plan())
    (alone,) = {"Phnom Penh", "Shenzhen", "Essen", "Gothenburg", "Dakar"} - named
    return alone


def test_pair_07_each_listed_relaxation_alone_gives_a_partner(bench: Bench) -> None:
    alone = _odd_one_out(bench)
    page = bench.why(alone)
    assert "if any ONE of these were different" in told(page)
    links = [link.replace("&amp;", "&") for link in re.findall(r'<a class="button" href="([^"]*what-if\?[^"]*)"', page)]
    assert links
    for link in links:
        query = [tuple(part.split("=", 1)) for part in link.partition("?")[2].split("&")]
        _address, eased = bench.ask(*query)  # type: ignore[arg-type]
        formed = re.findall(r'new:</span>.*?class="what">(.*?)</span>\s*<span>', eased, re.S)
        assert any(alone in told(one) for one in formed), (link, told(eased))
    # Nothing was applied.
    assert alone not in set().union(*bench.plan())


def test_pair_07_who_has_a_partner_is_not_explained(paired: Bench) -> None:
    answer = paired.client.get(f"{BASE}/cities/{paired.cities['Essen']}/why")
    assert answer.status_code == 303


def test_pair_07_two_noes_are_named_together(bench: Bench) -> None:
    """All others are kept apart from Essen by one veto each: only the whole set helps, or one of them."""
    others = ("phnom-penh", "shenzhen", "gothenburg", "dakar", "manizales")
    _address, page = bench.ask(*(("veto", "~".join(sorted(("essen", other)))) for other in others))
    assert bench.apply(page).status_code == 303
    assert "Essen" not in set().union(*bench.plan())
    page = bench.why("Essen")
    assert told(page).count("are kept apart.") >= 1
    assert "What if not" in page


def test_pair_07_what_is_known_without_search_is_named_where_time_is_short(bench: Bench) -> None:
    alone = _odd_one_out(bench)
    with bench.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, bench.event.id))
        wanted = wanted_of(session, facts)
        problem = build_problem(session, facts, wanted)
        plan, names = plan_of_rows(facts, problem), Names(facts.parties)
    slug = alone.lower().replace(" ", "-")

    def told_in(seconds: float) -> WhyNot:
        found = explain_city(problem, plan=plan, city=slug, limits=Limits(time_limit=seconds))
        return why_of(found.model_dump_json(), problem.model_dump_json(), slug, wanted=wanted, names=names)

    hasty, patient = told_in(0), told_in(10)
    assert not hasty.is_known
    assert patient.is_known
    assert hasty.obstacles
    assert {one.sentence for one in hasty.obstacles} <= {one.sentence for one in patient.obstacles}


def test_why_is_a_run_of_its_own_that_never_touches_the_plan(bench: Bench) -> None:
    alone = _odd_one_out(bench)
    city = bench.cities[alone]
    before = bench.plan()
    assert "Find out why" in bench.get(f"/cities/{city}/why")
    bench.why(alone)
    with bench.client.app.state.database.reading() as session:
        run = session.scalars(select(SolverRun).order_by(SolverRun.id.desc()).limit(1)).one()
        assert (run.kind, run.state, run.accept_path) == ("pairing", RunState.DONE, None)
        assert run.question == alone.lower().replace(" ", "-")
    assert bench.plan() == before
    # Nothing changed, so the same answer is shown again; another city's page does not know it.
    again = bench.client.get(f"{BASE}/cities/{city}/why")
    assert again.headers["location"].endswith(f"/why/{run.id}")
    other = bench.cities[next(name for name in bench.cities if name != alone)]
    assert bench.client.get(f"{BASE}/cities/{other}/why/{run.id}").status_code == 404
    # Nor is it taken for the answer to a what-if that changes nothing.
    assert "The question is answered." not in bench.get("/what-if")
    assert bench.client.post(f"{BASE}/cities/{other}/why").status_code == 409
    assert bench.client.post(f"{BASE}/cities/{city}/why", data={"seconds": "0"}).status_code == 422
    page = html.unescape(bench.client.get(f"/e/test-event/manage/runs/{run.id}").text)
    assert "The question is answered." in page
    assert f"/cities/{city}/why/{run.id}" in page
    # A change of the rows is said beside the old answer.
    bench.write(lambda session: setattr(session.get_one(City, city), "population", 77_000))
    assert "Things have changed" in bench.get(f"/cities/{city}/why/{run.id}")
    assert "Find out why" in bench.get(f"/cities/{city}/why")


def test_a_second_press_leads_to_the_run_that_works_on_it(bench: Bench) -> None:
    alone = _odd_one_out(bench)
    path = f"{BASE}/cities/{bench.cities[alone]}/why"
    first = bench.client.post(path).headers["location"]
    assert bench.client.post(path).headers["location"] == first
    assert 'hx-trigger="sse:done" hx-target="#why"' in bench.get(first.removeprefix(BASE))
