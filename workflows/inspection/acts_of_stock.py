"""What acts and events of devices and their fitting are called for people (实物和验配的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "audiogram.record": _("登记听力检查"),
    "audiogram.recorded": _("登记听力检查"),
    "case.referred": _("转到验配机构"),
    "case.waits": _("转轮候"),
    "device.delivered": _("发放设备"),
    "device.found": _("找回设备"),
    "device.inspected": _("设备检查合格，重新入库"),
    "device.issued": _("设备出库"),
    "device.lost": _("设备报失"),
    "device.released": _("取消预留设备"),
    "device.reserved": _("预留设备"),
    "device.returned": _("设备退回"),
    "device.scrapped": _("设备报废"),
    "fitting.check": _("登记复查"),
    "fitting.checked": _("登记复查"),
    "fitting.died": _("登记老人去世"),
    "fitting.end": _("结束验配"),
    "fitting.ended": _("结束验配"),
    "fitting.fit": _("验配发放"),
    "fitting.invite": _("预约验配"),
    "fitting.invited": _("预约验配"),
    "fitting.person_died": _("老人去世，不再复查"),
    "fitting.return": _("退回设备"),
    "handover.cancelled": _("取消交接单"),
    "handover.received": _("签收交接单"),
    "handover.sent": _("开交接单"),
    "stock.cancel_handover": _("取消交接单"),
    "stock.count": _("盘点"),
    "stock.counted": _("盘点"),
    "stock.model": _("登记型号"),
    "stock.model_added": _("登记型号"),
    "stock.offer": _("轮到了，留设备"),
    "stock.receive": _("签收交接单"),
    "stock.send": _("开交接单"),
    "stock.take_in": _("设备入库"),
    "stock.taken_in": _("设备入库"),
    "stock.write": _("登记设备变动"),
}
