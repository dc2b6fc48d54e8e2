"""The hospital's part of a walk (手术和结算): the permit, exam and surgery, the sight afterwards, the claim and its check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.access.placing import candidates
from cases.calendar import clock
from cases.parts import EYES
from cases.providers.models import Permit
from workflows.walking.visitors import day

if TYPE_CHECKING:
    from workflows.walking.walk import Walk

HOSPITAL, OTHER = "eye_hospital", "eye_hospital2"


def _permit(walk: Walk) -> Permit:
    return walk.case.permits.get(state="issued")


def treated(walk: Walk) -> None:
    """检查、手术、术后第一天视力; another hospital does not find the permit, and the other eye is not operated on."""
    permit = _permit(walk)
    home, today = f"/provider/permit/{permit.number}/", clock.today()
    walk.turns.wrong("别家医院来查这张通知单", OTHER, lambda: walk.people[OTHER].get(home))
    walk.fill(HOSPITAL, f"{home}exam/", **day("examined_on", today), suitable="yes")
    walk.tell(HOSPITAL, "术前检查：适合")
    surgery = {
        **day("done_on", today), "method": "phaco", "surgeon": "演示医生", "lens_brand": "演示牌", "lens_model": "YS-1",
        "lens_power": "21.5", "lens_serial": f"SN-{permit.pk:06d}",
    }  # fmt: skip
    other = next(eye for eye in EYES if eye != permit.part)
    walk.turns.wrong_form("做成了另一只眼", HOSPITAL, f"{home}surgery/", **surgery, part=other)
    walk.fill(HOSPITAL, f"{home}surgery/", **surgery, part=permit.part)
    walk.tell(HOSPITAL, f"手术记录：{permit.get_part_display()}")
    seen = {"moment": "day1", **day("seen_on", today), "raw": "0.6"}
    walk.fill(HOSPITAL, f"{home}sight/", **seen)
    walk.tell(HOSPITAL, "术后第一天视力 0.6")


def claimed(walk: Walk) -> None:
    """费用: the hospital claims, the county phones, the province accepts; the county cannot accept."""
    permit = walk.case.permits.get(state="used")
    costs = {
        **day("settled_on", clock.today()), **day("invoiced_on", clock.today()), "invoice_code": "64010001",
        "invoice_no": f"6400{permit.pk:08d}", "total": "4200", "basic_insurance": "3000",
        "lens_price": "1500", "asked": "1200",
    }  # fmt: skip
    walk.fill(HOSPITAL, f"/provider/permit/{permit.number}/claim/", **costs)
    walk.tell(HOSPITAL, "申报费用 1,200 元")
    line = walk.case.claim_lines.get()
    home = f"/provider/check/{line.pk}/"
    clerk = candidates("CTY1", walk.case.handling_code[:6])[0].username
    called = {**day("called_on", clock.today()), "result": "confirmed", "answered_by": "患者本人"}
    walk.fill(clerk, f"{home}call/", **called)
    walk.tell(clerk, "电话核实：没有另外收钱")
    walk.turns.wrong_form("县里自己认可申报", clerk, f"{home}accept/")
    walk.fill("prov_review", f"{home}accept/")
    walk.tell("prov_review", "认可申报，可付给医院")


# --- where it turns off ------------------------------------------------------------------------------------------------
def not_suitable(walk: Walk) -> None:
    """不适合: the exam before surgery speaks against it."""
    typed = {**day("examined_on", clock.today()), "suitable": "no", "reason": "sugar", "note": "血糖控制不好。"}
    walk.fill(HOSPITAL, f"/provider/permit/{_permit(walk).number}/exam/", **typed)
    walk.tell(HOSPITAL, "术前检查：不适合")


def missed(walk: Walk) -> None:
    """失约 twice: the place goes to somebody else."""
    number = _permit(walk).number
    for turn in ("一", "二"):
        walk.fill(HOSPITAL, f"/provider/permit/{number}/missed/")
        walk.tell(HOSPITAL, f"第{turn}次失约")


def declined(walk: Walk) -> None:
    """患者不做了."""
    typed = {"reason": "患者怕手术，和家里商量后不做了。"}
    walk.fill(HOSPITAL, f"/provider/permit/{_permit(walk).number}/decline/", **typed)
    walk.tell(HOSPITAL, "患者不做了")
