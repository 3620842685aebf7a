"""PAIR-08: the plans of before, two beside each other, and back to one by the same what-if."""

import re
from typing import Any

from app.pairing.models import PairingPin, PairingVeto
from tests.app.pairing.workbench.conftest import BASE, Bench, told


def _runs(page: str) -> list[str]:
    return re.findall(r'name="after" value="(\d+)"', page)


def test_pair_08_each_run_says_who_when_how_good_and_how_many(paired: Bench) -> None:
    page = told(paired.get("/history"))
    assert "20 Aug" in page
    assert "Organiser" in page
    assert re.search(r"cities reached \d+ proven", page)
    assert re.search(r"points in all \d+ proven", page)
    assert f" {len(paired.plan())} cities reached" in page


def test_pair_08_two_runs_are_compared_and_the_earlier_one_comes_back(paired: Bench) -> None:
    first_plan = paired.plan()
    _address, page = paired.ask(pin="essen~manizales")
    assert paired.apply(page).status_code == 303
    second_plan = paired.plan()
    assert first_plan != second_plan
    later, earlier = _runs(paired.get("/history"))
    compared = paired.get(f"/compare?before={earlier}&after={later}")
    assert f"{len(first_plan ^ second_plan)} partnerships differ" in told(compared)
    for members in first_plan ^ second_plan:
        assert all(name in compared for name in members)
    assert "One offers what the other seeks" in told(compared)

    answer = paired.client.get(f"{BASE}/runs/{earlier}/plan")
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "unpin=essen~manizales" in address
    back = paired.get(address)
    assert f"{len(first_plan ^ second_plan)} partnerships would change" in told(back)
    assert paired.plan() == second_plan
    assert paired.apply(back).status_code == 303
    assert paired.plan() == first_plan
    with paired.client.app.state.database.reading() as session:
        assert session.query(PairingPin).count() == 0


def _pinned(bench: Bench) -> set[frozenset[int]]:
    with bench.client.app.state.database.reading() as session:
        return {frozenset(pin.party_ids) for pin in session.query(PairingPin)}


def test_pair_08_the_way_back_to_a_replacement_brings_the_pins_and_vetoes_of_then_and_no_other(paired: Bench) -> None:
    """The search for a replacement pins all partnerships that it leaves alone; organisers never asked for that."""
    chosen = (("pin", "essen~manizales"), ("pin", "bank~phnom-penh~shenzhen"), ("veto", "dakar~phnom-penh~dakar"))
    _address, page = paired.ask(*chosen)
    assert paired.apply(page).status_code == 303
    assert len(paired.plan()) == 3, "the search has to leave something alone that nobody pinned"
    number = paired.decline(by="A bank", members=3)
    pins = _pinned(paired)
    assert pins == {frozenset({paired.cities["Essen"], paired.cities["Manizales"]})}
    page = paired.answered(f"/e/test-event/manage/partnerships/{number}")
    taken = re.search(r'action="([^"]+/take)"', page)
    assert taken, told(page)
    assert paired.client.post(taken[1]).status_code == 303
    plan, run = paired.plan(), taken[1].split("/")[-2]
    assert "pin=" not in paired.client.get(f"{BASE}/runs/{run}/plan").headers["location"]

    _address, page = paired.ask(("unpin", "essen~manizales"), ("unveto", "dakar~phnom-penh"), ("weight", "wish~9"))
    assert paired.apply(page).status_code == 303
    assert _pinned(paired) == set()
    address = paired.client.get(f"{BASE}/runs/{run}/plan").headers["location"]
    assert re.findall(r"[?&]((?:un)?(?:pin|veto)=[^&]+)", address) == [
        "pin=essen~manizales",
        "veto=dakar~phnom-penh~dakar",
    ]
    assert paired.apply(paired.get(address)).status_code == 303
    assert (paired.plan(), _pinned(paired)) == (plan, pins)
    with paired.client.app.state.database.reading() as session:
        (veto,) = session.query(PairingVeto)
        assert veto.said_by_id == paired.cities["Dakar"]


def test_pair_08_a_plan_of_before_that_breaks_a_rule_of_today_says_which_and_is_not_applied(paired: Bench) -> None:
    (earlier,) = _runs(paired.get("/history"))
    pair = sorted(next(one for one in paired.plan() if len(one) == 2))

    def shrink(session: Any) -> None:
        from app.delegations.models import City

        city = session.get_one(City, paired.cities[pair[0]])
        city.engagements_min = city.engagements_max = 0

    paired.write(shrink)
    page = paired.get(f"/what-if?run={earlier}")
    assert pair[0] in told(page)
    assert 'what-if/apply"' not in page


def test_pair_08_what_has_no_plan_or_is_not_there_cannot_be_compared(paired: Bench) -> None:
    (earlier,) = _runs(paired.get("/history"))
    paired.get(f"/compare?before={earlier}&after=99999", status=404)
    paired.get("/compare", status=404)
    paired.ask(("pin", "dakar~essen"), ("veto", "dakar~essen"))
    assert paired.client.get(f"{BASE}/runs/99999/plan").status_code == 404
    infeasible = max(int(one) for one in re.findall(r"/manage/runs/(\d+)", paired.get("/history")))
    paired.get(f"/compare?before={earlier}&after={infeasible}", status=422)
    why = paired.client.get(f"{BASE}/runs/{infeasible}/plan")
    assert "What stands against each other:" in paired.get(why.headers["location"])


def test_pair_08_a_plan_is_looked_at_before_it_is_accepted_and_can_be_discarded(paired: Bench) -> None:
    """Neither the workbench nor the page of the run has a button that accepts what nobody has seen."""
    stands = paired.plan()
    looking = paired.client.post(f"{BASE}/runs", data={"time_limit_seconds": "10"}).headers["location"]
    assert "No partnership would change" in told(paired.answered(looking))
    number = int(looking.rpartition("=")[2])
    for page in (paired.get(f"/e/test-event/manage/runs/{number}"), paired.get("")):
        assert f'href="{BASE}/runs/{number}/plan"' in page
        assert f"{BASE}/runs/{number}/accept" not in page
        assert f'action="{BASE}/runs/{number}/plan/refuse"' in page
    assert paired.client.post(f"{BASE}/runs/{number}/plan/refuse").status_code == 303
    assert f"/runs/{number}" not in paired.get("")
    assert paired.plan() == stands
    assert "solver_run.discarded" in paired.log()
