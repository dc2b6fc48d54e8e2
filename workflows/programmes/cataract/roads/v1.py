"""The road of cataract relief, top to bottom as the case goes (domain.md 7)."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from workflows import effects, following, paying, steps
from workflows.flow import ReliefFlow
from workflows.programmes.cataract import effects as eye_effects


class CataractV1(ReliefFlow):
    """白内障救助: county, village and town, county, province, public notice, permit, surgery, claim, payment to the hospital."""

    received = steps.receive().Next(this.intake)

    intake = (
        steps.review(_("县级受理"), by="CTY1", level=1, state="INTAKE", days="intake", form="intake")
        .Exit("accept", this.village_check, label=_("受理"), effect=effects.accept)
        .Exit("supplement", this.supplement, label=_("一次性告知补正"), kind="wait", effect=effects.supplement)
        .Exit(
            "not_accept",
            this.not_accepted,
            label=_("不予受理"),
            kind="end",
            reasons="reject_reasons",
            effect=effects.not_accept,
        )  # fmt: skip
    )
    supplement = (
        steps.wait(_("等申请人补正"), state="SUPPLEMENT", days="supplement")
        .On("supplement_answered", this.intake, label=_("已补正"))
        .On("supplement_lapsed", this.lapsed, label=_("逾期未补，视为撤回"), effect=effects.lapsed)
        .Lapses("supplement_lapsed")
    )
    village_check = steps.review(
        _("村（居）核实"), by="VIL", state="VERIFY", days="verification", form="visit", optional=True
    ).Agree(this.town_check, label=_("核实完毕"), effect=effects.visited)
    town_check = steps.review(
        _("乡镇（街道）核实"), by="TWN", state="VERIFY", days="verification", form="visit", not_by=("village_check",)
    ).Agree(this.county_review, label=_("核实完毕"), effect=effects.visited)
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
        .Return(this.intake, this.town_check)
    )
    province_confirm = (
        steps.review(
            _("省级确认名额"),
            by="PRV1",
            level=3,
            state="PROVINCE",
            days="province_confirm",
            form="award",
            not_by=("county_review",),
        )
        .Agree(this.publicity, label=_("确认名额，提请公示"), effect=eye_effects.confirmed)
        .Exit("wait_in_turn", this.waiting, label=_("没有名额，轮候"), kind="wait", effect=effects.waitlisted)
        .Exit("reject", this.reject_check, label=_("拟不予救助"), reasons="reject_reasons")
        .Return(this.intake, this.town_check, this.county_review)
    )
    waiting = (
        steps.wait(_("轮候"), state="WAITLIST", days="waiting")
        .On("place_free", this.province_confirm, label=_("有名额了"))
    )  # fmt: skip
    reject_check = (
        steps.review(_("不予救助复核"), by="PRV2", state="PROVINCE", days="reject_check", not_by=("province_confirm",))
        .Exit("confirm", this.rejected, label=_("同意不予救助"), kind="end", effect=effects.rejected)
        .Exit("object", this.province_confirm, label=_("不同意，退回重审"), kind="return", reasons="return_reasons")
    )
    publicity = (
        steps.wait(_("公示"), state="PUBLICITY", days="publicity", by="PUB")
        .On("publicity_closed", this.permit, label=_("公示期满无异议"))
        .On("objection_filed", label=_("收到异议，暂停"), state="OBJECTION", pauses=True)
        .On("objection_dismissed", label=_("异议不成立"), state="PUBLICITY", resumes=True)
        .On("objection_upheld", this.rejected, label=_("异议成立"), effect=effects.rejected)
    )
    permit = steps.review(
        _("准予救助，发手术通知单"),
        by="PRV2",
        level=4,
        state="GRANTED",
        days="permit",
        not_by=("province_confirm",),
    ).Exit("grant", this.treatment, label=_("准予救助，发通知单"), effect=eye_effects.permitted)
    treatment = (
        steps.wait(_("等待手术"), state="TREATMENT", days="treatment")
        .On("treatment_done", this.settlement, label=_("手术已做"))
        .On("treatment_ended", this.not_treated, label=_("没有做手术"), effect=eye_effects.not_treated)
    )
    settlement = (
        steps.wait(_("费用结算"), state="SETTLEMENT", days="settlement")
        .On("claim_settled", this.payment, label=_("费用已核定"), effect=eye_effects.settled)
        .On("claim_refused", this.follow_up, label=_("没有可付的费用"), effect=eye_effects.nothing_to_pay)
    )
    payment = (
        steps.pay(_("拨付给医院"))
        .On("payment_paid", this.follow_up, label=_("已到账"))
        .On("payment_failed", this.account_repair, label=_("拨付失败"))
    )
    account_repair = steps.wait(_("等更正医院账户"), state="SETTLEMENT", days="repair", by="PRV1").On(
        "account_repaired", this.payment, label=_("已更正"), effect=paying.paid_again
    )
    follow_up = (
        steps.review(_("回访"), by="CTY1", state="FOLLOWUP", days="follow_up", form="sight", follow_up=True)
        .Exit("done", this.second_follow_up, label=_("回访完毕"), effect=following.over)
        .Exit("again", this.follow_up, label=_("还要接着回访"), effect=following.again)
        .Exit("payment_returned", this.account_repair, label=_("银行退汇"), kind="fact", state="SETTLEMENT")
    )
    second_follow_up = (
        steps.review(
            _("第二次回访"),
            by="CTY1",
            state="FOLLOWUP",
            days="second_follow_up",
            form="sight",
            optional=True,
            same_as=("follow_up",),
            follow_up=True,
        )
        .Exit("agree", this.closed, label=_("回访完毕"), kind="end", effect=following.over)
        .Exit("payment_returned", this.account_repair, label=_("银行退汇"), kind="fact", state="SETTLEMENT")
    )
    not_treated = steps.end(_("未实施"), state="NOT_TREATED")
