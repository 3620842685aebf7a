"""PAIR-09: an organisation's "no" to a triangle holds for every later run until an organiser lifts it.

For the same three it holds beyond that, unless an organiser pins just these.
"""

import html
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.events.models import Event
from app.pairing.choices import Choices
from app.pairing.planner import build_problem, outcome_of, read_facts, wanted_of
from app.pairing.queries import pins_of, refusals_of
from app.pairing.refusing import not_asked_about, refused_again, refused_triangles
from app.pairing.workbench.easing import ways_past
from app.pairing.workbench.words import Names
from app.solver_runs.queries import accepted_last
from scheduler.pairing.released import replacement_problem
from tests.app.pairing.workbench.conftest import Bench, told

TRIO = frozenset({"Phnom Penh", "Shenzhen", "A bank"})


def _most(bench: Bench) -> int | None:
    with bench.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, bench.event.id))
        return build_problem(session, facts).facilitators[0].max


def test_a_no_of_the_facilitator_holds_for_later_runs_until_it_is_lifted(paired: Bench) -> None:
    _address, page = paired.ask(pin="bank~phnom-penh~shenzhen")
    assert paired.apply(page).status_code == 303
    assert TRIO in paired.plan()
    number = paired.decline(by="A bank", members=3)
    with paired.client.app.state.database.reading() as session:
        assert pins_of(session, paired.event.id) == [], "a pin of what was declined would leave no plan"
    assert _most(paired) == 0
    for weight in ("language~2", "language~3", "language~4"):  # not for one run alone
        _address, page = paired.ask(weight=weight)
        assert paired.apply(page).status_code == 303
        assert not any("A bank" in members for members in paired.plan())
    candidates = f"/cities/{paired.cities['Shenzhen']}?form=triangles&many=40"
    listed = told(paired.get(candidates))
    assert "A bank said no to a triangle with Phnom Penh and Shenzhen." in listed
    assert "it takes on no further one. What if not" in listed
    shown = told(paired.get("/what-if"))
    assert "A bank said no to a triangle: it takes on no further one." in shown
    office = f"/e/test-event/manage/partnerships/{number}"
    assert "No staff for it this year." in paired.get(office)
    address, page = paired.ask(again="bank~bank", pin="bank~phnom-penh~shenzhen")
    assert "again=bank~bank" in address
    assert "A bank may be asked for triangles again, in spite of its no." in told(page)
    assert _most(paired) == 0, "nothing is stored before it is applied"
    assert paired.apply(page).status_code == 303
    assert _most(paired) is None
    assert TRIO in paired.plan()
    assert "said no to this triangle" not in told(paired.get(candidates)), "it stands"
    assert "pairing.refusal_lifted" in paired.log()
    assert "lifted by Organiser on" in told(paired.get(office))
    assert "said no to a triangle" not in told(paired.get("/what-if"))


def test_the_triangle_that_was_declined_is_not_put_in_the_place_of_another(paired: Bench) -> None:
    """Where the organisation has another triangle, the number alone would let the same one come back."""
    _address, page = paired.ask(pin="bank~phnom-penh~shenzhen")
    assert paired.apply(page).status_code == 303
    with paired.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, paired.event.id))
        run = accepted_last(session, event_id=paired.event.id, kind="pairing")
        assert run is not None
        before = outcome_of(facts, run.outcome)
        assert refused_again(session, facts, before) == ()
    paired.decline(by="A bank", members=3)
    with paired.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, paired.event.id))
        assert refused_again(session, facts, before) == ("A bank said no to a triangle with Phnom Penh, Shenzhen.",)
        lifted = replace(wanted_of(session, facts), resting=frozenset())
        (refused,) = refused_triangles(session, facts, before, lifted)
        offers = [way.easing for way in ways_past(refused, facts, Names(facts.parties))]
        trio = frozenset({"bank", "phnom-penh", "shenzhen"})
        assert offers == [Choices(pin=(trio,)), Choices(veto={trio - {"bank"}: None})]
        assert refused_triangles(session, facts, before, offers[0].on(lifted)) == (), "an organiser asks in spite of it"
        resting = offers[0].on(wanted_of(session, facts))
        assert refused_triangles(session, facts, before, resting) != (), "a pin alone does not lift the no"


@pytest.mark.long
def test_a_lifted_no_lets_the_organisation_be_asked_for_others_not_for_the_same_three(paired: Bench) -> None:
    """A run that finds them again is not applied; its page leads on to a pin in spite of the no, or to a veto."""
    _address, page = paired.ask(pin="bank~phnom-penh~shenzhen")
    assert paired.apply(page).status_code == 303
    paired.decline(by="A bank", members=3)
    rest = (("pin", "essen~gothenburg"), ("pin", "dakar~manizales"))
    address, page = paired.ask(("again", "bank~bank"), ("weight", "facilitation~20"), *rest)
    assert "A bank said no to a triangle with Phnom Penh, Shenzhen." in told(page)
    assert 'what-if/apply"' not in page
    ways = [html.unescape(href) for href in re.findall(r'href="([^"]+)"', page.partition('id="ways-out"')[2])][:2]
    assert all(set(parse_qsl(urlsplit(address).query)) < set(parse_qsl(urlsplit(way).query)) for way in ways)
    asked = [paired.ask(*parse_qsl(urlsplit(way).query))[1] for way in ways]
    assert "A bank, Phnom Penh and Shenzhen stay together." in told(asked[0])
    assert "Phnom Penh and Shenzhen are kept apart." in told(asked[1])
    assert paired.apply(asked[1]).status_code == 303
    assert not any({"Phnom Penh", "Shenzhen"} <= members for members in paired.plan())
    _address, page = paired.ask(unveto="phnom-penh~shenzhen", pin="bank~phnom-penh~shenzhen")
    assert paired.apply(page).status_code == 303
    assert TRIO in paired.plan()
    _address, page = paired.ask(unpin="bank~phnom-penh~shenzhen")
    assert 'id="ways-out"' not in page, "they stand: somebody asked them in knowledge of the no"
    assert paired.apply(page).status_code == 303


def test_a_search_for_a_replacement_never_offers_what_the_organisation_said_no_to(paired: Bench) -> None:
    """Also once the no is lifted: the search leaves all others alone, so the file can say it."""
    _address, page = paired.ask(pin="bank~phnom-penh~shenzhen")
    assert paired.apply(page).status_code == 303
    paired.decline(by="A bank", members=3)
    with paired.client.app.state.database.writing() as session:
        for refusal in refusals_of(session, paired.event.id):
            refusal.lifted_at = paired.client.app.state.clock.now()
    with paired.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, paired.event.id))
        problem = build_problem(session, facts)
        assert problem.facilitators[0].max is None, "a run over all cities may ask it"
        both = frozenset({"phnom-penh", "shenzhen"})
        assert not_asked_about(session, facts, problem, others=[both]) == frozenset(), "they have no room for it"
        left_out = not_asked_about(session, facts, problem, others=[])
        assert left_out == {"bank"}
    listed = told(paired.get(f"/cities/{paired.cities['Shenzhen']}?form=triangles&many=40"))
    assert "declined A bank said no to this triangle: no run proposes it again unless you pin it." in listed
    search = replacement_problem(problem, others=[], released=both, declined_by="a fund", not_asked=left_out)
    assert [one.max for one in search.facilitators] == [0]
