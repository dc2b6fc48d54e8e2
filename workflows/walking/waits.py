"""What the case waits for in any programme (等待): the panel, the public notice, the bank; each as its people do it over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from cases.access.demo import PASSWORD
from cases.calendar import clock
from cases.money.models import PaymentBatch, Payout
from cases.money.testbank import SimulatedBank
from cases.publicity.models import PublicList
from workflows.desk.panel.models import Meeting, MeetingItem
from workflows.walking import drive
from workflows.walking.browser import Form
from workflows.walking.visitors import day
from workflows.walking.wrong import MEMBERS, WalkFailed, token_of

if TYPE_CHECKING:
    from workflows.walking.walk import Walk


def panel(walk: Walk) -> None:
    """集体研究: a meeting is called, held and written down."""
    item = drive.open_item(walk.case)
    head = walk.people["prov_head"]
    page = head.get("/panel/call")
    form = page.form("items")
    called = head.post(page, form, {"items": [item.pk], **day("held_on", clock.today())})
    meeting = Meeting.objects.filter(items__case=walk.case).order_by("-id").first()
    if meeting is None:
        raise WalkFailed(f"no meeting was called: {called.sentence()}")
    walk.tell("prov_head", f"召集会议 {meeting.number}")
    on_agenda = MeetingItem.objects.get(meeting=meeting, case=walk.case)
    address = f"/panel/{meeting.number}/{on_agenda.pk}/"
    for member in MEMBERS:
        browser = walk.people[member]
        page = browser.get(f"/panel/{meeting.number}/")
        browser.post(page, page.form("/sign-in"))
    walk.turns.unread_and_unready(meeting, address)
    for member in MEMBERS[:-1]:
        browser = walk.people[member]
        page = browser.get(address)
        browser.post(page, page.form("choice"), {"choice": "agree"})
    walk.turns.recused_member(meeting, address)
    page = head.get(address)
    closed = head.post(page, page.form("/close"))
    page = head.get(f"/panel/{meeting.number}/")
    head.post(page, page.form("minutes"), {"minutes": "会议逐件研究了议题，四名成员同意，一名成员回避，形成一致意见。"})
    walk.case.refresh_from_db()
    if walk.case.state in ("PANEL", "DEFERRED", "WAITLIST"):
        raise WalkFailed(f"the panel came to {walk.case.state}: {closed.sentence()}")
    for member in MEMBERS:
        page = walk.people[member].get(f"/panel/{meeting.number}/")
        walk.people[member].post(page, page.form("/sign"))
    walk.tell("panel1…panel5", "表决通过，会议纪要存档，五人签字确认")


def publicity(walk: Walk) -> None:
    """公示: the list is shown and its days go by."""
    shown = listed(walk)
    walk.turns.early_payment()
    walk.go_to(shown.ends_on + timedelta(days=1))
    walk.until(lambda: walk.case.state not in ("PUBLICITY", "OBJECTION"), "the list does not close")
    walk.tell("（时钟）", "公示期满，无异议")


def listed(walk: Walk) -> PublicList:
    """The applicant is told, and the case is put on a public list."""
    officer = walk.people["publicity"]
    page = officer.get("/public/desk/")
    ours = (
        officer.post(page, page.form("/announce")) if any("/announce" in form.action for form in page.forms) else page
    )
    page = officer.get("/public/desk/") if ours is not page else page
    posted = officer.post(page, page.form("cases"), {"cases": [walk.case.token]})
    shown = PublicList.objects.filter(entries__case=walk.case).order_by("-id").first()
    if shown is None:
        raise WalkFailed(f"the list was not posted: {posted.sentence()}")
    walk.tell("publicity", f"公示 {shown.number}，到 {shown.ends_on:%Y-%m-%d}")
    return shown


def payment(walk: Walk) -> None:
    """拨付: made, checked, released by three, and the answer of the bank."""
    walk.turns.changed_payee()
    payout = Payout.objects.filter(case=walk.case).latest("id")
    if payout.not_before and clock.today() < payout.not_before:
        walk.go_to(payout.not_before)
    else:
        walk.go_to(clock.today() + timedelta(days=1))
    maker, checker, releaser = (walk.people[name] for name in ("fin_make", "fin_check", "fin_release"))
    page = maker.get(f"/money/fund/{payout.fund.code}/batch/")
    made = maker.post(page, page.form("payouts"))
    batch = PaymentBatch.objects.filter(lines__payout=payout, lines__included=True).order_by("-id").first()
    if batch is None:
        raise WalkFailed(f"the case is in no batch: {made.sentence()}")
    walk.tell("fin_make", f"制单 {batch.number}，{batch.count} 笔")
    home = f"/money/batch/{batch.number}/"
    page = checker.get(f"{home}check/")
    total = f"{batch.total_fen // 100}.{batch.total_fen % 100:02d}"
    checker.post(page, page.form("count_retyped"), {"count_retyped": batch.count, "total_retyped": total})
    walk.tell("fin_check", "复核，重新输入笔数和总额")
    page = releaser.get(f"{home}release/")
    released = releaser.post(page, page.form("password"), {"password": PASSWORD})
    walk.tell("fin_release", "放行，再次输入密码")
    page = maker.get(home)
    data = maker.post(page, page.form("/file"))
    if data.status != 200 or b"|" not in data.body:
        raise WalkFailed(f"no bank file: {released.sentence()} {data.sentence()}")
    walk.tell("fin_make", "下载银行文件，送银行")
    bank = SimulatedBank()
    bank.take(data.body)
    answer = bank.answer(batch.number)
    assert answer is not None
    page = maker.get(f"{home}answer/")
    form = next(form for form in page.forms if form.files)
    shown = maker.post(page, form, files={form.files[0]: ("answer.txt", answer, "text/plain")})
    found = re.search(r"/money/answer/(\d+)", shown.url)
    if found is None:
        raise WalkFailed(f"the bank's answer was not taken: {shown.sentence()}")
    page = checker.get(f"/money/answer/{found.group(1)}/")
    checker.post(page, Form(page.url, "post", {"csrfmiddlewaretoken": [token_of(page)]}))
    walk.until(lambda: Payout.objects.filter(pk=payout.pk, state="paid").exists(), "the payment is not booked")
    walk.tell("fin_check", "确认回盘，已到账")


def lapsed(walk: Walk) -> None:
    """逾期未补: the days for the papers go by."""
    due = drive.open_item(walk.case).due_on
    assert due is not None
    walk.go_to(due + timedelta(days=1))
    walk.until(lambda: walk.case.closed_at is not None, "the supplement does not lapse")


WAITS: dict[str, Callable[[Walk], None]] = {
    "supplement_lapsed": lapsed,
    "panel_agree": panel,
    "publicity_closed": publicity,
    "payment_batched": payment,
}
"""By the fact that ends a wait, how it comes about in any programme."""
