"""The shipped rows of scoring (评分): examples, which an office replaces by its own rules."""

from cases.policy.rules import Row

ITEMS = (
    ("diagnosis", 30, "诊断依据是否充分", "Is the diagnosis well founded"),
    ("treatment", 30, "治疗是否必要、合理", "Is the treatment needed and reasonable"),
    ("costs", 20, "费用与病情是否相符", "Do the costs fit the illness"),
    ("benefit", 20, "救助以后能否见效", "Will the aid make a difference"),
)
SETTINGS = (
    ("readers", 2, "几位专家各自评分", "Experts who read independently"),
    ("spread", 20, "总分相差超过几分，再请一位", "A further reader when totals differ by more points than"),
    ("pass_mark", 60, "建议救助的分数（只作参考）", "Points from which aid is advised (advice only)"),
)


def scoring(clause: str = "示例第 16 条") -> tuple[Row, ...]:
    """The rows of a programme whose road asks experts: the sheet, how many read, the spread and the mark."""
    return (
        *(
            Row("scoring", key, {"count": n}, at, clause, zh, en)
            for at, (key, n, zh, en) in enumerate(SETTINGS, start=1)
        ),
        *(
            Row("score_items", key, {"name_zh": zh, "name_en": en, "count": most}, at, clause)
            for at, (key, most, zh, en) in enumerate(ITEMS, start=1)
        ),
    )
