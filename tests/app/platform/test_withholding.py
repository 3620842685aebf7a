"""ADM-01: whatever a template writes, it reads of a row no more than the model lets it; the rest needs a value."""

import pytest
from jinja2.exceptions import SecurityError, TemplateAssertionError

from app.delegations.groups import contacts_of
from app.delegations.models import Delegate, Delegation, PassportDetail
from app.platform.rendering import templates
from app.registration.models import Registration

SECRET = "No pork"
WAYS = (
    "{{ row.diet }}",
    "{{ row['diet'] }}",
    "{% if row.diet is defined %}there{% endif %}",
    "{{ [row]|map(attribute='diet')|first }}",
    "{{ [row]|selectattr('diet')|list|length }}",
    "{{ [row]|groupby('diet')|length }}",
    "{{ [row, row]|sort(attribute='diet')|length }}",
    "{{ group.delegates[0].diet }}",
    "{{ [group]|map(attribute='delegates.0.diet')|first }}",
    "{{ row.__dict__ }}",
    "{{ row['__dict__'].diet }}",
    "{{ row._sa_instance_state.dict.diet }}",
    "{{ row.__getattribute__('diet') }}",
    "{{ row.__class__.diet.__get__(row) }}",
    "{{ '{0.diet}'.format(row) }}",
    "{{ '{row.diet}'.format_map({'row': row}) }}",
)


@pytest.mark.parametrize("way", WAYS)
def test_adm_01_no_way_leads_from_a_template_to_a_protected_column(way: str) -> None:
    row = Delegate(badge_name="Zhang Wei", diet=SECRET, family_name="Zhang")
    with pytest.raises(SecurityError, match="withheld from templates"):
        templates().from_string(way).render(row=row, group=Delegation(delegates=[row]))


def test_adm_01_the_filter_that_asks_past_the_guard_is_not_there() -> None:
    with pytest.raises(TemplateAssertionError, match="attr"):
        templates().from_string("{{ row|attr('diet') }}")


def test_adm_01_what_a_route_chose_is_read_as_are_names() -> None:
    row = Delegate(badge_name="Zhang Wei", email="z@w.example")
    page = templates().from_string(
        "{{ row.badge_name }} {{ row['badge_name'] }} {{ contacts.email }} {{ '%s'|format(1) }}"
    )
    assert page.render(row=row, contacts=contacts_of(row)) == "Zhang Wei Zhang Wei z@w.example 1"


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Delegate, {"email", "phone", "arrives_at", "departs_at", "blocked_times", "access_needs", "diet"}),
        (PassportDetail, {"number", "nationality", "born_on", "expires_on"}),
        (Registration, {"contact_email", "draft", "answers"}),
    ],
)
def test_adm_01_every_protected_group_is_withheld_by_its_model(model: type, fields: set[str]) -> None:
    assert model.withheld == fields
    assert all(hasattr(model, name) for name in fields), "names of columns, not of anything else"
