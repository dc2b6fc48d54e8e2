"""The demonstration shows three programmes: every state of rare disease, a hundredth of a year's eyes and ears, two decisions too quick to have read."""

import io
import json
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.dossier.models import Case
from cases.dossier.waiting import line
from cases.evidence.models import Supplement
from cases.history.check import verify
from cases.money.models import Payout
from cases.privacy.models import PrivacyRequest
from cases.programme import programme
from cases.providers.models import ClaimLine, Surgery
from cases.screening.models import Campaign
from cases.stock.models import Device, Fitting
from cases.urgent.models import UrgentAid
from tests.reports.test_eventlog import JUDGE
from workflows.desk.errands.models import Errand
from workflows.desk.waiting.clockwork import promote_waiting
from workflows.engine import clockwork
from workflows.engine.bpmn import bpmn_xml
from workflows.flow import graph
from workflows.inspection.checks.models import CheckHit
from workflows.inspection.findings.models import Finding
from workflows.inspection.samples.models import Sample, SampleCheck
from workflows.models import Decision
from workflows.reports.evaluation.models import EvaluationAnswer, EvaluationRound
from workflows.reports.eventlog import actions
from workflows.walking.demo import Demonstration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


def states_of(road):
    nodes = [getattr(road, name) for name in road.reading_order]
    found = {getattr(node, "state", "") for node in nodes}
    found |= {exit.state for node in nodes for exit in getattr(node, "exits", {}).values()}
    return (found | {"DRAFT", "WITHDRAWN", "TERMINATED"}) - {""}


ENDED = {"CLOSED", "NOT_ACCEPTED", "NOT_TREATED", "REJECTED"}
EYES = {
    "CLOSED", "FOLLOWUP", "INTAKE", "NOT_TREATED", "OBJECTION", "PUBLICITY", "REJECTED", "SETTLEMENT", "SUPPLEMENT",
    "TERMINATED", "TREATMENT", "VERIFY",
}  # fmt: skip
EARS = {
    "DELIVERY", "FOLLOWUP", "INTAKE", "NOT_TREATED", "PUBLICITY", "REJECTED", "SUPPLEMENT", "TERMINATED", "VERIFY", "WAITLIST",
}  # fmt: skip


def test_the_demonstration_has_seventy_cases_each_state_of_rare_disease_and_two_decided_too_quickly(cast, tmp_path):
    demonstration = Demonstration(cast, lambda text: None)
    demonstration.begin()
    made = demonstration()
    assert made >= 70
    clockwork.one_pass()
    rare, eyes, ears = (shown(slug) for slug in ("rare_disease", "cataract", "hearing"))
    missing = states_of(programme("rare_disease").roads["v1"]) - rare
    assert missing == set()
    assert (EYES - eyes, EARS - ears) == (set(), set())
    eyes_and_ears_are_a_hundredth_of_a_year()
    urgent_aid_stands_on_the_inspectors_list(cast["inspector"])
    the_inspector_finds_something_to_do()
    for slug in ("rare_disease", "cataract", "hearing"):
        an_outside_judge_replays_what_ended_on_its_road(slug, tmp_path, cast["inspector"])
    call_command("check_flows", "--cases")
    hasty = Decision.objects.filter(is_hasty=True).order_by("pk").values_list("step", "seconds")
    assert list(hasty) == [("county_review", None), ("city_recheck", 11)]
    assert Decision.objects.exclude(level=None).count() > 100
    assert promote_waiting() == 0 and len(line("rare_disease")) == 2, (
        "the fund is short: the daily job leaves them in line"
    )
    rounds = Supplement.objects.filter(case__programme="rare_disease", number=2).select_related("case")
    assert [(one.answered_at, one.case.supplements.get(number=1).answered_at is not None) for one in rounds] == [
        (None, True)
    ]
    assert set(Errand.objects.values_list("state", flat=True)) == {"open", "answered"}
    assert verify(connection).findings == [], "each change of the whole demonstration stands beside its act"


def the_inspector_finds_something_to_do():
    assert sorted(Finding.objects.values_list("state", flat=True)) == ["answered", "closed", "sent"]
    hits = dict(CheckHit.objects.order_by("state").values_list("state").annotate(n=Count("pk")))
    assert hits["open"] > 3 and (hits["false"], hits["finding"]) == (1, 1)
    sample = Sample.objects.get()
    assert sample.cases.count() > SampleCheck.objects.count() == 2
    assert EvaluationRound.objects.get().figures.exists() == EvaluationAnswer.objects.exists()
    assert list(PrivacyRequest.objects.order_by("pk").values_list("state", flat=True)) == ["done", "asked"]


def an_outside_judge_replays_what_ended_on_its_road(slug, folder, inspector):
    """Cases under way leave tokens on the net, and an act outside the road ends a case where the net does not."""
    out = io.BytesIO()
    made = actions.export_log(kind="xes", filters={"programme": slug}, purpose="季度抽查", out=out, by=inspector)
    (folder / "log.xes").write_bytes(out.getvalue())
    (folder / "road.bpmn").write_text(bpmn_xml(graph(programme(slug).roads["v1"]), key="road", name="试"), "utf-8")
    judged = json.loads(subprocess.run([sys.executable, JUDGE, folder], capture_output=True, check=True).stdout)
    names = [one["name"] for one in json.loads(made.sidecar.partition("\n")[0])["streams"]]
    states = Case.objects.filter(programme=slug).exclude(number=None).order_by("pk").values_list("state", flat=True)
    ended = [name for name, state in zip(names, states, strict=True) if state in ENDED]
    assert ended and {judged["fitness"][name] for name in ended} == {1.0}


def urgent_aid_stands_on_the_inspectors_list(inspector):
    browser, address = Client(), reverse("urgent:home")
    browser.force_login(inspector, backend="django.contrib.auth.backends.ModelBackend")
    confirmed, refused, waiting = (
        UrgentAid.objects.filter(outcome=outcome).get() for outcome in ("confirmed", "refused", "")
    )
    browser.get(address)
    asked = []
    for after in ("", str(confirmed.pk + 1)):
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(address, {"after": after}).content.decode()
        asked.append(len(queries))
    assert asked[0] == asked[1], "as many questions for one row as for all"
    assert confirmed.case.number in page and waiting.case.number not in page
    lines = browser.get(reverse("urgent:sheet")).content.decode("utf-8-sig").splitlines()
    flags = {line.split(",")[0]: line.rpartition(",")[2] for line in lines[1:]}
    assert [flags[one.case.number] for one in (confirmed, refused, waiting)] == [
        "按期追认",
        "不予追认，待追回",
        "待追认",
    ]


def shown(slug):
    return set(Case.objects.filter(programme=slug).values_list("state", flat=True))


def eyes_and_ears_are_a_hundredth_of_a_year():
    assert Surgery.objects.count() == 12
    assert Fitting.objects.filter(state="fitted").count() == 5
    assert [campaign.registrations.count() for campaign in Campaign.objects.order_by("programme")] == [120, 60]
    assert {"filed", "accepted", "rejected"} <= set(ClaimLine.objects.values_list("state", flat=True))
    assert {"in", "reserved", "issued", "delivered", "returned"} <= set(Device.objects.values_list("state", flat=True))
    paid = Payout.objects.filter(case__programme="cataract").values_list("state", flat=True)
    assert {"paid", "failed", "returned"} <= set(paid)
    fees = (
        Payout.objects.filter(case__programme="hearing", kind="fee").order_by("state").values_list("state", flat=True)
    )
    assert list(fees) == ["failed", "paid", "paid"]
