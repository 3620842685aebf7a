"""REG-02: a focal point adds twelve members in one sheet; each gets a link; a passport number stays with its owner."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate, PassportDetail
from app.platform.audit import AuditEntry, AuditValue
from app.platform.outbox import OutboxMail
from app.registration.models import MemberLink

NUMBER = "C01X00T478"


@pytest.fixture
def path(cast: Any) -> str:
    return f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}/sheet"


@pytest.fixture
def focal_point(sign_in: Any, cast: Any) -> Any:
    return lambda number=0: sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[number])


def _rows(client: Any, model: Any, *where: Any) -> list[Any]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key)))


def _twelve(start: int = 0, count: int = 12) -> dict[str, str]:
    form: dict[str, str] = {}
    for number in range(start, start + count):
        form |= {
            f"member-{number}-family_name": f"Adviser {number}",
            f"member-{number}-given_name": "A",
            f"member-{number}-native_name": "顾问" if number == 3 else "",
            f"member-{number}-function": "Adviser",
            f"member-{number}-email": f"adviser-{number}@city.example",
            f"member-{number}-rank": "70",
        }
    return form


def _links(client: Any) -> list[str]:
    bodies = [mail.body for mail in _rows(client, OutboxMail, OutboxMail.cause == "member link")]
    return [re.search(r"http://testserver(/d/\S+)", body)[1] for body in bodies]  # type: ignore[index]


def test_reg_02_twelve_members_in_one_sheet(client: Any, focal_point: Any, path: str, cast: Any) -> None:
    focal_point()
    answer = client.post(path, data=_twelve())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?added=12")
    added = _rows(client, Delegate, Delegate.function == "Adviser")
    assert len(added) == 12
    assert {one.delegation_id for one in added} == {cast.delegations[0]}
    assert all(one.registered_at and one.approved_at is None and one.is_active for one in added)
    assert added[3].native_language == "zh"
    assert len(set(_links(client))) == 12
    assert len(_rows(client, AuditEntry, AuditEntry.action == "delegate.added")) == 12
    assert "12 saved" in client.get(f"{path}?added=12").text


def test_reg_02_each_completes_four_fields_alone(client: Any, focal_point: Any, path: str) -> None:
    focal_point()
    client.post(path, data=_twelve(count=2))
    client.cookies.clear()
    mine, other = _links(client)
    page = client.get(mine)
    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page.text))
    assert fields == {"passport_number", "nationality", "access_needs", "diet"}
    said = {"passport_number": NUMBER.lower(), "nationality": "KH", "access_needs": "", "diet": "no nuts at all"}
    for _twice in range(2):
        assert client.post(mine, data=said).status_code == 303
    [passport] = _rows(client, PassportDetail)
    assert (passport.number, passport.nationality) == (NUMBER, "KH")
    assert len(_rows(client, AuditEntry, AuditEntry.action == "delegate.completed")) == 1
    done = client.get(mine).text
    assert "Nothing more to do" in done
    assert NUMBER not in done
    assert "no nuts" not in done
    assert "Nothing more to do" not in client.get(other).text


def test_reg_02_nobody_of_the_delegation_reads_the_number(
    client: Any, focal_point: Any, sign_in: Any, path: str, cast: Any
) -> None:
    focal_point()
    client.post(path, data=_twelve(count=3))
    mine, other, _third = _links(client)
    client.post(mine, data={"passport_number": NUMBER, "nationality": "KH", "diet": "no nuts at all"})
    owner = _rows(client, Delegate, Delegate.function == "Adviser")[0]
    event = f"/e/{cast.event.slug}"
    pages = [path, path.removesuffix("/sheet"), f"{path.removesuffix('/sheet')}/schedule", mine, other, event]
    for role, scope in (
        ("focal_point", {"delegation_id": cast.delegations[0]}),
        ("delegate", {"delegation_id": cast.delegations[0], "delegate_id": cast.heads[0]}),
        ("organiser", {}),
        ("desk", {}),
    ):
        client.cookies.clear()
        sign_in(role, event_id=cast.event.id, **scope)
        for page in [*pages, f"{event}/manage/people", f"{event}/manage/people/{owner.id}", f"{event}/my"]:
            text = client.get(page).text
            assert NUMBER not in text, (role, page)
            if role in {"focal_point", "delegate", "desk"}:
                assert "no nuts" not in text, (role, page)
    with client.app.state.database.reading() as session:
        said = " ".join(f"{row.before} {row.after}" for row in session.scalars(select(AuditValue)))
    assert NUMBER not in said
    assert "no nuts" not in said


def test_faulty_rows_stay_and_good_ones_are_saved(client: Any, focal_point: Any, path: str) -> None:
    focal_point()
    form = _twelve(count=3)
    form["member-1-email"] = "not an address"
    form["member-2-email"] = form["member-0-email"]
    answer = client.post(path, data=form)
    assert answer.status_code == 422
    assert "1 saved, 2 to mend" in answer.text
    assert 'value="not an address"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert [one.family_name for one in _rows(client, Delegate, Delegate.function == "Adviser")] == ["Adviser 0"]


def test_rows_can_be_pasted_without_script(client: Any, focal_point: Any, path: str) -> None:
    focal_point()
    block = "Title\tFamily name\tGiven name\tMail\nHon.\tSok\tDara\tdara@city.example\n\tChan\tMony\tmony@city.example"
    filled = client.post(path, data={"pasted": block, "fill": "1"})
    assert filled.status_code == 200
    assert 'value="Sok"' in filled.text
    assert not _rows(client, Delegate, Delegate.family_name == "Sok")
    assert client.post(path, data={"pasted": block}).headers["location"].endswith("added=2")


def test_the_same_sheet_twice_adds_once(client: Any, focal_point: Any, path: str) -> None:
    focal_point()
    key = re.search(r'name="form_key" value="([^"]+)"', client.get(path).text)[1]  # type: ignore[index]
    first = client.post(path, data={**_twelve(count=2), "form_key": key})
    second = client.post(path, data={**_twelve(count=2), "form_key": key})
    assert first.status_code == 303
    assert second.status_code in {409, 422}
    with client.app.state.database.reading() as session:
        assert session.scalar(select(func.count()).where(Delegate.function == "Adviser")) == 2


def test_an_empty_sheet_and_too_many_people_are_refused(client: Any, focal_point: Any, path: str) -> None:
    focal_point()
    assert client.post(path, data={}).status_code == 422
    rows = "\n".join(f"\tMany {number}\tA" for number in range(60))
    answer = client.post(path, data={"pasted": rows})
    assert answer.status_code == 422
    assert "at most 40 people" in answer.text
    assert not _rows(client, Delegate, Delegate.given_name == "A")


def test_a_link_ends_when_a_new_one_is_sent_and_with_its_day(
    client: Any, focal_point: Any, path: str, clock: Any, now: Any
) -> None:
    focal_point()
    client.post(path, data=_twelve(count=1))
    [member] = _rows(client, Delegate, Delegate.function == "Adviser")
    assert client.post(f"{path}/{member.id}/link").status_code == 303
    old, new = _links(client)
    assert client.get(old).status_code == 410
    assert client.post(old, data={"passport_number": NUMBER, "nationality": "KH"}).status_code == 410
    assert client.get(new).status_code == 200
    link = _rows(client, MemberLink)[-1]
    clock.set(link.expires_at + timedelta(seconds=1))
    assert client.get(new).status_code == 410
    assert client.get("/d/nobody-holds-this-token").status_code == 404
    assert not _rows(client, PassportDetail)


@pytest.mark.parametrize("fault", [{"passport_number": ""}, {"passport_number": "<x>"}, {"nationality": "XX"}])
def test_bad_answers_come_back(client: Any, focal_point: Any, path: str, fault: dict[str, str]) -> None:
    focal_point()
    client.post(path, data=_twelve(count=1))
    [mine] = _links(client)
    answer = client.post(mine, data={"passport_number": NUMBER, "nationality": "KH", "diet": "kept text", **fault})
    assert answer.status_code == 422
    assert "kept text" in answer.text
    assert f'href="#{next(iter(fault))}"' in answer.text
    assert not _rows(client, PassportDetail)


def test_the_sheet_of_another_delegation_is_not_there(client: Any, focal_point: Any, path: str) -> None:
    focal_point(1)
    assert client.get(path).status_code == 404
    assert client.post(path, data=_twelve(count=1)).status_code == 404
    assert not _rows(client, MemberLink)


def test_correcting_one_answer_keeps_the_others_and_a_new_link_shows_nothing(
    client: Any, focal_point: Any, path: str
) -> None:
    focal_point()
    client.post(path, data=_twelve(count=1))
    [first] = _links(client)
    client.post(
        first, data={"passport_number": NUMBER, "nationality": "KH", "diet": "no nuts at all", "access_needs": "a ramp"}
    )
    [member] = _rows(client, Delegate, Delegate.function == "Adviser")
    client.post(f"{path}/{member.id}/link")
    again = _links(client)[-1]
    page = client.get(again).text
    assert "Nothing more to do" in page
    assert not [secret for secret in ("no nuts", "a ramp", NUMBER) if secret in page]
    assert client.post(again, data={"passport_number": "N3W00000", "access_needs": "-"}).status_code == 303
    [passport], [member] = _rows(client, PassportDetail), _rows(client, Delegate, Delegate.function == "Adviser")
    assert (passport.number, passport.nationality) == ("N3W00000", "KH")
    assert (member.diet, member.access_needs) == ("no nuts at all", None)
