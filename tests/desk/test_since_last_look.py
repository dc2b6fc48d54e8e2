"""What changed since the decider last looked stands on his page, and a re-check that differs stops the approval until he has seen it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.evidence.models import MaterialFile
from cases.history.models import Event
from tests.desk.test_deciding import at_desk, typed
from tests.desk.test_reading import open_papers, required
from workflows import actions, rechecks
from workflows.models import Decision, Draft, Recheck
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["at_desk"]


def same_file(case, other, by):
    """A file that the other case holds already comes into this one."""
    first = MaterialFile.objects.filter(case=other, material__isnull=False).earliest("pk")
    line = case.materials.get(code=required(case)[0])
    return MaterialFile.objects.create(
        token="00000000-0000-4000-8000-000000000002", case=case, material=line, kind=first.kind, sha256=first.sha256,
        stored_sha256="b" * 64, size=1, path="none", by=by, at=clock.now(),
    )  # fmt: skip


def later(who, **delta):
    clock.move_demo_clock(to=clock.now() + timedelta(**delta), by=who)


def test_who_comes_back_is_told_what_others_did_meanwhile_and_not_what_he_did(cast, new_case, at_desk):
    case, other = new_case(1, "PROVINCE"), new_case(5)
    browser, item, _address = at_desk(case)
    home = reverse("case:home", args=[case.number])
    assert "您上次看过以后的变化" not in browser.get(home).content.decode()
    later(item.holder, hours=2)
    assert "您上次看过以后的变化" not in browser.get(home).content.decode()
    same_file(case, other, cast["applicant1"])
    page = browser.get(home).content.decode()
    assert "您上次看过以后的变化" in page and f"新材料：{required(case)[0]}" in page
    later(item.holder, minutes=6)  # pages within five minutes are one look
    browser.get(home)
    later(item.holder, hours=2)
    assert f"新材料：{required(case)[0]}" not in browser.get(home).content.decode()
    same_mine = MaterialFile.objects.filter(case=case).latest("pk")
    same_mine.pk, same_mine.token, same_mine.by = None, "00000000-0000-4000-8000-000000000003", item.holder
    same_mine.at = clock.now()
    same_mine.save()
    assert "您上次看过以后的变化" not in browser.get(home).content.decode()


def test_a_step_that_comes_back_shows_what_was_decided_since(cast, new_case, signed_in):
    case = new_case(1, "PROVINCE")
    item = drive.open_item(case)
    who = drive.person_for(item)
    drive.read(case, who)
    drive.step(case, "return", to_step="city_recheck", by=who, opinion="家庭收入和入户记录不一致，请再核实。")
    drive.step(case, "agree")
    browser = signed_in(who)
    page = browser.get(reverse("case:home", args=[case.number])).content.decode()
    assert "您上次看过以后的变化" in page and "办理 市级复核：同意上报" in page and "办理 省级审核" not in page


def test_a_duplicate_that_came_after_the_check_page_stops_the_approval_until_it_is_seen(cast, new_case, at_desk):
    case, other = new_case(1, "PROVINCE"), new_case(5)
    browser, item, address = at_desk(case)
    open_papers(browser, case)
    answer = typed(item, "agree", opinion="同意提请上会。")
    assert "查重、限额或资金有变化" not in browser.post(address, answer).content.decode()
    file = same_file(other, case, cast["applicant1"])
    refused = browser.post(address, answer | {"phase": "confirm"})
    assert refused.status_code == 409 and "同一份文件的其他案卷：0 → 1" in refused.content.decode()
    assert not Decision.objects.filter(item=item).exists()
    assert Draft.objects.filter(item=item, by=item.holder).exists()
    denied = Event.objects.filter(stream__key=str(case.pk), action="task.decide", outcome="denied").latest("pk")
    assert '"changed"' in denied.payload
    again = browser.post(address, answer).content.decode()
    assert "查重、限额或资金有变化" in again and "同一份文件的其他案卷：0 → 1" in again
    assert browser.post(address, answer | {"phase": "confirm"}).status_code == 302
    kept = Recheck.objects.filter(case=case, moment="decide").latest("pk")
    assert (kept.found["file"], kept.changed, file.case) == (1, [], other)


def test_the_one_check_is_kept_at_submission_approval_panel_and_batch_and_shown_to_who_pays(
    cast, new_case, funded, signed_in
):
    purse = funded("rare_disease", "200000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    later(cast["prov_head"], days=1)
    finance = signed_in(cast["fin_make"])
    page = finance.get(reverse("money:build", args=[purse.code])).text
    assert "没有发现" in page and "现查" in page
    batch, _file = drive.send_batch(
        of=purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    assert "没有发现" in finance.get(reverse("money:batch", args=[batch.number])).text
    rows = list(Recheck.objects.filter(case=case).order_by("pk"))
    assert [row.moment for row in rows] == ["submit", "decide", "panel", "decide", "batch"]
    assert {row.found["amount"] for row in rows[1:]} == {str(case.award)}
    assert [row.found["fund"] for row in rows] == ["", "enough", "enough", "", ""]
    assert not [row.changed for row in rows if row.changed]
    assert Event.objects.filter(stream__key=str(case.pk), action="case.rechecked").count() == len(rows)
    now = rows[-1].found | {"account": 2, "fund": "short"}
    Recheck.objects.create(case=case, moment="batch", at=rows[-1].at, found=now, changed=["account"])
    page = finance.get(reverse("money:batch", args=[batch.number])).text
    assert "和批准时不一样" in page and "同一收款账户的其他案卷：0 → 2" in page and "资金够不够：不够" in page


def test_only_who_may_do_the_step_is_shown_the_check(cast, new_case, signed_in):
    from cases.errors import Refusal
    from workflows.actions.rechecking import show_recheck

    case = new_case(1, "PROVINCE")
    with pytest.raises(Refusal) as refused:
        show_recheck(item=drive.open_item(case), by=cast["guyuan_city"])
    assert refused.value.code == "not_my_step"
    held = actions.claim(item=drive.open_item(case), by=cast["prov_review"])
    shown, before = show_recheck(item=held, by=cast["prov_review"])
    assert before is not None and (shown.moment, before.moment) == ("shown", "submit")
    page = signed_in(cast["prov_review2"]).get(reverse("case:tab", args=[case.number, "checks"])).content.decode()
    assert "复查记录" in page


def test_who_builds_a_batch_sees_what_came_up_since_the_approval_found_as_the_page_opens(
    cast, new_case, funded, signed_in
):
    purse, case, other = funded("rare_disease", "200000"), new_case(1, "PANEL"), new_case(5)
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    later(cast["prov_head"], days=1)
    address, finance, kept = (
        reverse("money:build", args=[purse.code]),
        signed_in(cast["fin_make"]),
        Recheck.objects.count(),
    )
    same_file(other, case, cast["applicant1"])
    page = finance.get(address).text
    assert "和批准时不一样" in page and "同一份文件的其他案卷：0 → 1" in page and "没有发现" not in page
    english = finance.get(address, headers={"accept-language": "en"}).text
    assert "Differs from the approval" in english and "0 → 1" in english
    assert Recheck.objects.count() == kept, "looking keeps nothing"
    assert finance.post(address).status_code == 302
    assert Recheck.objects.filter(case=case, moment="batch").get().found["file"] == 1
    assert "已在另一个批次里" in finance.get(address).text


def test_many_cases_are_checked_as_each_alone(cast, new_case, funded):
    funded("rare_disease", "200000")
    one, two, three = new_case(1, "PANEL"), new_case(5, "COUNTY"), new_case(6)
    same_file(one, two, cast["applicant1"])
    now = clock.now()
    found = rechecks.check_all([one, two, three], now=now)
    assert found == {case.pk: rechecks.check(case, now=now) for case in (one, two, three)}
    assert (found[one.pk]["file"], found[two.pk]["file"], found[three.pk]["file"]) == (1, 1, 0)
    assert Decimal(found[one.pk]["amount"]) == one.award and found[three.pk]["amount"] == ""
