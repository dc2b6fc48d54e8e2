"""What inspectors find goes to the audited office, comes back, is looked at again and closed, never by the audited."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.access.looks import who_looked
from cases.access.models import Office, Post
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Access, Event
from cases.history.record import record_access
from tests.cast import everybody
from tests.evidence.files import picture, upload
from tests.matrix.world import HERE, SLUG, nothing_stays
from workflows.inspection.findings import actions, queries
from workflows.inspection.findings.clockwork import report
from workflows.inspection.findings.evidence import Given
from workflows.inspection.findings.models import Finding, FindingStep
from workflows.walking import drive

WORDS = {
    "severity": "serious", "title": "入户记录缺签名", "facts": "入户核实表没有两个人的签名。", "clause": "办法第十二条",
    "days": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def ground(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A case of Xiji that was just sent; made once, never committed."""
    with django_db_blocker.unblock(), nothing_stays():
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"], changes={"hukou_division": HERE})
        xiji = Office.objects.get(division_code="640422", kind="redcross")
        yield SimpleNamespace(cast=cast, case=case, xiji=xiji)


@pytest.fixture
def world(ground: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with nothing_stays():
        yield ground


def drafted(world: SimpleNamespace, **given: Any) -> Finding:
    return actions.draft(case=world.case, office=world.xiji, by=world.cast["inspector"], **{**WORDS, **given})


def page(person: Any, finding: Finding) -> Any:
    browser = Client(raise_request_exception=False)
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(reverse("findings:finding", args=[finding.pk]))


def rectified(world: SimpleNamespace) -> Finding:
    made = actions.send(finding=drafted(world), by=world.cast["inspector"])
    proof = [upload(picture(seed=1))]
    return actions.rectify(finding=made, words="已补签。", attached=proof, by=world.cast["xiji_review"])


def test_a_finding_goes_out_and_back_and_is_closed_with_an_event_for_each_step(world: SimpleNamespace) -> None:
    cast = world.cast
    event = Event.objects.filter(stream__kind="case", stream__key=str(world.case.pk)).latest("pk")
    made = drafted(world, evidence=[Given("event", str(event.pk))])
    assert made.evidence.get().digest == bytes(event.hash).hex()
    actions.send(finding=made, by=cast["inspector"])
    actions.answer(finding=made, words="当时下雪，只去了一个人。", by=cast["xiji_review2"])
    actions.back(finding=made, words="请补一次入户。", days=5, by=cast["inspector"])
    actions.rectify(finding=made, words="已再次入户。", attached=[upload(picture(seed=2))], by=cast["xiji_review"])
    actions.recheck(finding=made, words="看过照片，两人都签了。", by=cast["inspector"])
    done = actions.close(finding=made, words="整改到位。", by=cast["inspector"])
    assert (done.state, done.round) == ("closed", 2)
    rows = Event.objects.filter(stream__kind="finding", stream__key=str(made.pk), action__startswith="finding.")
    told = [
        f"finding.{word}" for word in ("drafted", "sent", "answered", "sent_back", "rectified", "rechecked", "closed")
    ]
    assert [*rows.order_by("seq").values_list("action", flat=True)] == told
    assert "补签" not in "".join(rows.values_list("payload", flat=True))
    with pytest.raises(Stale):
        actions.withdraw(finding=made, words="算了。", by=cast["inspector"])


def test_nobody_but_inspectors_knows_of_a_draft_and_once_sent_only_the_audited_do(world: SimpleNamespace) -> None:
    cast, made = world.cast, drafted(world)
    nobody = "xiji_review", "prov_head", "applicant1", "supervisor", "zhongning_clerk", "xiji_town"
    assert [page(cast[name], made).status_code for name in nobody] == [404] * 6
    assert page(cast["inspector"], made).status_code == 200
    actions.send(finding=made, by=cast["inspector"])
    assert [page(cast[name], made).status_code for name in nobody] == [200, 404, 404, 404, 404, 404]
    line = queries.on_desk(cast["xiji_review"])[0]
    assert (line.finding, line.left) == (made, 3)
    assert Access.objects.filter(object_type="workflows_finding", actor=cast["xiji_review"].pk).exists()


def test_the_audited_do_not_judge_not_even_as_inspectors_and_the_database_says_so_too(world: SimpleNamespace) -> None:
    cast, made = world.cast, rectified(world)
    with pytest.raises(Refusal) as refused:
        actions.recheck(finding=made, words="很好。", by=cast["xiji_review"])
    assert refused.value.code == "no_right"
    with pytest.raises(Refusal, match="由被查机构"):
        actions.answer(finding=made, words="很好。", by=cast["inspector"])
    served = Post.objects.get(user=cast["xiji_review"], role="CTY2")
    Post.objects.filter(pk=served.pk).update(ends_on=clock.today())
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    board = Post.objects.get(user=cast["inspector"]).office
    Post.objects.create(user=cast["xiji_review"], role_id="INS", office=board, starts_on=clock.today())
    with pytest.raises(Refusal, match="任职"):
        actions.recheck(finding=made, words="很好。", by=cast["xiji_review"])
    step = {"finding": made, "kind": "recheck", "from_state": "rectified", "to_state": "rechecked", "at": clock.now()}
    for person, guard in (("xiji_review", "finding_not_audited"), ("prov_head", "finding_by_inspector")):
        with pytest.raises(IntegrityError, match="finding") as fault, transaction.atomic():
            FindingStep.objects.create(by=cast[person], role="INS", office=board, **step)
        assert fault.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]
    with pytest.raises(IntegrityError, match="moves by a step"), transaction.atomic():
        Finding.objects.filter(pk=made.pk).update(state="rechecked")
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        Finding.objects.filter(pk=made.pk).update(severity="minor")


