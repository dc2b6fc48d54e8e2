"""办事指南 of cataract relief in plain words; amounts, days and papers come from the policy in force."""

from django.utils.translation import gettext_lazy as _

GUIDE = {
    "who": (
        _("宁夏户口，年满六十周岁。"),
        _("得了白内障，要做的那只眼看不清。"),
        _("那只眼没有得到过别的免费手术或补助。"),
    ),
    "not_covered": (
        _("自己要选贵的晶体，差价自己出。"),
        _("没有光感的眼，手术不能恢复视力。"),
        _("医保先报销，报销过的不再补。"),
    ),
    "steps": (
        _("填写申请，拍照交材料，选好医院。"),
        _("县里看材料，村和乡镇核实困难情况。"),
        _("县里初审，省里确认名额，然后公示。公示不写病名。"),
        _("您收到手术通知单，在有效期内去医院做。"),
        _("钱由我们付给医院，之后打电话回访。"),
    ),
}
