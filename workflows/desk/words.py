"""Words for the codes that the desk shows, in the language of the reader."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.words import in_whose_name

SOURCES: dict[str, Any] = {
    "claimed": _("本人填报"),
    "derived": _("按前面的回答推算"),
    "verified": _("核实认定"),
    "registry": _("登记信息"),
}
FINDINGS: dict[str, Any] = {"confirmed": _("属实"), "differs": _("不一致"), "not_seen": _("未见到")}
PAPERS: dict[str, Any] = {"missing": _("未交"), "given": _("已交"), "accepted": _("合格"), "rejected": _("不合格")}
VOTES: dict[str, Any] = {
    "agree": _("同意"),
    "reject": _("不同意"),
    "defer": _("延期再议"),
    "abstain": _("弃权"),
    "recused": _("回避"),
}
OUTCOMES: dict[str, Any] = {
    "": _("待表决"),
    "agree": _("同意"),
    "reject": _("不同意"),
    "defer": _("延期再议"),
    "waitlist": _("轮候"),
    "removed": _("撤出议程"),
}
CHANNELS: dict[str, Any] = {"sms": _("短信"), "page": _("网页"), "pdf": _("PDF"), "print": _("纸质")}
TO: dict[str, Any] = {"applicant": _("申请人"), "agent": _("代办人")}

HANDOVERS: dict[str, Any] = {
    "claimed": _("{to}领取"),
    "released": _("{who}释放，原因：{why}"),
    "expired": _("{who}领取后没有办结，已退回待领取"),
    "taken_over": _("{to}从{who}接手，原因：{why}"),
    "assigned": _("{by}改派给{to}，原因：{why}"),
    "allocated": _("{by}按负荷分派给{to}"),
    "left": _("{who}离岗，转给{to}，原因：{why}"),
    "left_open": _("{who}离岗，退回待领取，原因：{why}"),
    "put_off": _("{who}搁置，原因：{why}"),
    "woken": _("案卷有新情况，搁置的办件回到{who}手里"),
    "escalated": _("超期，已报负责人"),
    "ranked": _("{by}改了优先，原因：{why}"),
    "came_back": _("退回给原来的办理人{to}"),
}


def handed(handover: Any) -> str:
    """谁转给谁、代谁、为什么: one change of hands in words."""
    people = (handover.from_person, handover.to_person, handover.actor)
    actor, principal = handover.actor, handover.on_behalf_of
    who, to, by = [in_whose_name(one, principal if one == actor else None) if one else "" for one in people]
    kind = "left_open" if handover.kind == "left" and not to else handover.kind
    return str(HANDOVERS[kind]).format(who=who, to=to, by=by, why=handover.reason)


LINES: dict[str, Any] = {
    "waiting": _("等待"),
    "done": _("已办"),
    "refused": _("没有办"),
    "nobody": _("没有人能办"),
}

TABLES: dict[str, dict[str, Any]] = {
    "channel": CHANNELS,
    "to": TO,
    "panel": OUTCOMES,
    "vote": VOTES,
}
