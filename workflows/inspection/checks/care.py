"""What was left undone (没有办的): follow-ups that are missing, steps that stayed overdue without a word, files taken out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflows.inspection.checks.check import LOOK, Check, Number, day, within

UNVISITED = f"""
WITH duties AS MATERIALIZED (
    SELECT c.id AS case_id, f.id, f.due_on, f.phone, f.home, c.state,
        f.phone AND NOT EXISTS (SELECT 1 FROM cases_followuptry t WHERE t.duty_id = f.id AND t.kind = 'phone' AND t.settles) AS no_phone,
        f.home AND NOT EXISTS (SELECT 1 FROM cases_followuptry t WHERE t.duty_id = f.id AND t.kind = 'home' AND t.settles) AS no_home
    FROM cases_case c JOIN cases_followup f ON f.case_id = c.id WHERE {within("c.id")}
), wrong AS (
    SELECT case_id, id, due_on, no_phone, no_home, CASE WHEN state = 'CLOSED' THEN 'closed' ELSE 'late' END AS kind
    FROM duties WHERE (no_phone OR no_home) AND (state = 'CLOSED' OR (state = 'FOLLOWUP' AND due_on + %(grace_days)s < %(today)s))
)
SELECT case_id AS place, case_id, concat_ws(':', case_id, 'follow_up') AS subject,
    jsonb_build_array(jsonb_build_array('cases_followup', id)) AS rows,
    jsonb_build_object('kind', kind, 'due_on', due_on, 'phone', no_phone, 'home', no_home) AS facts
FROM wrong
UNION ALL
SELECT c.id, c.id, concat_ws(':', c.id, 'none'), jsonb_build_array(jsonb_build_array('cases_case', c.id)),
    jsonb_build_object('kind', 'none')
FROM cases_case c JOIN workflows_run r ON r.case_id = c.id JOIN workflows_stepduty s ON s.flow = r.flow AND s.step = 'follow_up'
WHERE {within("c.id")} AND c.state = 'CLOSED'
    AND EXISTS (SELECT 1 FROM cases_payout p WHERE p.case_id = c.id AND p.kind = 'aid' AND p.state = 'paid')
    AND NOT EXISTS (SELECT 1 FROM cases_followup f WHERE f.case_id = c.id)"""

LATE = f"""
WITH late AS MATERIALIZED (
    SELECT w.id, w.case_id, w.step, w.due_on, w.state, r.flow, coalesce({day("w.done_at")}, %(today)s) AS until
    FROM workflows_workitem w LEFT JOIN workflows_run r ON r.case_id = w.case_id
    WHERE {within("w.case_id")} AND w.kind = 'human' AND w.state IN ('open', 'claimed', 'done') AND w.due_on IS NOT NULL
        AND w.due_on + %(grace_days)s < coalesce({day("w.done_at")}, %(today)s)
        AND (w.follow_up_on IS NULL OR w.follow_up_on < w.due_on)
)
SELECT w.case_id AS place, w.case_id, w.id::text AS subject, jsonb_build_array(jsonb_build_array('workflows_workitem', w.id)) AS rows,
    jsonb_build_object('kind', CASE WHEN w.state = 'done' THEN 'done' ELSE 'open' END, 'step', w.step, 'due_on', w.due_on,
        'done_on', CASE WHEN w.state = 'done' THEN w.until END) AS facts
FROM late w
WHERE NOT EXISTS (SELECT 1 FROM workflows_pause p WHERE p.item_id = w.id AND (p.ends_on IS NULL OR p.ends_on >= w.due_on))
    AND NOT EXISTS (SELECT 1 FROM workflows_errand e WHERE e.item_id = w.id)
    AND NOT EXISTS (SELECT 1 FROM workflows_note n WHERE n.case_id = w.case_id AND {day("n.at")} BETWEEN w.due_on - %(before_days)s AND w.until)
    AND NOT EXISTS (SELECT 1 FROM workflows_suspension s WHERE (s.case_id = w.case_id OR (s.flow = w.flow AND s.step IN ('', w.step)))
        AND {day("s.at")} <= w.until AND coalesce({day("s.ended_at")}, 'infinity') >= w.due_on)"""

EXPORTS = f"""
SELECT a.id AS place, a.case_id, a.id::text AS subject, jsonb_build_array(jsonb_build_array('cases_access', a.id)) AS rows,
    jsonb_build_object('person', a.actor, 'on', {day("a.recorded_at")}, 'table', a.object_type) AS facts
FROM cases_access a
WHERE {within("a.id")} AND a.action = 'export' AND NOT EXISTS (
    SELECT 1 FROM cases_post p JOIN cases_role r ON r.code = p.role_id
    WHERE p.user_id = a.actor AND {day("a.recorded_at")} BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity')
        AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(r.rights) x
            WHERE x ~ '^(case|money|publicity|panel|inspect|report|screening|stock|provider|claim|past_grants|lists)'))"""

CHECKS = (
    Check(
        "C13", _("没有回访"),
        _("抽中的电话回访和入户回访都要办完，才能办结；付了款的案卷要有抽签。"),
        _("回访：比例和期限按本案的政策"), _("抽签由数据库做，没有办完的不能办结。"),
        {
            "closed": _("已经办结，抽中的回访没有办完。"),
            "late": _("回访最晚 {due_on}，还没有办完。"),
            "none": _("付了款，已经办结，没有回访抽签。"),
        }, UNVISITED, numbers={"grace_days": Number(_("过期几天以后才算"), 30, 0, 365)}, is_severe=False,
    ),
    Check(
        "C14", _("超期没有说明"),
        _("过了时限，而没有中止计时、停办、搁置、交办，案卷里也没有一句便签说明为什么。"),
        _("办理时限：按本案的政策"), _("快到期和超期的都自动提醒和上报。"),
        {
            "open": _("{step} 应在 {due_on} 办完，还没有办，也没有说明。"),
            "done": _("{step} 应在 {due_on} 办完，{done_on} 才办，没有说明。"),
        }, LATE, is_severe=False,
        numbers={
            "grace_days": Number(_("过期几天以后才算"), 5, 0, 365), "before_days": Number(_("到期前几天的便签也算说明"), 5, 0, 60),
        },
    ),
    Check(
        "C16", _("没有业务岗位的人导出数据"),
        _("导出的人当天没有任何业务岗位：系统、安全、审计管理员，政策岗，或者已经离岗。"),
        _("导出只限业务需要"), _("每一次导出，字节离开以前先留痕。"),
        {"": _("{on}，{person} 导出了数据，当天没有业务岗位。")}, EXPORTS, over=LOOK,
    ),
)  # fmt: skip
