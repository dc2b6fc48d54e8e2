"""What acts and events of screening campaigns are called for people (筛查的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "screening.announce": _("公告筛查"),
    "screening.announced": _("公告筛查"),
    "screening.arrange": _("安排筛查场次"),
    "screening.arranged": _("安排筛查场次"),
    "screening.came": _("到场筛查"),
    "screening.close": _("结束筛查"),
    "screening.closed": _("结束筛查"),
    "screening.examine": _("录入筛查结果"),
    "screening.examined": _("录入筛查结果"),
    "screening.import": _("导入筛查登记表"),
    "screening.import_begun": _("导入筛查登记表"),
    "screening.import_go_on": _("接着导入筛查表格"),
    "screening.import_results": _("导入筛查结果表"),
    "screening.imported": _("筛查登记表全部登记"),
    "screening.plan": _("计划筛查"),
    "screening.planned": _("计划筛查"),
    "screening.quota": _("分配筛查名额"),
    "screening.quota_set": _("分配筛查名额"),
    "screening.refer": _("筛查转为申请"),
    "screening.referred": _("筛查转为申请"),
    "screening.register": _("筛查登记"),
    "screening.registered": _("筛查登记"),
    "screening.results_begun": _("导入筛查结果表"),
    "screening.results_imported": _("筛查结果表全部存好"),
}
