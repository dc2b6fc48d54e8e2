"""What people do with devices: keep them, reserve them, test and fit the persons that they are for."""

from cases.stock.actions.devices import add_model, cancel_handover, count, receive, send, take_in, write_move
from cases.stock.actions.fitting import end_checks, end_fitting, fit, invite, record_check, take_back
from cases.stock.actions.paying import pay_fee
from cases.stock.actions.reserving import free_case, offer_free, put_in_line, reserve_for
from cases.stock.actions.testing import must_be_fresh, record_audiogram, refer

__all__ = [
    "add_model",
    "cancel_handover",
    "count",
    "end_checks",
    "end_fitting",
    "fit",
    "free_case",
    "invite",
    "must_be_fresh",
    "offer_free",
    "pay_fee",
    "put_in_line",
    "receive",
    "record_audiogram",
    "record_check",
    "refer",
    "reserve_for",
    "send",
    "take_back",
    "take_in",
    "write_move",
]
