"""The measures that policies cite: their words are put in, and stand still once a published version cites them."""

from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Stale
from cases.history.record import action, record
from cases.policy.actions.posts import stand_in
from cases.policy.models import Clause, Measure
from cases.policy.queries import EDIT, measure_is_cited
from cases.policy.shipped import Shipped
from cases.text import clean


@action("policy.measure", about="policy")
def add_measure(
    *,
    programme: str,
    title: str,
    issuer: str,
    document_number: str,
    issued_on: date,
    by: Any,
    now: datetime | None = None,
) -> Measure:
    """录入办法: the heading of a document that policy rows are to cite. Raises Refusal without the right to edit."""
    assert now is not None
    stand_in(by, EDIT)
    shipped = Shipped(clean(title), clean(issuer), clean(document_number), issued_on, {})
    return written(programme, shipped, by, now, is_example=False)


@action("policy.edition", about="measure")
def new_edition(*, measure: Measure, by: Any, now: datetime | None = None) -> Measure:
    """新的版次: a copy of a measure with all clauses, to be changed; rows keep citing the old one until they are changed."""
    assert now is not None
    stand_in(by, EDIT)
    clauses = {clause.number: (clause.text_zh, clause.text_en) for clause in measure.clauses.all()}
    shipped = Shipped(measure.title, measure.issuer, measure.document_number, measure.issued_on, clauses)
    return written(measure.programme, shipped, by, now, is_example=measure.is_example)


def written(programme: str, shipped: Shipped, by: Any, now: datetime, *, is_example: bool) -> Measure:
    """A measure with its clauses in the next edition of the programme."""
    last = Measure.objects.filter(programme=programme).aggregate(last=Max("edition"))["last"] or 0
    measure = Measure.objects.create(
        programme=programme, title=shipped.title, issuer=shipped.issuer, document_number=shipped.document_number,
        issued_on=shipped.issued_on, edition=last + 1, is_example=is_example, made_by=by, made_at=now,
    )  # fmt: skip
    Clause.objects.bulk_create(
        Clause(measure=measure, number=number, position=at, text_zh=zh, text_en=en)
        for at, (number, (zh, en)) in enumerate(shipped.clauses.items(), start=1)
    )
    told = {"programme": programme, "edition": measure.edition, "clauses": len(shipped.clauses)}
    record("policy.measure", about=("measure", measure.pk), object=measure, payload=told)
    return measure


def shipped_clauses(programme: str, shipped: Shipped, by: Any, now: datetime) -> dict[str, Clause]:
    """The clauses of a shipped measure by number; written unless the newest edition already says the same."""
    newest = Measure.objects.filter(programme=programme).order_by("-edition").first()
    held = list(newest.clauses.all()) if newest else []
    same = {clause.number: (clause.text_zh, clause.text_en) for clause in held} == dict(shipped.clauses)
    if newest is None or not same or newest.title != shipped.title:
        held = list(written(programme, shipped, by, now, is_example=True).clauses.all())
    return {clause.number: clause for clause in held}


def _open(measure: Measure) -> Measure:
    held = Measure.objects.select_for_update(no_key=True).get(pk=measure.pk)
    if measure_is_cited(held):
        raise Stale(_("已发布的政策引用了这份办法，条文不能再改。请另起一个版次。"))
    return held


@action("policy.clause", about="measure")
def set_clause(
    *, measure: Measure, number: str, text_zh: str, text_en: str = "", by: Any, now: datetime | None = None
) -> Clause:
    """写条文: a clause of a measure, new or in place of the one with its number.

    Raises Invalid without number or words, Refusal without the right, Stale once a published version cites the measure.
    """
    stand_in(by, EDIT)
    held = _open(measure)
    number = clean(number)
    faults = {"number": _("请写条款，比如“第九条”。")} if not number else {}
    faults |= {"text_zh": _("请写条文。")} if not text_zh.strip() else {}
    if faults:
        raise Invalid(_("条款没有写全，没有保存。"), fields=faults, code="clause")
    position = (held.clauses.aggregate(last=Max("position"))["last"] or 0) + 1
    words = {"text_zh": text_zh.strip(), "text_en": text_en.strip()}
    clause, _made = Clause.objects.update_or_create(
        measure=held, number=number, defaults=words, create_defaults={**words, "position": position}
    )
    record("policy.clause", about=("measure", held.pk), object=clause, payload={"number": number})
    return clause


@action("policy.remove_clause", about="measure")
def remove_clause(*, measure: Measure, clause: int, by: Any, now: datetime | None = None) -> None:
    """删条文: take a clause out that no row cites. Raises Refusal, Invalid for a cited one, Stale."""
    stand_in(by, EDIT)
    held = _open(measure)
    found = held.clauses.filter(pk=clause).first()
    if found is None or found.rows.exists():
        raise Invalid(_("这一条还有政策条目在引用，不能删。"), code="clause_cited")
    number = found.number
    found.delete()
    record("policy.remove_clause", about=("measure", held.pk), object=held, payload={"number": number})
