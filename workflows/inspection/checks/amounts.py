"""How much (多少钱): the amount as the calculator gives it, the caps of a person over all funds, the donor's will."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import Check, day, within
from workflows.inspection.checks.counted import differs

LIVE = "p.kind = 'aid' AND p.state <> 'void'"
CAPS = f"""
WITH mine AS MATERIALIZED (
    SELECT c.id, c.programme, c.policy_id, c.patient_id, c.patient_key, c.accepted_on, coalesce(n.id_key, c.patient_key) AS key,
        t.household_key, extract(year FROM c.accepted_on) AS year, sum(p.amount) AS amount
    FROM cases_payout p JOIN cases_case c ON c.id = p.case_id LEFT JOIN cases_person n ON n.id = c.patient_id
    LEFT JOIN cases_casetrace t ON t.case_id = c.id
    WHERE {within("p.case_id")} AND {LIVE} AND c.accepted_on IS NOT NULL AND c.policy_id IS NOT NULL
    GROUP BY c.id, n.id_key, t.household_key
), caps AS MATERIALIZED (
    SELECT o.policy_id, k.name, coalesce(s.said ->> 'amount', s.said ->> 'count')::numeric AS cap
    FROM (SELECT DISTINCT policy_id FROM mine) o
    CROSS JOIN (VALUES ('per_year'), ('per_life'), ('household_per_year'), ('claims_per_year')) k(name)
    CROSS JOIN LATERAL (SELECT policy_says(o.policy_id, 'caps', k.name) AS said) s
    WHERE s.said IS NOT NULL
), others AS MATERIALIZED (
    SELECT m.id AS mine, c.id, c.accepted_on, sum(p.amount) AS amount FROM mine m
    JOIN cases_case c ON c.patient_key = m.patient_key AND m.patient_key <> '' AND c.programme = m.programme AND c.id < m.id
    JOIN cases_payout p ON p.case_id = c.id AND {LIVE} WHERE c.accepted_on IS NOT NULL GROUP BY m.id, c.id
    UNION
    SELECT m.id, c.id, c.accepted_on, sum(p.amount) FROM mine m
    JOIN cases_case c ON c.patient_id = m.patient_id AND c.programme = m.programme AND c.id < m.id
    JOIN cases_payout p ON p.case_id = c.id AND {LIVE} WHERE c.accepted_on IS NOT NULL GROUP BY m.id, c.id
), homes AS MATERIALIZED (
    SELECT m.id AS mine, c.id, c.accepted_on, sum(p.amount) AS amount FROM mine m
    JOIN cases_casetrace t ON t.household_key = m.household_key AND m.household_key <> '' AND t.case_id < m.id
    JOIN cases_case c ON c.id = t.case_id AND c.programme = m.programme AND c.accepted_on IS NOT NULL
    JOIN cases_payout p ON p.case_id = c.id AND {LIVE} GROUP BY m.id, c.id
), sums AS (
    SELECT m.id, m.policy_id, 'per_year' AS name, m.amount + coalesce(sum(o.amount) FILTER (WHERE extract(year FROM o.accepted_on) = m.year), 0)
        + coalesce((SELECT sum(g.amount) FROM cases_pastgrant g WHERE g.id_key = m.key AND g.programme = m.programme AND g.year = m.year), 0) AS total,
        jsonb_agg(o.id ORDER BY o.id) FILTER (WHERE extract(year FROM o.accepted_on) = m.year) AS cases
    FROM mine m LEFT JOIN others o ON o.mine = m.id GROUP BY m.id, m.policy_id, m.amount, m.year, m.key, m.programme
    UNION ALL
    SELECT m.id, m.policy_id, 'per_life', m.amount + coalesce(sum(o.amount), 0)
        + coalesce((SELECT sum(g.amount) FROM cases_pastgrant g WHERE g.id_key = m.key AND g.programme = m.programme), 0),
        jsonb_agg(o.id ORDER BY o.id) FILTER (WHERE o.id IS NOT NULL)
    FROM mine m LEFT JOIN others o ON o.mine = m.id GROUP BY m.id, m.policy_id, m.amount, m.key, m.programme
    UNION ALL
    SELECT m.id, m.policy_id, 'household_per_year', m.amount + coalesce(sum(h.amount), 0), jsonb_agg(h.id ORDER BY h.id) FILTER (WHERE h.id IS NOT NULL)
    FROM mine m LEFT JOIN homes h ON h.mine = m.id AND extract(year FROM h.accepted_on) = m.year GROUP BY m.id, m.policy_id, m.amount
    UNION ALL
    SELECT m.id, m.policy_id, 'claims_per_year', 1 + count(o.id)
        + (SELECT count(*) FROM cases_pastgrant g WHERE g.id_key = m.key AND g.programme = m.programme AND g.year = m.year),
        jsonb_agg(o.id ORDER BY o.id) FILTER (WHERE o.id IS NOT NULL)
    FROM mine m LEFT JOIN others o ON o.mine = m.id AND extract(year FROM o.accepted_on) = m.year
    GROUP BY m.id, m.policy_id, m.key, m.programme, m.year
)
SELECT s.id AS place, s.id AS case_id, concat_ws(':', s.id, s.name) AS subject,
    (SELECT jsonb_agg(jsonb_build_array('cases_payout', p.id) ORDER BY p.id) FROM cases_payout p WHERE {LIVE}
        AND (p.case_id = s.id OR p.case_id IN (SELECT v::bigint FROM jsonb_array_elements_text(s.cases) v))) AS rows,
    jsonb_build_object('kind', s.name, 'total', s.total::text, 'cap', c.cap::text) AS facts