def test_what_is_late_is_reported_once_and_then_the_heads_see_it(world: SimpleNamespace) -> None:
    cast, made = world.cast, actions.send(finding=drafted(world), by=world.cast["inspector"])
    assert page(cast["guyuan_city"], made).status_code == 404
    clock.move_demo_clock(days=15, by=cast["prov_head"])
    assert (report(), report()) == (1, 0)
    heads = [page(cast[name], made).status_code for name in ("guyuan_city", "prov_head", "zhongwei_city")]
    assert heads == [200, 200, 404]
    lines, _page = queries.page_of(cast["guyuan_city"], "late")
    assert [line.finding for line in lines] == [made]


def test_evidence_is_looked_up_and_a_draft_may_be_rewritten_but_nothing_that_was_sent(world: SimpleNamespace) -> None:
    cast = world.cast
    with pytest.raises(Invalid, match="证据"):
        drafted(world, evidence=[Given("file", "0" * 64), Given("hit", "7"), Given("sample", "7")])
    made = drafted(world)
    actions.revise(finding=made, by=cast["inspector"], **{**WORDS, "severity": "grave"})
    actions.send(finding=made, by=cast["inspector"])
    with pytest.raises(Stale):
        actions.revise(finding=made, by=cast["inspector"], **WORDS)
    with pytest.raises(Invalid):
        drafted(world, owner=cast["fin_make"])


def test_notes_of_inspectors_are_for_inspectors_alone(world: SimpleNamespace) -> None:
    made = actions.note(case=world.case, text="先查三家收据。", by=world.cast["inspector"])
    assert queries.folder(world.cast["inspector"], world.case)[1] == [made]
    with pytest.raises(Refusal):
        actions.note(case=world.case, text="我也写。", by=world.cast["prov_head"])
    rows = Event.objects.filter(payload__contains="先查三家收据")
    assert not rows.exists()


