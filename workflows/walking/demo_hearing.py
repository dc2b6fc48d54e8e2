"""The demonstration's cases of hearing (演示助听案卷): a hundredth of a year's devices, from the test to the checks."""

from __future__ import annotations

from decimal import Decimal

from cases.calendar import clock
from cases.dossier.models import Case
from cases.money.testbank import Fault
from cases.stock import actions as stock
from cases.stock.models import FittingCheck
from workflows.models import WorkItem
from workflows.walking import drive, fittings
from workflows.walking.showing import XIJI, Showing


class Hearing(Showing):
    """老年听障: five fitted, one given back; others reserved, issued, waiting, referred, refused."""

    slug = "hearing"
    owners = ("applicant6", "applicant7")
    first = 100

    def tested(self, count: int, degree: str = "moderate") -> list[Case]:
        """So many who were accepted, tested and visited: they wait for the county."""
        cases = self.file(count, place=XIJI)
        self.decide(*cases, outcome="accept")
        for case in cases:
            fittings.tested(self.cast, case, degree)
        return self.all_to(cases, "COUNTY")

    def long_ago(self) -> None:
        """Six get a device: one gives it back, the others come to their checks; one is refused, one died."""
        refused, dead, *cases = self.all_to(self.tested(8), "PROVINCE")
        self.refuse(refused)
        self.die(dead)
        self.decide(*cases)
        self.decide(*self.noticed(cases), outcome="grant")
        for case in cases:
            fittings.fitted(self.cast, case)
        self.check(cases, 7)
        back, *kept = cases
        stock.take_back(fitting=back.fittings.get(), reason="戴着头晕，不适应。", by=self.cast["hearing_centre"])
        self.check(kept[:4], 30)
        self.fees(kept[:3])
        self.say(f"老年听障：{len(kept)} 人已验配，2 笔验配费已付")

    def fees(self, cases: list[Case]) -> None:
        """验配费 of the centre: two are paid, the bank knows the account of a third one no more; another one is not decided."""
        self.gift(Decimal(5000))
        for case in cases:
            item = WorkItem.objects.select_related("case__run").get(case=case, step="fee_review", state="open")
            drive.read(case, drive.person_for(item))
            self.pause(minutes=4)
            drive.step(case, "agree", item=item)
        self.pay(cases, {1: Fault.ACCOUNT})

    def check(self, cases: list[Case], day: int) -> None:
        """复查 on the day of the last of them."""
        due = FittingCheck.objects.filter(fitting__case__in=cases, day=day).latest("due_on").due_on
        self.later(max(0, (due - clock.today()).days))
        for case in cases:
            fittings.checked(self.cast, case, day)

    def lately(self) -> None:
        """Three whose device is reserved or issued; one of them has an appointment."""
        cases = self.all_to(self.tested(3), "PROVINCE")
        self.decide(*cases)
        self.decide(*self.noticed(cases), outcome="grant")
        issued, invited, _reserved = cases
        for case in (issued, invited):
            fittings.issued(self.cast, case)
        stock.invite(fitting=invited.fittings.get(), on=clock.today(), by=self.cast["hearing_centre"])
        self.say("老年听障：预留、出库和已约验配的案卷已就绪")

    def today(self) -> None:
        """Who waits for a strong device, who is referred to the ear doctor, who has just come, and who must supply papers."""
        [waiting] = self.all_to(self.tested(1, "severe"), "PROVINCE")
        self.decide(waiting, outcome="waitlist")
        referred, untested, asked, _new = self.file(4, place=XIJI)
        self.decide(referred, untested, outcome="accept")
        fittings.tested(self.cast, referred, flags=("sudden",))
        self.ask(asked)
        self.answer(asked)
        self.all_to([referred], "NOT_TREATED")
        [listed] = self.all_to(self.tested(1), "PUBLICITY")
        drive.give_notice([listed], by=self.cast["publicity"])
        self.say("老年听障：轮候、转诊、受理和公示的案卷已就绪")
