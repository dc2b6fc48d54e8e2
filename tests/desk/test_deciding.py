"""A decision through the pages: typed, checked, confirmed, once; and nothing typed is ever lost."""

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from cases.evidence.models import HomeVisit, Supplement
from cases.history.models import Event
from cases.policy import actions as policy
from cases.policy import queries as policy_queries
from cases.policy.rules import Row
from workflows import actions
from workflows.models import Decision, Draft
from workflows.walking import drive
from workflows.walking.papers import picture

pytestmark = pytest.mark.django_db
STANDS = [(1, "INTAKE")]


@pytest.fixture
def at_desk(signed_in):
    """Opens a case for whoever may do its step, claimed through the page; gives browser, item and address."""

    def open_for(case):
        item = drive.open_item(case)
        browser = signed_in(drive.person_for(item))
        address = reverse("case:claim", args=[case.number])
        assert browser.post(address, {"item": item.pk, "row_version": item.row_version}).status_code == 302
        return browser, drive.open_item(case), reverse("case:decide", args=[case.number])

    return open_for


def typed(item, outcome, **more):
    """What the form posts."""
    return {"item": item.pk, "row_version": item.row_version, "outcome": outcome, "phase": "check", **more}


def test_a_reviewer_claims_checks_and_confirms_and_the_case_moves(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    check = browser.post(address, typed(item, "accept", opinion="材料齐全，予以受理。"))
    assert "请核对，确认后不能修改" in check.content.decode()
    assert not Decision.objects.filter(case=case).exists()
    done = browser.post(address, typed(item, "accept", opinion="材料齐全，予以受理。") | {"phase": "confirm"})
    assert done.url == reverse("case:home", args=[case.number])
    case.refresh_from_db()
    assert case.state == "VERIFY"
    assert Decision.objects.get(case=case).outcome == "accept"


def test_going_back_from_the_check_page_keeps_what_was_typed(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    browser.post(address, typed(item, "accept", opinion="这是一段写好的意见。"))
    again = browser.post(address, typed(item, "accept", opinion="这是一段写好的意见。") | {"phase": "back"})
    assert "这是一段写好的意见。" in again.content.decode()
    assert "这是一段写好的意见。" in browser.get(reverse("case:home", args=[case.number])).content.decode()


def test_a_refusal_needs_a_coded_reason_and_ten_characters(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    page = browser.post(address, typed(item, "not_accept", opinion="不行")).content.decode()
    assert "请从列表里至少选一个原因" in page and "请写明理由，至少 10 个字" in page
    good = typed(item, "not_accept", opinion="户口和参保都不在宁夏，不符合条件。", reasons=["reject_reasons:J01"])
    assert "户籍、居住或参保条件不符" in browser.post(address, good).content.decode()
    browser.post(address, good | {"phase": "confirm"})
    assert Decision.objects.get(case=case).reasons == ["J01"]


def test_the_policy_says_how_long_an_opinion_against_must_be(cast, new_case, at_desk):
    first = policy_queries.current_version("rare_disease", clock.today())
    draft = policy.new_draft(
        programme="rare_disease", title="新标准", effective_from=clock.today(), by=cast["policy_edit"], copy_of=first
    )
    longer = Row("eligibility", "opinion_characters", {"count": 20}, 5, "示例第 22 条")
    policy.edit_row(version=draft, row=longer, by=cast["policy_edit"])
    policy.publish(version=draft, by=cast["policy_publish"])
    browser, item, address = at_desk(new_case(3))
    words = typed(item, "not_accept", opinion="户口和参保都不在宁夏不符合。", reasons=["reject_reasons:J01"])
    page = browser.post(address, words).content.decode()
    assert "请写明理由，至少 20 个字" in page and "至少写 20 个字" in page
    with pytest.raises(Invalid):
        actions.decide(
            item=item.pk, outcome="not_accept", reasons=["J01"], opinion="户口不在宁夏，不符合条件。", by=item.holder
        )


def test_a_double_click_decides_once_and_says_so(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    confirm = typed(item, "accept") | {"phase": "confirm"}
    browser.post(address, confirm)
    again = browser.post(address, confirm, follow=True)
    assert "没有重复提交" in again.content.decode()
    assert Decision.objects.filter(case=case).count() == 1


def test_the_slower_of_two_is_told_and_finds_the_text_as_a_draft(cast, new_case, at_desk, signed_in):
    case = drive.to(new_case(1), "COUNTY")
    browser, item, address = at_desk(case)
    slow = cast["xiji_review2"] if item.holder == cast["xiji_review"] else cast["xiji_review"]
    late = signed_in(slow).post(address, typed(item, "agree", opinion="我也看过了，同意上报。") | {"phase": "confirm"})
    assert late.status_code == 403
    browser.post(address, typed(item, "agree") | {"phase": "confirm"})
    stale = signed_in(slow).post(address, typed(item, "agree", opinion="我也看过了，同意上报。") | {"phase": "confirm"})
    assert stale.status_code == 409
    assert Draft.objects.get(item=item, by=slow).data["opinion"] == "我也看过了，同意上报。"
    refused = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), outcome="denied")
    assert refused.filter(actor=slow.pk).exists()


def test_intake_tells_once_all_that_is_missing(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    nothing = browser.post(address, typed(item, "supplement")).content.decode()
    assert "请在下面选出要补的材料或内容" in nothing
    given = typed(item, "supplement", item_material_D06="S06", note_material_D06="缺医院章", item_answer_address="S30")
    check = browser.post(address, given).content.decode()
    assert "诊断证明仅有科室章" in check
    browser.post(address, given | {"phase": "confirm"})
    notice = Supplement.objects.get(case=case)
    assert {(one.kind, one.key, one.reason) for one in notice.items.all()} == {
        ("material", "D06", "S06"),
        ("answer", "address", "S30"),
    }


def test_the_visit_form_has_as_many_visitors_as_the_policy_says(new_case, at_desk, published_with):
    case = new_case(1)
    published_with("rare_disease", "home_visitors", {"count": 3})
    browser, _item, _address = at_desk(drive.to(case, "VERIFY"))
    form = browser.get(reverse("case:home", args=[case.number])).context["form"]
    assert form.visitors == ["visitor_1", "visitor_2", "visitor_3"]
    names = list(form.fields)
    assert names[names.index("visitor_3") + 1] == "visited_on"


def test_a_home_visit_is_recorded_with_photo_and_every_stated_fact(new_case, at_desk):
    case = drive.to(new_case(1), "VERIFY")
    browser, item, address = at_desk(case)
    page = browser.get(reverse("case:home", args=[case.number]))
    facts = page.context["form"].checked
    given = typed(item, "agree", visitor_1="演示甲", visitor_2="演示甲", place="患者家中")
    today = page.context["form"].initial["happened_on"]
    given |= {"visited_on_year": today.year, "visited_on_month": today.month, "visited_on_day": today.day}
    wrong = browser.post(address, given).content.decode()
    assert "核实人不能是同一个人" in wrong and "请拍一张入户照片" in wrong
    given |= {"visitor_2": "演示乙", **dict.fromkeys(facts, "confirmed")}
    check = browser.post(address, given | {"photo": picture("VISIT")})
    assert "请核对，确认后不能修改" in check.content.decode()
    hidden = dict(check.context["hidden"])
    assert hidden["photo_token"]
    browser.post(address, hidden | {"phase": "confirm"})
    visit = HomeVisit.objects.get(case=case)
    assert visit.visitors == ["演示甲", "演示乙"] and visit.facts.count() == len(facts)


def test_the_award_step_prints_the_working_before_the_decision(new_case, at_desk):
    case = drive.to(new_case(1), "PROVINCE")
    browser, item, address = at_desk(case)
    assert "核算过程" in browser.get(reverse("case:home", args=[case.number])).content.decode()
    drive.read(case, item.holder)
    check = browser.post(address, typed(item, "agree")).content.decode()
    assert "拟救助金额" in check
    browser.post(address, typed(item, "agree") | {"phase": "confirm"})
    case.refresh_from_db()
    assert case.state == "PANEL" and case.award > 0


def test_a_return_goes_to_the_chosen_level_and_the_opinion_stays(new_case, at_desk):
    case = drive.to(new_case(1), "CITY")
    browser, item, address = at_desk(case)
    reason = browser.get(reverse("case:home", args=[case.number])).context["form"].fields["reasons"].choices
    code = next(row[0] for words, rows in reason for row in rows if row[0].startswith("return_reasons"))
    given = typed(item, "return", opinion="入户记录和申请写的人口不一致。", reasons=[code])
    assert "请选择退回到哪一步" in browser.post(address, given).content.decode()
    browser.post(address, given | {"to_step": "county_review", "phase": "confirm"})
    case.refresh_from_db()
    assert (case.state, case.round) == ("COUNTY", 2)
    assert Decision.objects.get(case=case, outcome="return").opinion == "入户记录和申请写的人口不一致。"


def test_decide_and_next_opens_the_next_task(new_case, at_desk):
    case, following = new_case(1), new_case(2)
    browser, item, address = at_desk(case)
    done = browser.post(address, typed(item, "accept") | {"phase": "next"})
    assert done.url == reverse("case:home", args=[following.number])
    assert drive.open_item(following).state == "claimed"


def test_a_task_is_released_only_with_a_reason(new_case, at_desk):
    case = new_case(1)
    browser, item, _address = at_desk(case)
    release = reverse("case:release", args=[case.number])
    assert "请写明原因" in browser.post(release, {"item": item.pk, "reason": ""}).content.decode()
    assert drive.open_item(case).state == "claimed"
    browser.post(release, {"item": item.pk, "reason": "今天请假"})
    assert drive.open_item(case).state == "open"


def test_an_old_page_cannot_decide_what_changed_since(new_case, at_desk):
    case = new_case(1)
    browser, item, address = at_desk(case)
    actions.release(item=item, reason="先放回去", by=item.holder)
    again = actions.claim(item=item, by=item.holder)
    assert again.row_version != item.row_version
    assert browser.post(address, typed(item, "accept") | {"phase": "confirm"}).status_code == 409


def test_nothing_is_decided_before_it_is_claimed(new_case, signed_in):
    case = new_case(1)
    item = drive.open_item(case)
    browser = signed_in(drive.person_for(item))
    early = browser.post(
        reverse("case:decide", args=[case.number]), typed(item, "accept", opinion="先写好的意见在这里。")
    )
    assert early.status_code == 409 and "请先领取" in early.content.decode()
    assert not Decision.objects.filter(case=case).exists()
    browser.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "row_version": item.row_version})
    assert "先写好的意见在这里。" in browser.get(reverse("case:home", args=[case.number])).content.decode()
