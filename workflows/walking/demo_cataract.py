"""The demonstration's cases of cataract (演示白内障案卷): a hundredth of a year's eyes, from intake to the hospital's money."""

from __future__ import annotations

from decimal import Decimal

from cases.calendar import clock
from cases.dossier.models import Case
from cases.money.testbank import Fault
from cases.providers import actions as providers
from cases.publicity.actions import file_objection
from cases.publicity.models import PublicEntry
from workflows.walking import drive, treating
from workflows.walking.showing import XIJI, Showing

FOR_ALL = Decimal(60_000)
INSURED = {
    "hardship_category": "H02", "hardship_cert_no": "YS1", "insurance_type": "INS_RES", "wanted_eye": "right_eye",
    "eye_right_va": "0.1",
}  # fmt: skip
"""Of a group that the policy names, insured, with a right eye to be done."""


class Cataracts(Showing):
    """白内障: twelve eyes done, with what goes wrong on the way in the shares of a year."""

    slug = "cataract"
    owners = ("applicant4", "applicant5")
    first = 100

    def some(self, count: int) -> list[Case]:
        """So many applications of people who may be helped."""
        return self.file(count, place=XIJI, changes=INSURED)

    def long_ago(self) -> None:
        """Sixteen permits: twelve eyes done, one not suitable, one given up, two still open; the hospital is paid for eight."""
        self.gift(FOR_ALL)
        cases = self.all_to(self.some(18), "PROVINCE")
        refused, dead, *others = cases
        self.refuse(refused)
        self.die(dead)
        self.decide(*others)
        self.decide(*self.noticed(others), outcome="grant")
        unfit, declined, _open, _missed, *done = others
        clerk, today = self.cast["eye_hospital"], clock.today()
        providers.examine(permit=unfit.permits.get(), examined_on=today, suitable=False, reason="sugar", by=clerk)
        providers.decline(permit=declined.permits.get(), reason="患者怕手术，不做了。", by=clerk)
        providers.miss(permit=_missed.permits.get(), by=clerk)
        for case in done:
            treating.operate(self.cast, case.permits.get())
        self.claims(done)
        self.say(f"白内障：{len(done)} 只眼已做")

    def claims(self, done: list[Case]) -> None:
        """费用: eight accepted and paid, one of them failed and one sent back later; two wait for a phone call, one is rejected."""
        *paid, called, waiting, rejected, _unclaimed = done
        for case in (*paid, called, rejected):
            treating.phone(self.cast, treating.claim(self.cast, case.permits.get()))
        treating.claim(self.cast, waiting.permits.get())
        for case in paid:
            providers.accept_line(line=case.claim_lines.get(), by=self.cast["prov_review"])
        providers.reject_line(line=rejected.claim_lines.get(), why="发票看不清楚。", by=self.cast["prov_review"])
        self.later(1)
        self.pay(paid, {2: Fault.ACCOUNT})
        followed = [case for case in paid if case.state == "FOLLOWUP"]
        self.decide(*followed[:3], outcome="done")
        self.late_return(followed[3], *self.last_batch)

    def today(self) -> None:
        """Cases at the beginning of the road, and on the public list, one of them objected to."""
        asked, lately, _new, *listed = self.some(6)
        self.ask(asked)
        self.answer(asked)
        self.decide(lately)
        self.all_to(listed, "PUBLICITY")
        drive.give_notice(listed, by=self.cast["publicity"])
        entry = PublicEntry.objects.filter(case=listed[0]).latest("id")
        file_objection(
            entry=entry, text="听说这一家前年已经做过这只眼，请再核实。", name="演示村民", phone="19900009998"
        )
        self.say("白内障：受理、公示和异议的案卷已就绪")
