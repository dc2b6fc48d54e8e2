"""Evaluations (判定留痕): what a policy said of a case, with the facts, the rows that matched and the result; kept for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from cases.access.queries import posts_of, sees
from cases.errors import NotFound
from cases.policy.entitlement import OUTCOMES
from cases.policy.models import Evaluation, EvaluationMatch
from cases.policy.queries import as_row
from cases.policy.rules import Policy, Row
from cases.policy.tables import Shown, shown

MARK = "HD-"
"""判定编号: what stands before the number of an evaluation in a letter."""


def keep(
    *, case: Any, kind: str, policy: Policy, rows: Iterable[Row], facts: Mapping[str, Any], result: Mapping[str, Any],
    by: Any, now: datetime,
) -> Evaluation:  # fmt: skip
    """Store one evaluation inside the act that needed it. Only stored rows can match: a policy from a file keeps none."""
    made = Evaluation.objects.create(
        case=case, kind=kind, policy_id=policy.version or 0, facts=_plain(facts), result=_plain(result), by=by, at=now
    )
    keys = dict.fromkeys(row.pk for row in rows if row.pk)
    EvaluationMatch.objects.bulk_create(EvaluationMatch(evaluation=made, row_id=key) for key in keys)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def rows_named(policy: Policy, names: Iterable[str]) -> list[Row]:
    """The rows of a policy that are called so (award.band1); those it does not have are left out."""
    parts = (name.split(".", 1) for name in names)
    return [policy.row(section, key) for section, key in parts if policy.has(section, key)]


def reference(evaluation: Evaluation | None) -> str:
    """判定编号 as a letter prints it; empty without an evaluation."""
    return f"{MARK}{evaluation.pk}" if evaluation else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An evaluation for reading: itself and the rows that matched, with their clauses."""

    evaluation: Evaluation
    rows: list[Shown]

    @property
    def told(self) -> list[tuple[Shown, Any]]:
        """Each row with what came of it, where it is a condition (受助条件); "" for every other row."""
        result = self.evaluation.result
        return [(one, OUTCOMES.get(result.get(one.row.name), "")) for one in self.rows]

    @property
    def reference(self) -> str:
        """判定编号."""
        return reference(self.evaluation)


def _whole(found: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    matches = EvaluationMatch.objects.select_related("row__clause__measure").order_by("id")
    return found.select_related("policy", "by", "case").prefetch_related(Prefetch("matches", matches))


def evaluations_of(case: Any) -> list[Kept]:
    """Every evaluation of a case in the order in which they were made."""
    return [_kept(one) for one in _whole(Evaluation.objects.filter(case=case).order_by("id"))]


def latest(case: Any, kind: str) -> Evaluation | None:
    """The newest evaluation of a kind."""
    return Evaluation.objects.filter(case=case, kind=kind).order_by("-id").first()


def evaluation_for(viewer: Any, ref: str) -> Kept:
    """按编号查: the evaluation that a letter names, for whoever in an office may see its case. Raises NotFound."""
    number = ref.strip().upper().removeprefix(MARK)
    if not posts_of(viewer) or not number.isdecimal() or len(number) > 18:
        raise NotFound()
    found = _whole(Evaluation.objects.filter(sees(viewer, "case__"), pk=int(number))).first()
    if found is None:
        raise NotFound()
    return _kept(found)


def _kept(one: Evaluation) -> Kept:
    return Kept(one, [shown(as_row(match.row)) for match in one.matches.all()])


def quotes_of(kept: Kept, language: str) -> list[str]:
    """The clauses of the rows that matched, each once, with their words."""
    return list(dict.fromkeys(one.row.quote("en" if language.startswith("en") else "zh") for one in kept.rows))


def quoted(policy: Policy, names: Iterable[str]) -> list[dict[str, str]]:
    """所依条款: the clauses of the rows of these names, each once, with their words in both languages for a letter."""
    quotes = dict.fromkeys((row.quote("zh"), row.quote("en")) for row in rows_named(policy, names) if row.clause)
    return [{"words_zh": zh, "words_en": en} for zh, en in quotes]
