"""The shipped example rows on duplicates (查重): which findings hold a case up, and from which score two people are one."""

from __future__ import annotations

from cases.policy.rules import Row

SECTION = "duplicates"
THRESHOLD = 80
SEVERE, LOOK, OFF = "severe", "look", "off"
CLAUSE = "示例第 26 条"


def _row(position: int, key: str, severity: str, zh: str, en: str, **more: int) -> Row:
    return Row(SECTION, key, {"severity": severity, **more}, position, CLAUSE, zh, en)


DUPLICATES = (
    _row(1, "person", LOOK, "同一人、同一项目、同一年再次申请", "The same person again in the programme's year"),
    _row(2, "similar", SEVERE, "疑似同一人", "Probably the same person", score=THRESHOLD),
    _row(3, "account", SEVERE, "同一收款账户，非亲属超过几人", "One account for more unrelated people than", count=2),
    _row(4, "phone", LOOK, "同一手机号的案卷超过几件", "One phone in more cases than", count=5),
    _row(5, "household", LOOK, "同一户、同一年", "The same household in a year"),
    _row(6, "listed", LOOK, "在其他机构的名单上", "On the list of another agency"),
    _row(7, "dead", SEVERE, "在死亡名单上", "On the list of the dead"),
)
"""For a programme's policy; what a policy does not say is shown and holds up nothing."""
