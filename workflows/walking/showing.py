"""Showing a programme's cases (演示): what every part of the demonstration does, by the real actions of the people who do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.models import User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.money import actions as money
from cases.money.testbank import Fault, SimulatedBank
from workflows import actions
from workflows.walking import drive
from workflows.walking.papers import picture

XIJI, ZHONGNING = "640422100991", "640521100991"
READING = 3
"""Minutes that the quickest of the demonstration's people take for a file."""
Say = Callable[[str], None]


class Showing:
    """Files and moves the cases of one programme in groups, so that one meeting, one list and one batch serve many of them."""

    slug = ""
    owners: tuple[str, ...] = ("applicant1", "applicant2", "applicant3")
    first = 0
    """Number of the invented person before the first one."""

    def __init__(self, cast: dict[str, User], say: Say) -> None:
        self.cast, self.say = cast, say
        self.made = self.studied = 0

    def begin(self) -> None:
        """A published policy and a fund."""
        drive.publish_policy(slug=self.slug, maker=self.cast["policy_edit"], publisher=self.cast["policy_publish"])
        self.purse = drive.fund(slug=self.slug, yuan="100", by=self.cast["fin_make"])

    def noticed(self, cases: list[Case]) -> list[Case]:
        """Their public notice begins, ends, and nobody objected."""
        drive.give_notice(cases, by=self.cast["publicity"])
        drive.end_notice(by=self.cast["prov_head"])
        for case in cases:
            case.refresh_from_db()
        return cases

    def die(self, case: Case) -> None:
        """终止: the patient died while the case was on its way."""
        why = "患者在办理期间去世，家属电话告知，县里已核实。"
        actions.terminate(case=case, reasons=["J01"], opinion=why, by=self.cast["prov_head"])

    def refuse(self, case: Case) -> None:
        """不予救助 by two people of the province."""
        self.decide(case, outcome="reject")
        self.decide(case, outcome="confirm")

    def file(self, count: int, *, place: str = XIJI, submit: bool = True, **how: Any) -> list[Case]:
        """So many new applications from that village."""
        filed = []
        for _each in range(count):
            self.made += 1
            owner = self.cast[self.owners[self.made % len(self.owners)]]
            changes = {"hukou_division": place, **how.get("changes", {})}
            filed.append(
                drive.apply(slug=self.slug, number=self.first + self.made, by=owner, changes=changes, submit=submit)
            )
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
