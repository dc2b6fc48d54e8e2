"""Reading before deciding: what its maker opened stands with each decision, and where the policy says so nobody agrees unread."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from cases.evidence.models import MaterialFile
from cases.history.models import Access, Event
from tests.desk.test_deciding import at_desk, typed
from workflows import actions
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
__all__ = ["at_desk"]


def open_papers(browser, case, codes=None):
    """Look at the pictures of these papers, of all when none are named."""
    for file in MaterialFile.objects.filter(case=case, removed_at=None, material__isnull=False).order_by("pk"):
        if codes is None or file.material.code in codes:
            assert browser.get(f"/file/{file.token}").status_code == 200


def required(case):
    return list(case.materials.filter(required=True).order_by("code").values_list("code", flat=True))


def test_who_agrees_to_an_award_has_opened_each_required_paper(new_case, at_desk):
    case = new_case(1, "PROVINCE")
    browser, item, address = at_desk(case)
    codes = required(case)
    open_papers(browser, case, codes[:-1])
    answer = typed(item, "agree", opinion="同意提请上会。")
    check = browser.post(address, answer).content.decode()
    assert "您还没打开" in check and codes[-1] in check and f"{codes[0]} " not in check.partition("您还没打开")[2][:80]
    refused = browser.post(address, answer | {"phase": "confirm"})
    assert "请先在“材料”里打开，再办" in refused.content.decode()
    assert not Decision.objects.filter(item=item).exists()
    denied = Event.objects.filter(stream__key=str(case.pk), action="task.decide", outcome="denied").latest("pk")
    assert json.loads(denied.payload)["code"] == "unopened"
    open_papers(browser, case, codes[-1:])
    assert "您还没打开" not in browser.post(address, answer).content.decode()
    browser.post(address, answer | {"phase": "confirm"})
    assert Decision.objects.get(item=item).reading["unopened"] == []


def test_a_paper_that_was_replaced_is_unread_again(new_case, at_desk):
    case = new_case(1, "PROVINCE")
    browser, item, address = at_desk(case)
    open_papers(browser, case)
    old = MaterialFile.objects.filter(case=case, material__code=required(case)[0]).latest("pk")
    MaterialFile.objects.create(
        token="00000000-0000-4000-8000-000000000001", case=case, material=old.material, kind=old.kind, sha256="a" * 64,
        stored_sha256="b" * 64, size=1, path="none", by=old.by, at=clock.now(),
    )  # fmt: skip
    page = browser.post(address, typed(item, "agree", opinion="同意。", phase="confirm")).content.decode()
    assert f"您还没打开：{old.material.code}" in page


def test_saying_no_and_steps_that_the_policy_leaves_out_ask_for_no_reading(new_case):
    case = new_case(1, "PROVINCE")
    item = drive.open_item(case)
    returned = actions.decide(
        item=item, outcome="return", to_step="city_recheck", reasons=["T01"], opinion="家庭收入和入户记录不一致，请再核实。",
        by=drive.person_for(item),
    )  # fmt: skip
    assert returned.reading["unopened"] == required(case)
    item = drive.open_item(case)
    agreed = actions.decide(item=item, outcome="agree", opinion="同意。", by=drive.person_for(item))
    assert (agreed.step, agreed.reading["opened"]) == ("city_recheck", [])


def test_a_decision_keeps_which_version_was_opened_when_and_how_long_it_took(cast, new_case, at_desk):
    case = new_case(1, "PROVINCE")
    browser, item, address = at_desk(case)
    browser.get(reverse("case:home", args=[case.number]))
    open_papers(browser, case)
    clock.move_demo_clock(to=clock.now() + timedelta(minutes=12), by=cast["prov_head"])
    browser.post(address, typed(item, "agree", opinion="同意提请上会。", phase="confirm"))
    made = Decision.objects.get(item=item)
    first = Access.objects.filter(case_id=case.pk, actor=made.actor_id, recorded_at__gte=item.offered_at).earliest("pk")
    assert made.opened_at == first.recorded_at and 720 <= made.seconds < 800 and not made.is_hasty
    files = MaterialFile.objects.filter(case=case, material__isnull=False).order_by("pk")
    seen = [one for one in made.reading["opened"] if one["paper"] != "visit"]
    assert [(one["file"], one["sha256"]) for one in seen] == list(files.values_list("pk", "sha256"))
    told = json.loads(Event.objects.get(action="task.decided", object_id=str(made.pk)).payload)
    assert (told["seconds"], told["unopened"], told["hasty"]) == (made.seconds, [], False)
    head = browser.get(reverse("case:tab", args=[case.number, "record"])).content.decode()
    assert "从打开到办结 12 分" in head and "打开过哪些材料" in head


def test_a_stamp_without_reading_is_flagged_for_the_inspector_alone(cast, new_case, signed_in):
    case = new_case(1, "CITY")
    quick = Decision.objects.get(case=case, step="county_review")
    assert quick.is_hasty and quick.reading["unopened"]
    assert not Decision.objects.get(case=case, step="village_check").is_hasty
    inspector = signed_in(cast["inspector"])
    page = inspector.get(reverse("inspection:hasty"))
    assert quick in page.context["page"].rows
    assert case.number in page.content.decode() and "办结以前没有在页面上打开过这个案卷" in page.content.decode()
    assert signed_in(cast["guyuan_city"]).get(reverse("inspection:hasty")).status_code == 403


def test_the_seconds_that_are_too_few_are_the_policys(published_with, cast, new_case):
    published_with("rare_disease", "seconds", {"count": 1000})
    case = new_case(3, "COUNTY")
    item = drive.open_item(case)
    who = drive.person_for(item)
    drive.read(case, who)
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=990), by=who)
    assert actions.decide(item=item, outcome="agree", opinion="同意。", by=who).is_hasty
    item = drive.open_item(case)
    who = drive.person_for(item)
    drive.read(case, who)
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=1010), by=who)
    assert not actions.decide(item=item, outcome="agree", opinion="同意。", by=who).is_hasty


def test_opening_a_case_is_kept_once_a_sitting_and_shown_to_the_inspector_not_to_the_applicant(
    cast, new_case, signed_in
):
    case = new_case(1, "COUNTY")
    who = drive.person_for(drive.open_item(case))
    browser, address = signed_in(who), reverse("case:home", args=[case.number])
    for _turn in range(3):
        browser.get(address)
    opened = Access.objects.filter(case_id=case.pk, actor=who.pk, action="open")
    assert opened.count() == 1
    clock.move_demo_clock(to=clock.now() + timedelta(minutes=6), by=who)
    browser.get(address)
    assert opened.count() == 2
    inspector = signed_in(cast["inspector"])
    seen = inspector.get(reverse("inspection:case", args=[case.number]), {"kind": "read"}).content.decode()
    assert "打开案卷" in seen


def test_an_unopened_paper_is_refused_by_the_act_itself(new_case):
    case = new_case(1, "PROVINCE")
    item = drive.open_item(case)
    with pytest.raises(Invalid) as refused:
        actions.decide(item=item, outcome="agree", opinion="同意。", by=drive.person_for(item))
    assert refused.value.code == "unopened" and required(case)[0] in str(refused.value.fields["outcome"])
