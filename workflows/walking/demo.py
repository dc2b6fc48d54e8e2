"""The demonstration's cases (演示案卷): forty and a few, in every state that a road can give, by the real actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.models import User
from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.money import actions as money
from cases.money.testbank import Fault, SimulatedBank
from cases.publicity.actions import file_objection
from cases.publicity.models import PublicEntry
from workflows import actions
from workflows.desk.panel import actions as meetings
from workflows.engine import clockwork
from workflows.walking import drive
from workflows.walking.hospitals import hospitals
from workflows.walking.papers import picture
from workflows.walking.screening import screenings

SLUG = "rare_disease"
XIJI, ZHONGNING = "640422100991", "640521100991"
COSTLY = {"total_cost": "286000.00", "insurance_paid": "120000.00", "critical_illness_paid": "41000.00"}
"""Costs over which the policy asks for an expert's opinion."""
READING = 3
"""Minutes that the quickest of the demonstration's people take for a file."""
Say = Callable[[str], None]


class Demonstration:
    """Files and moves the cases in groups, so that one meeting, one list and one batch serve many of them."""

    def __init__(self, cast: dict[str, User], say: Say) -> None:
        self.cast, self.say = cast, say
        self.made = self.studied = 0

    def __call__(self) -> int:
        """Make the cases; answers how many there are."""
        self.long_ago()
        granted = self.granted()
        self.lately()
        self.too_late()
        self.at_the_bank(granted)
        self.today()
        screenings(self.cast, self.say)
        return self.made

    def begin(self) -> None:
        """A published policy, a fund and two hospitals."""
        cast = self.cast
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        self.purse = drive.fund(slug=SLUG, yuan="100", by=cast["fin_make"])
        hospitals(cast)
        self.say("政策已发布，资金已设立，定点医院已登记")

    def file(self, count: int, *, place: str = XIJI, submit: bool = True, **how: Any) -> list[Case]:
        """So many new applications from that village."""
        filed = []
        for _each in range(count):
            self.made += 1
            owner = self.cast[f"applicant{self.made % 3 + 1}"]
            changes = {"hukou_division": place, **how.get("changes", {})}
            filed.append(drive.apply(slug=SLUG, number=self.made, by=owner, changes=changes, submit=submit))
        return filed

    def all_to(self, cases: list[Case], state: str) -> list[Case]:
        """Take each the ordinary way to a state, a step of each at a time."""
        while waiting := [case for case in cases if not drive.is_in(case, state)]:
            self.decide(*waiting)
        return cases

    def decide(self, *cases: Case, outcome: str = "", **decision: Any) -> None:
        """Each file is read, and then decided."""
        self.study(*cases)
        for case in cases:
            drive.step(case, outcome, **decision)

    def study(self, *cases: Case) -> None:
        """阅卷: who will decide opens each file with its papers, and takes some minutes."""
        for case in cases:
            drive.read(case, drive.person_for(drive.open_item(case)))
        self.studied += 1
        self.pause(minutes=READING + self.studied % 7, seconds=13 * self.studied % 60)

    def pause(self, **how_long: int) -> None:
        """Minutes go by."""
        clock.move_demo_clock(to=clock.now() + timedelta(**how_long), by=self.cast["prov_head"])

    def panel(self, cases: list[Case], choice: str = "agree") -> None:
        """One meeting about these."""
        members = [self.cast[f"panel{number}"] for number in range(1, 6)]
        drive.panel(cases, head=self.cast["prov_head"], members=members, choice=choice)

    def later(self, days: int) -> None:
        """Days go by."""
        clock.move_demo_clock(days=days, by=self.cast["prov_head"])

    def long_ago(self) -> None:
        """One that never answered, and cases whose money went out: paid, failed, returned, unknown, followed up, closed."""
        self.never_answered()
        cases = self.all_to(self.file(6), "PANEL")
        self.gift(sum((case.award or Decimal(0) for case in cases), Decimal(0)))
        self.panel(cases)
        drive.give_notice(cases, by=self.cast["publicity"])
        drive.end_notice(by=self.cast["prov_head"])
        for case in cases:
            case.refresh_from_db()
        self.decide(*cases, outcome="grant")
        self.later(1)
        self.say("第一批案卷已到拨付")
        paid = self.pay(cases, {3: Fault.ACCOUNT, 4: Fault.ACCOUNT, 5: Fault.MISSING})
        followed, _paid, returned = [case for case in paid if case.state == "FOLLOWUP"]
        self.late_return(returned, *self.last_batch)
        self.decide(followed, outcome="done")
        self.repair(next(case for case in paid if case.state == "FAILED"))

    def never_answered(self) -> None:
        """Asked for a paper at the very beginning; nothing comes."""
        [self.silent] = self.file(1)
        self.ask(self.silent)

    def too_late(self) -> None:
        """逾期未补: the time for that paper is over."""
        last = self.silent.supplements.latest("id").due_on
        if clock.today() <= last:
            clock.move_demo_clock(to=last + timedelta(days=1), by=self.cast["prov_head"])
        clockwork.one_pass()

    def gift(self, yuan: Decimal) -> None:
        """Money comes into the fund."""
        money.receive_gift(fund=self.purse, amount=yuan, source="演示捐赠", by=self.cast["fin_make"])

    def pay(self, cases: list[Case], faults: dict[int, Fault]) -> list[Case]:
        """One batch with the bank's answer, faults by line."""
        cast = self.cast
        batch, data = drive.send_batch(
            of=self.purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
        )
        bank = SimulatedBank()
        bank.take(data, faults)
        answer = bank.answer(batch.number, faults)
        assert answer is not None
        imported = money.import_answer(batch=batch, data=answer, by=cast["fin_make"])
        money.accept_answer(answer=imported, by=cast["fin_check"])
        self.last_batch = (batch, bank)
        for case in cases:
            case.refresh_from_db()
        return cases

    def late_return(self, case: Case, batch: Any, bank: SimulatedBank) -> None:
        """退汇: days after the success the bank sends one payment back."""
        number = case.payouts.latest("id").attempts.latest("id").line.business_no or ""
        returned = money.import_answer(
            batch=batch, data=bank.send_back(batch.number, [number]), by=self.cast["fin_make"]
        )
        money.accept_answer(answer=returned, by=self.cast["fin_check"])
        case.refresh_from_db()

    def repair(self, case: Case) -> None:
        """The applicant gives another account."""
        correct_account(
            case=case, holder=str(case.accounts.latest("id").holder), account="9990000000000009926",
            bank_name="演示银行西吉支行", relation="SELF", card=picture("D09", seed=case.pk), by=case.owner,
        )  # fmt: skip

    def lately(self) -> None:
        """Cases around the panel and the public notice."""
        cast = self.cast
        cases = self.all_to([*self.file(8), *self.file(3, place=ZHONGNING)], "PANEL")
        noticed, (objected, deferred, poor, refused) = cases[:4], cases[4:8]
        self.gift(sum((case.award or Decimal(0) for case in [*noticed, objected]), Decimal(0)))
        self.panel([*noticed, objected])
        self.panel([poor])
        self.panel([deferred], "defer")
        self.panel([refused], "reject")
        self.gift(Decimal(300_000))
        drive.give_notice(noticed[:2], by=cast["publicity"])
        drive.end_notice(by=cast["prov_head"])
        drive.give_notice([*noticed[2:], objected], by=cast["publicity"])
        entry = PublicEntry.objects.filter(case=objected).latest("id")
        file_objection(
            entry=entry, text="听说这家去年已经领过一笔，请再核实一次。", name="演示村民", phone="19900009999"
        )
        self.say("公示、异议、轮候、延期和待上会的案卷已就绪")

    def today(self) -> None:
        """Cases at the beginning of the road, drafts, and those that ended early."""
        self.file(2, submit=False)
        self.file(2)
        self.file(1, place=ZHONGNING)
        asked, asked_twice, withdrawn, given_up = self.file(4)
        self.ask(asked, asked_twice)
        self.answer(asked_twice)
        dossier.withdraw(case=withdrawn, reason="家里已经筹到钱了", by=withdrawn.owner)
        self.decide(given_up, outcome="not_accept")
        village, town = self.file(2)
        self.decide(village, town, outcome="accept")
        self.decide(town)
        self.all_to([*self.file(2), *self.file(2, place=ZHONGNING)], "COUNTY")
        self.all_to([self.unread(), *self.file(1)], "CITY")
        _waiting, rejected, returned, ended = self.all_to([self.leafed_through(), *self.file(3)], "PROVINCE")
        self.decide(rejected, outcome="reject")
        self.decide(rejected, outcome="confirm")
        self.decide(
            returned, outcome="return", to_step="county_review", opinion="家庭收入和入户记录不一致，请县里再核实。"
        )
        actions.terminate(
            case=ended, reasons=["J01"], opinion="申请人已搬离本省，电话确认不再申请。", by=self.cast["prov_head"]
        )
        (costly,) = self.all_to(self.file(1, changes=COSTLY), "PROVINCE")
        self.study(costly)
        drive.ask_expert(costly)
        self.call_meeting()
        self.say("受理、核实、审核各环节的案卷已就绪")

    def unread(self) -> Case:
        """盖章式办理, for the inspector to find: the county agreed and had opened nothing."""
        [case] = self.all_to(self.file(1), "COUNTY")
        drive.step(case)
        return case

    def leafed_through(self) -> Case:
        """Another one: the city opened every paper and agreed eleven seconds later."""
        [case] = self.all_to(self.file(1), "CITY")
        drive.read(case, drive.person_for(drive.open_item(case)))
        self.pause(seconds=11)
        drive.step(case)
        return case

    def ask(self, *cases: Case) -> None:
        """补正: the county tells everything that is missing, once."""
        items = [{"kind": "material", "key": "D02", "reason": "S02", "note": "背面没有拍到"}]
        self.decide(*cases, outcome="supplement", data={"items": items})

    def answer(self, case: Case) -> None:
        """The applicant supplies it, and the county must ask a second time."""
        evidence.add_file(case=case, material_code="D02", upload=picture("D02", seed=900 + case.pk), by=case.owner)
        evidence.answer_supplement(case=case, by=case.owner)
        case.refresh_from_db()
        self.ask(case)

    def granted(self) -> list[Case]:
        """Cases past their public notice."""
        granted = self.all_to(self.file(3), "PANEL")
        self.gift(sum((case.award or Decimal(0) for case in granted), Decimal(0)))
        self.panel(granted)
        drive.give_notice(granted, by=self.cast["publicity"])
        drive.end_notice(by=self.cast["prov_head"])
        for case in granted:
            case.refresh_from_db()
        return granted

    def at_the_bank(self, granted: list[Case]) -> None:
        """One batch without an answer yet, one still with the checker, one case not yet in a batch.

        Comes late, because a bank that is silent for days makes a payment "unknown".
        """
        cast = self.cast
        self.decide(granted[0], outcome="grant")
        self.later(1)
        drive.send_batch(of=self.purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"])
        self.decide(granted[1], outcome="grant")
        self.later(1)
        money.build_batch(fund=self.purse, by=cast["fin_make"])
        self.decide(granted[2], outcome="grant")
        self.say("拨付批次已就绪")

    def call_meeting(self) -> None:
        """A meeting is called for next week."""
        waiting = [drive.open_item(case).pk for case in Case.objects.filter(state="PANEL").order_by("id")[:2]]
        meetings.call_meeting(held_on=clock.today() + timedelta(days=7), items=waiting, by=self.cast["prov_head"])
