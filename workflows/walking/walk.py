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
from cases.money.models import Fund, PaymentBatch, Payout
from cases.money.testbank import SimulatedBank
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.publicity.models import PublicList
from cases.states import STATES
from workflows.desk.panel.models import Meeting, MeetingItem
from workflows.engine import clockwork
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.browser import Browser, Form, Page
from workflows.walking.filing import file_application
from workflows.walking.papers import picture
from workflows.walking.visitors import Visitors, day
from workflows.walking.wrong import MEMBERS, Say, WalkFailed, WrongTurns, token_of

OPINION = "已核对材料和入户记录，情况属实，符合办法规定。"


class Walk:
    """One walk of one programme against a running site."""

    def __init__(self, slug: str, base: str, say: Say) -> None:
        self.card = programme(slug)
        self.people = Visitors(base)
        self.say = say
        self.case = Case()
        self.turns = WrongTurns(self.people, lambda: self.case, say)

    @property
    def refused(self) -> int:
        """How many wrong turns were refused so far."""
        return self.turns.refused

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
            self.turns.other_county()
        if item.level == 3:
            self.turns.same_person(item)
        browser = self.people[name]
        page = browser.get(f"/case/{self.case.number}/")
        claim = next((form for form in page.forms if form.action.endswith("/claim")), None)
        if claim is not None:
            page = browser.post(page, claim)
        if policy_of(self.case).must_read(item.step):
            self._read(browser)
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
            self.turns.second_decision(name, page, form, values)
            self.turns.old_page(name, page, claim)

    def _read(self, browser: Browser) -> None:
        """Open every paper, as the policy asks before somebody agrees here."""
        home = f"/case/{self.case.number}/materials"
        for address in dict.fromkeys(href for href, _text in browser.get(home).links if "paper=" in href):
            for href in dict.fromkeys(href for href, _text in browser.get(address).links if href.startswith("/file/")):
                browser.get(href)

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
        self.turns.unread_and_unready(meeting, address)
        for member in MEMBERS[:-1]:
            browser = self.people[member]
            page = browser.get(address)
            browser.post(page, page.form("choice"), {"choice": "agree"})
        self.turns.recused_member(meeting, address)
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
        self.turns.early_payment()
        self._to(shown.ends_on + timedelta(days=1))
        self._until(lambda: self.case.state not in ("PUBLICITY", "OBJECTION"), "the list does not close")
        self.tell("（时钟）", "公示期满，无异议")

    def _payment(self) -> None:
        self.turns.changed_payee()
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
        checker.post(page, Form(page.url, "post", {"csrfmiddlewaretoken": [token_of(page)]}))
        self._until(lambda: self.case.state in ("FOLLOWUP", "CLOSED"), "the payment is not booked")
        self.tell("fin_check", "确认回盘，已到账")

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


def _confirm(page: Page) -> Form:
    for form in page.forms:
        if any(button[:2] == ("phase", "confirm") for button in form.buttons):
            return form
    raise WalkFailed(f"{page.url}: {page.sentence()}")
