"""Many hands on the same cases (众手同办): random acts of random people, in threads of this process or of another one.

python -m tests.races.hands <database> <seed> <acts> <threads>   prints what came of it as JSON
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()

from django.conf import settings
from django.db import connection, connections

from cases.access.actions import end_stand_in, give_stand_in
from cases.access.models import Post, StandIn
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.money.models import Fund, PaymentBatch
from tests.cast import everybody
from workflows import actions
from workflows.desk.staffing import actions as staffing
from workflows.engine import clockwork
from workflows.flow import step_of
from workflows.models import Decision, Plan, Suspension, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

GATE = 7_200_612
WHY = "家里已经借到钱，不申请了。"
OFFICE = ["xiji_intake", "xiji_review", "xiji_review2", "guyuan_city", "prov_review", "prov_head", "xiji_town"]


class Nothing(Exception):
    """There is nothing of that kind to do at the moment."""


class Hands:
    """One person after another does something to some case; a refusal is an answer, anything else is a fault."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        self.cast = everybody()
        self.did: Counter[str] = Counter()
        self.faults: list[str] = []

    def act(self, times: int) -> None:
        """So many acts."""
        kinds: dict[Callable[[], None], int] = {
            self.decides: 50, self.claims: 12, self.takes_next: 10, self.gives_back: 8, self.takes_over: 5,
            self.clock_ticks: 4, self.panel_meets: 4, self.list_is_shown: 3, self.bank_pays: 3, self.time_passes: 1,
            self.withdraws: 1, self.office_ends: 1, self.applies: 4, self.puts_off: 3, self.head_hands_out: 2,
            self.office_suspends: 2, self.plan_is_made: 1, self.plan_is_signed: 2, self.lends_a_post: 1,
        }  # fmt: skip
        for kind in self.luck.choices(list(kinds), list(kinds.values()), k=times):
            try:
                self._either(kind)
            except Refusal as refusal:
                self.did[f"refused: {refusal.code}"] += 1
            except Exception as error:  # noqa: BLE001 - whatever else happens is what this looks for
                self.faults.append(f"{kind.__name__}: {type(error).__name__}: {error}")

    def _either(self, kind: Callable[[], None]) -> None:
        try:
            kind()
        except Nothing:
            kind = self.applies
            kind()
        self.did[kind.__name__] += 1

    # --- what somebody may do
    def decides(self) -> None:
        item, spec = self._step()
        who = self._who(item)
        outcome = self.luck.choice(list(spec.exits)) if self.luck.random() < 0.35 else next(iter(spec.exits))
        exit, more = spec.exits[outcome], {}
        if len(exit.targets) > 1:
            more["to_step"] = self.luck.choice(exit.targets)
        if exit.kind in ("wait", "ask", "fact"):
            outcome = next(iter(spec.exits))
        drive.step(item.case, outcome, item=item, by=who, **more)

    def claims(self) -> None:
        item, _spec = self._step()
        actions.claim(item=item.pk, row_version=self.luck.choice([None, item.row_version]), by=self._who(item))

    def takes_next(self) -> None:
        actions.claim_next(by=self.cast[self.luck.choice(OFFICE)])

    def gives_back(self) -> None:
        item, _spec = self._step()
        actions.release(item=item.pk, reason="今天办不完。", by=item.holder or self._who(item))

    def takes_over(self) -> None:
        item, _spec = self._step()
        actions.take_over(item=item.pk, reason="同事今天休假。", by=self._who(item))

    def clock_ticks(self) -> None:
        clockwork.one_pass()

    def time_passes(self) -> None:
        clock.move_demo_clock(days=self.luck.choice([1, 2, 10]), by=self.cast["prov_head"])
        clockwork.one_pass()

    def panel_meets(self) -> None:
        waiting = self._waiting("panel", most=3)
        members = [self.cast[f"panel{number}"] for number in range(1, 6)]
        choice = self.luck.choice(["agree", "agree", "agree", "reject", "defer"])
        if not waiting:
            return
        with suppress(WorkItem.DoesNotExist):  # one left the panel meanwhile, before the meeting was called
            drive.panel(waiting, head=self.cast["prov_head"], members=members, choice=choice)

    def list_is_shown(self) -> None:
        for case in self._waiting("publicity", most=3):
            if not case.public_entries.exists():
                drive.give_notice([case], by=self.cast["publicity"])

    def bank_pays(self) -> None:
        finance = {"maker": self.cast["fin_make"], "checker": self.cast["fin_check"]}
        for purse in Fund.objects.all():
            batch, file = drive.send_batch(of=purse, releaser=self.cast["fin_release"], **finance)
            drive.bank_answers(PaymentBatch.objects.get(pk=batch.pk), file, **finance)

    def withdraws(self) -> None:
        case = self._case()
        dossier.withdraw(case=case, reason=WHY, by=case.owner)

    def office_ends(self) -> None:
        actions.terminate(
            case=self._case(), reasons=["J01"], opinion="患者已经去世，家属来电告知。", by=self.cast["prov_head"]
        )

    def applies(self) -> None:
        slug = self.luck.choice(["rare_disease", "two_step"])
        drive.apply(slug=slug, number=self.luck.randrange(10, 9000), by=self.cast["applicant1"])

    def puts_off(self) -> None:
        item, _spec = self._step()
        actions.put_off(
            item=item.pk,
            until=clock.today() + timedelta(days=1),
            reason="等医院回信。",
            by=item.holder or self._who(item),
        )

    def head_hands_out(self) -> None:
        items = [self._step()[0] for _ in range(3)]
        kind = self.luck.choice(["assign", "allocate"])
        sheet = staffing.begin(
            kind=kind, items=[(item.pk, item.row_version) for item in items], reason="均衡一下在办件。",
            person=self.cast[self.luck.choice(OFFICE)], by=self.cast["prov_head"],
        )  # fmt: skip
        staffing.carry_out(sheet.pk)

    def office_suspends(self) -> None:
        """Half of the time somebody lets one go on, so that not everything stands still."""
        head, held = self.cast["prov_head"], list(Suspension.objects.filter(ended_at=None))
        if held:
            operations.resume(suspension=self.luck.choice(held), by=head)
        else:
            operations.suspend(case=self._case(), reason="等公安机关核实身份。", by=head)

    def plan_is_made(self) -> None:
        item, _spec = self._step()
        before = Decision.objects.filter(case=item.case).values_list("step", flat=True)
        if not before:
            raise Nothing
        operations.make_plan(
            kind="restart", cases=[item.case], step=item.step, to_step=self.luck.choice(list(before)),
            reason="误点了同意，材料还缺一份。", by=self.cast["prov_review2"],
        )  # fmt: skip

    def plan_is_signed(self) -> None:
        plan = self._one(Plan.objects.filter(state="ready"))
        operations.sign(plan=plan, digest=plan.digest, by=self.cast["prov_head"])
        clockwork.one_pass()

    def lends_a_post(self) -> None:
        lent, today = list(StandIn.objects.filter(ended_at=None)), clock.today()
        if lent:
            one = self.luck.choice(lent)
            end_stand_in(stand_in=one.pk, by=one.given_by)
            return
        post = Post.objects.filter(user=self.cast["xiji_review"]).latest("pk")
        give_stand_in(
            post=post, delegate=self.cast[self.luck.choice(["xiji_review2", "guyuan_city"])], starts_on=today,
            ends_on=today + timedelta(days=2), reason="去银川开会。", by=self.cast["xiji_review"],
        )  # fmt: skip

    # --- whom it meets
    def _case(self) -> Case:
        return self._one(Case.objects.filter(closed_at=None, run__isnull=False))

    def _step(self) -> tuple[WorkItem, Any]:
        rows = WorkItem.objects.filter(kind="human", state__in=["open", "claimed"])
        item = self._one(rows.select_related("case__run", "holder"))
        return item, step_of(item)

    def _one(self, rows: Any) -> Any:
        found = list(rows)
        if not found:
            raise Nothing
        return self.luck.choice(found)

    def _who(self, item: WorkItem) -> Any:
        """Mostly somebody who may, sometimes anybody."""
        if self.luck.random() < 0.8:
            with suppress(IndexError):
                return drive.person_for(item)
        return self.cast[self.luck.choice(OFFICE)]

    def _waiting(self, step: str, *, most: int) -> list[Case]:
        rows = WorkItem.objects.filter(kind="wait", state="open", step=step).select_related("case")
        found = [item.case for item in rows]
        return self.luck.sample(found, min(most, len(found)))


