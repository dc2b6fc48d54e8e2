"""Whoever has a step asks another post for a piece of work: the step waits for it where he says so, and it moves nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.access.models import Post
from cases.calendar import clock
from cases.dossier.actions import withdraw
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Access, Event
from tests.evidence.files import picture, upload
from workflows import actions, barring
from workflows.desk.errands.actions import answer, ask, cancel, send_back
from workflows.desk.errands.clockwork import report
from workflows.desk.errands.models import Errand
from workflows.desk.errands.queries import targets
from workflows.models import Decision, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY")]
PLEASE, DONE = "请电话问医院，第二页为什么没有盖章。", "已经问过，医院补寄盖章的一页。"


@pytest.fixture
def case(new_case: Any) -> Any:
    """At the county's review."""
    return new_case(1, "COUNTY")


@pytest.fixture
def item(case: Any, cast: Any) -> WorkItem:
    """In the hands of the county's reviewer."""
    return actions.claim(item=drive.open_item(case).pk, by=cast["xiji_review"])


def to(person: Any, role: str) -> dict[str, Any]:
    return {"office": Post.objects.get(user=person, role=role).office_id, "role": role}


def asked(item: WorkItem, cast: Any, **how: Any) -> Errand:
    given = {"words": PLEASE, "days": 3, "by": cast["xiji_review"], **to(cast["xiji_town"], "TWN"), **how}
    return ask(item=item, **given)


def events(case: Any) -> list[str]:
    rows = Event.objects.filter(stream__key=str(case.pk), action__startswith="errand.", outcome="ok")
    return list(rows.order_by("seq").values_list("action", flat=True))


def test_a_step_waits_for_what_must_be_answered_and_goes_on_when_it_is(
    case: Any, item: WorkItem, cast: Any, signed_in: Any
) -> None:
    mine, theirs, address = (
        signed_in(cast["xiji_review"]),
        signed_in(cast["xiji_town"]),
        reverse("case:errands", args=[case.number]),
    )
    town = to(cast["xiji_town"], "TWN")
    sent = {"words": PLEASE, "to": f"{town['office']}:TWN", "days": 3, "must_answer": "on"}
    assert mine.post(address, {}).status_code == 422 and mine.post(address, sent).status_code == 302
    errand = Errand.objects.get()
    desk = theirs.get(reverse("desk:home")).content.decode()
    assert "交给您的事" in desk and case.number in desk and PLEASE not in desk
    with pytest.raises(Refusal) as waits:
        drive.step(case, "agree", by=cast["xiji_review"])
    assert waits.value.code == "errand_first" and "吉强镇救助服务站（演示） 乡镇核实员" in str(waits.value.reason)
    assert "要答复的是：吉强镇救助服务站" in mine.get(reverse("case:home", args=[case.number])).content.decode()
    with pytest.raises(IntegrityError, match="has to be answered"), transaction.atomic():  # whoever goes round the rule
        WorkItem.objects.filter(pk=item.pk).update(state="done")
        made = Decision(case=case, item=item, round=1, step=item.step, outcome="agree", actor=cast["xiji_review"])
        made.role, made.office = "CTY2", cast["xiji_review"].posts.get().office
        made.happened_on, made.at = clock.today(), clock.now()
        made.save()
    looks = Access.objects.filter(case_id=case.pk, actor=cast["xiji_town"].pk, fields__contains="errands")
    assert PLEASE in theirs.get(address).content.decode() and looks.exists()
    end = reverse("case:errand_end", args=[case.number, errand.pk])
    assert theirs.post(end, {"how": "answer"}).status_code == 422
    assert theirs.post(end, {"how": "answer", "words": DONE, "attached": [upload(picture())]}).status_code == 302
    assert "有交办回音" in mine.get(reverse("desk:home")).content.decode()
    assert DONE in mine.get(address).content.decode()
    file = errand.files.get()
    assert mine.get(reverse("case:errand_file", args=[case.number, errand.pk, file.token])).status_code == 200
    drive.step(case, "agree", by=cast["xiji_review"])
    assert case.state == "CITY" and events(case) == ["errand.asked", "errand.answered"]
    assert not any(Event.objects.filter(payload__contains=words).exists() for words in (PLEASE, DONE))


def test_only_posts_of_the_askers_area_that_see_the_case_are_asked_and_nobody_sees_more_by_it(
    case: Any, item: WorkItem, cast: Any, signed_in: Any
) -> None:
    found = {one.words.split()[-1] for one in targets(case, cast["xiji_review"].posts.get(), cast["xiji_review"])}
    assert found == {"乡镇核实员", "县级受理员", "县级初审员"}
    for strange in (to(cast["guyuan_city"], "MUN"), to(cast["zhongning_town"], "TWN")):
        with pytest.raises(Invalid) as refused:
            asked(item, cast, **strange)
        assert "to" in refused.value.fields
    with pytest.raises(Invalid, match="交办"):
        asked(item, cast, person=cast["xiji_village"].pk)
    errand = asked(item, cast)
    with pytest.raises(IntegrityError, match="the case does not lie in"), transaction.atomic():
        Errand.objects.filter(pk=errand.pk).update(state="open")
        values = {
            name: getattr(errand, name)
            for name in ("case", "item", "words", "by", "by_role", "by_office", "at", "due_on")
        }
        office = cast["zhongning_town"].posts.get().office
        Errand.objects.create(**values, office=office, role="TWN", must_answer=False)
    for who in ("zhongning_clerk", "applicant1", "expert1", "fin_make", "sysadmin"):
        assert signed_in(cast[who]).get(reverse("case:errands", args=[case.number])).status_code in (403, 404)
        with pytest.raises(NotFound):
            answer(errand=errand, words=DONE, by=cast[who])
    for who, act in (("xiji_village", answer), ("xiji_intake", cancel), ("inspector", send_back)):
        said = {"words": DONE} if act is answer else {"reason": DONE}
        with pytest.raises(Refusal) as refused_act:
            act(errand=errand, by=cast[who], **said)
        assert refused_act.value.code == "not_asked" or refused_act.value.status == 404
        assert refused_act.value.who_may or refused_act.value.status == 404
    with pytest.raises(Refusal):  # who neither holds the step nor leads here
        asked(item, cast, by=cast["xiji_intake"])
    asked(item, cast, by=cast["xiji_review2"])  # a head


