"""Table of contents of the room: hospitals and fitting centres, their permits, and what they did under them."""

from cases.providers.permits import Permit, PermitMove
from cases.providers.register import PriceItem, Provider

__all__ = ["Permit", "PermitMove", "PriceItem", "Provider"]
