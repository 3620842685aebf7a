"""PAIR-09: an organisation's "no" to a triangle holds for every later run until an organiser lifts it."""

from app.events.models import Event
from app.pairing.planner import build_problem, outcome_of, read_facts
from app.pairing.queries import pins_of
from app.pairing.refusing import refused_again
from app.solver_runs.queries import accepted_last
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
