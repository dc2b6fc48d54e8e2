"""The demonstration's cases of rare disease (演示案卷): forty and a few, in every state that the road can give, by the real actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.money import actions as money
from cases.money.testbank import Fault
from cases.publicity.actions import file_objection
from cases.publicity.models import PublicEntry
from workflows import actions
from workflows.desk.errands import actions as errands
from workflows.desk.errands.models import Errand
from workflows.desk.panel import actions as meetings
from workflows.engine import clockwork
from workflows.walking import drive
from workflows.walking.papers import picture
from workflows.walking.showing import ZHONGNING, Showing

COSTLY = {"total_cost": "286000.00", "insurance_paid": "120000.00", "critical_illness_paid": "41000.00"}
"""Costs over which the policy asks for an expert's opinion."""


class RareDiseases(Showing):
    """罕见病: some forty cases, in every state that the road can give, and two decided too quickly."""

    slug = "rare_disease"

    def long_ago(self) -> None:
        """One that never answered, and cases whose money went out: paid, failed, returned, unknown, followed up, closed."""
        self.never_answered()
        cases = self.all_to(self.file(6), "PANEL")
        self.gift(sum((case.award or Decimal(0) for case in cases), Decimal(0)))
        self.panel(cases)
        self.decide(*self.noticed(cases), outcome="grant")
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
        noticed, (objected, deferred, poor, refused, next_in_line) = cases[:4], cases[4:9]
        self.gift(sum((case.award or Decimal(0) for case in [*noticed, objected]), Decimal(0)))
        self.panel([*noticed, objected])
        self.panel([poor, next_in_line])
        self.panel([deferred], "defer")
        self.panel([refused], "reject")
        self.gift(
            ((poor.award or Decimal(0)) / 2).quantize(Decimal("0.01"))
        )  # not enough for the first in line, so it stays with him
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
        phoned, visited, *_others = self.all_to([*self.file(2), *self.file(2, place=ZHONGNING)], "COUNTY")
        self.errand(phoned, "请电话问医院，出院小结第二页为什么没有盖章。")
        done = self.errand(visited, "请再去看一次，家里是几口人吃饭。", must_answer=False)
        errands.answer(errand=done, words="今天又去过，三口人，和填报的一样。", by=self.cast["xiji_town"])
        self.all_to([self.unread(), *self.file(1)], "CITY")
        _waiting, rejected, returned, ended = self.all_to([self.leafed_through(), *self.file(3)], "PROVINCE")
        self.refuse(rejected)
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

    def errand(self, case: Case, words: str, *, must_answer: bool = True) -> Errand:
        """交办: the county's reviewer takes the case and asks the town."""
        head, town = self.cast["xiji_review"], self.cast["xiji_town"].posts.get()
        held = actions.claim(item=drive.open_item(case).pk, by=head)
        asked: Errand = errands.ask(
            item=held, words=words, office=town.office_id, role=town.role_id, days=3, must_answer=must_answer, by=head
        )
        return asked

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

    def granted(self) -> list[Case]:
        """Cases past their public notice."""
        granted = self.all_to(self.file(3), "PANEL")
        self.gift(sum((case.award or Decimal(0) for case in granted), Decimal(0)))
        self.panel(granted)
        return self.noticed(granted)

    def at_the_bank(self, granted: list[Case]) -> None:
        """One batch without an answer yet, one still with the checker, one case not yet in a batch.

        Comes late, because a bank that is silent for days makes a payment "unknown".
        """
        cast = self.cast
        self.urgent()
        self.decide(granted[0], outcome="grant")
        self.later(1)
        drive.send_batch(of=self.purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"])
        self.decide(granted[1], outcome="grant")
        self.later(1)
        money.build_batch(fund=self.purse, by=cast["fin_make"])
        self.decide(granted[2], outcome="grant")
        self.say("拨付批次已就绪")

    def urgent(self) -> None:
        """急难: one confirmed, one that waits for the panel, one that it refused, and one not decided yet."""
        cases = self.all_to(self.file(4), "COUNTY")
        self.decide(*cases, outcome="urgent", opinion="患者病危住院，等不到集体研究，请先救助一笔。")
        paid = cases[:3]
        self.gift(Decimal(6000))
        self.decide(*paid)
        self.pay(paid, {})
        self.panel(paid[:1])
        self.panel(paid[1:2], "reject")
        self.say("急难救助：一件已追认，一件待追认，一件不予追认，一件待审批")

    def call_meeting(self) -> None:
        """A meeting is called for next week."""
        waiting = [drive.open_item(case).pk for case in Case.objects.filter(state="PANEL").order_by("id")[:2]]
        meetings.call_meeting(held_on=clock.today() + timedelta(days=7), items=waiting, by=self.cast["prov_head"])
