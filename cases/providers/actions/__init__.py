"""What people do with providers and permits."""

from cases.providers.actions.permits import cancel_permits, issue_permits, propose_permits
from cases.providers.actions.register import confirm_account, register_provider, set_account, set_price

__all__ = [
    "cancel_permits",
    "confirm_account",
    "issue_permits",
    "propose_permits",
    "register_provider",
    "set_account",
    "set_price",
]
