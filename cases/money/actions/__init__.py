"""What people do with money: open a fund, take a gift, reserve, make and check and release a batch, read the answer."""

from cases.money.actions.answers import accept_answer, ask_bank, import_answer, note_silence, note_silent_batches
from cases.money.actions.batches import build_batch, check_batch, release_batch, send_to_bank, void_batch
from cases.money.actions.differences import settle_difference
from cases.money.actions.funds import open_fund, receive_gift
from cases.money.actions.payouts import make_payable, release_reservation, reserve, take_refund

__all__ = [
    "accept_answer",
    "ask_bank",
    "build_batch",
    "check_batch",
    "import_answer",
    "make_payable",
    "note_silence",
    "note_silent_batches",
    "open_fund",
    "receive_gift",
    "release_batch",
    "release_reservation",
    "reserve",
    "send_to_bank",
    "settle_difference",
    "take_refund",
    "void_batch",
]
