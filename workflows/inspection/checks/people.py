"""Who did it (谁办的): two levels by one person, relatives, the panel's own rules, many approvals in seconds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import Check, Number, within

ACTS = f"""
acts AS MATERIALIZED (
    SELECT d.case_id, 'workflows_decision' AS t, d.id, p.person, coalesce(s.level, d.level) AS level, d.at
    FROM workflows_decision d
    LEFT JOIN workflows_run r ON r.case_id = d.case_id
    LEFT JOIN workflows_stepduty s ON s.flow = r.flow AND s.step = d.step
    CROSS JOIN LATERAL (VALUES (d.actor_id), (d.on_behalf_of_id)) p(person)
    WHERE {within("d.case_id")} AND p.person IS NOT NULL
    UNION ALL
    SELECT m.case_id, 'workflows_vote', v.id, v.member_id, coalesce(w.level, 5), v.at
    FROM workflows_meetingitem m JOIN workflows_vote v ON v.item_id = m.id JOIN workflows_workitem w ON w.id = m.work_item_id
    WHERE {within("m.case_id")} AND v.choice <> 'recused'
)"""

TWO_LEVELS = f"""
WITH {ACTS}
SELECT a.case_id AS place, a.case_id, concat_ws(':', a.case_id, a.person, a.level) AS subject,
    jsonb_agg(DISTINCT jsonb_build_array(x.t, x.id)) AS rows,
    jsonb_build_object('person', a.person, 'level', a.level, 'next', a.level + 1) AS facts
FROM acts a JOIN acts b ON b.case_id = a.case_id AND b.person = a.person AND b.level = a.level + 1
CROSS JOIN LATERAL (VALUES (a.t, a.id), (b.t, b.id)) x(t, id)
GROUP BY a.case_id, a.person, a.level"""

KIN = f"""
WITH {ACTS}, kin AS MATERIALIZED (
    SELECT p.case_id, r.by_id AS person, r.id, r.at, true AS is_sure, r.ended_at
    FROM cases_caseparty p JOIN cases_relative r ON r.id_key = p.id_key AND p.id_key <> '' WHERE {within("p.case_id")}
    UNION
    SELECT p.case_id, r.by_id, r.id, r.at, false, r.ended_at
    FROM cases_caseparty p JOIN cases_relative r ON r.name_key = p.name_key AND (r.id_key = '' OR p.id_key = '')
    WHERE {within("p.case_id")}
), barred AS (
    SELECT k.case_id, k.person, 'kin' AS kind, 'cases_relative' AS t, k.id,
        CASE WHEN k.is_sure THEN '-infinity' ELSE k.at END AS since
    FROM kin k JOIN cases_case c ON c.id = k.case_id WHERE k.ended_at IS NULL OR k.ended_at > c.submitted_at
    UNION ALL SELECT case_id, person_id, 'recused', 'cases_recusal', id, at FROM cases_recusal WHERE {within("case_id")}
    UNION ALL SELECT id, owner_id, 'party', 'cases_case', id, '-infinity' FROM cases_case WHERE {within("id")}
    UNION ALL SELECT id, agent_id, 'party', 'cases_case', id, '-infinity' FROM cases_case
        WHERE {within("id")} AND agent_id IS NOT NULL
)
SELECT a.case_id AS place, a.case_id, concat_ws(':', a.case_id, a.person, b.kind) AS subject,
    jsonb_agg(DISTINCT jsonb_build_array(x.t, x.id)) AS rows,
    jsonb_build_object('person', a.person, 'kind', b.kind) AS facts
FROM acts a JOIN barred b ON b.case_id = a.case_id AND b.person = a.person AND a.at > b.since
CROSS JOIN LATERAL (VALUES (a.t, a.id), (b.t, b.id)) x(t, id)
GROUP BY a.case_id, a.person, b.kind"""

PANEL = f"""
WITH items AS MATERIALIZED (
    SELECT i.id, i.case_id, i.outcome, i.meeting_id, m.quorum, m.state, m.minutes, m.held_on,
        count(v.id) FILTER (WHERE v.choice <> 'recused') AS votes,
        count(v.id) FILTER (WHERE v.choice = 'agree') AS agree,
        count(v.id) FILTER (WHERE v.choice = 'reject') AS against,
        count(v.id) FILTER (WHERE a.id IS NULL) AS absent
    FROM workflows_meetingitem i JOIN workflows_meeting m ON m.id = i.meeting_id
    LEFT JOIN workflows_vote v ON v.item_id = i.id
    LEFT JOIN workflows_attendance a ON a.meeting_id = i.meeting_id AND a.member_id = v.member_id
    WHERE {within("i.case_id")} AND i.outcome IN ('agree', 'reject', 'waitlist')
    GROUP BY i.id, m.id
), wrong AS (
    SELECT *, 'quorum' AS kind FROM items WHERE votes < quorum
    UNION ALL SELECT *, 'majority' FROM items WHERE votes >= quorum
        AND ((outcome = 'reject' AND against * 2 <= votes) OR (outcome <> 'reject' AND agree * 2 <= votes))
    UNION ALL SELECT *, 'absent' FROM items WHERE votes > 0 AND absent > 0
    UNION ALL SELECT *, 'minutes' FROM items WHERE minutes = ''
        AND (state = 'closed' OR held_on < %(today)s - %(minutes_days)s)
)
SELECT case_id AS place, case_id, concat_ws(':', id, kind) AS subject,
    jsonb_build_array(jsonb_build_array('workflows_meetingitem', id), jsonb_build_array('workflows_meeting', meeting_id)) AS rows,
    jsonb_build_object('kind', kind, 'votes', votes, 'agree', agree, 'quorum', quorum, 'absent', absent, 'held_on', held_on) AS facts
