"""The policy pages: read as a table, edit a draft, compare, publish by a second person - over HTTP."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.award.facts import Facts
from cases.award.rules import award
from cases.calendar import clock
from cases.policy import queries
from cases.policy.models import PolicyVersion
from tests.policy.first import put_in_force
from tests.policy.lean import LEAN
from workflows.programmes.rare_disease.policy import POLICY

pytestmark = pytest.mark.django_db


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def editor(cast: Any) -> Client:
    return signed_in(cast["policy_edit"])


@pytest.fixture
def publisher(cast: Any) -> Client:
    return signed_in(cast["policy_publish"])


@pytest.fixture
def in_force(cast: Any) -> PolicyVersion:
    return put_in_force(
        programme="rare_disease", version=LEAN, editor=cast["policy_edit"], publisher=cast["policy_publish"]
    )


def begin(editor: Client) -> PolicyVersion:
    editor.post(reverse("policy:new", args=["rare_disease"]))
    return PolicyVersion.objects.get(programme="rare_disease", status="draft")


BAND = {"position": "2", "over": "5000", "to": "20000", "amount": "３５００"}


def change_first_band(editor: Client, draft: PolicyVersion, **fields: str) -> Any:
    clause = draft.rows.get(section="award", key="band2").clause_id
    return editor.post(reverse("policy:row", args=[draft.pk, "award", "band1"]), {**BAND, "clause": clause, **fields})


def test_a_policy_is_changed_and_published_through_the_pages_and_pays_new_amounts(
    in_force: PolicyVersion, editor: Client, publisher: Client
) -> None:
    draft = begin(editor)
    assert change_first_band(editor, draft).status_code == 302
    compared = publisher.get(reverse("policy:publish", args=[draft.pk])).content.decode()
    assert "3,000 元" in compared and "3,500 元" in compared
    assert publisher.post(reverse("policy:publish", args=[draft.pk])).status_code == 302
    new = queries.current("rare_disease", clock.today())
    amounts = [award(policy, Facts(total=Decimal("15000"))).amount for policy in (queries.policy_for(in_force.pk), new)]
    assert amounts == [3000, 3500]


def test_the_first_policy_comes_from_the_example(editor: Client, publisher: Client) -> None:
    page = editor.get(reverse("policy:home")).content.decode()
    assert "载入示例起草" in page
    draft = begin(editor)
    assert draft.rows.count() == len(POLICY["rows"])
    assert publisher.post(reverse("policy:publish", args=[draft.pk])).status_code == 302


def test_a_version_reads_as_a_table_of_decisions_in_both_languages(in_force: PolicyVersion, editor: Client) -> None:
    address = reverse("policy:version", args=[in_force.pk])
    chinese = editor.get(address).content.decode()
    assert "超过 5,000 元、不超过 20,000 元 → 3,000 元" in chinese
    assert "5 个工作日" in chinese and "困难类别 H01、H02、H03" in chinese
    assert "over 5,000 up to 20,000" in editor.get(address, headers={"accept-language": "en"}).content.decode()


def test_a_wrong_amount_is_told_beside_its_field_and_nothing_is_lost(in_force: PolicyVersion, editor: Client) -> None:
    draft = begin(editor)
    answer = change_first_band(editor, draft, amount="三千")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不是数字" in page and "三千" in page and "示例第 9 条第二档" in page
    assert queries.policy_for(draft.pk).row("award", "band1").value["amount"] == "3000"


def test_a_draft_says_what_keeps_it_from_being_published(
    in_force: PolicyVersion, editor: Client, publisher: Client
) -> None:
    draft = begin(editor)
    change_first_band(editor, draft, to="15000")
    assert "15,000 元到 20,000 元之间没有规定" in editor.get(draft.get_absolute_url()).content.decode()
    answer = publisher.post(reverse("policy:publish", args=[draft.pk]))
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_rows_of_every_section_are_saved_as_they_were_shown(in_force: PolicyVersion, editor: Client) -> None:
    draft = begin(editor)
    before = queries.policy_for(draft.pk)
    one_of_each = {(row.section, row.value.get("shape"), row.section == "caps" and row.key): row for row in before.rows}
    for row in one_of_each.values():
        address = reverse("policy:row", args=[draft.pk, row.section, row.key])
        form = editor.get(address).context["form"]
        typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        sent = editor.post(address, {name: "" if value is None else value for name, value in typed.items()})
        assert sent.status_code == 302, (row.name, sent.context["form"].errors)
    after = queries.policy_for(draft.pk)
    assert [(row.name, _said(row)) for row in before.rows] == [(row.name, _said(row)) for row in after.rows]


def _said(row: Any) -> Any:
    value = {name: part for name, part in row.value.items() if part not in (None, {}, "")}
    return value, row.position, row.clause, row.note_zh, row.note_en


def test_a_row_is_added_and_taken_out(in_force: PolicyVersion, editor: Client) -> None:
    draft = begin(editor)
    add = reverse("policy:add", args=[draft.pk, "award"]) + "?shape=extra"
    new = {"key": "child", "position": "9", "amount": "500", "when": "minor=是；categories=H01，H02"}
    assert editor.post(add, new).status_code == 302
    row = queries.policy_for(draft.pk).row("award", "child")
    assert row.value == {"shape": "extra", "amount": "500", "when": {"minor": True, "categories": ["H01", "H02"]}}
    again = editor.post(add, new)
    assert again.status_code == 422 and "已经有了" in again.content.decode()
    assert editor.post(add, {**new, "key": "带字"}).status_code == 422
    editor.post(reverse("policy:remove", args=[draft.pk, "award", "child"]))
    assert not queries.policy_for(draft.pk).has("award", "child")


def test_the_date_of_a_draft_is_typed_in_three_boxes(in_force: PolicyVersion, editor: Client) -> None:
    draft = begin(editor)
    boxes = {"effective_from_year": "2027", "effective_from_month": "３", "effective_from_day": "1"}
    sent = editor.post(reverse("policy:date", args=[draft.pk]), {"title": "2027 标准", **boxes})
    draft.refresh_from_db()
    assert sent.status_code == 302
    assert (draft.title, draft.effective_from.isoformat()) == ("2027 标准", "2027-03-01")
    wrong = editor.post(reverse("policy:date", args=[draft.pk]), {"title": "", **boxes, "effective_from_day": "31x"})
    assert wrong.status_code == 422


def test_a_published_version_has_no_edit_page(in_force: PolicyVersion, editor: Client) -> None:
    assert editor.get(reverse("policy:row", args=[in_force.pk, "award", "band1"])).status_code == 409
    assert editor.get(reverse("policy:date", args=[in_force.pk])).status_code == 409
    assert "修改" not in editor.get(in_force.get_absolute_url()).content.decode()


def test_a_version_is_retired_by_the_publisher_only(in_force: PolicyVersion, editor: Client, publisher: Client) -> None:
    address = reverse("policy:retire", args=[in_force.pk])
    assert editor.post(address).status_code == 403
    assert publisher.post(address).status_code == 302
    assert publisher.get(in_force.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("who", ["xiji_intake", "policy_publish"])
def test_others_read_and_are_told_who_may_edit(in_force: PolicyVersion, cast: Any, who: str) -> None:
    other = signed_in(cast[who])
    assert other.get(reverse("policy:home")).status_code == 200
    assert other.get(in_force.get_absolute_url()).status_code == 200
    refused = other.post(reverse("policy:new", args=["rare_disease"]))
    assert refused.status_code == 403
    assert "政策编辑员" in refused.content.decode()


def test_applicants_and_unknown_versions_find_nothing(in_force: PolicyVersion, cast: Any, editor: Client) -> None:
    applicant = signed_in(cast["applicant1"])
    for address in (reverse("policy:home"), in_force.get_absolute_url(), reverse("policy:publish", args=[in_force.pk])):
        assert applicant.get(address).status_code == 404
    assert editor.get(reverse("policy:version", args=[999999])).status_code == 404
    assert editor.post(reverse("policy:new", args=["no_such"])).status_code == 404
    assert Client().get(reverse("policy:home")).status_code == 302
