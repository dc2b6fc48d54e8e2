"""白内障救助: the card of the programme."""

from django.utils.translation import gettext_lazy as _

from cases.programme import Programme, register
from workflows.desk.step_forms import FORMS
from workflows.programmes.cataract import clockwork
from workflows.programmes.cataract.award import award
from workflows.programmes.cataract.entitled import facts
from workflows.programmes.cataract.forms import SightForm
from workflows.programmes.cataract.people import demo_answers
from workflows.programmes.cataract.policy import POLICY
from workflows.programmes.cataract.questions import SECTIONS
from workflows.programmes.cataract.roads.v1 import CataractV1
from workflows.programmes.cataract.texts.guide import GUIDE

FORMS["sight"] = SightForm
clockwork.listen()

ASKS = {
    "days": ("permit_valid",),
    "eligibility": (
        "age_from",
        "vision_at_most",
        "opacity_from",
        "pressure_above",
        "second_eye_days",
        "no_shows",
        "report_hours",
        "claim_day",
    ),
    "entitlement": ("age", "place", "sight", "sightless", "aided"),
}

CATARACT = register(
    Programme(
        slug="cataract",
        name=_("白内障救助"),
        summary=_("六十岁以上的老人得了白内障、家里困难的，可以申请免费或减费手术。"),
        public_group=_("老年帮扶"),
        sections=SECTIONS,
        award=award,
        policy=POLICY,
        roads={"v1": CataractV1},
        road="v1",
        guide=GUIDE,
        facts=facts,
        screening="eyes",
        to_hospital=True,
        counted=("claimed",),
        demo_answers=demo_answers,
        asks=ASKS,
    )
)
