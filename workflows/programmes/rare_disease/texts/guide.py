"""办事指南 of rare-disease relief in plain words; amounts, days and papers come from the policy in force."""

from django.utils.translation import gettext_lazy as _

GUIDE = {
    "who": (
        _("户口在宁夏，或者有宁夏居住证并在宁夏参加医保。"),
        _("得的病在国家《罕见病目录》里，两批一共 207 项。"),
        _("扣掉医保、大病保险、医疗救助和其他赔付以后，自己花的钱还超过起付线。"),
    ),
    "not_covered": (
        _("写着“疑似”“待查”的诊断，要先确诊。"),
        _("慈善组织赠送的药，不算自己花的钱。"),
        _("别人应当赔的，比如工伤和交通事故，先找责任方。"),
    ),
    "steps": (
        _("填写申请，拍照交材料。"),
        _("县里看材料，齐了就受理；不齐一次告诉您差什么。"),
        _("村和乡镇上门核实，县、市、省逐级审核。"),
        _("集体研究，然后公示。公示不写病名和身份证号。"),
        _("打款到账户，之后回访。"),
    ),
}
