"""The same thing twice (重复): one invoice, one eye or ear, one lens or device that stands for two cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import Check, within


def _plain(column: str) -> str:
    """A number without the signs that hide that it is the same one."""
    return f"upper(regexp_replace({column}, '[^0-9A-Za-z]', '', 'g'))"


COUNTED = """({0}.released_at IS NULL OR ({0}.released_at > (SELECT max(w.at) FROM cases_award w WHERE w.case_id = {0}.case_id)
    AND EXISTS (SELECT 1 FROM cases_payout p WHERE p.case_id = {0}.case_id AND p.state <> 'void')))"""
LIVE = "('proposed', 'issued', 'used')"

TWICE = f"""
WITH pairs AS (
    SELECT a.case_id, 'invoice' AS kind, 'cases_invoice' AS t, a.id, b.id AS other_id, b.case_id AS other FROM cases_invoice a
    JOIN LATERAL (SELECT * FROM cases_invoice b WHERE b.key = a.key AND b.id <> a.id
        AND (b.case_id, b.id) < (a.case_id, a.id) ORDER BY b.id LIMIT 1) b ON {COUNTED.format("b")}
    WHERE {within("a.case_id")} AND {COUNTED.format("a")}
    UNION ALL
    SELECT a.case_id, 'part', 'cases_permit', a.id, b.id, b.case_id FROM cases_permit a
    JOIN cases_permit b ON b.id_key = a.id_key AND b.part = a.part AND b.id < a.id AND b.state IN {LIVE}
    WHERE {within("a.case_id")} AND a.state IN {LIVE}
    UNION ALL
    SELECT p.case_id, 'lens', 'cases_surgery', a.id, b.id, q.case_id FROM cases_permit p JOIN cases_surgery a ON a.permit_id = p.id
    JOIN cases_surgery b ON {_plain("b.lens_serial")} = {_plain("a.lens_serial")} AND b.id < a.id
    JOIN cases_permit q ON q.id = b.permit_id WHERE {within("p.case_id")}
    UNION ALL
    SELECT a.case_id, 'claim', 'cases_claimline', a.id, b.id, b.case_id FROM cases_claimline a
    JOIN cases_claimline b ON {_plain("b.invoice_code || b.invoice_no")} = {_plain("a.invoice_code || a.invoice_no")}
        AND b.id < a.id AND b.state <> 'refused'
    WHERE {within("a.case_id")} AND a.state <> 'refused'
    UNION ALL
    SELECT a.case_id, 'device', 'cases_device', a.id, b.id, b.case_id FROM cases_device a
    JOIN cases_device b ON {_plain("b.serial")} = {_plain("a.serial")} AND b.id < a.id AND b.case_id IS NOT NULL
    WHERE {within("a.case_id")}
)
SELECT case_id AS place, case_id, concat_ws(':', kind, id) AS subject,
    jsonb_build_array(jsonb_build_array(t, id), jsonb_build_array(t, min(other_id))) AS rows,
    jsonb_build_object('kind', kind, 'other', min(other)) AS facts
FROM pairs GROUP BY case_id, kind, t, id"""

CHECKS = (
    Check(
        "C09", _("同一票据、同一只眼或耳、同一序列号用了两次"),
        _("一张票据只能用于一件案卷，一只眼或耳只能有一张有效的通知单，一枚晶体或一台设备只能给一个人。序列号中间加横线、换大小写也算同一个。"),
        _("一票一案，一眼（耳）一单，一号一人"), _("数据库不收同样的票据键、通知单和序列号。"),
        {
            "invoice": _("同一张票据已用于案卷 {other}。"),
            "part": _("同一人的同一只眼或耳，在案卷 {other} 已有有效的通知单。"),
            "lens": _("同一枚晶体的序列号，已用于案卷 {other}。"),
            "claim": _("同一张发票已在案卷 {other} 申报过。"),
            "device": _("同一台设备的序列号，已给了案卷 {other}。"),
        }, TWICE,
    ),
)  # fmt: skip
