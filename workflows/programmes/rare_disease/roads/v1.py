"""The road of rare-disease relief, top to bottom as the case goes (domain.md 5)."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from workflows import effects, following, steps, urgent
from workflows.flow import ReliefFlow
from workflows.rules.conditions import AWARD_LEFT, NOTICE_AFTER_URGENT, PAYOUT_WAITS, READER_MISSING, Is, OutcomeIs
from workflows.scoring import effects as scoring


class RareDiseaseV1(ReliefFlow):
    """罕见病救助: county, village and town, county, city, province (and expert), panel, public notice, payment, follow-up.

    急难: from the county one person of the province decides on a small sum, which the panel confirms afterwards; what is
    left of the award takes the ordinary way from the city on.
    """

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
        .Exit(
            "urgent", this.urgent_approval, label=_("急难，直接报省级审批"), kind="urgent", reasons="urgent_reasons"
        )  # fmt: skip
        .Return(this.intake, this.town_check)
    )
    urgent_approval = (
        steps.review(
            _("急难审批"),
            by="PRV2",
            state="URGENT",
            days="urgent_approval",
            form="urgent",
            not_by=("intake", "village_check", "insurance_check", "town_check", "county_review"),
        )
        .Exit("agree", this.urgent_payment, label=_("同意先行救助"), effect=urgent.approved)
        .Exit(
            "decline", this.county_review, label=_("不按急难办，退回正常程序"), kind="return", reasons="return_reasons"
        )  # fmt: skip
    )
    urgent_payment = (
        steps.pay(_("急难款拨付"), days="urgent_payment")
        .On("payment_paid", this.confirmation, label=_("已到账"), effect=effects.paid)
        .On("payment_failed", this.account_repair, label=_("拨付失败"), effect=effects.payment_failed)
    )
    confirmation = (
        steps.wait(
            _("集体追认"),
            state="CONFIRM",
            days="confirmation",
            by="PRV2",
            not_by=("county_review", "urgent_approval"),
            since="urgent_approval",
            escalates=True,
        )
        .On("panel_agree", this.after_confirmation, label=_("追认"), effect=urgent.confirmed)
        .On("panel_reject", this.recovery, label=_("不予追认"), effect=urgent.refused)
        .On("panel_defer", label=_("延期再议"), state="CONFIRM")
        .On(
            "payment_returned",
            this.account_repair,
            label=_("银行退汇"),
            state="RETURNED",
            effect=effects.payment_failed,
        )
    )
    after_confirmation = (
        steps.route(_("追认以后还有没有要办的"))
        .When(Is(AWARD_LEFT), this.city_recheck)
        .When(Is(NOTICE_AFTER_URGENT), this.publicity)
        .Else(this.follow_up)
    )
    recovery = (
        steps.review(
            _("追回急难款"),
            by="PRV1",
            state="RECOVERY",
            days="recovery",
            form="recovery",
            not_by=("urgent_approval",),
        )
        .Exit("recovered", this.rejected, label=_("已全额退回"), kind="end", effect=urgent.recovered)
        .Exit(
            "written_off",
            this.rejected,
            label=_("追不回来，写明原因"),
            kind="end",
            needs_words=True,
            effect=urgent.written_off,
        )
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
        veiled=True,
        not_by=("county_review", "city_recheck", "province_review", "expert"),
    ).Exit(
        "agree",
        this.readers,
        label=_("出具专家意见"),
        needs_words=True,
        effect=scoring.answered,
    )
    readers = steps.route(_("还要不要一位专家评分")).When(Is(READER_MISSING), this.expert).Else(this.province_review)
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
        .On("publicity_closed", this.after_notice, label=_("公示期满无异议"))
        .On("objection_filed", label=_("收到异议，暂停"), state="OBJECTION", pauses=True)
        .On("objection_dismissed", label=_("异议不成立"), state="PUBLICITY", resumes=True)
        .On("objection_upheld", this.after_objection, label=_("异议成立"), effect=urgent.objected)
    )
    after_notice = steps.route(_("公示以后还有没有要付的")).When(Is(PAYOUT_WAITS), this.grant).Else(this.follow_up)
    after_objection = (
        steps.route(_("有没有先行救助过"))
        .When(OutcomeIs("confirmation", "panel_agree"), this.recovery)
        .Else(this.rejected)
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
        steps.pay(_("拨付"))
        .On("payment_paid", this.after_payment, label=_("已到账"), effect=effects.paid)
        .On("payment_failed", this.account_repair, label=_("拨付失败"), effect=effects.payment_failed)
    )
    after_payment = (
        steps.route(_("急难款追认过没有"))
        .When(OutcomeIs("confirmation", "panel_agree"), this.follow_up)
        .When(OutcomeIs("urgent_approval", "agree"), this.confirmation)
        .Else(this.follow_up)
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
