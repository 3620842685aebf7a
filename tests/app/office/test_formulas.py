"""T42, REG-06: no file that the office gives out calculates when it is opened, whichever route it comes from."""

import csv
import io
import re
import zipfile
from typing import Any

from fastapi.routing import iter_route_contexts

from app.agenda.service import release
from app.delegations.models import City, Delegate, Delegation
from app.events.models import Event, Room
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration

EVIL = '=HYPERLINK("http://evil.example","x")'
PERSON = ("honorific", "family_name", "given_name", "native_name", "badge_name", "function", "phone")
CALCULATES = re.compile(r"\s*[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _files(client: Any, slug: str, upload: str) -> list[str]:
    """The addresses of every route that gives a spreadsheet, in both forms."""
    paths = [route.path for route in iter_route_contexts(client.app.routes) if "GET" in (route.methods or ())]
    written = [path for path in paths if path.endswith((".csv", ".xlsx", ".{format}"))]
    named = [path.replace("{format}", form) for path in written for form in ("csv", "xlsx")]
    return sorted({path.replace("{slug}", slug).replace("{upload}", upload) for path in named})


def test_t42_every_route_that_gives_a_spreadsheet_gives_text(
    client: Any, sign_in: Any, cast: Any, placed: Any, actor: Any, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        person, city = session.get_one(Delegate, cast.heads[0]), session.get_one(City, cast.parties[0])
        for field in PERSON:
            setattr(person, field, EVIL)
        city.name = city.native_name = city.region = city.website = city.about = EVIL
        session.get_one(Delegation, cast.delegations[0]).name = EVIL
        placed(session, EVIL, (person.id,), 60).abstract = EVIL
        for room in session.query(Room):
            room.name = EVIL
        session.add(
            Registration(
                event_id=event.id, door=Door.DELEGATION, state=RegistrationState.REJECTED, party_name=EVIL, reason=EVIL,
                contact_name=EVIL, contact_email="a@b.example", token_digest="0" * 64, started_at=now,
            )
        )  # fmt: skip
        session.flush()
        release(session, event=event, name="One", note=None, actor=actor, now=now)
    sign_in("organiser", event_id=cast.event.id)
    listed = f'City,Country,Surname,"{EVIL.replace(chr(34), chr(34) * 2)}"\nGraz,Atlantis,+1+1,-2\n'.encode()
    sent = client.post(
        f"/e/{cast.event.slug}/manage/import", data={"kind": "people"}, files={"file": ("list.csv", listed)}
    )
    addresses = _files(client, cast.event.slug, sent.headers["location"].rsplit("/", 1)[1])
    assert len(addresses) >= 12, addresses
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        if address.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
            assert any("HYPERLINK" in cell for cell in cells), f"{address}: the formula is not on it"
            assert not [one for one in cells if CALCULATES.match(one) and not NUMBER.fullmatch(one)], address
            continue
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
        assert any("HYPERLINK" in part for part in parts.values()), f"{address}: the formula is not on it"
        assert not [name for name, part in parts.items() if re.search(r"<f[ >]|<hyperlink", part)], address
