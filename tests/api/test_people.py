"""The people of an office by the API: the same acts and the same view as the pages, for the same people."""

import json

import pytest
from django.urls import reverse

from cases.access.models import StandIn
from cases.access.queries import posts_of, work_posts
from cases.calendar import clock
from cases.recusal.models import Recusal
from tests.desk.road import signed_in
from tests.desk.standing import new_case, road, standing
from workflows import actions
from workflows.desk.staffing.queries import loads_of
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["new_case", "road", "signed_in", "standing"]


@pytest.fixture
def post(cast, signed_in):
    def call(who, name, *args, **body):
        return signed_in(cast[who]).post(reverse(f"api:{name}", args=args), json.dumps(body), "application/json")

    return call


def test_a_stand_in_is_given_seen_and_ended(cast, post, signed_in):
    today = clock.today().isoformat()
    given = {
        "principal": "xiji_review",
        "role": "CTY2",
        "delegate": "guyuan_city",
        "starts_on": today,
        "ends_on": today,
    }
    assert post("xiji_intake", "stand_ins", **given, reason="休假").status_code == 422, "it is not his to give"
    assert post("xiji_review", "stand_ins", **(given | {"delegate": "xiji_town"}), reason="休假").status_code == 422
    assert not StandIn.objects.exists()
    made = post("xiji_review", "stand_ins", **given, reason="休假", amount_cap="5000.00").json()
    assert cast["xiji_review"].pk in {one.user_id for one in work_posts(cast["guyuan_city"])}
    listed = signed_in(cast["guyuan_city"]).get(reverse("api:stand_ins")).json()["results"]
    assert [row["id"] for row in listed] == [made["id"]] and listed[0]["amount_cap"] == "5000.00"
    assert signed_in(cast["zhongning_clerk"]).get(reverse("api:stand_ins")).json()["results"] == []
    assert signed_in(cast["applicant1"]).get(reverse("api:stand_ins")).status_code == 404
    assert post("zhongning_clerk", "stand_in_end", made["id"]).status_code == 404
    assert post("guyuan_city", "stand_in_end", made["id"]).json()["ended_at"] is not None
    assert len(work_posts(cast["guyuan_city"])) == 1


def test_the_workload_is_that_of_the_page(cast, new_case, signed_in):
    case = new_case(1, "COUNTY")
    actions.claim(item=drive.open_item(case).pk, by=cast["xiji_review"])
    office = cast["xiji_review"].posts.get().office
    shown = signed_in(cast["guyuan_city"]).get(reverse("api:workload"), {"office": office.pk}).json()
    assert shown["office"] == office.pk
    assert [(row["person"], row["held"], row["done"]) for row in shown["results"]] == [
        (load.person.username, load.held, load.done) for load in loads_of(office, clock.now())
    ]
    assert signed_in(cast["zhongwei_city"]).get(reverse("api:workload"), {"office": office.pk}).status_code == 404


def test_one_keeps_out_and_a_head_keeps_a_colleague_out(cast, new_case, post):
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    given = {"row_version": item.row_version, "reason": "与患者有来往"}
    assert post("zhongning_clerk", "recuse", item.pk, **given).status_code == 404
    assert post("xiji_review", "recuse", item.pk, **given).json()["person"] == "xiji_review"
    item.refresh_from_db()
    given["row_version"] = item.row_version
    assert post("xiji_intake", "exclude", item.pk, person="xiji_review2", **given).status_code == 403
    assert post("guyuan_city", "exclude", item.pk, person="nobody", **given).status_code == 422
    assert post("guyuan_city", "exclude", item.pk, person="xiji_review2", **given).json()["case"] == case.number
    kept_out = Recusal.objects.filter(case=case).order_by("pk").values_list("person__username", flat=True)
    assert list(kept_out) == ["xiji_review", "xiji_review2"]
    item.refresh_from_db()
    assert item.entrusted_from, "with nobody left in the county its work is done above"


def test_who_leaves_leaves_his_steps_to_colleagues_and_who_ends_posts_sees_no_case(cast, new_case, post):
    case = new_case(1, "COUNTY")
    item = actions.claim(item=drive.open_item(case).pk, by=cast["xiji_review"])
    assert post("guyuan_city", "leave", "xiji_review", reason="调走").status_code == 403
    assert post("secadmin", "leave", "nobody", reason="调走").status_code == 404
    answer = post("secadmin", "leave", "xiji_review", reason="调走")
    assert answer.status_code == 200 and case.number not in answer.content.decode()
    assert {name: answer.json()[name] for name in ("waiting", "done", "nobody")} == {
        "waiting": 0,
        "done": 1,
        "nobody": 0,
    }
    assert WorkItem.objects.get(pk=item.pk).holder == cast["xiji_review2"]
    assert posts_of(cast["xiji_review"]) == []
