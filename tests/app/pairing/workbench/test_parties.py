"""PAIR-01: the fields that reasons rest on beside the profile can be stored, are where the reason leads, and can go."""

import re
from typing import Any

from sqlalchemy import select

from app.delegations.enums import TieState
from app.delegations.models import Party, Tie
from app.events.models import Challenge
from tests.app.pairing.workbench.conftest import BASE, Bench, told


def _page(bench: Bench, name: str) -> str:
    return bench.get(f"/parties/{bench.cities[name]}")


def _post(bench: Bench, name: str, part: str, **form: Any) -> Any:
    return bench.client.post(f"{BASE}/parties/{bench.cities[name]}/{part}", data=form)


def _seen(page: str, part: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page.partition(f'action="{part}"')[2])
    assert found
    return found[1]


def test_pair_01_a_wish_is_stored_where_its_reason_leads_and_takes_it_along(bench: Bench) -> None:
    city = bench.cities["Phnom Penh"]
    where = f"{BASE}/parties/{city}#wishes"
    other = str(bench.cities["Shenzhen"])
    assert _post(bench, "Phnom Penh", "wishes", other=other, level="must").headers["location"] == where
    candidates = bench.get(f"/cities/{city}")
    assert "6 Phnom Penh wishes it. Phnom Penh" in told(candidates)
    assert f'href="{where}"' in candidates
    page = _page(bench, "Phnom Penh")
    assert re.search(rf'id="wish-{other}".*?Shenzhen.*?must', page, re.S)
    assert _post(bench, "Phnom Penh", "wishes", other=other).status_code == 303
    assert "wishes it" not in told(bench.get(f"/cities/{city}"))
    assert bench.log().count("pairing.wish_set") == 2
    assert _post(bench, "Phnom Penh", "wishes", other=str(city), level="want").status_code == 422
    assert _post(bench, "Phnom Penh", "wishes", level="want").status_code == 422
    assert _post(bench, "Phnom Penh", "wishes", other=str(bench.cities["A bank"]), level="want").status_code == 404


def test_pair_03_what_an_organisation_facilitates_is_stored_and_joins_a_triangle(bench: Bench) -> None:
    with bench.client.app.state.database.reading() as session:
        waste = session.scalars(select(Challenge.id).where(Challenge.code == "waste")).one()
    bank = bench.cities["A bank"]
    trios = f"/cities/{bench.cities['Phnom Penh']}?form=triangles"
    assert "A bank facilitating" in told(bench.get(trios))
    assert f'href="{BASE}/parties/{bank}#facilitates">A bank' in bench.get(trios)
    seen = _seen(_page(bench, "A bank"), f"{BASE}/parties/{bank}/facilitates")
    form = {"challenges": [str(waste)], "seen": seen}
    assert _post(bench, "A bank", "facilitates", **form).status_code == 303, "it facilitates triangles no more"
    assert "A bank" not in told(bench.get(trios))
    assert _post(bench, "A bank", "facilitates", **form, is_facilitator="yes").status_code == 409, "seen before"
    form["seen"] = _seen(_page(bench, "A bank"), f"{BASE}/parties/{bank}/facilitates")
    assert _post(bench, "A bank", "facilitates", **form, is_facilitator="yes", most="-1").status_code == 422
    assert _post(bench, "A bank", "facilitates", **form, is_facilitator="yes", most="2").status_code == 303
    assert "A bank facilitating" in told(bench.get(trios))
    assert "Waste · at most 2" in told(bench.get("/facilitators"))
    kept_apart = {"add": "together", "do": "veto", "first": "Essen", "second": "A bank"}
    refused = bench.client.post(f"{BASE}/what-if", data=kept_apart)
    assert "What the organisation facilitates" in told(refused.text), "a no is between cities; this is the way"
    assert _post(bench, "A bank", "limits", least="0", most="1", seen="").status_code == 404
    assert _post(bench, "A bank", "facilitates", challenges="99999", seen=form["seen"]).status_code == 404


def test_limits_and_ties_are_described_by_organisers(bench: Bench) -> None:
    first, second = sorted((bench.cities["Phnom Penh"], bench.cities["Shenzhen"]))

    def tie(session: Any) -> None:
        event_id = session.get_one(Party, first).event_id
        session.add(
            Tie(event_id=event_id, city_id=first, other_city_id=second, state=TieState.ACTIVE, kind="sister cities")
        )

    bench.write(tie)
    here = f"{BASE}/parties/{bench.cities['Phnom Penh']}"
    page = _page(bench, "Phnom Penh")
    number = re.search(r'id="tie-(\d+)"', page)
    assert number
    seen = _seen(page, f"{here}/ties/{number[1]}")
    form = {
        "kind": "sister cities",
        "since": "2011",
        "state": "dormant",
        "note": "No meeting since 2014.",
        "seen": seen,
    }
    assert _post(bench, "Phnom Penh", f"ties/{number[1]}", **{**form, "since": "11"}).status_code == 422
    assert _post(bench, "Essen", f"ties/{number[1]}", **form).status_code == 404
    assert _post(bench, "Phnom Penh", f"ties/{number[1]}", **form).status_code == 303
    assert _post(bench, "Phnom Penh", f"ties/{number[1]}", **form).status_code == 409
    assert "Their tie is dormant: plan it anew." in told(bench.get(f"/cities/{bench.cities['Phnom Penh']}"))
    seen = _seen(page, f"{here}/limits")
    assert _post(bench, "Phnom Penh", "limits", least="3", most="2", seen=seen).status_code == 422
    assert _post(bench, "Phnom Penh", "limits", least="1", most="2", seen=seen).status_code == 303
    assert 'name="most" type="number" value="2"' in _page(bench, "Phnom Penh")
