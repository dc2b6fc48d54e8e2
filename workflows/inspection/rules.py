"""How an event is read by people: its kind, its words, and what changed in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.text import listed
from workflows.inspection.words import field_words

CATEGORIES: dict[str, Any] = {
    "decision": gettext_lazy("办理"),
    "row": gettext_lazy("数据变更"),
    "read": gettext_lazy("查阅"),
    "open": gettext_lazy("打开案卷"),
    "history": gettext_lazy("查阅留痕"),
    "refused": gettext_lazy("被拒绝的操作"),
    "notice": gettext_lazy("通知与公示"),
    "money": gettext_lazy("资金"),
    "pause": gettext_lazy("期限与中止"),
    "paper": gettext_lazy("材料与核实"),
}

_BY_PREFIX = {
    "row": "row", "notice": "notice", "publicity": "notice", "objection": "notice", "payout": "money", "batch": "money",
    "fund": "money", "answer": "money", "account": "money", "pause": "pause", "suspension": "pause", "step": "pause", "supplement": "pause",
    "file": "paper", "material": "paper", "visit": "paper", "consent": "paper",
}  # fmt: skip

WORDS: dict[str, Any] = {
    "read": gettext_lazy("查阅"),
    "row.insert": gettext_lazy("新增一行数据"),
    "row.update": gettext_lazy("修改一行数据"),
    "row.delete": gettext_lazy("删除一行数据"),
    "case.begin": gettext_lazy("新建申请"),
    "case.answer": gettext_lazy("填写"),
    "case.submitted": gettext_lazy("提交申请"),
    "case.submit": gettext_lazy("提交申请"),
    "case.moved": gettext_lazy("办理地变更"),
    "case.lapsed": gettext_lazy("草稿到期清除"),
    "case.recheck": gettext_lazy("批准前复查"),
    "case.rechecked": gettext_lazy("查重、限额、资金复查"),
    "case.started": gettext_lazy("进入办理"),
    "case.accepted": gettext_lazy("受理"),
    "case.fact": gettext_lazy("流程收到事实"),
    "case.closed": gettext_lazy("办结"),
    "case.withdraw": gettext_lazy("撤回"),
    "case.withdrawn": gettext_lazy("撤回"),
    "case.terminate": gettext_lazy("终止"),
    "case.terminated": gettext_lazy("终止"),
    "case.verify": gettext_lazy("核定填报内容"),
    "case.reopened": gettext_lazy("重新办理"),
    "case.migrated": gettext_lazy("换流程版本"),
    "case.fact_corrected": gettext_lazy("更正事实"),
    "plan.try": gettext_lazy("试算干预计划"),
    "plan.carry_out": gettext_lazy("执行干预计划"),
    "plan.carried_out": gettext_lazy("执行干预计划"),
    "plan.take_back": gettext_lazy("撤回换版本"),
    "plan.taken_back": gettext_lazy("撤回换版本"),
    "case.suspend": gettext_lazy("停办"),
    "road.suspend": gettext_lazy("停办环节或流程版本"),
    "suspension.ordered": gettext_lazy("停办"),
    "suspension.end": gettext_lazy("恢复办理"),
    "suspension.ended": gettext_lazy("恢复办理"),
    "step.offered": gettext_lazy("到达环节"),
    "task.claim": gettext_lazy("领取"),
    "task.claimed": gettext_lazy("领取"),
    "task.release": gettext_lazy("释放"),
    "task.released": gettext_lazy("释放"),
    "task.recuse": gettext_lazy("申请回避"),
    "case.recused": gettext_lazy("申请回避"),
    "step.placed_again": gettext_lazy("重新落实办理机构"),
    "task.decide": gettext_lazy("办理意见"),
    "task.decided": gettext_lazy("办理意见"),
    "task.assign": gettext_lazy("改派"),
    "task.allocate": gettext_lazy("分派"),
    "allotment.begun": gettext_lazy("开出分派单"),
    "allotment.begin": gettext_lazy("开出分派单"),
    "allotment.line": gettext_lazy("分派"),
    "allotment.refused": gettext_lazy("分派未成"),
    "task.hand_on": gettext_lazy("离岗转出"),
    "staff.leave": gettext_lazy("离岗"),
    "account.leave": gettext_lazy("离岗"),
    "account.left": gettext_lazy("离岗"),
    "task.put_off": gettext_lazy("搁置"),
    "task.woken": gettext_lazy("提起搁置的办件"),
    "task.escalate": gettext_lazy("超期上报"),
    "task.near": gettext_lazy("快到期，重排先后"),
    "task.escalated": gettext_lazy("超期上报"),
    "task.priority": gettext_lazy("改优先"),
    "message.receive": gettext_lazy("收到外来消息"),
    "message.received": gettext_lazy("收到外来消息"),
    "job.over": gettext_lazy("自动办结"),
    "job.done": gettext_lazy("自动办结"),
    "job.failed": gettext_lazy("自动环节办不成"),
    "job.skipped": gettext_lazy("跳过自动环节"),
    "job.withdrawn": gettext_lazy("撤回自动环节的任务"),
    "work.fetch": gettext_lazy("合作方领取工作"),
    "job.fetched": gettext_lazy("合作方领取工作"),
    "work.extend": gettext_lazy("合作方延长租约"),
    "job.kept": gettext_lazy("合作方延长租约"),
    "work.complete": gettext_lazy("合作方交回结果"),
    "work.fail": gettext_lazy("合作方没有办成"),
    "job.tried": gettext_lazy("合作方没有办成"),
    "incident.take": gettext_lazy("认领故障"),
    "incident.taken": gettext_lazy("认领故障"),
    "incident.retry": gettext_lazy("故障重试"),
    "incident.retried": gettext_lazy("故障重试"),
    "incident.skip": gettext_lazy("跳过故障"),
    "incident.skipped": gettext_lazy("跳过故障"),
    "award.computed": gettext_lazy("核算金额"),
    "panel.listed": gettext_lazy("列入会议"),
    "panel.vote": gettext_lazy("表决"),
    "panel.voted": gettext_lazy("表决"),
    "panel.recused": gettext_lazy("回避"),
    "panel.close_item": gettext_lazy("形成决定"),
    "panel.decided": gettext_lazy("形成决定"),
    "panel.sign_in": gettext_lazy("签到"),
    "supplement.told": gettext_lazy("一次性告知补正"),
    "supplement.answered": gettext_lazy("补正完毕"),
    "supplement.followed": gettext_lazy("改动引出的补正事项"),
    "supplement.extended": gettext_lazy("延长补正期限"),
    "file.added": gettext_lazy("收到文件"),
    "file.removed": gettext_lazy("撤下文件"),
    "file.redacted": gettext_lazy("上传遮盖件"),
    "file.redacted_removed": gettext_lazy("撤下遮盖件"),
    "visit.recorded": gettext_lazy("入户核实"),
    "consent.given": gettext_lazy("同意书"),
    "consent.withdrawn": gettext_lazy("撤回同意"),
    "note.write": gettext_lazy("写内部便签"),
    "note.written": gettext_lazy("写内部便签"),
    "note.redact": gettext_lazy("撤除便签内容"),
    "note.redacted": gettext_lazy("撤除便签内容"),
    "message.send": gettext_lazy("给申请人发消息"),
    "notice.written": gettext_lazy("写出通知"),
    "notice.sent": gettext_lazy("发出通知"),
    "notice.read": gettext_lazy("通知已读"),
    "notice.printed": gettext_lazy("打印通知"),
    "publicity.posted": gettext_lazy("公示"),
    "objection.filed": gettext_lazy("收到异议"),
    "objection.closed": gettext_lazy("异议办结"),
    "account.given": gettext_lazy("提供收款账户"),
    "account.confirmed": gettext_lazy("核对收款账户"),
    "payout.reserved": gettext_lazy("预留资金"),
    "payout.approved": gettext_lazy("转为待拨付"),
    "payout.freed": gettext_lazy("释放预留"),
    "payout.paid": gettext_lazy("已拨付"),
    "payout.failed": gettext_lazy("拨付失败"),
    "payout.returned": gettext_lazy("退汇"),
}

REFUSALS: dict[str, Any] = {
    "no_right": gettext_lazy("岗位没有这项权限"),
    "not_my_step": gettext_lazy("这一步不归他办理"),
    "not_holder": gettext_lazy("这件不在他手里"),
    "duties": gettext_lazy("职责分离、回避"),
    "over_cap": gettext_lazy("超过替岗的金额上限"),
    "recused": gettext_lazy("已经申请回避"),
    "second_person": gettext_lazy("须由第二个人办理"),
    "three_persons": gettext_lazy("须由第三个人办理"),
    "payer_decided": gettext_lazy("办理过案卷的人不能付款"),
    "first_reviewer": gettext_lazy("初次审核的人不能办结异议"),
    "stale": gettext_lazy("别人已经办理"),
    "suspended": gettext_lazy("已停办"),
    "not_found": gettext_lazy("查无此件（不在辖区或不存在）"),
    "invalid": gettext_lazy("填写有误"),
    "facts": gettext_lazy("金额有矛盾"),
    "fund_short": gettext_lazy("资金不足"),
    "no_quorum": gettext_lazy("表决未达法定人数"),
    "changed": gettext_lazy("看过以后查重或资金有变化"),
    "no_notes": gettext_lazy("岗位不写内部便签"),
    "not_author": gettext_lazy("不是写便签的人"),
    "unopened": gettext_lazy("没有打开必交材料就同意"),
    "unread": gettext_lazy("没有看过材料就表决"),
    "too_late": gettext_lazy("款项已进入拨付"),
    "too_early": gettext_lazy("时间还没到"),
    "expert_missing": gettext_lazy("缺专家意见"),
    "not_independent": gettext_lazy("专家没有确认无关系"),
    "no_skip": gettext_lazy("环节不能跳过"),
    "no_account": gettext_lazy("岗位不看收款账户"),
    "wrong_password": gettext_lazy("密码不对"),
    "too_many_tries": gettext_lazy("试的次数太多"),
}
"""Why tries are refused, by code."""

SHORT, SEALED = 8, "commitment:"


def category(action: str, outcome: str) -> str:
    """Which filter of the timeline an event belongs to; a refused try is its own kind."""
    if outcome == "denied":
        return "refused"
    return _BY_PREFIX.get(action.partition(".")[0], "decision")


def words_of(action: str) -> str:
    """An action in words; one without words shows its code."""
    return str(WORDS.get(action, action))


def reason_of_refusal(code: str) -> str:
    """The reason of a refusal in words; one without words shows its code."""
    return str(REFUSALS.get(code, code))


def changes_of(action: str, payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, before, after. Sealed values stand as the first signs of their commitment (指纹), never in clear."""
    if action == "row.update":
        return [(field_words(name), *_before_and_after(pair)) for name, pair in payload.items() if _is_pair(pair)]
    return [(field_words(name), "", shown(value)) for name, value in payload.items() if value not in (None, "", [], {})]


def _before_and_after(pair: list[Any]) -> tuple[str, str]:
    """Both sides of a change; of sealed values their fingerprints, and that they differ."""
    before, after = shown(pair[0]), shown(pair[1])
    if _is_sealed(pair[0]) and _is_sealed(pair[1]):
        return before, _("%(after)s（内容已改变）") % {"after": after}
    return before, after


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SEALED)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def shown(value: Any) -> str:
    """One value of a payload for the page."""
    if value in (None, ""):
        return "—"
    text = str(value)
    if _is_sealed(text):
        return _("已加密，指纹 %(sign)s") % {"sign": text.removeprefix(SEALED)[:SHORT]}
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return listed(shown(part) for part in value)
    return text
