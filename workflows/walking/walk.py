"""Walk one new case end to end over HTTP (走一遍), as each person in turn, trying wrong turns on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cases.access.demo import PASSWORD
from cases.access.models import User
from cases.calendar import clock
from cases.calendar.rules import ZONE
from cases.dossier.models import Case
from cases.history.models import Event
from cases.money.models import Fund, PaymentBatch, Payout
from cases.money.testbank import SimulatedBank
from cases.programme import programme
from cases.publicity.models import PublicList
from cases.states import STATES
from workflows.desk.panel.models import Meeting, MeetingItem
from workflows.engine import clockwork
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.browser import Form, Page
from workflows.walking.filing import file_application
from workflows.walking.papers import picture
from workflows.walking.visitors import Visitors, day

Say = Callable[[str], None]
OPINION = "已核对材料和入户记录，情况属实，符合办法规定。"
MEMBERS = [f"panel{number}" for number in range(1, 6)]


class WalkFailed(Exception):
    """The walk cannot go on; says where and what the page said."""


class Walk:
    """One walk of one programme against a running site."""

    def __init__(self, slug: str, base: str, say: Say) -> None:
        self.card = programme(slug)
        self.people = Visitors(base)
        self.say = say
        self.refused = 0
        self.case = Case()

    def __call__(self) -> Case:
        """Walk; answers the closed case. Raises WalkFailed, also when a wrong turn was not refused."""
        self._prepare()
        self._file()
        for _turn in range(40):
            self.case.refresh_from_db()
            if self.case.closed_at is not None:
                return self.case
            item = drive.open_item(self.case)
            if item.kind == "human":
                self._decide(item)
            else:
                self._waited(item)
        raise WalkFailed(f"{self.case.number} does not come to an end: {self.case.state}")

    def tell(self, who: str, what: str) -> None:
        """One line: who, what, state, due."""
        self.case.refresh_from_db()
        item = WorkItem.objects.filter(case=self.case, state__in=["open", "claimed"]).order_by("-id").first()
        due = f"{item.due_on:%Y-%m-%d}{'（暂定）' if item.due_provisional else ''}" if item and item.due_on else "—"
        lent = "（委托代审）" if item is not None and item.entrusted_from else ""
        self.say(f"{who:<18} {what:<24} {STATES[self.case.state].staff}{lent}  时限 {due}")

    # --- before and at the beginning -----------------------------------------------------------------------------------
    def _prepare(self) -> None:
        if not Fund.objects.filter(programme=self.card.slug, is_active=True).exists():
            people = {
                user.username: user
                for user in User.objects.filter(username__in=["policy_edit", "policy_publish", "fin_make"])
            }
            drive.publish_policy(slug=self.card.slug, maker=people["policy_edit"], publisher=people["policy_publish"])
            drive.fund(slug=self.card.slug, yuan="100", by=people["fin_make"])
        purse = Fund.objects.filter(programme=self.card.slug, is_active=True).order_by("id")[0]
        maker = self.people["fin_make"]
        page = maker.get(f"/money/fund/{purse.code}/gift/")
        taken = maker.post(page, page.form("amount"), {"amount": "20000", "source": "演示捐赠，凭证号 Y0001"})
        if taken.status >= 400:
            raise WalkFailed(f"the gift was not taken: {taken.sentence()}")
        self.say("fin_make           资金到账 20,000 元")

    def _file(self) -> None:
        number = 500 + Case.objects.count()
        assert self.card.demo_answers is not None
        given = {**self.card.demo_answers(number), "hukou_division": "640521100991"}
        name, check = file_application(self.people["applicant2"], self.card, given, number=number)
        self.case = Case.objects.get(number=name)
        self.tell("applicant2", f"提交申请 {name}")
        again = self.people["applicant2"].post(check, check.form("truth"), {"truth": "on"})
        if (
            name not in again.url
            or Case.objects.filter(patient_key=self.case.patient_key, programme=self.card.slug).count() != 1
        ):
            raise WalkFailed("a second click on submit made a second case")
        self.say("                   · 再点一次提交：还是同一件")

    # --- people decide -------------------------------------------------------------------------------------------------
    def _decide(self, item: WorkItem) -> None:
        who = drive.person_for(item)
        name, spec = who.username, step_of(item)
        if item.level == 2:
            self._other_county(item)
        if item.level == 3:
            self._same_person(item)
        browser = self.people[name]
        page = browser.get(f"/case/{self.case.number}/")
        claim = next((form for form in page.forms if form.action.endswith("/claim")), None)
        if claim is not None:
            page = browser.post(page, claim)
        form = page.form("outcome")
        outcome = next(iter(spec.exits))
        values = {"outcome": outcome, "opinion": OPINION, **self._details(spec.form, form)}
        files = {}
        if "photo" in form.files:
            photo = picture("VISIT", seed=self.case.pk)
            files = {"photo": ("visit.jpg", photo.read(), "image/jpeg")}
        check = browser.post(page, form, values, files)
        confirm = _confirm(check)
        after = browser.post(check, confirm, {"phase": "confirm"})
        if after.status >= 400 or not WorkItem.objects.filter(pk=item.pk, state="done").exists():
            raise WalkFailed(f"{name} at {item.step}: {after.sentence()}")
        self.tell(name, f"{spec.title}：{spec.exits[outcome].label}")
        if item.level == 1:
            self._second_decision(name, page, form, values)
            self._old_page(name, page, claim)

    def _details(self, kind: str, form: Form) -> dict[str, Any]:
        """What each kind of step asks beside outcome and opinion."""
        now = clock.now().astimezone(ZONE) - timedelta(minutes=5)
        if kind == "visit":
            found = {name: "confirmed" for name in form.choices if name.startswith("finding_")}
            return {
                "visitor_1": "演示核实员甲", "visitor_2": "演示核实员乙", "place": "患者家中",
                **day("visited_on", now.date()), **found,
            }  # fmt: skip
        if kind in ("grant", "account"):
            return {
                "answered_by": "患者本人",
                **day("called_on", now.date()),
                "called_at": f"{now:%H:%M}",
                "account_right": "yes",
            }
        if kind == "follow_up":
            return {"how": "phone", "received": "yes", "situation": "钱已收到，病情稳定，按时用药。"}
        return {}

    # --- what a case waits for -----------------------------------------------------------------------------------------
    def _waited(self, item: WorkItem) -> None:
        exits = step_of(item).exits
        if "panel_agree" in exits:
            self._panel(item)
        elif "publicity_closed" in exits:
            self._publicity()
        elif "payment_batched" in exits:
            self._payment()
        else:
            raise WalkFailed(f"nobody here knows how to end the wait at {item.step}")

    def _panel(self, item: WorkItem) -> None:
        head = self.people["prov_head"]
        page = head.get("/panel/call")
        form = page.form("items")
        called = head.post(page, form, {"items": [item.pk], **day("held_on", clock.today())})
        meeting = Meeting.objects.filter(items__case=self.case).order_by("-id").first()
        if meeting is None:
            raise WalkFailed(f"no meeting was called: {called.sentence()}")
        self.tell("prov_head", f"召集会议 {meeting.number}")
        on_agenda = MeetingItem.objects.get(meeting=meeting, case=self.case)
        address = f"/panel/{meeting.number}/{on_agenda.pk}/"
        for member in MEMBERS:
            browser = self.people[member]
            page = browser.get(f"/panel/{meeting.number}/")
            browser.post(page, page.form("/sign-in"))
        self._unread_and_unready(meeting, address)
        for member in MEMBERS[:-1]:
            browser = self.people[member]
            page = browser.get(address)
            browser.post(page, page.form("choice"), {"choice": "agree"})
        self._recused_member(meeting, address)
        page = head.get(address)
        closed = head.post(page, page.form("/close"))
        page = head.get(f"/panel/{meeting.number}/")
        head.post(
            page, page.form("minutes"), {"minutes": "会议逐件研究了议题，四名成员同意，一名成员回避，形成一致意见。"}
        )
        self.case.refresh_from_db()
        if self.case.state in ("PANEL", "DEFERRED", "WAITLIST"):
            raise WalkFailed(f"the panel came to {self.case.state}: {closed.sentence()}")
        for member in MEMBERS:
            page = self.people[member].get(f"/panel/{meeting.number}/")
            self.people[member].post(page, page.form("/sign"))
        self.tell("panel1…panel5", "表决通过，会议纪要存档，五人签字确认")

    def _publicity(self) -> None:
        officer = self.people["publicity"]
        page = officer.get("/public/desk/")
        ours = (
            officer.post(page, page.form("/announce"))
            if any("/announce" in form.action for form in page.forms)
            else page
        )
        page = officer.get("/public/desk/") if ours is not page else page
        posted = officer.post(page, page.form("cases"), {"cases": [self.case.token]})
        shown = PublicList.objects.filter(entries__case=self.case).order_by("-id").first()
        if shown is None:
            raise WalkFailed(f"the list was not posted: {posted.sentence()}")
        self.tell("publicity", f"公示 {shown.number}，到 {shown.ends_on:%Y-%m-%d}")
        self._early_payment()
        self._to(shown.ends_on + timedelta(days=1))
        self._until(lambda: self.case.state not in ("PUBLICITY", "OBJECTION"), "the list does not close")
        self.tell("（时钟）", "公示期满，无异议")

    def _payment(self) -> None:
        self._changed_payee()
        payout = Payout.objects.filter(case=self.case).latest("id")
        if payout.not_before and clock.today() < payout.not_before:
            self._to(payout.not_before)
        else:
            self._to(clock.today() + timedelta(days=1))
        maker, checker, releaser = (self.people[name] for name in ("fin_make", "fin_check", "fin_release"))
        page = maker.get(f"/money/fund/{payout.fund.code}/batch/")
        made = maker.post(page, page.form("payouts"))
        batch = PaymentBatch.objects.filter(lines__payout=payout, lines__included=True).order_by("-id").first()
        if batch is None:
            raise WalkFailed(f"the case is in no batch: {made.sentence()}")
        self.tell("fin_make", f"制单 {batch.number}，{batch.count} 笔")
        home = f"/money/batch/{batch.number}/"
        page = checker.get(f"{home}check/")
        total = f"{batch.total_fen // 100}.{batch.total_fen % 100:02d}"
        checker.post(page, page.form("count_retyped"), {"count_retyped": batch.count, "total_retyped": total})
        self.tell("fin_check", "复核，重新输入笔数和总额")
        page = releaser.get(f"{home}release/")
        released = releaser.post(page, page.form("password"), {"password": PASSWORD})
        self.tell("fin_release", "放行，再次输入密码")
        page = maker.get(home)
        data = maker.post(page, page.form("/file"))
        if data.status != 200 or b"|" not in data.body:
            raise WalkFailed(f"no bank file: {released.sentence()} {data.sentence()}")
        self.tell("fin_make", "下载银行文件，送银行")
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
        checker.post(page, Form(page.url, "post", {"csrfmiddlewaretoken": [_token(page)]}))
        self._until(lambda: self.case.state in ("FOLLOWUP", "CLOSED"), "the payment is not booked")
        self.tell("fin_check", "确认回盘，已到账")

    # --- wrong turns ---------------------------------------------------------------------------------------------------
    def wrong(self, what: str, try_it: Callable[[], Page]) -> None:
        """Try something that must be refused with a sentence and leave a row."""
        before = Event.objects.filter(outcome="denied").order_by("-id").values_list("id", flat=True).first() or 0
        page = try_it()
        kept = Event.objects.filter(outcome="denied", id__gt=before).exists()
        if page.status < 400 and not kept:
            raise WalkFailed(f"wrong turn went through: {what} ({page.status} {page.url}: {page.sentence()})")
        if not kept:
            raise WalkFailed(f"wrong turn left no row: {what} ({page.status}: {page.sentence()})")
        self.refused += 1
        self.say(f"                   · 走错：{what} → {page.status} {page.sentence()[:70]}")

    def _other_county(self, item: WorkItem) -> None:
        browser = self.people["xiji_intake"]
        self.wrong("别的县来看这一件", lambda: browser.get(f"/case/{self.case.number}/"))

    def _same_person(self, item: WorkItem) -> None:
        last = self.case.decisions.filter(level=2).latest("id").actor
        browser = self.people[last.username]
        page = browser.get("/desk/")
        token = next(form.fields["csrfmiddlewaretoken"] for form in page.forms if "csrfmiddlewaretoken" in form.fields)
        forged = Form(
            f"/case/{self.case.number}/claim", "post",
            {"csrfmiddlewaretoken": token, "item": [str(item.pk)], "row_version": [str(item.row_version)]},
        )  # fmt: skip
        self.wrong("同一人连办两级", lambda: browser.post(page, forged))

    def _second_decision(self, name: str, page: Page, form: Form, values: dict[str, Any]) -> None:
        browser = self.people[name]
        other = {
            **values,
            "outcome": "not_accept",
            "phase": "confirm",
            "opinion": "这是同一件的另一个意见，应当被拒绝。",
        }
        self.wrong("同一步交两次意见", lambda: browser.post(page, form, other))

    def _old_page(self, name: str, page: Page, claim: Form | None) -> None:
        if claim is not None:
            browser = self.people[name]
            self.wrong("拿旧页面再领取", lambda: browser.post(page, claim))

    def _unread_and_unready(self, meeting: Meeting, address: str) -> None:
        member = self.people[MEMBERS[0]]
        page = member.get(f"/panel/{meeting.number}/")
        token = _token(page)
        vote = Form(f"{address}vote", "post", {"csrfmiddlewaretoken": [token], "choice": ["agree"], "reason": [""]})
        self.wrong("没看材料就表决", lambda: member.post(page, vote))
        head = self.people["prov_head"]
        agenda = head.get(address)
        self.wrong("人数不够就形成决定", lambda: head.post(agenda, agenda.form("/close")))

    def _recused_member(self, meeting: Meeting, address: str) -> None:
        member = self.people[MEMBERS[-1]]
        page = member.get(address)
        member.post(page, page.form("/recuse"), {"reason": "患者是本人的远房亲戚，按规定回避。"})
        vote = Form(
            f"{address}vote", "post", {"csrfmiddlewaretoken": [_token(page)], "choice": ["agree"], "reason": [""]}
        )
        self.wrong("回避的人又来表决", lambda: member.post(page, vote))

    def _early_payment(self) -> None:
        payout = Payout.objects.filter(case=self.case).latest("id")
        maker = self.people["fin_make"]
        page = maker.get(f"/money/fund/{payout.fund.code}/batch/")
        if str(self.case.number) not in page.text:
            raise WalkFailed("the batch page does not say why this case is not in it")
        early = Form(page.url, "post", {"csrfmiddlewaretoken": [_token(page)], "payouts": [str(payout.pk)]})
        self.wrong("公示没完就想付款", lambda: maker.post(page, early))

    def _changed_payee(self) -> None:
        owner = self.people["applicant2"]
        address = f"/track/{self.case.number}/account"
        page = owner.get(address)
        token = _token(page) if any("csrfmiddlewaretoken" in form.fields for form in page.forms) else ""
        form = Form(
            address, "post",
            {"csrfmiddlewaretoken": [token], "holder": ["马演示"], "account": ["9990000000000008888"], "bank_name": ["演示银行"]},
        )  # fmt: skip
        self.wrong("准予以后换收款账户", lambda: owner.post(page, form))

    # --- time ----------------------------------------------------------------------------------------------------------
    def _to(self, when: Any) -> None:
        moved = clock.move_demo_clock(to=when, by=User.objects.get(username="prov_head"))
        self.say(f"（演示时钟）        拨到 {moved.astimezone(ZONE):%Y-%m-%d %H:%M}")

    def _until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        for _each in range(3):
            clockwork.one_pass()
            self.case.refresh_from_db()
            if is_so():
                return
        raise WalkFailed(f"{otherwise}: {self.case.state}")


def _token(page: Page) -> str:
    return next(form.fields["csrfmiddlewaretoken"][0] for form in page.forms if "csrfmiddlewaretoken" in form.fields)


def _confirm(page: Page) -> Form:
    for form in page.forms:
        if any(button[:2] == ("phase", "confirm") for button in form.buttons):
            return form
    raise WalkFailed(f"{page.url}: {page.sentence()}")
