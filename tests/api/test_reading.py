"""Who reads by another program has read: the case and its papers by the API count as on the pages, for batches and for haste."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from cases.access.looks import OPENED
from cases.calendar import clock
from cases.history.models import Access
from tests.desk.road import signed_in
from tests.desk.standing import new_case, road, standing
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["new_case", "road", "signed_in", "standing"]


def test_a_reviewer_who_only_uses_the_api_reads_decides_in_a_batch_and_is_not_flagged(new_case, signed_in):
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    browser = signed_in(drive.person_for(item))

    def decided():
        body = {
            "items": [{"id": item.pk, "row_version": item.row_version}],
            "outcome": "agree",
            "opinion": drive.ENOUGH,
        }
        return browser.post(reverse("api:decide_batch"), json.dumps(body), "application/json").json()["results"][0]

    assert decided()["code"] == "unopened"
    address = reverse("api:case", args=[case.number])
    papers = browser.get(address).json()["papers"]
    assert decided()["code"] == "unopened", "the case alone is not its papers"
    required = [paper for paper in papers if paper["required"]]
    assert required and all(paper["files"] for paper in required)
    for paper in required:
        for file in paper["files"]:
            assert browser.get(file).status_code == 200
    clock.move_demo_clock(days=1, by=None)
    assert decided()["decided"]
    made = Decision.objects.get(item=item)
    assert made.reading["unopened"] == [] and not made.is_hasty
    assert made.opened_at is not None and made.seconds >= timedelta(hours=1).total_seconds()


def test_opening_by_the_api_is_kept_once_in_a_while_and_not_of_the_applicant(cast, new_case, signed_in):
    case = new_case(1, "COUNTY")
    address = reverse("api:case", args=[case.number])
    looks = Access.objects.filter(case_id=case.pk, action=OPENED)
    before = looks.count()
    for who in ("applicant1", "xiji_review", "xiji_review"):
        assert signed_in(cast[who]).get(address).status_code == 200
    kept = looks.order_by("pk")[before:]
    assert [(look.actor, look.acting_role) for look in kept] == [(cast["xiji_review"].pk, "CTY2")]
    assert signed_in(cast["applicant1"]).get(address).json()["papers"] == []
    assert signed_in(cast["zhongning_clerk"]).get(address).status_code == 404
