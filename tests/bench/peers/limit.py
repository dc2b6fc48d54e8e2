"""LIMIT: this one road by hand, one statement a step, straight through the driver; bare or in our dress."""

from __future__ import annotations

import json
from typing import Any

from tests.bench.measure import Clock
from tests.bench.side import ROLES
from tests.bench.world import COMMENT, drive_link, people

AFTER = {
    "preliminary": ["review"],
    "review": ["approval"],
    "approval": ["notify", "prepare"],
    "notify": [],
    "prepare": [],
}
EVENT = "history_append('limit', {case}::text, '{action}', 'ok', '{table}', {row}::text, {payload}, NULL, NULL, %(by)s, 'user', NULL, NULL, NULL, NULL)"


def _event(action: str, table: str, row: str, payload: str, case: str = "case_id") -> str:
    return EVENT.format(case=case, action=action, table=table, row=row, payload=payload)


OFFERED = _event(
    "step.offered", "limit_item", "ni.id",
    "json_build_object('step', ni.step, 'due_on', ni.due_on, 'provisional', false, 'role', ni.role, 'code', '640422')::text",
    "ni.case_id",
)  # fmt: skip
NEW_ITEMS = (
    ", ni AS (INSERT INTO limit_item (case_id, task_id, step, level, role, division_code, state, due_on, offered_at, row_version) "
    "SELECT n.case_id, n.id, n.step, (%(levels)s::json ->> n.step)::int, n.role, '640422', 'open', n.due_on, now(), 1 FROM n "
    "RETURNING id, case_id, step, role, due_on)"
)


def start_sql(same: bool) -> str:
    """File a case and open its first task."""
    rows = (
        "WITH c AS (INSERT INTO limit_case (applicant, amount, state, division_code, submitted_at, open) "
        "VALUES ('演示人', 60000, 'INTAKE', '640422', now(), 1) RETURNING id), "
        "n AS (INSERT INTO limit_task (case_id, step, role, due_on) SELECT id, 'preliminary', 'CTY1', now()::date + 7 FROM c "
        "RETURNING id, case_id, step, role, due_on), "
        "a AS (INSERT INTO limit_audit (case_id, action, actor_id) SELECT id, 'started', %(by)s FROM c)"
    )
    if not same:
        return f"{rows} SELECT id FROM c"
    started = _event("case.started", "limit_case", "c.id", """'{"flow":"bench/v1"}'""", "c.id")
    return f"{rows}{NEW_ITEMS} SELECT c.id, {started}, (SELECT count({OFFERED}) FROM ni) FROM c"


def claim_sql(same: bool) -> str:
    """Take an open task."""
    rows = (
        "WITH t AS (UPDATE limit_task SET state = 'claimed', holder_id = %(by)s, claimed_at = now() "
        "WHERE id = %(task)s AND state = 'open' RETURNING id, case_id, step), "
        "a AS (INSERT INTO limit_audit (case_id, task_id, action, actor_id) SELECT case_id, id, 'claimed', %(by)s FROM t)"
    )
    if not same:
        return f"{rows} SELECT case_id FROM t"
    claimed = _event(
        "task.claimed", "limit_item", "i.id",
        "json_build_object('step', i.step, 'kind', 'claimed', 'to', %(by)s, 'until', now()::date)::text", "i.case_id",
    )  # fmt: skip
    return (
        f"{rows}, i AS (UPDATE limit_item SET state = 'claimed', holder_id = %(by)s, claimed_at = now(), row_version = row_version + 1 "
        "WHERE task_id = %(task)s RETURNING id, case_id, step), "
        "h AS (INSERT INTO limit_handover (case_id, item_id, kind, to_person_id, reason, at, seen_at) "
        "SELECT case_id, id, 'claimed', %(by)s, '', now(), now() FROM i), "
        "m AS (INSERT INTO limit_claimtimer (case_id, key, due_at) SELECT case_id, id::text, now() + interval '3 days' FROM i) "
        f"SELECT i.case_id, {claimed} FROM i"
    )


