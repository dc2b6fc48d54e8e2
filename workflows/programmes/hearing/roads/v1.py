"""The road of hearing relief, top to bottom as the case goes (domain.md 8)."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from workflows import effects, following, paying, steps
from workflows.flow import ReliefFlow
from workflows.programmes.hearing import effects as hearing
from workflows.rules.conditions import OutcomeIs


class HearingV1(ReliefFlow):
    """老年听障救助: county, test beside village and town, county, province and stock, public notice, fitting, checks."""

    received = steps.receive().Next(this.intake)

    intake = (
        steps.review(_("县级受理"), by="CTY1", level=1, state="INTAKE", days="intake", form="intake")
        .Exit("accept", this.verification, label=_("受理"), effect=hearing.accepted)
        .Exit("supplement", this.supplement, label=_("一次性告知补正"), kind="wait", effect=effects.supplement)
        .Exit(
            "not_accept",
            this.not_accepted,
            label=_("不予受理"),
            kind="end",
            reasons="reject_reasons",
            effect=effects.not_accept,
        )
    )
    supplement = (
        steps.wait(_("等申请人补正"), state="SUPPLEMENT", days="supplement")
        .On("supplement_answered", this.intake, label=_("已补正"))
        .On("supplement_lapsed", this.lapsed, label=_("逾期未补，视为撤回"), effect=effects.lapsed)
        .Lapses("supplement_lapsed")
    )
    verification = steps.fork(_("检查和核实（同时进行）")).To(this.village_check, this.hearing_test)
    hearing_test = (
        steps.wait(_("诊断性听力检查"), state="VERIFY", days="hearing_test", by="FIT")
        .On("audiogram_done", this.verified, label=_("检查完毕"))
        .On("ear_referred", this.verified, label=_("有警示征象，转耳鼻喉科"), effect=hearing.referred)
    )
    village_check = steps.review(
        _("村（居）核实"), by="VIL", state="VERIFY", days="verification", form="visit", optional=True
    ).Agree(this.town_check, label=_("核实完毕"), effect=effects.visited)
    town_check = steps.review(
        _("乡镇（街道）核实"), by="TWN", state="VERIFY", days="verification", form="visit", not_by=("village_check",)
    ).Agree(this.verified, label=_("核实完毕"), effect=effects.visited)
    verified = steps.join(_("检查和核实都完毕")).Next(this.ear_doctor)
    ear_doctor = (
        steps.route(_("要先看耳鼻喉科吗"))
        .When(OutcomeIs("hearing_test", "ear_referred"), this.referred_away)
        .Else(this.county_review)
    )
    county_review = (
        steps.review(
            _("县级初审"),
            by="CTY2",
            level=2,
            state="COUNTY",
            days="county_review",
            form="county",
            not_by=("village_check", "town_check"),
        )
        .Agree(this.province_confirm, effect=effects.county_agreed)
        .Exit("disagree", this.province_confirm, label=_("不同意，报上级定"), reasons="reject_reasons")
        .Return(this.intake)
    )
    province_confirm = (
        steps.review(
            _("省级核定（对库存）"),
            by="PRV1",
            level=3,
            state="PROVINCE",
            days="province_confirm",
            form="award",
            not_by=("county_review",),
        )
        .Agree(this.publicity, label=_("同意，已留设备，提请公示"), effect=hearing.confirmed)
        .Exit("waitlist", this.waiting, label=_("库存不足，转轮候"), effect=hearing.put_in_line)
        .Exit("reject", this.reject_check, label=_("拟不予救助"), reasons="reject_reasons")
        .Return(this.intake, this.county_review)
    )
    waiting = steps.wait(_("轮候"), state="WAITLIST", days="waiting", by="WHS").On(
        "device_offered", this.province_confirm, label=_("轮到了，已留设备")
    )
    reject_check = (
        steps.review(_("不予救助复核"), by="PRV2", state="PROVINCE", days="reject_check", not_by=("province_confirm",))
        .Exit("confirm", this.rejected, label=_("同意不予救助"), kind="end", effect=effects.rejected)
        .Exit("object", this.province_confirm, label=_("不同意，退回重审"), kind="return", reasons="return_reasons")
    )
    publicity = (
        steps.wait(_("公示"), state="PUBLICITY", days="publicity", by="PUB")
        .On("publicity_closed", this.grant, label=_("公示期满无异议"))
        .On("objection_filed", label=_("收到异议，暂停"), state="OBJECTION", pauses=True)
        .On("objection_dismissed", label=_("异议不成立"), state="PUBLICITY", resumes=True)
        .On("objection_upheld", this.rejected, label=_("异议成立"), effect=effects.rejected)
    )
    grant = steps.review(
        _("准予救助"), by="PRV2", level=4, state="DELIVERY", days="grant", not_by=("province_confirm",)
    ).Exit("grant", this.delivery, label=_("准予救助"), effect=hearing.granted)
    delivery = (
        steps.wait(_("出库和验配"), state="DELIVERY", days="delivery", by="FIT")
        .On("device_issued", label=_("设备已到验配点"))
        .On("fitting_invited", label=_("已约验配日期"), effect=hearing.invited)
        .On("fitted", this.after_fitting, label=_("已验配发放"))
        .On("fitting_ended", this.not_fitted, label=_("没有验配"), effect=hearing.not_fitted)
    )
    after_fitting = steps.fork(_("复查、验配费和回访（同时进行）")).To(this.follow_up, this.fee, this.call_back)
    follow_up = (
        steps.wait(_("复查：7 天、30 天、90 天、一年"), state="FOLLOWUP", days="follow_up", by="FIT")
        .On("check_done", label=_("完成一次复查"))
        .On("checks_over", this.settled, label=_("复查都做完"))
        .On("device_returned", this.settled, label=_("设备退回"), effect=hearing.returned)
    )
    fee = (
        steps.wait(_("验配费"), state="FOLLOWUP", days="fee", by="FM")
        .On("fee_due", this.fee_review, label=_("30 天复查通过，可付验配费"))
        .On("fee_void", this.settled, label=_("设备退回，不付验配费"))
    )
    fee_review = (
        steps.review(_("验配费核定"), by="PRV2", state="FOLLOWUP", days="fee_review", form="fee")
        .Agree(this.fee_payment, label=_("核定，付给验配机构"), effect=hearing.fee_approved)
        .Exit("no_fee", this.settled, label=_("不付验配费"), reasons="reject_reasons")
        .Exit("fee_void", this.settled, label=_("设备退回，不付验配费"), kind="fact")
    )
    fee_payment = (
        steps.pay(_("验配费拨付"), state="FOLLOWUP")
        .On("payment_paid", this.settled, label=_("已到账"))
        .On("payment_failed", this.fee_repair, label=_("拨付失败"))
    )
    fee_repair = steps.wait(_("等更正验配机构账户"), state="FOLLOWUP", days="repair", by="PRV1").On(
        "account_repaired", this.fee_payment, label=_("已更正"), effect=paying.paid_again
    )
    call_back = (
        steps.review(_("回访"), by="CTY1", state="FOLLOWUP", days="call_back", form="follow_up", follow_up=True)
        .Exit("done", this.settled, label=_("回访完毕"), effect=following.over)
        .Exit("again", this.call_back, label=_("还要接着回访"), effect=following.again)
    )
    settled = steps.join(_("复查、验配费和回访都完毕")).Next(this.kept)
    kept = (
        steps.route(_("设备退回了吗"))
        .When(OutcomeIs("follow_up", "device_returned"), this.given_back)
        .Else(this.closed)
    )

    referred_away = steps.end(_("转耳鼻喉科，办结"), state="NOT_TREATED")
    not_fitted = steps.end(_("没有验配，办结"), state="NOT_TREATED")
    given_back = steps.end(_("设备退回，办结"), state="NOT_TREATED")
