"""Whom the money went to (付给谁): without proof, to an account that had just changed, after death."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import Check, Number, day, within

GONE_OUT = "('in_batch', 'sent', 'unknown', 'paid', 'failed', 'returned')"
PAID_ON = f"""least(p.paid_on, (SELECT {day("max(coalesce(b.sent_at, b.released_at))")} FROM cases_payoutattempt t
    JOIN cases_batchline n ON n.id = t.line_id JOIN cases_paymentbatch b ON b.id = n.batch_id
    WHERE t.payout_id = p.id AND t.state <> 'void'))"""

PAYEE = f"""
WITH paid AS MATERIALIZED (
    SELECT p.id, p.case_id, a.id AS account, a.relation, a.confirmed_at, c.policy_id, n.name_key
    FROM cases_payout p JOIN cases_payeeaccount a ON a.id = p.payee_id JOIN cases_case c ON c.id = p.case_id
    LEFT JOIN cases_person n ON n.id = c.patient_id
    WHERE {within("p.case_id")} AND p.kind = 'aid' AND p.state IN {GONE_OUT}
), papers AS MATERIALIZED (
    WITH RECURSIVE chain(policy_id, id, base_id) AS (
        SELECT v.id, v.id, v.base_id FROM cases_policyversion v WHERE v.id IN (SELECT policy_id FROM paid)
        UNION ALL SELECT c.policy_id, v.id, v.base_id FROM chain c JOIN cases_policyversion v ON v.id = c.base_id)
    SELECT DISTINCT c.policy_id, r.key FROM chain c JOIN cases_policyrow r ON r.version_id = c.id
    WHERE r.section = 'checklist' AND r.value -> 'when' ? 'payee_other'
), wrong AS (
    SELECT p.*, CASE
        WHEN p.confirmed_at IS NULL THEN 'unconfirmed'
        WHEN p.relation = 'SELF' AND p.name_key IS NOT NULL
            AND EXISTS (SELECT 1 FROM cases_caseparty y WHERE y.case_id = p.case_id AND y.who = 'payee')
            AND NOT EXISTS (SELECT 1 FROM cases_caseparty y WHERE y.case_id = p.case_id AND y.who = 'payee' AND y.name_key = p.name_key) THEN 'name'
        WHEN p.relation NOT IN ('SELF', 'INSTITUTION') AND EXISTS (
            SELECT 1 FROM cases_caseparty y JOIN cases_caseparty g ON g.case_id = y.case_id AND g.who = 'agent' AND g.name_key = y.name_key
            WHERE y.case_id = p.case_id AND y.who = 'payee') THEN 'agent'
        WHEN p.relation NOT IN ('SELF', 'INSTITUTION') AND EXISTS (SELECT 1 FROM papers q WHERE q.policy_id = p.policy_id)
            AND NOT EXISTS (SELECT 1 FROM papers q JOIN cases_material m ON m.code = q.key AND m.case_id = p.case_id
                WHERE q.policy_id = p.policy_id AND m.state = 'accepted') THEN 'proof'
    END AS kind FROM paid p
)
SELECT case_id AS place, case_id, id::text AS subject,
    jsonb_build_array(jsonb_build_array('cases_payout', id), jsonb_build_array('cases_payeeaccount', account)) AS rows,
    jsonb_build_object('kind', kind, 'relation', relation) AS facts
FROM wrong WHERE kind IS NOT NULL"""

CHANGED = f"""
WITH paid AS MATERIALIZED (
    SELECT p.id, p.case_id, a.id AS account, a.given_at, {PAID_ON} AS paid_on
    FROM cases_payout p JOIN cases_payeeaccount a ON a.id = p.payee_id
    WHERE {within("p.case_id")} AND p.kind = 'aid' AND p.state IN {GONE_OUT} AND a.relation <> 'INSTITUTION'
)
SELECT p.case_id AS place, p.case_id, p.id::text AS subject,
    jsonb_build_array(jsonb_build_array('cases_payout', p.id), jsonb_build_array('cases_payeeaccount', p.account),
        jsonb_build_array('cases_payeeaccount', o.id)) AS rows,
    jsonb_build_object('given_on', {day("p.given_at")}, 'paid_on', p.paid_on, 'days', %(days)s) AS facts
