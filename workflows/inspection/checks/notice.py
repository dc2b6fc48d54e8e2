"""The public notice (公示): long enough, as it was posted, and over before any money leaves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import Check, day, within

SHORT = f"""
WITH entries AS MATERIALIZED (
    SELECT e.*, c.policy_id, c.closed_at AS case_closed, c.state AS case_state
    FROM cases_publicentry e JOIN cases_case c ON c.id = e.case_id WHERE {within("e.case_id")}
), rule AS MATERIALIZED (
    SELECT p.policy_id, (coalesce(p.said ->> 'workdays', p.said ->> 'days'))::int AS days
    FROM (SELECT policy_id, policy_says(policy_id, 'days', 'publicity') AS said
          FROM (SELECT DISTINCT policy_id FROM entries WHERE policy_id IS NOT NULL) o) p
), lists AS MATERIALIZED (
    SELECT l.id, l.state, l.starts_on, l.ends_on, l.posted_at, l.snapshot, publicity_workdays(l.starts_on, l.ends_on) AS days,
        (SELECT count(*) FROM generate_series(l.starts_on + 1, l.ends_on, interval '1 day') g WHERE extract(isodow FROM g) < 6) AS weekdays,
        l.ends_provisional, l.sha256 = encode(sha256(convert_to(l.snapshot, 'UTF8')), 'hex') AS is_whole
    FROM cases_publiclist l WHERE l.id IN (SELECT list_id FROM entries)
), wrong AS (
    SELECT e.case_id, e.id, e.list_id, l.starts_on, l.ends_on, l.days, r.days AS rule, NULL::numeric AS counted, e.amount, 'short' AS kind
    FROM entries e JOIN lists l ON l.id = e.list_id JOIN rule r ON r.policy_id = e.policy_id
    WHERE l.state <> 'taken_down' AND l.days < r.days AND NOT (l.ends_provisional AND l.weekdays >= r.days)
    UNION ALL
    SELECT e.case_id, e.id, e.list_id, l.starts_on, l.ends_on, l.days, NULL, NULL, e.amount, 'ended'
    FROM entries e JOIN lists l ON l.id = e.list_id
    WHERE l.state <> 'taken_down' AND {day("e.closed_at")} <= l.ends_on
        AND NOT (e.case_closed IS NOT NULL AND e.case_state <> 'CLOSED')
        AND NOT EXISTS (SELECT 1 FROM cases_objection o WHERE o.entry_id = e.id AND o.state = 'upheld')
    UNION ALL
    SELECT e.case_id, e.id, e.list_id, l.starts_on, l.ends_on, l.days, NULL, NULL, e.amount, 'snapshot'
    FROM entries e JOIN lists l ON l.id = e.list_id
    WHERE NOT l.is_whole OR strpos(l.snapshot, e.shown_name) = 0 OR strpos(l.snapshot, e.case_tail) = 0
    UNION ALL
    SELECT e.case_id, e.id, e.list_id, l.starts_on, l.ends_on, l.days, NULL, a.amount, e.amount, 'amount'
    FROM entries e JOIN lists l ON l.id = e.list_id
    CROSS JOIN LATERAL (SELECT amount FROM cases_award w WHERE w.case_id = e.case_id AND w.at <= l.posted_at ORDER BY w.id DESC LIMIT 1) a
    WHERE a.amount <> e.amount
)
SELECT case_id AS place, case_id, concat_ws(':', id, kind) AS subject,
    jsonb_build_array(jsonb_build_array('cases_publicentry', id), jsonb_build_array('cases_publiclist', list_id)) AS rows,
    jsonb_build_object('kind', kind, 'starts_on', starts_on, 'ends_on', ends_on, 'days', days, 'rule', rule,
        'amount', amount::text, 'counted', counted::text) AS facts
