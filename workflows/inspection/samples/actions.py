"""Draw a sample, say what looking at a case brought, close the sample (抽样、查过、结束)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import posts_of
from cases.errors import Invalid, NotFound, Stale
from cases.history.record import action, record
from cases.sealed import commitment_of
from workflows.actions.claiming import act_as
from workflows.inspection.queries import INSPECT, require_inspection
from workflows.inspection.samples import rules
from workflows.inspection.samples.models import Sample, SampleCase, SampleCheck, SampleFrame
from workflows.inspection.samples.queries import facts, in_frame, rule, unchecked

LONGEST = 2000


def _inspector(by: Any) -> Post:
    require_inspection(by)
    return next(post for post in posts_of(by) if INSPECT in post.role.rights)


@action("sample.draw", about="none")
def draw(
    *, title: str, filters: Mapping[str, Any], way: str, by_risk: bool = False, percent: int | None = None,
    each: int | None = None, by: Any, now: datetime | None = None,
) -> Sample:  # fmt: skip
    """抽样: the list is written down and hashed, then a seed is drawn, then the lot decides; all of it is kept.

    `each` so many of every stratum, or `percent` of a hundred, by default what the rule says.
    """
    assert now is not None
    post = _inspector(by)
    weights = rule()
    known = dict(facts(in_frame(by, filters), weights))
    entries = rules.frame(known.values(), way, weights, by_risk=by_risk)
    if not entries or way not in rules.STRATA or not title.strip():
        raise Invalid(_("范围里没有案卷，或没有写名称。"), fields={"title": _("请换一个范围，写明名称")})
    percent = percent if percent is not None else int(weights["percent"])
    table = rules.strata(entries, percent=percent, each=each, least=int(weights["least"]))
    text, seed = rules.written(entries), secrets.token_hex(16)
    act_as(post)
    made = Sample.objects.create(
        title=title.strip(), filters={name: str(value) for name, value in filters.items() if value not in (None, "", False)},
        way=way, by_risk=by_risk, rule=weights, seed=seed, frame_hash=rules.fingerprint(text), frame_size=len(entries),
        strata=[asdict(one) for one in table], by=by, at=now,
    )  # fmt: skip
    SampleFrame.objects.create(sample=made, text=text)
    _keep(made, rules.draw(entries, seed, made.sizes), {fact.number: (pk, fact) for pk, fact in known.items()})
    payload = {
        "filters": made.filters, "way": way, "by_risk": by_risk, "rule": weights["version"], "seed": seed,
        "frame_hash": made.frame_hash, "frame_size": made.frame_size, "strata": made.strata,
    }  # fmt: skip
    record("sample.drawn", about=("sample", made.pk), object=made, payload=payload)
    return made


def _keep(made: Sample, drawn: list[rules.Entry], known: dict[str, tuple[int, rules.Fact]]) -> None:
    SampleCase.objects.bulk_create(
        [
            SampleCase(
                sample=made,
                case_id=known[one.number][0],
                stratum=one.stratum,
                position=position,
                risks=[*known[one.number][1].risks],
            )  # fmt: skip
            for position, one in enumerate(drawn, 1)
        ]
    )


@action("sample.check", about="sample")
def check(
    *, sample: Sample, line: int, is_fine: bool, words: str = "", by: Any, now: datetime | None = None
) -> SampleCheck:
    """查过: an inspector looked at a drawn case and says whether it is in order; what is not becomes a finding."""
    assert now is not None
    found = _open(sample, by)
    row = found.cases.filter(pk=line, check_made=None).first()
    if row is None:
        raise Stale(_("这一件不在这次抽样里，或已经查过。"))
    if len(words) > LONGEST or (not is_fine and not words.strip()):
        raise Invalid(_("有问题的要写明。"), fields={"words": _("请写 1 到 %(most)s 个字") % {"most": LONGEST}})
    made = SampleCheck.objects.create(line=row, is_fine=is_fine, words=words.strip(), by=by, at=now)
    payload = {"case": row.case.number, "is_fine": is_fine, "words": commitment_of(made.words)}
    record("sample.checked", about=("sample", found.pk), object=made, payload=payload)
    return made


@action("sample.close", about="sample")
def close(*, sample: Sample, by: Any, now: datetime | None = None) -> Sample:
    """结束抽样: every drawn case is looked at; from now on its applicants see who looked."""
    found = _open(sample, by)
    left = unchecked(found)
    if left:
        raise Stale(_("还有 %(n)s 件没有查。") % {"n": left})
    found.closed_by, found.closed_at = by, now
    found.save(update_fields=["closed_by", "closed_at"])
    record("sample.closed", about=("sample", found.pk), object=found)
    return found


def _open(sample: Sample, by: Any) -> Sample:
    act_as(_inspector(by))
    found = Sample.objects.select_for_update().filter(pk=sample.pk).first()
    if found is None:
        raise NotFound()
    if found.closed_at is not None:
        raise Stale(_("这次抽样已经结束。"))
    return found
