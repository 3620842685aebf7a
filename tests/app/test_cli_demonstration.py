"""A command on a demonstration keeps its server's time and address, whatever its own environment says."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import SignInLink
from app.demo.load import load_demo
from app.events.models import Event
from app.platform.audit import AuditEntry
from app.platform.clock import DEMONSTRATION_BEGINS, clock_for
from app.platform.settings import Settings
from app.printing.models import PrintedSheet


@pytest.fixture
def demonstration(database, tmp_path):
    """A demonstration whose server began its clock two hours ago."""
    (tmp_path / "var").mkdir()
    begun = DEMONSTRATION_BEGINS + timedelta(hours=2) - datetime.now(UTC)
    (tmp_path / "var" / "demonstration-clock").write_text(str(begun.total_seconds()))
    with database.writing() as session:
        return load_demo(session, now=DEMONSTRATION_BEGINS).event.slug


def test_an_administrator_of_a_demonstration_gets_a_link_of_its_time(bridge, database, demonstration):
    assert bridge("create-admin", "root@office.example").returncode == 0
    with database.reading() as session:
        link = session.scalars(select(SignInLink)).one()
        assert timedelta() < link.expires_at - DEMONSTRATION_BEGINS < timedelta(hours=3)
        times = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert times == sorted(times)
    assert times[-1] - DEMONSTRATION_BEGINS < timedelta(hours=3)


def test_beside_a_real_event_the_machine_tells_the_time(database, demonstration, event, tmp_path):
    """The control: a folder that a demonstration left behind must not date real sheets in 2019."""
    settings = Settings(database_url=database.url, var=tmp_path / "var")
    with database.reading() as session:
        assert {one.is_demonstration for one in session.scalars(select(Event))} == {True, False}
    assert abs(clock_for(settings, database=database).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_print_writes_packs_and_persons_with_the_time_of_the_server(bridge, database, demonstration, tmp_path):
    done = bridge("print", "--event", demonstration, "--folder", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    packs, people = list((tmp_path / "out").glob("*.pdf")), list((tmp_path / "out" / "people").glob("*.pdf"))
    assert {one.name for one in people} <= {one.name for one in packs}
    assert done.stdout == f"Written: {len(packs) + len(people)} files under {tmp_path / 'out'}\n"
    with database.reading() as session:
        sheets = session.scalars(select(PrintedSheet)).all()
    of_people = [one for one in sheets if one.delegate_id is not None]
    assert len(of_people) > len(packs) == len(sheets) - len(of_people) > 0
    assert all(timedelta() < one.printed_at - DEMONSTRATION_BEGINS < timedelta(hours=3) for one in sheets)


@pytest.mark.parametrize(
    ("more", "address"),
    [({}, "http://127.0.0.1:8799"), ({"BRIDGE_BASE_URL": "https://bridge.example"}, "https://bridge.example")],
)
def test_links_lead_to_the_address_that_was_served(bridge, database, monkeypatch, more, address):
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: setattr(self, "started", True))
    served = bridge("serve", "--port", "8799")
    assert served.returncode == 0, served.stderr
    done = bridge("create-admin", "root@office.example", **more)
    assert f"  {address}/sign-in/" in done.stdout