FROM sums s JOIN caps c ON c.policy_id = s.policy_id AND c.name = s.name WHERE s.total > c.cap"""

WILL = f"""
WITH wrong AS (
    SELECT p.id, p.case_id, p.fund_id, p.amount, {day("p.made_at")} AS made_on, f.starts_on, f.ends_on, f.restriction, CASE
        WHEN f.programme <> c.programme THEN 'programme'
        WHEN f.restriction ? 'unit_max' AND f.restriction ->> 'unit_max' <> '' AND p.amount > (f.restriction ->> 'unit_max')::numeric THEN 'amount'
        WHEN jsonb_array_length(coalesce(f.restriction -> 'divisions', '[]')) > 0 AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements_text(f.restriction -> 'divisions') d WHERE starts_with(c.handling_code, d)) THEN 'place'
        WHEN {day("p.made_at")} < f.starts_on OR {day("p.made_at")} > f.ends_on THEN 'period'
    END AS kind
    FROM cases_payout p JOIN cases_fund f ON f.id = p.fund_id JOIN cases_case c ON c.id = p.case_id
    WHERE {within("p.case_id")} AND p.state <> 'void'
)
SELECT case_id AS place, case_id, id::text AS subject,
    jsonb_build_array(jsonb_build_array('cases_payout', id), jsonb_build_array('cases_fund', fund_id)) AS rows,
    jsonb_build_object('kind', kind, 'amount', amount::text, 'most', restriction ->> 'unit_max', 'made_on', made_on,
        'starts_on', starts_on, 'ends_on', ends_on) AS facts
FROM wrong WHERE kind IS NOT NULL"""

CHECKS = (
    Check(
        "C06", _("金额和核算的不一样"),
        _("每一次核算都留着当时的事实和政策版本。这里按留存的事实再算一遍；案卷、会议、拨付的金额都要和它一样。"),
        _("救助金额由核算得出"), _("金额不由人填写，核算只能追加，不能改。"),
        {
            "working": _("留存的金额是 {stored} 元，按留存的事实重算是 {counted} 元。"),
            "unreadable": _("留存的事实打不开，或者算不出金额。"),
            "case": _("案卷金额 {amount} 元，最后一次核算 {stored} 元。"),
            "panel": _("集体研究的金额 {amount} 元，当时的核算是 {stored} 元。"),
            "paid": _("拨付合计 {amount} 元，超过核算的 {stored} 元。"),
        }, asks=differs,
    ),
    Check(
        "C07", _("几笔加起来超过限额"),
        _("同一个人、同一项目的救助款合在一起看，不管由哪个资金支付，也不管是哪一年导入的既往救助。"),
        _("年度、终身、家庭限额和一年次数：按本案的政策"), _("核算时按已有的救助扣减限额，编批以前再查一遍。"),
        {
            "per_year": _("这一年合计 {total} 元，年度限额 {cap} 元。"),
            "per_life": _("历年合计 {total} 元，终身限额 {cap} 元。"),
            "household_per_year": _("这一户这一年合计 {total} 元，家庭限额 {cap} 元。"),
            "claims_per_year": _("这一年 {total} 次，最多 {cap} 次。"),
        }, CAPS,
    ),
    Check(
        "C08", _("违反捐赠人意愿"),
        _("资金写明的项目、地区、单笔金额和期限，每一笔都要符合。"),
        _("捐赠财产按捐赠人意愿使用"), _("预留资金时只用限制允许的资金。"),
        {
            "programme": _("付了别的项目的案卷。"),
            "amount": _("这一笔 {amount} 元，资金规定每笔最多 {most} 元。"),
            "place": _("案卷不在资金限定的地区。"),
            "period": _("{made_on} 预留，资金的期限是 {starts_on} 到 {ends_on}。"),
        }, WILL,
    ),
)  # fmt: skip