FROM wrong
UNION ALL
SELECT p.case_id, p.case_id, p.case_id || ':none', jsonb_agg(jsonb_build_array('cases_payout', p.id) ORDER BY p.id),
    jsonb_build_object('kind', 'none')
FROM cases_payout p JOIN workflows_run r ON r.case_id = p.case_id
JOIN workflows_stepduty s ON s.flow = r.flow AND s.step = 'panel'
WHERE {within("p.case_id")} AND p.kind = 'aid' AND p.state NOT IN ('reserved', 'void')
    AND NOT EXISTS (SELECT 1 FROM cases_urgentaid u WHERE u.payout_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM workflows_meetingitem i WHERE i.case_id = p.case_id AND i.outcome IN ('agree', 'waitlist'))
GROUP BY p.case_id"""

QUICK = "coalesce(d.seconds, 0) < %(read_seconds)s AND d.level IS NOT NULL AND d.outcome NOT IN ('return', 'reject', 'not_accept', 'disagree', 'object')"
SPAN = "make_interval(secs => %(seconds)s)"
BULK = f"""
WITH mine AS MATERIALIZED (
    SELECT d.actor_id, min(d.at) AS first, max(d.at) AS last FROM workflows_decision d
    WHERE {within("d.case_id")} AND {QUICK} GROUP BY d.actor_id
), near AS MATERIALIZED (
    SELECT d.id, d.case_id, d.actor_id, d.at,
        count(*) OVER (PARTITION BY d.actor_id ORDER BY d.at RANGE BETWEEN CURRENT ROW AND {SPAN} FOLLOWING) AS n
    FROM mine m JOIN workflows_decision d ON d.actor_id = m.actor_id
        AND d.at BETWEEN m.first - 2 * {SPAN} AND m.last + {SPAN} AND {QUICK}
), begun AS (
    SELECT *, max(n) OVER (PARTITION BY actor_id ORDER BY at RANGE BETWEEN {SPAN} PRECEDING AND CURRENT ROW EXCLUDE GROUP) AS before,
        row_number() OVER (PARTITION BY actor_id, at ORDER BY id) AS at_once
    FROM near
)
SELECT b.case_id AS place, b.case_id, 'burst:' || b.id AS subject,
    (SELECT jsonb_agg(jsonb_build_array('workflows_decision', o.id) ORDER BY o.at, o.id) FROM near o
     WHERE o.actor_id = b.actor_id AND o.at BETWEEN b.at AND b.at + {SPAN}) AS rows,
    jsonb_build_object('person', b.actor_id, 'count', b.n, 'seconds', %(seconds)s) AS facts
FROM begun b
WHERE {within("b.case_id")} AND b.n >= %(count)s AND coalesce(b.before, 0) < %(count)s AND b.at_once = 1"""

CHECKS = (
    Check(
        "C01", _("同一人办了相邻两级"),
        _("每一级审核都是为了让另一个人再看一遍。同一个人办了相邻的两级，等于少了一级。替岗的，本人和替岗人都算。"),
        _("职责分离：相邻两级不得为同一人"), _("数据库按案卷、人、级别登记职责，相邻两级写不进去。"),
        {"": _("{person} 办了第 {level} 级，又办了第 {next} 级。")}, TWO_LEVELS,
    ),
    Check(
        "C02", _("亲属的案卷没有回避"),
        _("申报过的亲属、已经回避的人和申请人自己都不能办这一件。申报时写了证件号码的，申报以前办的也算；只写了姓名的，只看申报以后办的。"),
        _("回避：与当事人有关系的人不得办理"), _("数据库在每一次办理、表决和付款时查当事人和亲属。"),
        {
            "kin": _("{person} 申报过本案当事人是亲属，仍办理了本案。"),
            "recused": _("{person} 已经申请回避，以后又办理了本案。"),
            "party": _("{person} 是本案的申请人或代办人，又办理了本案。"),
        }, KIN,
    ),
    Check(
        "C03", _("集体研究不合规则"),
        _("表决人数够法定人数、过半数才算通过；没有签到的人不能表决；会议要有纪要。没有上会就拨付的也列在这里。"),
        _("集体研究：法定人数、过半数、纪要"), _("数据库不收没有签到的票，也不收不够人数的结论和没有纪要的结束。"),
        {
            "quorum": _("表决 {votes} 人，法定人数 {quorum} 人，不够。"),
            "majority": _("表决 {votes} 人，同意 {agree} 人，没有过半数。"),
            "absent": _("有 {absent} 张票的投票人没有签到。"),
            "minutes": _("{held_on} 的会议没有纪要。"),
            "none": _("没有集体研究的结论，款项已进入拨付。"),
        }, PANEL, numbers={"minutes_days": Number(_("会后几天内要有纪要"), 5, 0, 60)},
    ),
    Check(
        "C15", _("几秒钟里连批多件"),
        _("一个人在很短的时间里同意很多件，而每一件从打开到办结都只有几秒，说明没有看。成批办理的，每一件都打开看过就不算。"),
        _("先看后批"), _("每一次办理都记下打开了什么、用了几秒。"),
        {"": _("{person} 在 {seconds} 秒里同意了 {count} 件，每一件都没有时间看。")}, BULK, is_severe=False,
        numbers={
            "count": Number(_("至少几件"), 5, 2, 100), "seconds": Number(_("在几秒里"), 60, 1, 3600),
            "read_seconds": Number(_("每一件看了不到几秒"), 20, 1, 600),
        },
    ),
)  # fmt: skip
