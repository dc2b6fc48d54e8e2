"""老年听障救助: the card of the programme."""

from django.utils.translation import gettext_lazy as _

from cases.programme import Programme, register
from workflows.programmes.hearing.award import award
from workflows.programmes.hearing.entitled import facts
from workflows.programmes.hearing.people import demo_answers
from workflows.programmes.hearing.policy import POLICY
from workflows.programmes.hearing.questions import SECTIONS
from workflows.programmes.hearing.roads.v1 import HearingV1
from workflows.programmes.hearing.texts.guide import GUIDE

ASKS = {
    "days": (
        "audiogram_valid", "audiometer_calibrated", "fitting_unclaimed", "fitting_return", "fit_check_early", "fit_check_1",
        "fit_check_2", "fit_check_3", "fit_check_4",
    ),
    "eligibility": (
        "age_from", "loss_from", "loss_to", "second_ear_from", "replacement_years", "fitting_invitations",
        "fitting_fee", "standard", "sudden_days", "air_bone_gap", "ear_difference",
    ),
    "entitlement": ("age", "place", "aided"),
}  # fmt: skip

HEARING = register(
    Programme(
        slug="hearing",
        name=_("老年听障救助"),
        summary=_("老人听不清、家里困难的，可以申请免费配助听器。"),
        public_group=_("助老专项"),
        sections=SECTIONS,
        award=award,
        policy=POLICY,
        roads={"v1": HearingV1},
        road="v1",
        guide=GUIDE,
        facts=facts,
        screening="ears",
        demo_answers=demo_answers,
        in_kind=True,
        asks=ASKS,
    )
)