FROM wrong"""

EARLY = f"""
WITH paid AS MATERIALIZED (
    SELECT p.id, p.case_id, c.needs_notice,
        least(p.paid_on, (SELECT {day("min(coalesce(b.sent_at, b.released_at))")} FROM cases_payoutattempt t
            JOIN cases_batchline n ON n.id = t.line_id JOIN cases_paymentbatch b ON b.id = n.batch_id
            WHERE t.payout_id = p.id AND t.state <> 'void')) AS paid_on
    FROM cases_payout p JOIN cases_case c ON c.id = p.case_id
    WHERE {within("p.case_id")} AND p.state IN ('sent', 'unknown', 'paid', 'failed', 'returned')
        AND NOT EXISTS (SELECT 1 FROM cases_urgentaid u WHERE u.payout_id = p.id AND u.amount = p.amount)
), wrong AS (
    SELECT p.*, CASE
        WHEN EXISTS (SELECT 1 FROM cases_publicentry e JOIN cases_publiclist l ON l.id = e.list_id
            WHERE e.case_id = p.case_id AND l.state <> 'taken_down' AND p.paid_on BETWEEN l.starts_on AND l.ends_on) THEN 'running'
        WHEN p.needs_notice IS DISTINCT FROM false AND NOT EXISTS (SELECT 1 FROM cases_publicentry e
            JOIN cases_publiclist l ON l.id = e.list_id
            WHERE e.case_id = p.case_id AND l.state <> 'taken_down' AND l.ends_on < p.paid_on) THEN 'none'
        WHEN EXISTS (SELECT 1 FROM cases_objection o WHERE o.case_id = p.case_id AND {day("o.filed_at")} <= p.paid_on
            AND (o.state = 'upheld' OR o.closed_at IS NULL OR {day("o.closed_at")} > p.paid_on)) THEN 'objection'
    END AS kind
    FROM paid p WHERE p.paid_on IS NOT NULL
)
SELECT w.case_id AS place, w.case_id, w.id::text AS subject,
    jsonb_build_array(jsonb_build_array('cases_payout', w.id)) || coalesce((SELECT jsonb_agg(jsonb_build_array('cases_publicentry', e.id)
        ORDER BY e.id) FROM cases_publicentry e WHERE e.case_id = w.case_id), '[]') AS rows,
    jsonb_build_object('kind', w.kind, 'paid_on', w.paid_on, 'ends_on', (SELECT max(l.ends_on) FROM cases_publicentry e
        JOIN cases_publiclist l ON l.id = e.list_id WHERE e.case_id = w.case_id)) AS facts
FROM wrong w WHERE w.kind IS NOT NULL"""

CHECKS = (
    Check(
        "C04", _("公示时间不够，或者公示的不是核定的内容"),
        _("公示的工作日要够本案政策所定的天数；名单张贴以后一个字也不能变，金额要和当时核定的一样。"),
        _("公示：天数按本案的政策"), _("数据库按工作日历核对天数，张贴的名单和指纹不能改。"),
        {
            "short": _("{starts_on} 到 {ends_on} 只有 {days} 个工作日，政策要 {rule} 个。"),
            "ended": _("公示到 {ends_on}，这一件在到期以前就结束了。"),
            "snapshot": _("{starts_on} 张贴的名单和留存的指纹不符，或者名单上没有这一件。"),
            "amount": _("公示 {amount} 元，当时核定的是 {counted} 元。"),
        }, SHORT,
    ),
    Check(
        "C05", _("公示期满以前付款"),
        _("公示期满、没有异议才能付款。急难救助由一个人先行批准的那一笔除外。"),
        _("公示期满无异议后拨付"), _("数据库不让公示没有结束或有异议的款项编入批次。"),
        {
            "running": _("{paid_on} 付款，公示到 {ends_on} 才结束。"),
            "none": _("{paid_on} 付款，以前没有公示期满的名单。"),
            "objection": _("{paid_on} 付款，当时还有异议没有办结。"),
        }, EARLY,
    ),
)  # fmt: skip
