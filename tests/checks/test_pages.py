"""An inspector asks for a run, reads what it found and why, says that it is a false alarm, and sets the numbers of a check."""

import pytest
from django.urls import reverse

from cases.errors import Refusal
from cases.history.models import Event
from cases.history.record import record_access
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.desk.road import signed_in
from workflows.desk.notes import actions as notes
from workflows.inspection.checks import actions, sweeping
from workflows.inspection.checks.models import CheckHit, CheckRun

__all__ = ["signed_in"]
pytestmark = pytest.mark.django_db
WHY = "看过案卷和会议，材料齐全，只是登记晚了几天。"


def look(by):
    """A whole run."""
    run = sweeping.begin(by=by)
    sweeping.work(run)
    run.refresh_from_db()
    return run


def test_an_inspector_asks_for_a_run_once_at_a_time_and_a_worker_does_it(cast, signed_in):
    record_access("export", object=cast["sysadmin"], fields=["name"], by=cast["sysadmin"], purpose="exports")
    browser = signed_in(cast["inspector"])
    assert browser.post(reverse("checks:run"), {"code": "C16"}).status_code == 302
    assert "0%" in browser.get(reverse("checks:home")).content.decode()
    with pytest.raises(Refusal, match="正在核查"):
        actions.run_checks(by=cast["inspector"])
    assert outgoing.run(Outgoing.objects.get(topic="checks").pk)
    run, hit = CheckRun.objects.get(), CheckHit.objects.get()
    assert run.ended_at and run.codes == ["C16"] and hit.case is None
    for page in (reverse("checks:home"), reverse("checks:check", args=["C16"]), reverse("checks:hit", args=[hit.pk])):
        words = browser.get(page).content.decode()
        assert "没有业务岗位的人导出数据" in words
    assert str(cast["sysadmin"].name) in words


def test_a_hit_from_the_night_it_is_found_until_it_is_explained(cast, road, signed_in):
    inspector, browser = cast["inspector"], signed_in(cast["inspector"])
    trip = road("rare_disease").to("county_review")
    trip.days(40)
    sweeping.nightly()
    sweeping.nightly()
    assert CheckRun.objects.exclude(night=None).count() == 1
    hit = CheckHit.objects.get(code="C14", facts__step="county_review")
    address = reverse("checks:hit", args=[hit.pk])

    # the offices that are looked at see nothing of it
    for person in ("xiji_review", "prov_head"):
        for page in (reverse("checks:home"), reverse("checks:check", args=["C14"]), address):
            assert signed_in(cast[person]).get(page).status_code == 403

    # it names the row that proves it, with the event that made the row
    made = Event.objects.filter(object_type="workflows_workitem", object_id=str(hit.rows[0][1])).earliest("pk")
    assert reverse("inspection:event", args=[trip.case.number, made.pk]) in browser.get(address).content.decode()

    # a false alarm has a reason and counts while the proof is the same
    assert browser.post(address, {"verdict": "false", "reason": "太短"}).status_code == 422
    assert browser.post(address, {"verdict": "false", "reason": WHY}).status_code == 302
    assert WHY not in "".join(Event.objects.filter(action="check.mark").values_list("payload", flat=True))
    look(inspector)
    hit.refresh_from_db()
    assert hit.state == "false" and CheckHit.objects.filter(code="C14").count() == 1

    # other numbers count from the next run on; the earlier run keeps its own
    rule = reverse("checks:rule", args=["C14"])
    given = {"before_days": "5", "reason": "暑期人手少，过期一个月以后才算。"}
    for days, status in (("999", 422), ("60", 302)):
        assert browser.post(rule, given | {"grace_days": days}).status_code == status
    run = look(inspector)
    hit.refresh_from_db()
    assert run.rules["C14"]["grace_days"] == 60 and hit.first_run.rules["C14"]["grace_days"] == 5 and hit.gone_at
    assert browser.post(rule, given | {"grace_days": "5"}).status_code == 302

    # with another proof the false alarm is open again
    trip.agree()
    look(inspector)
    hit.refresh_from_db()
    assert (hit.state, hit.facts["kind"], hit.gone_at) == ("open", "done", None) and hit.changed_at
    assert "当时的证据与现在不同" in browser.get(address).content.decode()

    # explained in the case it is gone, and stays readable
    notes.write_note(case=trip.case, text="等医院补发票，已和申请人说明。", by=cast["xiji_review"])
    look(inspector)
    page = browser.get(reverse("checks:check", args=["C14"]), {"state": "gone"}).content.decode()
    assert trip.case.number in page and "不再命中" in page
