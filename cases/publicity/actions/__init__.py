"""What people and the clock do about public notice: lists, and objections against an entry."""

from cases.publicity.actions.lists import (
    announce,
    announcement,
    close_due,
    close_entry,
    close_list,
    leave_list,
    publish,
    take_down,
)
from cases.publicity.actions.objections import close_objection, extend_objection, file_objection

__all__ = [
    "announce",
    "announcement",
    "close_due",
    "close_entry",
    "close_list",
    "close_objection",
    "extend_objection",
    "file_objection",
    "leave_list",
    "publish",
    "take_down",
]
