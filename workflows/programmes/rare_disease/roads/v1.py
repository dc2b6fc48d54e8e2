"""The road of rare-disease relief, top to bottom as the case goes (domain.md 5)."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from workflows import effects, following, steps
from workflows.flow import ReliefFlow


class RareDiseaseV1(ReliefFlow):
    """罕见病救助: county, village and town, county, city, province (and expert), panel, public notice, payment, follow-up."""

    received = steps.receive().Next(this.intake)

    intake = (
        steps.review(_("县级受理"), by="CTY1", level=1, state="INTAKE", days="intake", form="intake")
        .Exit("accept", this.verification, label=_("受理"), effect=effects.accept)
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
    verification = steps.fork(_("核实（同时进行）")).To(this.village_check, this.insurance_check)
    village_check = steps.review(
        _("村（居）核实"), by="VIL", state="VERIFY", days="verification", form="visit", optional=True
    ).Agree(this.verified, label=_("核实完毕"), effect=effects.visited)
    insurance_check = steps.review(
        _("医保报销核对"), by="CTY1", state="VERIFY", days="insurance_check", form="insurance"
    ).Agree(this.verified, label=_("核对完毕"), effect=effects.verified)
    verified = steps.join(_("两项核实都完毕")).Next(this.town_check)
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
            not_by=("village_check", "insurance_check", "town_check"),
        )
        .Agree(this.city_recheck, effect=effects.county_agreed)
        .Exit("disagree", this.city_recheck, label=_("不同意，报上级定"), reasons="reject_reasons")
        .Return(this.intake, this.town_check)
    )
    city_recheck = (
        steps.review(
            _("市级复核"),
            by="MUN",
            level=3,
            state="CITY",
            days="city_recheck",
            optional=True,
            not_by=("county_review",),
        )
        .Agree(this.province_review, effect=effects.verified)
        .Exit("disagree", this.province_review, label=_("不同意，报上级定"), reasons="reject_reasons")
        .Return(this.intake, this.town_check, this.county_review)
    )
    province_review = (
        steps.review(
            _("省级审核"),
            by="PRV1",
            level=4,
            state="PROVINCE",
            days="province_review",
            form="award",
            not_by=("county_review", "city_recheck"),
        )  # fmt: skip
        .Agree(this.panel, label=_("同意，提请上会"), effect=effects.computed)
        .Exit("reject", this.reject_check, label=_("拟不予救助"), reasons="reject_reasons")
        .Exit(
            "ask_expert",
            this.expert,
            label=_("请专家出意见"),
            kind="ask",
            needs_words=True,
            effect=effects.expert_asked,
        )
        .Return(this.intake, this.town_check, this.county_review, this.city_recheck)
    )
    expert = steps.review(
        _("专家意见"),
        by="EXP",
        state="EXPERT",
        days="expert",
        form="expert",
        optional=True,
        veiled=True,
        not_by=("county_review", "city_recheck", "province_review"),
    ).Exit(
        "agree",
        this.province_review,
        label=_("出具专家意见"),
        needs_words=True,
        effect=effects.expert_answered,
    )
    reject_check = (
        steps.review(_("不予救助复核"), by="PRV2", state="PROVINCE", days="reject_check", not_by=("province_review",))
        .Exit("confirm", this.rejected, label=_("同意不予救助"), kind="end", effect=effects.rejected)
        .Exit("object", this.province_review, label=_("不同意，退回重审"), kind="return", reasons="return_reasons")
    )
    panel = (
        steps.wait(_("集体研究"), state="PANEL", days="panel", by="PRV2", level=5)
        .On("panel_agree", this.publicity, label=_("同意救助"), effect=effects.proposed)
        .On("panel_reject", this.rejected, label=_("不予救助"), effect=effects.rejected)
        .On("panel_defer", label=_("延期再议"), state="DEFERRED")
        .On("panel_waitlist", label=_("轮候"), state="WAITLIST", effect=effects.waitlisted)
    )
    publicity = (
        steps.wait(_("公示"), state="PUBLICITY", days="publicity", by="PUB")
        .On("publicity_closed", this.grant, label=_("公示期满无异议"))
        .On("objection_filed", label=_("收到异议，暂停"), state="OBJECTION", pauses=True)
        .On("objection_dismissed", label=_("异议不成立"), state="PUBLICITY", resumes=True)
        .On("objection_upheld", this.rejected, label=_("异议成立"), effect=effects.rejected)
    )
    grant = steps.review(
        _("准予救助与账户确认"),
        by="PRV2",
        level=6,
        state="GRANTED",
        days="grant",
        form="grant",
        not_by=("province_review",),
    ).Exit("grant", this.payment, label=_("准予救助"), effect=effects.granted)
    payment = (
        steps.wait(_("拨付"), state="PAYABLE", days="payment", by="FM")
        .On("payment_batched", label=_("已入批次"), state="IN_BATCH")
        .On("payment_unbatched", label=_("移出批次"), state="PAYABLE")
        .On("payment_sent", label=_("已送银行"), state="SENT")
        .On("payment_unknown", label=_("结果待查"), state="UNKNOWN")
        .On("payment_paid", this.follow_up, label=_("已到账"), effect=effects.paid)
        .On("payment_failed", this.account_repair, label=_("拨付失败"), effect=effects.payment_failed)
    )
    account_repair = steps.wait(_("等申请人更正账户"), state="FAILED", days="repair").On(
        "account_repaired", this.account_check, label=_("已更正")
    )
    account_check = (
        steps.review(_("账户核对"), by="CTY2", state="REPAIR", days="repair_contact", form="account")
        .Exit("confirm", this.payment, label=_("账户无误"), effect=effects.account_confirmed)
        .Exit(
            "ask_again", this.account_repair, label=_("仍有误，再请更正"), kind="wait", effect=effects.account_refused
        )
    )
    follow_up = (
        steps.review(_("回访"), by="CTY1", state="FOLLOWUP", days="follow_up", form="follow_up", follow_up=True)
        .Exit("done", this.second_follow_up, label=_("回访完毕"), effect=following.over)
        .Exit("again", this.follow_up, label=_("还要接着回访"), effect=following.again)
        .Exit(
            "payment_returned",
            this.account_repair,
            label=_("银行退汇"),
            kind="fact",
            state="RETURNED",
            effect=effects.payment_failed,
        )
    )
    second_follow_up = (
        steps.review(
            _("第二次回访"),
            by="CTY1",
            state="FOLLOWUP",
            days="second_follow_up",
            form="follow_up",
            optional=True,
            same_as=("follow_up",),
            follow_up=True,
        )
        .Exit("agree", this.closed, label=_("回访完毕"), kind="end", effect=following.over)
        .Exit(
            "payment_returned",
            this.account_repair,
            label=_("银行退汇"),
            kind="fact",
            state="RETURNED",
            effect=effects.payment_failed,
        )
    )
