"""Table of contents of the room: hospitals and fitting centres, their permits, what they did under them, and their claims."""

from cases.providers.claims import Claim, ClaimCall, ClaimLine, RefundOrder
from cases.providers.permits import Permit, PermitMove
from cases.providers.register import PriceItem, Provider
from cases.providers.treatment import Complication, PreopExam, SightCheck, Surgery

__all__ = [
    "Claim",
    "ClaimCall",
    "ClaimLine",
    "Complication",
    "Permit",
    "PermitMove",
    "PreopExam",
    "PriceItem",
    "Provider",
    "RefundOrder",
    "SightCheck",
    "Surgery",
]
