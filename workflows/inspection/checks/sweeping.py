"""A run of the standing checks (一轮核查): slice after slice, each its own transaction, so that a stop anywhere loses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.dossier.models import Case
from cases.history.models import Access
from cases.history.record import action, record
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import Retry, Way
from workflows.engine import clockwork
from workflows.inspection.checks.catalogue import CHECKS
from workflows.inspection.checks.check import CASE, LOOK, Check
from workflows.inspection.checks.models import CheckRule, CheckRun

TOPIC, CHAIN = "checks", "inspection"
CASES, LOOKS = 5_000, 100_000
"""Ids of one slice: some seconds of work, and no more lost by a stop."""
AT_ONCE = timedelta(minutes=12)
"""One job works so long and leaves the rest to the next one, before the queue takes its message back."""
LIMIT = timedelta(minutes=20)
BULK = Way("bulk")

FOUND = """
WITH found AS (SELECT DISTINCT ON (f.subject) f.* FROM ({found}) f ORDER BY f.subject), put AS (
    INSERT INTO workflows_checkhit AS h (code, subject, case_id, place, rows, facts, fingerprint, state, first_run_id, last_run_id, found_at)
    SELECT %(code)s, f.subject, f.case_id, f.place, f.rows, f.facts,
        encode(sha256(convert_to(f.rows::text || f.facts::text, 'UTF8')), 'hex'), 'open', %(run)s, %(run)s, %(now)s
    FROM found f
    ON CONFLICT (code, subject) DO UPDATE SET last_run_id = EXCLUDED.last_run_id, place = EXCLUDED.place, gone_at = NULL,
        rows = EXCLUDED.rows, facts = EXCLUDED.facts, fingerprint = EXCLUDED.fingerprint,
        changed_at = CASE WHEN h.fingerprint = EXCLUDED.fingerprint THEN h.changed_at ELSE %(now)s END,
        state = CASE WHEN h.fingerprint <> EXCLUDED.fingerprint AND h.state = 'false' THEN 'open' ELSE h.state END
    RETURNING first_run_id = %(run)s AS is_new
)
SELECT count(*), count(*) FILTER (WHERE is_new) FROM put"""

GONE = """
UPDATE workflows_checkhit SET gone_at = %(now)s
WHERE code = %(code)s AND place > %(lo)s AND place <= %(hi)s AND gone_at IS NULL AND last_run_id <> %(run)s"""

IN_PYTHON = """SELECT * FROM jsonb_to_recordset(%(found)s::jsonb) AS p(place bigint, case_id bigint, subject text, rows jsonb, facts jsonb)"""


def listen() -> None:
    """Every night at three; called once when the app starts."""
    clockwork.every("checks", title=_("常设核查"), at=3, limit=LIMIT)(nightly)
    outgoing.handles(TOPIC, lambda _payload: Retry(attempts=5, timeout=LIMIT))(carry_on)


def nightly() -> int:
    """夜间核查: tonight's run, once, after what earlier nights left; answers how many hits were never seen before."""
    tonight = clock.today()
    if not CheckRun.objects.filter(night=tonight).exists():
        begin_night(night=tonight, by=None)
    seen = 0
    for run in CheckRun.objects.filter(ended_at=None).order_by("pk"):
        work(run)
        run.refresh_from_db()
        seen += sum(run.new.values())
    return seen


def carry_on(payload: dict[str, Any], key: str) -> None:
    """接着查: what was asked for or was left, from where it stands; called by the outbox."""
    work(CheckRun.objects.get(pk=payload["run"]))


@action("check.night", about="none")
def begin_night(*, night: date, by: Any, now: datetime | None = None) -> CheckRun:
    """开始夜间核查: all checks, by nobody's wish."""
    run = begin(night=night)
    record("check.night", about=(CHAIN, "checks"), object=run, payload={"codes": run.codes, "rules": run.rules})
    return run


def begin(*, codes: Iterable[str] = CHECKS, night: date | None = None, by: Any = None) -> CheckRun:
    """开始一轮: over all cases and looks that are there now, by the numbers that count now."""
    chosen = sorted(codes)
    over = {CHECKS[code].over for code in chosen}
    return CheckRun.objects.create(
        night=night, codes=chosen, rules={code: numbers(CHECKS[code]) for code in chosen}, asked_by=by, at=clock.now(),
        case_last=(Case.objects.aggregate(last=Max("pk"))["last"] or 0) if CASE in over else 0,
        look_last=(Access.objects.aggregate(last=Max("pk"))["last"] or 0) if LOOK in over else 0,
    )  # fmt: skip


def numbers(check: Check) -> dict[str, int]:
    """现行口径 of a check: as last set, else as shipped."""
    last = CheckRule.objects.filter(code=check.code).order_by("-pk").first()
    return {**check.defaults(), **(last.values if last else {})}


def work(run: CheckRun) -> None:
    """Go on slice by slice until the run is over; what takes too long is left to another job."""
    end = time.monotonic() + AT_ONCE.total_seconds()
    while slice_done(run.pk):
        if time.monotonic() > end:
            with transaction.atomic():
                now = clock.now()
                key = f"checks-{run.pk}-{now:%Y%m%d%H%M%S}"
                outgoing.send(topic=TOPIC, key=key, payload={"run": run.pk}, now=now, way=BULK)
            return


def slice_done(pk: int) -> bool:
    """一段: the next range of one run, all its checks, in one transaction. False when nothing is left, or another one is at it."""
    return _slice(run=pk, by=None)


@action("check.swept", about="none")
def _slice(*, run: int, by: Any, now: datetime | None = None) -> bool:
    found = CheckRun.objects.select_for_update(skip_locked=True).filter(pk=run, ended_at=None).first()
    if found is None:
        return False
    over, lo, hi = _next(found)
    if over:
        _sweep(found, over, lo, hi)
    else:
        found.ended_at = clock.now()
    found.save()
    told = {"cases": found.case_done, "looks": found.look_done, "found": found.found, "new": found.new}
    record("check.swept", about=(CHAIN, found.pk), object=found, payload=told)
    return bool(over)


def _next(run: CheckRun) -> tuple[str, int, int]:
    if run.case_done < run.case_last:
        lo, run.case_done = run.case_done, _end(Case.objects.all(), run.case_done, run.case_last, CASES)
        return CASE, lo, run.case_done
    if run.look_done < run.look_last:
        lo, run.look_done = run.look_done, _end(Access.objects.all(), run.look_done, run.look_last, LOOKS)
        return LOOK, lo, run.look_done
    return "", 0, 0


def _end(rows: QuerySet[Any], done: int, last: int, number: int) -> int:
    """The last id of the next so many rows: numbers that were never given out cost nothing."""
    rows = rows.filter(pk__gt=done, pk__lte=last).order_by("pk").values_list("pk", flat=True)
    return next(iter(rows[number - 1 : number]), last)


def _sweep(run: CheckRun, over: str, lo: int, hi: int) -> None:
    now, today = clock.now(), clock.today()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        for code in run.codes:
            check = CHECKS[code]
            if check.over != over:
                continue
            given = {"lo": lo, "hi": hi, "today": today, "now": now, "run": run.pk, "code": code, **run.rules[code]}
            if check.asks is not None:
                given["found"] = json.dumps(list(check.asks(lo, hi, today)))
            cursor.execute(FOUND.format(found=check.sql or IN_PYTHON), given)
            found, new = cursor.fetchone()
            cursor.execute(GONE, given)
            run.found[code] = run.found.get(code, 0) + found
            run.new[code] = run.new.get(code, 0) + new