FROM paid p
JOIN LATERAL (SELECT x.id FROM cases_payeeaccount x WHERE x.case_id = p.case_id AND x.id <> p.account AND x.given_at < p.given_at
    ORDER BY x.given_at DESC LIMIT 1) o ON true
WHERE p.paid_on BETWEEN {day("p.given_at")} AND {day("p.given_at")} + %(days)s
    AND NOT EXISTS (SELECT 1 FROM cases_payoutattempt t WHERE t.payout_id = p.id AND t.state IN ('failed', 'returned')
        AND t.settled_at <= p.given_at)"""

DEATH = f"""
WITH dead AS MATERIALIZED (
    SELECT m.id_key, m.case_id, m.id, l.list_date FROM cases_agencymatch m JOIN cases_agencylist l ON l.id = m.run_id WHERE l.kind = 'dead'
), paid AS MATERIALIZED (
    SELECT p.id, p.case_id, coalesce(n.id_key, c.patient_key) AS key, {PAID_ON} AS paid_on
    FROM cases_payout p JOIN cases_case c ON c.id = p.case_id LEFT JOIN cases_person n ON n.id = c.patient_id
    LEFT JOIN cases_payeeaccount a ON a.id = p.payee_id
    WHERE {within("p.case_id")} AND p.kind = 'aid' AND p.state IN ('sent', 'unknown', 'paid')
        AND a.relation IS DISTINCT FROM 'INSTITUTION' AND EXISTS (SELECT 1 FROM dead)
)
SELECT p.case_id AS place, p.case_id, p.id::text AS subject,
    jsonb_build_array(jsonb_build_array('cases_payout', p.id), jsonb_build_array('cases_agencymatch', min(d.id))) AS rows,
    jsonb_build_object('paid_on', p.paid_on, 'list_on', min(d.list_date)) AS facts
FROM paid p JOIN dead d ON (d.case_id = p.case_id OR d.id_key = p.key) AND d.list_date < p.paid_on
GROUP BY p.id, p.case_id, p.paid_on"""

CHECKS = (
    Check(
        "C10", _("收款人不是患者，又没有证明"),
        _("钱打给家人的，要有政策要求的关系证明，并且审核合格；打给本人的，户名要和患者一样；代办人不能收款；账户要有第二人核对。"),
        _("收款人：本人、监护人或亲属，附证明"), _("填写账户时核对户名和关系，第二人核对以后才能编批。"),
        {
            "unconfirmed": _("收款账户没有第二人核对就付了款。"),
            "name": _("登记为本人的账户，户名不是患者的。"),
            "agent": _("收款人和代办人同名。"),
            "proof": _("收款人是家人，没有审核合格的关系证明。"),
        }, PAYEE,
    ),
    Check(
        "C11", _("付款前几天换了收款账户"),
        _("快付款时换账户，是常见的骗法。银行退回或失败以后更正的不算。"),
        _("账户变更：须有银行失败或退汇"), _("提交以后账户只在补正、失败、退汇时能换，换时要卡的照片和第二人核对。"),
        {"": _("{given_on} 换了账户，{paid_on} 付款，相隔不到 {days} 天。")}, CHANGED, is_severe=False,
        numbers={"days": Number(_("付款前几天"), 7, 1, 90)},
    ),
    Check(
        "C12", _("人已去世还付款"),
        _("付款的日子晚于死亡名单的日子。付给医院的手术费不算。"),
        _("去世后的待遇另行处理"), _("比对死亡名单以后，命中没有处理的不能编入批次。"),
        {"": _("{paid_on} 付款，本人已在 {list_on} 的死亡名单上。")}, DEATH,
    ),
)  # fmt: skip
