"""The case states and their three names: code, what staff see, what the applicant sees (ux.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class State:
    """案卷状态: `road` is the step 1-5 of the applicant's road (0 = ended early), `turn` who acts, `tag` the colour."""

    code: str
    staff: Any
    applicant: Any
    road: int
    turn: str
    tag: str
    is_open: bool = True


_ALL = [
    State("DRAFT", _("草稿"), _("还没提交"), 1, "applicant", "grey", is_open=False),
    State("INTAKE", _("待受理"), _("已收到，正在看材料"), 2, "office", "blue"),
    State("SUPPLEMENT", _("待补正"), _("请补材料"), 2, "applicant", "yellow"),
    State("NOT_ACCEPTED", _("不予受理"), _("这次不能受理"), 0, "", "grey", is_open=False),
    State("VERIFY", _("村镇核实"), _("正在核实家庭情况"), 3, "office", "blue"),
    State("COUNTY", _("县级初审"), _("正在审核（县）"), 3, "office", "blue"),
    State("URGENT", _("急难审批"), _("急难情况，正在加急审批"), 3, "office", "blue"),
    State("CITY", _("市级复核"), _("正在审核（市）"), 3, "office", "blue"),
    State("PROVINCE", _("省级审核"), _("正在审核（省）"), 3, "office", "blue"),
    State("EXPERT", _("专家意见"), _("正在审核（省）"), 3, "office", "blue"),
    State("PANEL", _("上会"), _("正在集体研究"), 4, "panel", "blue"),
    State("DEFERRED", _("延期再议"), _("正在集体研究"), 4, "panel", "blue"),
    State("WAITLIST", _("轮候"), _("符合条件，排队中"), 4, "office", "blue"),
    State("PUBLICITY", _("公示"), _("正在公示"), 4, "", "turquoise"),
    State("OBJECTION", _("异议核查"), _("正在公示"), 4, "office", "turquoise"),
    State("GRANTED", _("准予救助"), _("批准了，正在打款"), 5, "office", "green"),
    State("TREATMENT", _("等待手术"), _("批准了，请按通知去做手术"), 5, "office", "green"),
    State("DELIVERY", _("等待验配"), _("批准了，请按通知去验配"), 5, "office", "green"),
    State("SETTLEMENT", _("费用结算"), _("已经做完，正在结算费用"), 5, "office", "green"),
    State("PAYABLE", _("待拨付"), _("批准了，正在打款"), 5, "finance", "green"),
    State("IN_BATCH", _("已入拨付批次"), _("批准了，正在打款"), 5, "finance", "green"),
    State("SENT", _("已送银行"), _("批准了，正在打款"), 5, "finance", "green"),
    State("UNKNOWN", _("银行结果待查"), _("批准了，正在打款"), 5, "finance", "green"),
    State("FAILED", _("拨付失败"), _("账户有误，请更正"), 5, "applicant", "yellow"),
    State("RETURNED", _("退汇"), _("账户有误，请更正"), 5, "applicant", "yellow"),
    State("REPAIR", _("账户更正核对"), _("正在核对新账户"), 5, "office", "green"),
    State("CONFIRM", _("待追认"), _("急难救助款已打出"), 5, "panel", "green"),
    State("RECOVERY", _("追回急难款"), _("急难救助款没有被追认"), 5, "office", "orange"),
    State("FOLLOWUP", _("回访"), _("已打款"), 5, "office", "green"),
    State("CLOSED", _("办结"), _("已打款，已办结"), 5, "", "green", is_open=False),
    State("NOT_TREATED", _("未实施"), _("这次没有做成，已停办"), 0, "", "grey", is_open=False),
    State("REJECTED", _("不予救助"), _("这次没有批准，可以申请复核"), 0, "", "grey", is_open=False),
    State("WITHDRAWN", _("已撤回"), _("您已撤回申请"), 0, "", "grey", is_open=False),
    State("LAPSED", _("逾期未补"), _("补材料的时间过了，已停办"), 0, "", "grey", is_open=False),
    State("TERMINATED", _("终止"), _("已停止办理"), 0, "", "grey", is_open=False),
]

STATES: dict[str, State] = {state.code: state for state in _ALL}
STATE_CODES: list[str] = list(STATES)
OPEN_STATES: list[str] = [state.code for state in _ALL if state.is_open]
ROAD = [_("填写申请"), _("受理"), _("核实审核"), _("研究公示"), _("拨付回访")]


_WITHOUT_MONEY: dict[str, dict[str, Any]] = {
    "hospital": {
        "GRANTED": _("批准了，正在发手术通知单"),
        **dict.fromkeys(["PAYABLE", "IN_BATCH", "SENT", "UNKNOWN"], _("款项拨给医院，您不用付")),
        "FOLLOWUP": _("已经做完，费用已结算"),
        "CLOSED": _("已经做完，已办结"),
    },
    "kind": {"FOLLOWUP": _("已经验配，请按约复查"), "CLOSED": _("已经验配，已办结")},
}


def applicant_words(code: str, settled: str = "") -> Any:
    """申请人看到的状态, true of how the relief is given: who gets surgery or a device is told of no money on its way to him."""
    return _WITHOUT_MONEY.get(settled, {}).get(code, STATES[code].applicant)


def state(code: str) -> State:
    """The state of that code; an unknown code is a programming error."""
    return STATES[code]