def complete_sql(step: str, same: bool) -> str:
    """Decide a task, open what follows; the last of two branches pays and closes (a counter on the case is the join)."""
    over = step == "review"
    after = [*AFTER[step], *(AFTER["approval"] if over else [])]
    new = ", ".join(f"('{name}', '{ROLES[name][0]}')" for name in after)
    opened = "CASE WHEN c.amount > 50000 THEN 1 ELSE 2 END" if over else str(len(after))
    which = "(x.step = 'approval') = (c.amount > 50000)" if over else "true"
    last = step in ("notify", "prepare")
    state = "CASE WHEN c.open = 1 THEN 'CLOSED' ELSE c.state END" if last else f"'{step}'"
    rows = (
        "WITH t AS (UPDATE limit_task SET state = 'done', done_at = now(), outcome = 'agree' "
        "WHERE id = %(task)s AND state = 'claimed' AND holder_id = %(by)s RETURNING id, case_id, step), "
        f"c AS (UPDATE limit_case c SET open = c.open - 1 + {opened}, state = {state} FROM t "
        "WHERE c.id = t.case_id RETURNING c.id, c.open, c.amount), "
        "a AS (INSERT INTO limit_audit (case_id, task_id, action, actor_id, outcome, comment) "
        "SELECT case_id, id, 'decided', %(by)s, 'agree', %(comment)s FROM t)"
    )
    if last:
        rows += (
            ", p AS (INSERT INTO limit_audit (case_id, action) SELECT c.id, 'paid' FROM c WHERE c.open = 0), "
            "n AS (SELECT 1 AS id, 1 AS case_id, '' AS step, '' AS role, now()::date AS due_on WHERE false)"
        )
    else:
        rows += (
            ", n AS (INSERT INTO limit_task (case_id, step, role, due_on) SELECT c.id, x.step, x.role, now()::date + 7 "
            f"FROM c, (VALUES {new}) AS x (step, role) WHERE {which} RETURNING id, case_id, step, role, due_on)"
        )
    return f"{rows} SELECT id FROM c" if not same else rows + _complete_side(last)


def _complete_side(last: bool) -> str:
    decided = _event(
        "task.decided", "limit_decided", "d.id",
        "json_build_object('step', d.step, 'outcome', 'agree', 'round', 1, 'opinion', %(comment)s, 'entrusted_from', '')::text",
        "d.case_id",
    )  # fmt: skip
    closed = ""
    if last:
        paid = _event("case.paid", "limit_case", "c.id", "json_build_object('amount', c.amount)::text", "c.id")
        closed = f", (SELECT {paid} FROM c WHERE c.open = 0)"
    items = "" if last else NEW_ITEMS
    offered = "" if last else f", (SELECT count({OFFERED}) FROM ni)"
    return (
        ", i AS (UPDATE limit_item SET state = 'done', done_at = now(), row_version = row_version + 1 "
        "WHERE task_id = %(task)s RETURNING id, case_id, step, level, role), "
        "m AS (UPDATE limit_claimtimer m SET cancelled_at = now() FROM i WHERE m.case_id = i.case_id AND m.key = i.id::text "
        "AND m.done_at IS NULL AND m.cancelled_at IS NULL), "
        "d AS (INSERT INTO limit_decided (case_id, item_id, round, step, level, outcome, opinion, actor_id, role, happened_on, at) "
        "SELECT case_id, id, 1, step, level, 'agree', %(comment)s, %(by)s, role, now()::date, now() FROM i RETURNING id, case_id, step), "
        "u AS (INSERT INTO limit_duty (case_id, actor_id, level, low, high) "
        "SELECT case_id, %(by)s, level, level / 2, (level + 1) / 2 FROM i WHERE level IS NOT NULL)"
        f"{items} SELECT {decided}{offered}{closed} FROM d"
    )


class Limit:
    """One client of hand-written SQL."""

    name, same = "LIMIT, bare", False

    def __init__(self, seed: int) -> None:
        self.people = {step: person.pk for step, person in people().items()}
        self.link = drive_link()
        self.cursor = self.link.cursor()
        self.levels = json.dumps({step: level for step, (_role, level) in ROLES.items()})
        self.begin, self.take = start_sql(self.same), claim_sql(self.same)
        self.done = {step: complete_sql(step, self.same) for step in AFTER}

    def case(self, clock: Clock) -> None:
        """One case from its start to its end."""
        with clock("start"):
            pk = self._do(self.begin, by=self.people["preliminary"])
        todo = True
        while todo:
            self.cursor.execute(
                "SELECT id, step FROM limit_task WHERE case_id = %s AND state = 'open' ORDER BY id", [pk]
            )
            todo = self.cursor.fetchall()
            for task, step in todo:
                by = self.people[step]
                with clock("claim"):
                    self._do(self.take, task=task, by=by)
                with clock(f"complete {step}"):
                    self._do(self.done[step], task=task, by=by, comment=COMMENT)

    def _do(self, sql: str, **given: Any) -> int:
        self.cursor.execute(sql, {"levels": self.levels, **given})
        return int(self.cursor.fetchone()[0])

    def close(self) -> None:
        """Give the connection back."""
        self.link.close()


class LimitSame(Limit):
    """The same with our history, duties and side rows."""

    name, same = "LIMIT, given the same", True
