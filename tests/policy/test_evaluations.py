"""What a policy said of a case is kept with the rows that matched, shown in the case, and found from a letter's reference."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.policy.evaluations import evaluations_of, reference
from cases.policy.models import Evaluation, PolicyRow
from workflows.letters import words_of
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Any, published: Any) -> Any:
    published("rare_disease")
    drive.fund(slug="rare_disease", yuan="200000", by=cast["fin_make"])
    return drive.to(
        drive.apply(slug="rare_disease", number=4, by=cast["applicant4"], changes={"hukou_division": "640422100991"}),
        "PANEL",
    )


def staff(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_papers_amount_and_thresholds_are_kept_with_version_facts_and_rows(case: Any) -> None:
    kept = {one.evaluation.kind: one for one in evaluations_of(case)}
    assert list(kept) == ["eligibility", "checklist", "award"]
    assert {one.evaluation.policy_id for one in kept.values()} == {case.policy_id}
    amount = kept["award"].evaluation
    assert Decimal(amount.result["amount"]) == case.award and amount.facts["total_cost"]
    assert "award.self_pay" in [one.row.name for one in kept["award"].rows]
    names = [f"entitlement.{key}" for key in ("place", "disease", "self_pay")]
    assert [one.row.name for one in kept["eligibility"].rows] == ["eligibility.self_pay_floor", *names]
    assert all(kept["eligibility"].evaluation.result[name] == "met" for name in names)
    row = PolicyRow.objects.get(version=case.policy, section="award", key="self_pay")
    assert [match.evaluation.case_id for match in row.matches.all()] == [case.pk], "the cases of a row can be found"
    assert all(line["clause"] for line in amount.result["lines"] if line["row"])


def test_an_evaluation_is_never_changed(case: Any) -> None:
    for statement in ("UPDATE cases_evaluation SET kind = 'x'", "DELETE FROM cases_evaluationmatch"):
        with (
            pytest.raises(DatabaseError, match="permission denied|append"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_case_page_shows_them_to_reviewer_and_inspector(case: Any, cast: Any) -> None:
    for who in ("prov_review", "inspector"):
        page = staff(cast[who]).get(reverse("case:tab", args=[case.number, "record"])).content.decode()
        assert "政策判定" in page and "award.self_pay" in page and "示例第 8 条" in page


def test_from_the_reference_of_a_letter_one_comes_to_clause_and_row(case: Any, cast: Any) -> None:
    from cases.calendar import clock

    words = words_of(case, "N09", {}, clock.now())
    amount = Evaluation.objects.get(case=case, kind="award")
    assert words["reference"] == reference(amount) == f"HD-{amount.pk}"
    assert any("罕见病救助办法（示例）" in quote["words_zh"] for quote in words["clauses"])
    address = reverse("policy:basis")
    page = staff(cast["prov_review"]).get(address, {"ref": words["reference"]}).content.decode()
    assert "award.self_pay" in page and "先保险" in page and case.number in page
    for who in ("zhongning_clerk", "applicant4"):
        assert staff(cast[who]).get(address, {"ref": words["reference"]}).status_code == 404
    for ref in ("HD-99999999", "x", "HD-", "9" * 30):
        assert staff(cast["prov_review"]).get(address, {"ref": ref}).status_code == 404
