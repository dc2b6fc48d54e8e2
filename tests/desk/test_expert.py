"""The medical expert answers a question on a file in which nobody can be recognised, and never sees another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.access.looks import OPENED
from cases.access.models import Post
from cases.access.queries import visible_cases
from cases.calendar import clock
from cases.dossier.queries import answers
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence.models import MaterialFile
from cases.evidence.queries import redacted_files
from cases.history.models import Access, Event
from cases.policy import actions as policy
from cases.policy.queries import policy_of
from tests.evidence.files import pdf
from workflows import actions
from workflows.desk.casefile.actions import add_redacted, remove_redacted
from workflows.desk.queries import Viewer, page
from workflows.models import Decision, ScoreSheet, WorkItem
from workflows.programmes.rare_disease.policy import POLICY
from workflows.scoring.queries import scores_of
from workflows.scoring.rules import items_of
from workflows.walking import drive
from workflows.walking.demo_rare_disease import COSTLY
from workflows.walking.papers import picture

pytestmark = pytest.mark.django_db
OPINION = "基因检测支持诊断，用药和费用与病情相符。"
OTHER = "费用偏高，建议核对进口药的用量和单价。"
PERSONAL = ("patient_name", "patient_id_no", "patient_phone", "address", "account_no", "bank_name", "household_income")


@pytest.fixture
def costly(cast: Any, road: None) -> Any:
    """A case over the threshold, at the province."""
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes=COSTLY)
    return drive.to(case, "PROVINCE")


@pytest.fixture
def asked(costly: Any) -> Any:
    """The same case, about which an expert was asked."""
    drive.ask_expert(costly)
    return costly


def test_over_the_threshold_the_province_does_not_agree_before_an_expert_has_spoken(costly: Any) -> None:
    with pytest.raises(Invalid, match="100,000.00 元，要先请专家出意见"):
        drive.step(costly, "agree")
    costly.refresh_from_db()
    assert costly.state == "PROVINCE" and costly.award is None
    drive.ask_expert(costly)
    assert costly.state == "EXPERT"
    drive.step(costly, opinion=OPINION)
    assert costly.state == "EXPERT", "a second one reads"
    drive.step(costly, opinion=OPINION)
    assert (costly.state, drive.open_item(costly).step) == ("PROVINCE", "province_review")
    drive.step(costly, "agree")
    assert costly.state == "PANEL"


def test_under_the_threshold_nobody_needs_an_expert(new_case: Any) -> None:
    case = new_case(1, "PROVINCE")
    drive.step(case, "agree")
    assert case.state == "PANEL"


def test_an_office_that_has_no_experts_switches_the_level_off(cast: Any) -> None:
    rows = [replace(row, value={"on": False}) if row.name == "levels.expert" else row for row in POLICY["rows"]]
    version = {**POLICY, "rows": rows, "effective_from": clock.today().isoformat()}
    draft = policy.load_policy(programme="rare_disease", version=version, by=cast["policy_edit"])
    policy.publish(version=draft, by=cast["policy_publish"])
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes=COSTLY)
    drive.to(case, "PROVINCE")
    with pytest.raises(Invalid, match="没有启用这一级"):
        drive.step(case, "ask_expert")
    drive.step(case, "agree")
    assert case.state == "PANEL"


def test_the_expert_sees_the_allowed_facts_and_nothing_of_who_it_is(cast: Any, asked: Any, signed_in: Any) -> None:
    browser, given = signed_in(cast["expert1"]), answers(asked)
    queue = browser.get(reverse("desk:home"))
    home = browser.get(reverse("case:home", args=[asked.number]))
    assert asked.number in queue.text and home.status_code == 200
    for shown in (str(given["disease_code"]), given["diagnosis_hospital"], "286,000.00", "基因报告能不能支持"):
        assert shown in home.text
    for shown in (queue.text, home.text):
        assert asked.masked_name not in shown and not [key for key in PERSONAL if str(given[key]) in shown]
    looks = Access.objects.filter(case_id=asked.pk, actor=cast["expert1"].pk, acting_role="EXP").exclude(action=OPENED)
    assert (
        looks.count() == 1 and "diagnosis_hospital" in looks.get().fields and "patient_name" not in looks.get().fields
    )


def test_the_expert_opens_redacted_copies_and_no_original(cast: Any, asked: Any, signed_in: Any) -> None:
    browser = signed_in(cast["expert1"])
    copy = redacted_files(asked).get()
    assert browser.get(reverse("evidence:file", args=[copy.token])).status_code == 200
    assert Access.objects.filter(object_id=str(copy.pk), actor=cast["expert1"].pk).exists()
    for original in MaterialFile.objects.filter(case=asked).exclude(pk=copy.pk):
        assert browser.get(reverse("evidence:file", args=[original.token])).status_code == 404, original.kind


def test_no_other_door_of_the_case_opens_to_the_expert(cast: Any, asked: Any, signed_in: Any) -> None:
    browser, number = signed_in(cast["expert1"]), asked.number
    assert not visible_cases(cast["expert1"]).exists()
    for tab in ("application", "materials", "checks", "record", "picture", "letters"):
        assert browser.get(reverse("case:tab", args=[number, tab])).status_code == 404, tab
    show = {"part": "patient", "purpose": "review"}
    assert browser.post(reverse("case:show", args=[number]), show).status_code == 404
    assert browser.get(reverse("case:terminate", args=[number])).status_code == 404
    assert browser.get(f"/api/v1/cases/{number}/").status_code == 404
    tasks = browser.get("/api/v1/tasks/").json()["results"]
    assert [(task["case"], task["name"]) for task in tasks] == [(number, "")]


def test_a_case_about_which_nobody_was_asked_does_not_exist_for_the_expert(
    cast: Any, costly: Any, signed_in: Any
) -> None:
    browser = signed_in(cast["expert1"])
    assert browser.get(reverse("case:home", args=[costly.number])).status_code == 404
    drive.ask_expert(costly)
    drive.step(costly, opinion=OPINION, by=cast["expert1"])
    drive.step(costly, opinion=OPINION)
    assert browser.get(reverse("case:home", args=[costly.number])).status_code == 404
    done = browser.get(reverse("desk:queue", args=["done"]))
    assert costly.number in done.text and reverse("case:home", args=[costly.number]) not in done.text


def test_the_opinion_is_given_on_the_page_sealed_and_read_by_the_province(
    cast: Any, asked: Any, signed_in: Any
) -> None:
    browser, item = signed_in(cast["expert1"]), drive.open_item(asked)
    browser.post(reverse("case:claim", args=[asked.number]), {"item": item.pk, "row_version": item.row_version})
    item.refresh_from_db()
    given = {"item": item.pk, "row_version": item.row_version, "outcome": "agree", "opinion": OPINION}
    page = browser.post(reverse("case:decide", args=[asked.number]), given)
    assert "由别的专家出意见" in page.text and "请打分" in page.text
    given |= {f"score_{one.key}": one.most for one in items_of(policy_of(asked))}
    page = browser.post(reverse("case:decide", args=[asked.number]), {**given, "independent": "on"})
    assert page.templates[0].name == "desk/check.html" and asked.masked_name not in page.text
    confirmed = {**given, "independent": "on", "phase": "confirm"}
    answer = browser.post(reverse("case:decide", args=[asked.number]), confirmed)
    home = reverse("case:home", args=[asked.number])  # veiled and open to every expert until the last one has read
    assert answer.status_code == 302 and answer.url == home
    assert browser.post(reverse("case:decide", args=[asked.number]), confirmed).url == home
    made = Decision.objects.get(case=asked, step="expert")
    assert (made.opinion, made.data) == (OPINION, {"independent": True}), "the points stand on the sheet alone"
    told = Event.objects.get(stream__key=str(asked.pk), action="task.decided", object_id=str(made.pk))
    assert OPINION not in told.payload
    drive.step(asked, opinion=OTHER)
    reviewer = signed_in(drive.person_for(drive.open_item(asked)))
    assert OPINION in reviewer.get(reverse("case:tab", args=[asked.number, "record"])).text


def test_an_opinion_without_words_or_without_independence_is_refused(cast: Any, asked: Any) -> None:
    with pytest.raises(Invalid) as refused:
        drive.step(asked, opinion="可以")
    assert list(refused.value.fields) == ["opinion"]
    with pytest.raises(Invalid, match="不在诊断医院工作"):
        drive.step(asked, opinion=OPINION, data={"independent": False})
    assert not Decision.objects.filter(case=asked, step="expert").exists()


def points(asked: Any, share: int) -> dict[str, dict[str, int]]:
    """A sheet with that percentage of the most points of each item."""
    return {"scores": {one.key: one.most * share // 100 for one in items_of(policy_of(asked))}}


def test_two_read_independently_and_a_third_when_they_lie_apart(cast: Any, asked: Any, signed_in: Any) -> None:
    record = reverse("case:tab", args=[asked.number, "record"])
    head = signed_in(cast["prov_head"])
    for wrong in ({"scores": {}}, {"scores": {**points(asked, 100)["scores"], "costs": 21}}):
        with pytest.raises(Invalid) as refused:
            drive.step(asked, opinion=OPINION, data=wrong)
        assert "score_costs" in refused.value.fields
    drive.step(asked, opinion=OPINION, data=points(asked, 100), by=cast["expert1"])
    assert OPINION not in head.get(record).text and scores_of(asked) == []
    with pytest.raises(Refusal) as twice:
        drive.step(asked, opinion=OPINION, data=points(asked, 100), by=cast["expert1"])
    assert twice.value.code in ("duties", "not_my_step")
    assert drive.open_item(asked) not in page(Viewer.of(cast["expert1"], clock.now()), "open", {}).rows
    drive.step(asked, opinion=OTHER, data=points(asked, 50), by=cast["expert2"])
    assert asked.state == "EXPERT" and scores_of(asked) == [], "50 points apart: a third one reads"
    drive.step(asked, opinion=OPINION, data=points(asked, 90), by=cast["expert3"])
    assert asked.state == "PROVINCE"
    (scored,) = scores_of(asked)
    assert [total for _name, _lines, total in scored.sheets] == [100, 50, 90]
    assert (scored.summary.median, scored.summary.average, scored.summary.spread, scored.summary.passes) == (
        90,
        80,
        50,
        True,
    )
    told = head.get(record).text
    assert OPINION in told and OTHER in told and "中位 90.00 分" in told
    with pytest.raises(IntegrityError), transaction.atomic():
        sheet = ScoreSheet.objects.first()
        ScoreSheet.objects.create(
            case=asked,
            asked=sheet.asked,
            item=drive.open_item(asked),
            reader=cast["expert1"],
            points={},
            given_at=clock.now(),
        )


def test_who_reviewed_the_case_is_not_its_expert(cast: Any, asked: Any) -> None:
    reviewer = Decision.objects.get(case=asked, outcome="ask_expert").actor
    office = Post.objects.get(user=cast["expert1"]).office
    Post.objects.create(user=reviewer, role_id="EXP", office=office, starts_on=clock.today())
    with pytest.raises(Refusal) as refused:
        actions.claim(item=drive.open_item(asked), by=reviewer)
    assert refused.value.code == "duties"


def test_asking_needs_a_question_and_at_least_one_redacted_copy(cast: Any, costly: Any) -> None:
    who = drive.person_for(drive.open_item(costly))
    with pytest.raises(Invalid, match="至少一张遮盖件"):
        drive.step(costly, "ask_expert", by=who)
    item = actions.claim(item=drive.open_item(costly), by=who)
    add_redacted(item=item, upload=picture("R"), by=who)
    with pytest.raises(Invalid) as refused:
        drive.step(costly, "ask_expert", by=who, opinion="")
    assert list(refused.value.fields) == ["opinion"]


def test_redacted_copies_are_pictures_prepared_and_taken_back_by_the_holder_alone(cast: Any, costly: Any) -> None:
    item = drive.open_item(costly)
    who = drive.person_for(item)
    with pytest.raises(Refusal, match="正在办理省级审核的人"):
        add_redacted(item=item, upload=picture("R"), by=who)
    held = actions.claim(item=item, by=who)
    hidden = SimpleUploadedFile("r.pdf", pdf(), content_type="application/pdf")
    with pytest.raises(Invalid, match="只收图片"):
        add_redacted(item=held, upload=hidden, by=who)
    copy = add_redacted(item=held, upload=picture("R"), by=who)
    with pytest.raises(Refusal):
        remove_redacted(item=held, file=copy, by=cast["prov_review2" if who != cast["prov_review2"] else "prov_review"])
    original = MaterialFile.objects.filter(case=costly).exclude(pk=copy.pk).first()
    with pytest.raises(NotFound):
        remove_redacted(item=held, file=original, by=who)
    remove_redacted(item=held, file=copy, by=who)
    assert not redacted_files(costly).exists() and MaterialFile.objects.get(pk=copy.pk).removed_at is not None


def test_the_reviewer_uploads_looks_through_the_veil_and_takes_back_on_the_page(
    cast: Any, costly: Any, signed_in: Any
) -> None:
    item = drive.open_item(costly)
    held = actions.claim(item=item, by=drive.person_for(item))
    browser = signed_in(held.holder)
    papers = reverse("case:tab", args=[costly.number, "materials"])
    assert "上传遮盖件" in browser.get(papers).text
    sent = browser.post(reverse("case:redact", args=[costly.number]), {"item": held.pk, "file": picture("R")})
    assert sent.status_code == 302
    copy = redacted_files(costly).get()
    veiled = reverse("case:tab", args=[costly.number, "veiled"])
    assert str(copy.token) in browser.get(veiled).text
    assert signed_in(cast["prov_head"]).get(veiled).status_code == 404
    page = browser.post(reverse("case:redact", args=[costly.number]), {"item": held.pk})
    assert page.status_code == 200 and "请拍照或选择文件" in page.text
    browser.post(reverse("case:unredact", args=[costly.number, copy.token]), {"item": held.pk})
    assert not redacted_files(costly).exists()


def test_the_clock_of_the_province_stands_still_while_the_expert_is_asked(cast: Any, costly: Any) -> None:
    before = drive.open_item(costly).due_on
    drive.ask_expert(costly)
    clock.move_demo_clock(days=7, by=cast["prov_head"])
    drive.step(costly, opinion=OPINION)
    drive.step(costly, opinion=OPINION)
    item = drive.open_item(costly)
    assert item.due_on > before
    assert item.pauses.get().reason == "expert"


def test_the_desk_offers_the_question_to_experts_alone(cast: Any, asked: Any) -> None:
    now = clock.now()
    item = WorkItem.objects.get(case=asked, step="expert")
    assert item in page(Viewer.of(cast["expert1"], now), "open", {}).rows
    assert item not in page(Viewer.of(cast["prov_review2"], now), "open", {}).rows