def test_it_ends_once_and_what_was_asked_and_answered_never_changes(case: Any, item: WorkItem, cast: Any) -> None:
    errand = asked(item, cast, must_answer=True, person=cast["xiji_town"].pk)
    send_back(errand=errand, reason="医院不归我们联系。", by=cast["xiji_town"])
    with pytest.raises(Stale, match="退回交办"):
        answer(errand=errand, words=DONE, by=cast["xiji_town"])
    for change in ({"answer": "改过的"}, {"state": "open", "answer": "", "ended_by": None}, {"must_answer": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            changed = Errand.objects.get(pk=errand.pk)
            for name, value in change.items():
                setattr(changed, name, value)
            changed.save(update_fields=list(change))
    again = asked(item, cast, must_answer=True)
    cancel(errand=again, reason="已经自己问到了。", by=cast["xiji_review"])
    drive.step(case, "agree", by=cast["xiji_review"])
    assert events(case) == ["errand.asked", "errand.sent_back", "errand.asked", "errand.cancelled"]
    with pytest.raises(IntegrityError, match="not done"), transaction.atomic():
        again.pk, again.state, again.answer, again.ended_by, again.ended_office, again.ended_at = (
            None,
            "open",
            "",
            None,
            None,
            None,
        )
        again.save(force_insert=True)


@pytest.mark.parametrize("how", ["return", "withdraw", "terminate"])
def test_when_the_case_leaves_its_step_what_was_asked_there_is_dropped_with_it(
    case: Any, item: WorkItem, cast: Any, how: str
) -> None:
    errand = asked(item, cast, must_answer=how != "return")
    if how == "return":
        drive.step(case, "return", to_step="intake", by=cast["xiji_review"])
    elif how == "withdraw":
        withdraw(case=case, reason="不需要了", by=case.owner)
    else:
        actions.terminate(case=case, reasons=["J01"], opinion="患者去世，县里已核实。", by=cast["prov_head"])
    errand.refresh_from_db()
    assert errand.state == "dropped" and events(case) == ["errand.asked", "errand.dropped"]
    with pytest.raises(Stale):
        answer(errand=errand, words=DONE, by=cast["xiji_town"])


def test_who_answered_takes_part_and_does_not_decide_the_step_that_asked_him(
    case: Any, item: WorkItem, cast: Any
) -> None:
    errand = asked(item, cast, **to(cast["xiji_review2"], "CTY2"), person=cast["xiji_review2"].pk)
    answer(errand=errand, words=DONE, by=cast["xiji_review2"])
    actions.release(item=item, reason="下乡几天", by=cast["xiji_review"])
    assert cast["xiji_review2"].pk in barring.shut_out(case, drive.step_of(item))
    with pytest.raises(Refusal, match="是您答复的"):
        actions.claim(item=item.pk, by=cast["xiji_review2"])
    with pytest.raises(IntegrityError, match="asked of him"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=cast["xiji_review2"])


def test_who_keeps_out_of_a_case_answers_nothing(case: Any, item: WorkItem, cast: Any) -> None:
    errand = asked(item, cast, **to(cast["xiji_review2"], "CTY2"))
    actions.exclude(item=item, person=cast["xiji_review2"], reason="与患者是亲戚", by=cast["prov_head"])
    with pytest.raises(Refusal) as refused:
        answer(errand=errand, words=DONE, by=cast["xiji_review2"])
    assert refused.value.code == "duties"


def test_what_is_late_is_shown_and_reported_to_the_head_once(
    case: Any, item: WorkItem, cast: Any, signed_in: Any
) -> None:
    asked(item, cast, days=1)
    clock.move_demo_clock(days=12, by=cast["prov_head"])
    assert report() == 1 and report() == 0
    page = reverse("desk:errands")
    head, other, theirs = (signed_in(cast[who]) for who in ("xiji_review2", "zhongning_clerk", "xiji_town"))
    late = head.get(page, {"list": "late"}).content.decode()
    assert case.number in late and "已上报负责人" in late
    assert case.number not in other.get(page, {"list": "late"}).content.decode()
    assert "超期" in theirs.get(page).content.decode() and head.get(page, {"list": "x"}).status_code == 400
    assert events(case) == ["errand.asked", "errand.escalated"]


def test_an_inspector_reads_it_in_the_history_and_no_applicant_sees_it(
    case: Any, item: WorkItem, cast: Any, signed_in: Any
) -> None:
    errand = asked(item, cast)
    answer(errand=errand, words=DONE, by=cast["xiji_town"])
    browser: Client = signed_in(cast["inspector"])
    timeline = browser.get(reverse("inspection:case", args=[case.number]), {"kind": "decision"}).content.decode()
    assert "答复交办" in timeline and "交办" in timeline and PLEASE not in timeline
    assert PLEASE in browser.get(reverse("case:errands", args=[case.number])).content.decode()
    owner = signed_in(cast["applicant1"])
    assert PLEASE not in owner.get(reverse("dossier:case", args=[case.token])).content.decode()