def test_looks_of_inspectors_show_to_the_applicant_when_no_file_is_open_and_to_the_office_once_it_was_told(
    world: SimpleNamespace,
) -> None:
    cast, case = world.cast, world.case

    def shown(person: str) -> int:
        return sum(look.role == "监督检查员" for look in who_looked(case, cast[person]))

    given = {"object": case, "fields": ["history"], "case_id": case.pk, "role": "INS", "office": "监督"}
    record_access("read", by=cast["inspector"], **given)
    assert (shown("applicant1"), shown("xiji_review"), shown("inspector")) == (1, 0, 1)
    made = drafted(world)
    assert (shown("applicant1"), shown("xiji_review")) == (0, 0)
    actions.send(finding=made, by=cast["inspector"])
    assert (shown("applicant1"), shown("xiji_review")) == (0, 1)
    actions.withdraw(finding=made, words="查清了，没有问题。", by=cast["inspector"])
    assert (shown("applicant1"), shown("xiji_review")) == (1, 1)


def test_the_supervisory_board_alone_reads_what_inspectors_did(world: SimpleNamespace) -> None:
    cast, made = world.cast, drafted(world)
    browser = Client(raise_request_exception=False)
    browser.force_login(cast["inspector"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(reverse("inspection:case", args=[world.case.number])).status_code == 200
    refused = [browser.get(reverse(name)).status_code for name in ("oversight:home", "oversight:list")]
    assert refused == [403, 403]
    with pytest.raises(Refusal):
        actions.answer(finding=made, words="x", by=cast["inspector"])
    browser.force_login(cast["supervisor"], backend="django.contrib.auth.backends.ModelBackend")
    board = browser.get(reverse("oversight:home"))
    numbers = {(row.kind, row.action, row.outcome): row for row in board.context["numbers"]}
    assert ("deeds", "finding.drafted", "ok") in numbers and ("deeds", "finding.answer", "denied") in numbers
    looks = numbers["looks", "read", "ok"]
    listed = browser.get(f"{reverse('oversight:list')}?{looks.query}")
    assert len(listed.context["page"].rows) == looks.times and world.case.number in listed.text
    deeds = browser.get(reverse("oversight:list")).text
    assert "WT-0" in deeds and "finding 1" not in deeds
    assert browser.get(reverse("case:home", args=[world.case.number])).status_code == 404
    assert Access.objects.filter(actor=cast["supervisor"].pk, fields__contains="oversight").count() == 3


def test_the_pages_take_a_finding_from_the_form_to_the_printed_letter(world: SimpleNamespace) -> None:
    cast = world.cast
    browser = Client()
    browser.force_login(cast["inspector"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(reverse("findings:new"), {}).status_code == 422
    address = reverse("findings:new") + f"?case={world.case.number}&hit=7"
    assert 'value="7"' in browser.get(address).text
    made = browser.post(
        reverse("findings:new"), {**WORDS, "office": world.xiji.pk, "owner": "xiji_intake", "case": world.case.number}
    )  # fmt: skip
    found = Finding.objects.latest("pk")
    assert made["Location"] == reverse("findings:finding", args=[found.pk])
    step = reverse("findings:step", args=[found.pk])
    assert browser.post(step, {"how": "send", "words": ""}).status_code == 302
    assert "整改通知书" in browser.get(reverse("findings:letter", args=[found.pk])).text
    assert world.case.number in browser.get(reverse("findings:folder", args=[world.case.number])).text
    browser.force_login(cast["xiji_intake"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(step, {"how": "rectify", "words": ""}).status_code == 422
    assert (
        browser.post(step, {"how": "rectify", "words": "已补签。", "attached": [upload(picture(seed=3))]}).status_code
        == 302
    )
    file = found.files.get()
    assert browser.get(reverse("findings:file", args=[found.pk, file.token])).status_code == 200
    browser.force_login(cast["zhongning_clerk"], backend="django.contrib.auth.backends.ModelBackend")
    with pytest.raises(NotFound):
        queries.file_of(cast["zhongning_clerk"], found.pk, file.token)
