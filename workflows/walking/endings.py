"""Where a walk turns off in any programme (岔路): the applicant withdraws, the patient dies, an objection is upheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.access.models import User
from cases.policy.queries import policy_of
from cases.publicity.actions import close_objection, file_objection
from workflows.walking.waits import listed
from workflows.walking.wrong import WalkFailed

if TYPE_CHECKING:
    from workflows.walking.walk import Walk


def withdraw(walk: Walk) -> None:
    """撤回: the applicant says so on the phone."""
    owner = walk.people[walk.filer]
    page = owner.get(f"/track/{walk.case.number}/withdraw")
    after = owner.post(page, page.form("reason"), {"reason": "家里已经筹到钱了，不申请了。"})
    walk.tell(walk.filer, "撤回申请")
    if walk.case.closed_at is None:
        raise WalkFailed(f"the case was not withdrawn: {after.sentence()}")


def die(walk: Walk) -> None:
    """终止: the patient died while the case was on its way."""
    head = walk.people["prov_head"]
    page = head.get(f"/case/{walk.case.number}/terminate")
    form = page.form("opinion")
    said = {"reasons": form.choices["reasons"][0], "opinion": "患者在办理期间去世，家属电话告知，县里已核实。"}
    after = head.post(page, form, said)
    walk.tell("prov_head", "患者去世，终止办理")
    if walk.case.closed_at is None:
        raise WalkFailed(f"the case was not ended: {after.sentence()}")


def objection(walk: Walk) -> None:
    """异议成立: somebody objects on the public list, and it is found to be so."""
    listed(walk)
    entry = walk.case.public_entries.latest("id")
    filed = file_objection(entry=entry, text="这一家在县城有两套房子，情况不符。")
    walk.tell("（群众）", "提出异议")
    reasons = [policy_of(walk.case).section("reject_reasons")[0].key]
    close_objection(
        objection=filed, upheld=True, reasons=reasons, finding="查了登记，访了邻里，情况属实。",
        by=User.objects.get(username="publicity"),
    )  # fmt: skip
    walk.tell("publicity", "异议成立，不予救助")
