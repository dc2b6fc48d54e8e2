"""What acts and events of inspectors themselves are called for people (问题、整改、抽样、底稿), and of the evaluation of branches (考核)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "evaluation.answer": _("答复考核"),
    "evaluation.answered": _("答复考核"),
    "evaluation.freeze": _("考核定格"),
    "evaluation.frozen": _("考核定格"),
    "finding.answer": _("答复问题"),
    "finding.answered": _("答复问题"),
    "finding.back": _("退回再改"),
    "finding.close": _("问题销号"),
    "finding.closed": _("问题销号"),
    "finding.draft": _("提出问题"),
    "finding.drafted": _("提出问题"),
    "finding.escalate": _("整改超期上报"),
    "finding.escalated": _("整改超期上报"),
    "finding.recheck": _("整改复查"),
    "finding.rechecked": _("整改复查"),
    "finding.rectified": _("报告整改完成"),
    "finding.rectify": _("报告整改完成"),
    "finding.revise": _("修改问题"),
    "finding.revised": _("修改问题"),
    "finding.send": _("发出问题"),
    "finding.sent": _("发出问题"),
    "finding.sent_back": _("退回再改"),
    "finding.withdraw": _("撤回问题"),
    "finding.withdrawn": _("撤回问题"),
    "inspection.note": _("写检查底稿"),
    "inspection.noted": _("写检查底稿"),
    "liaison.assign": _("分片包抓"),
    "liaison.assigned": _("分片包抓"),
    "sample.check": _("查抽中的案卷"),
    "sample.checked": _("查抽中的案卷"),
    "sample.close": _("结束抽样"),
    "sample.closed": _("结束抽样"),
    "open": _("打开案卷"),
    "read": _("查阅"),
    "sample.draw": _("抽出样本"),
    "sample.drawn": _("抽出样本"),
    "search": _("保密查找"),
}
