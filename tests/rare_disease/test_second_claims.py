"""What was had before: by the same person, and by those who live with him; the page says what the limits leave."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.award.limits import had, rooms
from cases.dossier.queries import answers
from cases.duplicates.queries import earlier_aid
from cases.policy.rules import Policy, Row
from tests.desk.road import signed_in
from workflows.programmes.rare_disease.policy import POLICY
from workflows.walking import drive

__all__ = ["signed_in"]
pytestmark = pytest.mark.django_db
CAP = Row("caps", "household_per_year", {"amount": "13000"}, 9, "示例第 12 条", "", "")


def test_aid_of_the_same_home_counts_for_the_household_and_a_second_claim_shows_the_first(
    cast: Any, road: Any, signed_in: Any
) -> None:
    first = road("rare_disease").to("CLOSED").case
    told = answers(first)
    home = {key: told[key] for key in ("address", "hukou_division", "residence_division") if key in told}
    again = drive.to(drive.apply(slug=first.programme, number=1, by=cast["applicant1"]), "COUNTY")
    other = drive.to(drive.apply(slug=first.programme, number=2, by=cast["applicant2"], changes=home), "COUNTY")

    def earlier(case: Any) -> Any:
        return earlier_aid(
            id_key=case.patient.id_key, programme=case.programme, year=case.accepted_on.year, besides_case=case
        )

    assert (earlier(again).this_year, earlier(again).household_this_year) == (first.award, first.award)
    assert (earlier(other).this_year, earlier(other).household_this_year) == (Decimal(0), first.award)
    policy = Policy.from_rows((*POLICY["rows"], CAP))
    left = {room.row.key: room.left for room in rooms(policy, had(earlier(other)))}
    assert (left["per_year"], left["household_per_year"]) == (Decimal(12000), Decimal(13000) - first.award)

    page = signed_in(cast["xiji_review"]).get(reverse("case:tab", args=[again.number, "checks"])).content.decode()
    assert "本系统" in page and f"{first.award:,.2f}" in page and f"{Decimal(12000) - first.award:,.2f}" in page
