"""罕见病救助: the card of the programme."""

from django.utils.translation import gettext_lazy as _

from cases.programme import Programme, register
from workflows.programmes.rare_disease.award import award
from workflows.programmes.rare_disease.bills import bills
from workflows.programmes.rare_disease.entitled import facts
from workflows.programmes.rare_disease.people import demo_answers
from workflows.programmes.rare_disease.policy import POLICY
from workflows.programmes.rare_disease.questions import SECTIONS
from workflows.programmes.rare_disease.roads.v1 import RareDiseaseV1
from workflows.programmes.rare_disease.texts.guide import GUIDE

VEIL = (
    "disease_code", "diagnosis_hospital", "diagnosis_date", "cost_from", "cost_to", "total_cost", "insurance_paid",
    "critical_illness_paid", "medical_assistance_paid", "commercial_paid", "other_charity_paid",
)  # fmt: skip
"""What a medical expert judges by: illness, diagnosis and costs, never who or where."""

RARE_DISEASE = register(
    Programme(
        slug="rare_disease",
        name=_("罕见病救助"),
        summary=_("得了目录内的罕见病，自己花钱多、家里困难的，可以申请一笔救助。"),
        public_group=_("大病专项"),
        sections=SECTIONS,
        award=award,
        policy=POLICY,
        roads={"v1": RareDiseaseV1},
        road="v1",
        guide=GUIDE,
        facts=facts,
        demo_answers=demo_answers,
        veil=VEIL,
        bills=bills,
        asks={"entitlement": ("place", "disease", "self_pay")},
    )
)
