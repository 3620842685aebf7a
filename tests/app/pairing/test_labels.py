"""PAIR-02: pages cite the rule that gave a modality and the list that was used, as both were when the label was made."""

import html
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from app.delegations.enums import CaseCityStage, HelixRole
from app.delegations.models import City, Need, Offer, Organisation
from app.events.enums import CountryGroup
from app.events.models import ClassifiedCountry, CountryClassification, CountryOverride
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.planner import build_problem, read_facts
from app.pairing.queries import modality_counts, partnerships_of
from app.pairing.service import accept_plan, ask, confirm_for_all
from app.pairing.view import RULES
from app.pairing.workbench.comparing import compare, plan_of_rows
from app.platform import i18n
from app.platform.actor import Actor
from app.solver_runs.models import SolverRun
from scheduler.pairing.modality import MODALITY_RULES, GroupedMember, modality_of

CASES = json.loads(
    (Path(__file__).parents[2] / "scheduler" / "pairing" / "modality_cases.json").read_text(encoding="utf-8")
)["cases"]
WORDS = {
    "south-south": "South-South",
    "north-north": "North-North",
    "north-south": "North-South",
    "triangular": "Triangular",
}


def test_every_rule_that_gives_a_modality_is_gathered_for_translation() -> None:
    """PAIR-02: the rule can be cited in each language."""
    assert set(RULES) == {rule.sentence for rule in MODALITY_RULES if rule.modality}
    for locale in i18n.LOCALES:
        with i18n.speaking(locale):
            said = {i18n.gettext(rule) for rule in RULES}
        assert len(said) == len(RULES)
        assert locale == "en" or not said & set(RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_page_of_each_known_case_cites_its_rule(client: Any, cast: Any, now: datetime, case: Any) -> None:
    """PAIR-02: twelve known cases; where the rule table knows no partnership, no label comes out."""
    ruling = modality_of([GroupedMember.model_validate(one) for one in case["members"]])
    assert ruling.modality == case["modality"]
    if ruling.modality is None:
        return
    with client.app.state.database.writing() as session:
        members = [_member(session, cast.event.id, position, one) for position, one in enumerate(case["members"])]
        one = Partnership(
            event_id=cast.event.id,
            state="confirmed",
            modality=ruling.modality,
            modality_rule=ruling.sentence,
            classification={
                "list_name": "The list of the case",
                "as_of": "2019-06-01",
                "members": [
                    {"party_id": made.party_id, "party": given["id"], "group": given["group"], "set_by": "list"}
                    for made, given in zip(members, case["members"], strict=True)
                    if given["group"] != "organisation"
                ],
            },
            value=1,
            proposed_at=now,
            members=members,
            reasons=[],
        )
        session.add(one)
        session.flush()
        address = f"/e/test-event/partnerships/{one.id}"
    page = client.get(address).text
    assert WORDS[case["modality"]] in page
    assert ruling.sentence in page
    for given in case["members"]:
        if given["group"] != "organisation":
            group = given["group"].title()
            assert f"{given['id']}: {group}, by the list “The list of the case” of June 1, 2019." in page
    assert "They pass no judgement on any country or territory" in page


def _member(session: Any, event_id: int, position: int, given: Any) -> PartnershipMember:
    about = {"event_id": event_id, "slug": f"case-{given['id']}", "name": given["id"], "is_listed": True}
    if given["group"] == "organisation":
        party: Any = Organisation(**about, helix_role=HelixRole.INTERNATIONAL)
    else:
        party = City(**about, country="XX", languages=["en"], stage=CaseCityStage.SELECTED)
    session.add(party)
    session.flush()
    return PartnershipMember(party_id=party.id, position=position, role=given["role"], group=given["group"])


@pytest.fixture
def of_2023(session: Any, edition: Any) -> int:
    """A later list, by which China counts as North."""
    book = CountryClassification(code="later", name="A later list", as_of=date(2023, 1, 1), source="made for this test")
    session.add(book)
    session.flush()
    for country, group in (("KH", "south"), ("CN", "north"), ("DE", "north"), ("SE", "north")):
        session.add(ClassifiedCountry(classification_id=book.id, country=country, group=CountryGroup(group)))
    session.flush()
    return book.id


def _of_phnom_penh(stands: list[Partnership]) -> Partnership:
    return next(one for one in stands if any(member.party.slug == "phnom-penh" for member in one.members))


def test_the_list_is_kept_as_it_was_when_the_partnership_was_made(
    session: Any, edition: Any, of_2023: int, paired: Callable[[], list[Partnership]], actor: Actor, now: datetime
) -> None:
    """PAIR-02: another list relabels what nobody has agreed to, and leaves alone what was agreed to."""
    one = _of_phnom_penh(paired())
    assert one.modality.value == "south-south"
    assert one.classified.list_name == "A list"
    assert one.classified.as_of == edition.starts_on
    assert {(said.party, said.group, said.set_by) for said in one.classified.members} == {
        ("Phnom Penh", "south", "list"),
        ("Shenzhen", "south", "list"),
    }
    edition.classification_id = of_2023
    session.flush()
    relabelled = _of_phnom_penh(paired())
    assert (relabelled.id, relabelled.modality.value) == (one.id, "north-south")
    assert relabelled.modality_rule == "A northern and a southern city as partners are North-South."
    assert relabelled.classified.list_name == "A later list"
    assert {member.party.slug: member.group for member in relabelled.members} == {
        "phnom-penh": "south",
        "shenzhen": "north",
    }
    confirm_for_all(session, event=edition, partnership_id=one.id, actor=actor, now=now)
    edition.classification_id = session.query(CountryClassification.id).filter_by(code="test").scalar()
    session.flush()
    agreed = _of_phnom_penh(paired())
    assert (agreed.id, agreed.modality.value, agreed.classified.list_name) == (one.id, "north-south", "A later list")


def test_an_override_stands_with_its_note_on_both_pages(
    client: Any,
    session: Any,
    edition: Any,
    cast: Any,
    paired: Callable[[], list[Partnership]],
    actor: Actor,
    now: datetime,
) -> None:
    """PAIR-02: the organisers' word on a city goes before their word on a country, and that before the list."""
    for party_id in cast.parties[2:]:
        session.execute(delete(Need).where(Need.party_id == party_id))
        session.execute(delete(Offer).where(Offer.party_id == party_id))
    essen = session.get_one(City, cast.parties[2])
    essen.group_override, essen.group_override_note = CountryGroup.SOUTH, "Counted by its own wish."
    session.add(CountryOverride(event_id=edition.id, country="DE", group=CountryGroup.NORTH, note="not read"))
    session.add(CountryOverride(event_id=edition.id, country="KH", group=CountryGroup.SOUTH, note="As the host asked."))
    session.flush()
    labels = {said.party: said for one in paired() for said in one.classified.members}
    if "Essen" in labels:
        assert (labels["Essen"].group, labels["Essen"].set_by) == ("south", "city")
    one = _of_phnom_penh(paired())
    asked = ask(session, event=edition, partnership=one, actor=actor, now=now)
    session.commit()
    page = client.get(f"/p/{next(iter(asked.values()))[0]}").text
    assert "Phnom Penh: South, set by the organisers for this country: As the host asked." in page
    assert one.modality_rule in page
    assert "They pass no judgement on any country or territory" in page


def test_workbench_and_what_if_count_the_same_labels_after_an_override(
    client: Any,
    sign_in: Any,
    session: Any,
    edition: Any,
    cast: Any,
    paired: Callable[[], list[Partnership]],
    actor: Actor,
    now: datetime,
) -> None:
    """PAIR-02: both say how many partnerships carry a label, and both name the one that groups of today would change."""
    agreed = _of_phnom_penh(paired())
    confirm_for_all(session, event=edition, partnership_id=agreed.id, actor=actor, now=now)
    for party_id in (cast.parties[1], cast.parties[2]):  # Shenzhen, whose partner agreed, and Essen
        city = session.get_one(City, party_id)
        other = CountryGroup.NORTH if city.slug == "shenzhen" else CountryGroup.SOUTH
        city.group_override, city.group_override_note = other, "Asked for by the host."
    session.flush()
    facts = read_facts(session, edition)
    problem = build_problem(session, facts)
    plan = plan_of_rows(facts, problem)
    assert {one.modality for one in plan.partnerships} == {"north-south"}, "what the scheduler counts today"
    found = compare(problem, plan, plan, rows=facts.standing, left_out=())
    stored = modality_counts(list(facts.standing))
    assert stored == {"south-south": 1, "north-north": 1}
    assert {name: count for name, count in found.before.modalities.items() if count} == stored
    run = session.get_one(SolverRun, agreed.run_id)
    accept_plan(session, event=edition, run=run, solution=plan, actor=actor, now=now)
    session.expire_all()
    stored = modality_counts(partnerships_of(session, edition.id))
    assert stored == {"south-south": 1, "north-south": 1}, "nobody had agreed to the other label"
    assert {name: count for name, count in found.after.modalities.items() if count} == stored
    session.commit()
    sign_in("organiser", event_id=edition.id)
    base = "/e/test-event/manage"
    for page in (client.get(f"{base}/pairing").text, _what_if(client, f"{base}/pairing/runs/{run.id}/plan")):
        told = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
        assert "Phnom Penh with Shenzhen keeps the label that a side agreed to: South-South" in told
        assert "By the groups of today runs count it as North-South" in told
        assert "Essen with" not in told.partition("keeps the label")[2].partition("runs count it")[0]
    bench = client.get(f"{base}/pairing?chosen={agreed.id}").text
    assert f'href="{base}/partnerships/{agreed.id}"' in bench, "an organiser is led to the page with the answers"
    assert f'href="/e/test-event/partnerships/{agreed.id}"' not in bench


def _what_if(client: Any, address: str) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)