def together(seed: int, acts: int, threads: int) -> dict[str, Any]:
    """So many threads, each with its share of the acts; what they did and what went wrong."""
    hands = [Hands(seed * 100 + number) for number in range(threads)]

    def work(one: Hands) -> None:
        try:
            one.act(-(-acts // threads))
        finally:
            connections.close_all()

    running = [threading.Thread(target=work, args=[one]) for one in hands]
    for one in running:
        one.start()
    for one in running:
        one.join()
    did = sum((one.did for one in hands), Counter[str]())
    return {"did": dict(did), "faults": [fault for one in hands for fault in one.faults]}


def at_the_gate(act: str, item: int, person: str) -> dict[str, Any]:
    """Wait for the gate, then claim or decide one step as one person."""
    who, found = everybody()[person], WorkItem.objects.select_related("case__run").get(pk=item)
    visit = {"visit": drive.visit(found.case, who)} if step_of(found).form == "visit" else {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [GATE])
    try:
        if act == "claim":
            actions.claim(item=item, by=who)
        else:
            drive.step(found.case, act, item=found, by=who, data=visit)
    except Refusal as refusal:
        return {"went": refusal.code}
    return {"went": "done"}


def in_processes(*doings: tuple[str, int, str]) -> list[str]:
    """Each in a process of its own, all let go at the same moment; how each went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        running = [_process(act, str(item), person) for act, item, person in doings]
        waiting = 0
        while waiting < len(running):
            assert all(one.poll() is None for one in running), "one gave up before the gate"
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [GATE]
            )
            waiting = cursor.fetchone()[0]
        cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])
    return [said(one)["went"] for one in running]


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a process printed last."""
    told, _errors = process.communicate()
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def elsewhere(seed: int, acts: int, threads: int) -> subprocess.Popen[str]:
    """Many hands in another process, on the database of this test."""
    return _process(str(seed), str(acts), str(threads))


def _process(*words: str) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    told = [sys.executable, "-m", "tests.races.hands", name, *words]
    return subprocess.Popen(told, stdout=subprocess.PIPE, text=True, env={**os.environ, "TEST_FILES": settings.FILES})


if __name__ == "__main__":
    from tests.database import use

    use(sys.argv[1])
    if sys.argv[2].isdigit():
        answer = together(*map(int, sys.argv[2:]))
    else:
        answer = at_the_gate(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    sys.stdout.write("\n" + json.dumps(answer, ensure_ascii=False))
