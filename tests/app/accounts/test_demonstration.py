"""The links that a start of the demonstration prints: a fresh one for each role, and none beside a real event."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.models import Account
from app.accounts.service.demonstration import demonstration_links
from app.accounts.service.links import LINK_LIFE
from app.events.models import Event


@pytest.fixture
def links(client, clock):
    """``links()``: what a start prints, by role."""

    def start():
        with client.app.state.database.writing() as session:
            printed = demonstration_links(session, base_url="http://testserver", now=clock.now())
        return {link.role: link.address.removeprefix("http://testserver") for link in printed}

    return start


@pytest.fixture
def demonstration(loaded):
    """The demonstration, loaded."""


def test_each_role_has_a_link_that_opens_its_first_page(client, demonstration, links):
    printed = links()
    assert set(printed) == set(Role) - {Role.PUBLIC}
    for role, address in printed.items():
        client.cookies.clear()
        signed_in = client.post(address)
        assert signed_in.status_code == 303, role
        home = client.get(signed_in.headers["location"])
        assert home.status_code == 200, f"{role}: {signed_in.headers['location']}"
        assert client.post(address).status_code == 410, "once"


def test_links_last_twelve_hours_and_end_with_the_next_start(client, demonstration, links, clock):
    first = links()
    second = links()
    assert client.post(first[Role.DESK]).status_code == 410
    clock.advance(timedelta(hours=12, seconds=-1))
    assert client.post(second[Role.DESK]).status_code == 303
    clock.advance(timedelta(seconds=1))
    assert client.post(second[Role.PROTOCOL]).status_code == 410
    assert timedelta(hours=12) > LINK_LIFE, "only these last longer than a mailed link"


def test_a_real_event_in_the_same_database_gets_no_open_door(demonstration, links, database):
    with database.writing() as session:
        model = session.scalars(select(Event)).one()
        session.add(
            Event(
                slug="real-event",
                name="A real one",
                starts_on=model.starts_on,
                ends_on=model.ends_on,
                timezone=model.timezone,
                venue_name="A venue",
                contact_email="office@test.example",
            )
        )
    assert links() == {}


def test_only_made_up_addresses_get_a_link(demonstration, links, database):
    with database.writing() as session:
        for account in session.scalars(select(Account).where(Account.email.like("%desk@%"))):
            account.email = "desk@example.org"
    assert set(links()) == set(Role) - {Role.PUBLIC, Role.DESK}


def test_the_sign_in_page_of_the_demonstration_lists_nothing(client, demonstration, links):
    printed = links()
    page = client.get("/sign-in").text
    assert not any(address in page for address in printed.values())
    assert ".example" not in page
