"""The shipped rows of urgent aid (急难救助): examples, which an office replaces by its own rules."""

from cases.policy.rules import Row

REASONS = (
    ("U01", "病情危急，不马上治有生命危险", "Life is in danger without treatment at once"),
    ("U02", "必须马上用药，停药有严重后果", "Medicine is needed at once and cannot be stopped"),
    ("U03", "突发灾祸，家里没有钱看病", "A sudden disaster left no money for treatment"),
    ("U04", "其他急难情况（写明情况）", "Another emergency (say what)"),
)
DAYS = (
    ("urgent_approval", {"workdays": 1}, "急难审批", "Approval of urgent aid"),
    ("urgent_payment", {"workdays": 3}, "急难款拨付", "Payment of urgent aid"),
    ("confirmation", {"days": 15}, "急难审批以后集体追认", "The panel confirms urgent aid after its approval"),
    ("recovery", {"days": 60}, "不予追认的追回", "Recovery of what was not confirmed"),
)
LEVELS = (
    ("urgent_approval", "急难审批（急难通道）", "Urgent approval (urgent path)"),
    ("urgent_notice", "急难款追认以后也公示", "Public notice of urgent aid after it was confirmed"),
)


def urgent(clause: str = "示例第 19 条") -> tuple[Row, ...]:
    """The rows of a programme whose road has an urgent path: limit (yuan), levels, time limits and reasons."""
    zh, en = "急难先行救助最多。", "At most ahead of the panel in an emergency."
    return (
        Row("caps", "urgent", {"amount": "2000"}, 9, clause, zh, en),
        *(Row("levels", key, {"on": True}, 10 + at, clause, zh, en) for at, (key, zh, en) in enumerate(LEVELS)),
        *(Row("days", key, value, 30 + at, clause, zh, en) for at, (key, value, zh, en) in enumerate(DAYS)),
        *(
            Row("urgent_reasons", code, {"name_zh": zh, "name_en": en}, at, clause)
            for at, (code, zh, en) in enumerate(REASONS, start=1)
        ),
    )
