"""The shipped lists of hearing relief: which papers are needed, why one is asked for again, why a case is refused.

The tables stand in ``texts/``. Plain words are what the applicant reads.
"""

from pathlib import Path

from cases.policy.rules import Row
from cases.text import table

TEXTS = Path(__file__).parent / "texts"

CHECKLIST = tuple(
    Row(
        "checklist",
        line["code"],
        {
            "name_zh": line["name_zh"],
            "name_en": line["name_en"],
            "valid_days": int(line["valid_days"]) if line["valid_days"] else None,
            "when": {line["when"]: True} if line["when"] else {},
        },
        position,
        line["clause"],
        line["plain_zh"],
        line["plain_en"],
    )
    for position, line in enumerate(table(TEXTS / "papers.csv"), start=1)
)

SUPPLEMENT_REASONS = tuple(
    Row(
        "supplement_reasons",
        line["code"],
        {"name_zh": line["name_zh"], "name_en": line["name_en"], "document": line["document"]},
        position,
        line["clause"],
        line["plain_zh"],
        line["plain_en"],
    )
    for position, line in enumerate(table(TEXTS / "supplement_reasons.csv"), start=1)
)

REJECT_REASONS = tuple(
    Row(
        "reject_reasons",
        line["code"],
        {"name_zh": line["name_zh"], "name_en": line["name_en"], "group": line["group"]},
        position,
        line["clause"],
    )
    for position, line in enumerate(table(TEXTS / "reject_reasons.csv"), start=1)
)

RETURN_REASONS = tuple(
    Row(
        "return_reasons",
        line["code"],
        {"name_zh": line["name_zh"], "name_en": line["name_en"]},
        position,
        line["clause"],
    )
    for position, line in enumerate(table(TEXTS / "return_reasons.csv"), start=1)
)

CLAUSES = {line["number"]: (line["text_zh"], line["text_en"]) for line in table(TEXTS / "measure.csv")}
